"""Words for pages that were read and deeds that were done, and whether the reader may go to what a record was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.book.before import verdict_on_reading
from kinkeeper.book.templatetags.book import DEEDS
from kinkeeper.journal.models import Entry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

register = template.Library()

PAGES: dict[str, str | _StrPromise] = {
    "child": _("page of the child"),
    "person": _("page of the person"),
    "family_picture": _("picture of the family"),
    "care_sheet": _("care sheet"),
    "family": _("page of the family"),
    "case": _("page of the case"),
    "home": _("page of the home"),
    "plan": _("plan"),
    "plan_sheet": _("sheet of the plan"),
    "plan_sheet_for_child": _("sheet of the plan for the child"),
    "review": _("review"),
    "review_sheet": _("sheet of the review"),
    "review_sheet_for_child": _("sheet of the review for the child"),
    "offer_of_an_assessment": _("offer of an assessment"),
    "assessment": _("assessment"),
    "compare_assessments": _("comparison of assessments"),
    "decisions": _("decisions"),
    "decision": _("decision"),
    "best_interest": _("best-interest assessment"),
    "referral": _("referral"),
    "registration": _("registration"),
    "shared": _("what was shared"),
    "share_sheet": _("sheet of what was shared"),
    "partner_referral": _("referral to a partner"),
    "transfer": _("transfer"),
    "open_document": _("document"),
    "consents": _("consents"),
    "person_before": _("what the record was before"),
    "case_before": _("what the case was before"),
    "unusual_reading": _("unusual reading"),
    "looks_of_a_reader": _("what a colleague read"),
}


@register.filter
def page_words(page: str) -> str:
    """The page that was read, in words; the form of a deed by its button."""
    known = PAGES.get(page) or (DEEDS[page][0] if page in DEEDS else page.replace("_", " "))
    return str(known)


@register.filter
def deed_said(entry: Entry) -> str:
    """A deed in words: as its button says, otherwise by its name."""
    name = entry.act.partition(".")[2]
    return str(DEEDS[name][0]) if name in DEEDS else name.replace("_", " ")


@register.simple_tag
def sees_before(actor: Actor, row: Model) -> bool:
    """Whether the reader may see what this record was before."""
    return bool(verdict_on_reading(actor, row))
