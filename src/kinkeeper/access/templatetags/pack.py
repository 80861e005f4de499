"""The jurisdiction pack in words: its sections, what each entry says, and how long things take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kinkeeper.lib.calendars import Calendar
from kinkeeper.lib.packs import SECTIONS, Entry, Limit, Pack, Retention, Schedule, Step

register = template.Library()

_COUNTED = {
    "birth": gettext_lazy("after the birth"),
    "closing": gettext_lazy("after the last case was closed"),
    "end_as_carer": gettext_lazy("after caring ended"),
    "death": gettext_lazy("after a death in childhood"),
    "last_named": gettext_lazy("after the person was named last"),
}
_TITLES = {
    "retention": _("How long records are kept"),
    "limits": gettext_lazy("Ages, limits and times"),
    "schedules": gettext_lazy("What recurs"),
    "legal_statuses": gettext_lazy("Legal statuses"),
    "care_types": gettext_lazy("Types of care"),
    "exits": gettext_lazy("Why care ends"),
    "needs": gettext_lazy("Needs"),
    "reasons_for_change": gettext_lazy("Why a child moves"),
    "participation": gettext_lazy("How a child takes part in a review"),
    "providers": gettext_lazy("Who provides a place"),
    "consents": gettext_lazy("Consents"),
    "purposes": gettext_lazy("Purposes of sharing"),
    "grounds": gettext_lazy("Grounds for a separation"),
    "causes": gettext_lazy("Causes of a separation"),
    "domains": gettext_lazy("Parts of a child’s life"),
    "papers": gettext_lazy("Papers that are handed over"),
    "permanency": gettext_lazy("Where a child is to belong"),
    "separations": gettext_lazy("Why brothers and sisters live apart"),
}
# What a value says when it is not the usual one; a number or a list stands for %(value)s.
_SAYINGS = {
    "since": gettext_lazy("since %(value)s"),
    "until": gettext_lazy("until %(value)s"),
    "neutral": gettext_lazy("neutral code %(value)s"),
    "short_break": gettext_lazy("short break"),
    "days_limit": gettext_lazy("at most %(value)s days"),
    "family_based": gettext_lazy("family-based"),
    "family_like": gettext_lazy("family-like"),
    "temporary": gettext_lazy("temporary"),
    "under_three_ok": gettext_lazy("not for children below three"),
    "capacity": gettext_lazy("at most %(value)s children"),
    "youngest": gettext_lazy("from the age of %(value)s"),
    "below": gettext_lazy("below the age of %(value)s"),
    "final": gettext_lazy("final"),
    "present": gettext_lazy("present"),
    "heard": gettext_lazy("heard"),
    "own_from": gettext_lazy("own consent from the age of %(value)s"),
    "guardian": gettext_lazy("a responsible adult must agree"),
    "everybody": gettext_lazy("every responsible adult must agree"),
    "required_for": gettext_lazy("needed for: %(value)s"),
    "basis": gettext_lazy("on the basis of: %(value)s"),
    "consent": gettext_lazy("consent %(value)s"),
    "fields": gettext_lazy("at most: %(value)s"),
    "poverty": gettext_lazy("poverty, never the only ground"),
    "assessed": gettext_lazy("rated"),
    "critical": gettext_lazy("critical"),
    "required": gettext_lazy("required"),
    "for_statuses": gettext_lazy("for the statuses %(value)s"),
    "for_care": gettext_lazy("for the types of care %(value)s"),
    "for_kinds": gettext_lazy("for cases of: %(value)s"),
}
_WORDS = {
    "services": gettext_lazy("services"),
    "sharing": gettext_lazy("sharing"),
    "tracing": gettext_lazy("tracing"),
    "photo": gettext_lazy("photographs"),
    "letter": gettext_lazy("letters"),
    "export": gettext_lazy("export"),
    "media": gettext_lazy("publication"),
    "placement_decision": gettext_lazy("decision on a placement"),
    "legal_duty": gettext_lazy("legal duty"),
    "public_task": gettext_lazy("public task"),
    "vital_interest": gettext_lazy("vital interest"),
    "contract": gettext_lazy("contract"),
    "legitimate_interest": gettext_lazy("legitimate interest"),
    "code": gettext_lazy("code"),
    "name": gettext_lazy("name"),
    "birth": gettext_lazy("birth"),
    "contact": gettext_lazy("contact details"),
    "risk": gettext_lazy("risk"),
    "needs": gettext_lazy("needs"),
    "family": gettext_lazy("family"),
    "legal": gettext_lazy("legal status"),
    "placements": gettext_lazy("placements"),
    "plan": gettext_lazy("plan"),
    "health": gettext_lazy("health"),
    "school": gettext_lazy("school"),
    "story": gettext_lazy("life story"),
    "documents": gettext_lazy("documents"),
    "care": gettext_lazy("alternative care"),
    "family_strengthening": gettext_lazy("family strengthening"),
    "youth": gettext_lazy("support of a young person"),
}


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it."""

    code: str
    label: str
    value: str
    source: str
    verified: bool


@dataclass(frozen=True)
class Part:
    """One section with its name in the file, its title and its lines."""

    key: str
    title: str
    lines: list[Line]


@register.simple_tag
def pack_parts(pack: Pack) -> list[Part]:
    """The sections of a pack in words; a section without entries is left out."""
    return [
        Part(name, str(_TITLES[name]), [_line(entry) for entry in getattr(pack, name).values()])
        for name in SECTIONS
        if getattr(pack, name)
    ]


@register.simple_tag
def free_days(calendar: Calendar) -> str:
    """The weekend, the region of the holidays and the added days in one sentence."""
    days = [str(WEEKDAYS[day]) for day in sorted(calendar.weekend)]
    parts = [*days, *([calendar.region] if calendar.region else [_("no public holidays")])]
    return ", ".join([*parts, *(date_format(day) for day in sorted(calendar.extra))])


@register.filter
def how_long(value: int, unit: str) -> str:
    """A number with its unit: “20 working days”."""
    words = {
        "hours": lambda: ngettext("%(n)s hour", "%(n)s hours", value),
        "days": lambda: ngettext("%(n)s day", "%(n)s days", value),
        "working_days": lambda: ngettext("%(n)s working day", "%(n)s working days", value),
        "weeks": lambda: ngettext("%(n)s week", "%(n)s weeks", value),
        "months": lambda: ngettext("%(n)s month", "%(n)s months", value),
        "years": lambda: ngettext("%(n)s year", "%(n)s years", value),
        "children": lambda: ngettext("%(n)s child", "%(n)s children", value),
        "places": lambda: ngettext("%(n)s place", "%(n)s places", value),
        "members": lambda: ngettext("%(n)s member", "%(n)s members", value),
        "options": lambda: ngettext("%(n)s option", "%(n)s options", value),
        "yes": lambda: _("yes") if value else _("no"),
    }
    return words[unit]() % {"n": value} if unit != "yes" else words[unit]()


def _line(entry: Entry | Limit) -> Line:
    if isinstance(entry, Limit):
        return Line(entry.name, _(entry.label), how_long(entry.value, entry.unit), entry.source, entry.verified)
    if isinstance(entry, Retention):
        value = f"{how_long(entry.years, 'years')} {_COUNTED[entry.counted_from]}"
        return Line(entry.code, _(entry.label), value, entry.source, entry.verified)
    steps = [_step(step) for step in entry.steps] if isinstance(entry, Schedule) else []
    value = "; ".join([*steps, *_sayings(entry)])
    return Line(entry.code, _(entry.label), value, entry.source, entry.verified)


def _step(step: Step) -> str:
    words = {"length": how_long(step.within.value, step.within.unit)}
    said = _("every %(length)s") % words
    if step.times:
        said = ngettext("once within %(length)s", "%(n)s times within %(length)s", step.times) % {
            **words,
            "n": step.times,
        }
    if step.until is None:
        return said
    return _("%(step)s until %(length)s have passed") % {
        "step": said,
        "length": how_long(step.until.value, step.until.unit),
    }


def _sayings(entry: Entry) -> Iterator[str]:
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value == field.default or field.name in {"code", "label", "source", "verified", "steps", "about", "mode"}:
            continue
        if field.name == "planned":
            yield _("part of plans") if value else _("unplanned")
        elif isinstance(value, tuple):
            yield _SAYINGS[field.name] % {"value": ", ".join(str(_WORDS.get(one, one)) for one in value)}
        else:
            yield _SAYINGS[field.name] % {"value": value}
    if isinstance(entry, Schedule):
        yield _("on fixed days") if entry.mode == "grid" else _("counted from the last time")
