"""How the page of a home says on what grounds it may care."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.translation import gettext as _

from kinkeeper.homes.models import Approval, BackgroundCheck
from kinkeeper.homes.queries import Resident, Standing
from kinkeeper.people.models import Person

register = template.Library()


@register.simple_tag
def care_words(standing: Standing, codes: Iterable[str]) -> str:
    """Forms of care in words, one after the other."""
    known = standing.care_types
    return ", ".join(_(known[code].label) if code in known else code for code in codes)


@register.simple_tag
def name_in(standing: Standing, person: Person) -> str:
    """What somebody of the home is called; who is out of sight stays unnamed."""
    return standing.name_of(person)


@register.simple_tag
def approval_state(approval: Approval, on: date) -> tuple[str, str]:
    """The state of an approval on a day, as (tone, words)."""
    if approval.starts_on > on:
        return "info", _("begins later")
    if not approval.holds(on):
        return "plain", _("ended")
    return ("bad", _("on hold")) if approval.on_hold(on) else ("good", _("in force"))


@register.simple_tag
def check_state(resident: Resident, on: date) -> tuple[str, str]:
    """Whether somebody’s background was checked, as (tone, words); for eyes that may read the result."""
    check = resident.check
    if not resident.is_adult:
        return "plain", _("a child: no check")
    if check is None:
        return "bad", _("no background check")
    if check.result != BackgroundCheck.Result.CLEAR:
        return "bad", _("a concern")
    return ("good", _("checked")) if check.ends_on > on else ("bad", _("the check ran out"))
