"""Words of decisions: the options side by side, codes of the pack in words, how a decision stands today."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kinkeeper.access.gate import Actor, Verdict, may_read
from kinkeeper.access.models import pack_in_force
from kinkeeper.access.templatetags.gate import shown
from kinkeeper.assessments.models import Assessment
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Option
from kinkeeper.journal.acts import acts
from kinkeeper.lib.packs import Pack
from kinkeeper.ui.templatetags.ui import badge

register = template.Library()

_PACK = "_pack_of_decisions"
_CRITERIA = {
    "place": _lazy("With whom or where"),
    "short_term": _lazy("Effect soon"),
    "long_term": _lazy("Effect later"),
    "home_km": _lazy("Kilometres from home"),
    "school_km": _lazy("Kilometres from school"),
    "with_siblings": _lazy("Brothers and sisters together"),
    "same_culture": _lazy("Language, religion and culture fit"),
    "child_prefers": _lazy("The child prefers it"),
    "tried": _lazy("Tried, or explored and not possible"),
    "licensed": _lazy("Approved or licensed"),
    "why": _lazy("Why, or why not"),
}
_TITLES = {
    "options": _lazy("Options, side by side"),
    "panel": _lazy("Who sits on the panel"),
    "supports": _lazy("Support that was tried"),
    "kin": _lazy("Relatives and friends who were asked"),
}


@register.simple_tag
def rows_title(name: str) -> str:
    """The title above the rows of a form."""
    return str(_TITLES[name])


@register.simple_tag
def row_title(name: str, number: int) -> str:
    """The title of one row of a form."""
    words = {
        "options": _("Option %(number)s"),
        "panel": _("Member %(number)s"),
        "supports": _("Support %(number)s"),
        "kin": _("Person %(number)s"),
    }
    return words[name] % {"number": number}


def _words(pack: Pack, section: str, code: str) -> str:
    entry = getattr(pack, section).get(code)
    return _(entry.label) if entry is not None else code


def _pack(context: Context) -> Pack:
    """The pack, read once for a page."""
    known: Pack | None = context.render_context.get(_PACK) or context.get(_PACK)
    if known is None:
        known = pack_in_force()
        context.dicts[0][_PACK] = known
    return known


@register.simple_tag(takes_context=True)
def pack_words(context: Context, section: str, code: str) -> str:
    """What a code of the pack means; a code that the pack does not know stays as it is."""
    return _words(_pack(context), section, code)


@register.simple_tag(takes_context=True)
def grounds_of(context: Context, actor: Actor, necessity: Necessity) -> str:
    """The grounds of a necessity test in words, as far as the seat reaches them."""
    if not may_read(actor, necessity, "grounds"):
        return _("not shown to your role")
    return ", ".join(_words(_pack(context), "grounds", ground) for ground in necessity.grounds)


@register.simple_tag
def view_by(code: str) -> str:
    """How the child’s view was learned, in words."""
    return str(dict(Assessment.ViewBy.choices).get(code, code))


@register.simple_tag(takes_context=True)
def deed_on(context: Context, row: Model, name: str) -> Verdict:
    """The verdict of the judge on a deed of this room, for its button."""
    return acts[f"decisions.{name}"].verdict(context["actor"], row)


@register.simple_tag
def standing(decision: Decision, actor: Actor) -> SafeString:
    """How a decision stands today: withdrawn, still to come, over, or in force."""
    if decision.withdrawn_on is not None and decision.withdrawn_on <= actor.today:
        return badge(_("withdrawn"), "bad")
    if decision.starts_on > actor.today:
        return badge(_("not yet valid"), "info")
    if decision.ends_on is not None and decision.ends_on <= actor.today:
        return badge(_("no longer valid"), "plain")
    return badge(_("valid"), "good")


@register.simple_tag(takes_context=True)
def compared(context: Context, actor: Actor, best: BestInterest) -> dict[str, Any]:
    """The options of a procedure as a table: criteria down, options across, each cell as far as the seat reaches."""
    pack, options = _pack(context), list(best.options.all())
    columns = [{"words": _words(pack, "care_types", option.care_type), "chosen": option.chosen} for option in options]
    lines = [
        {
            "label": label,
            "cells": [
                {"column": column["words"], "words": _cell(actor, option, name)}
                for option, column in zip(options, columns, strict=True)
            ],
        }
        for name, label in _CRITERIA.items()
    ]
    return {"columns": columns, "lines": lines}


def _cell(actor: Actor, option: Option, name: str) -> str:
    value = getattr(option, name)
    if not may_read(actor, option, name):
        return _("not shown to your role")
    if value is None or value == "":
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return shown(actor, option, name)
