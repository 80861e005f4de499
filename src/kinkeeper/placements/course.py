"""What may follow what in the care of one child: days in order, one period of care at a time, a reason for each move."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.homes.models import Home
from kinkeeper.lib.guards import in_words, insist_on_a_lifetime, insist_on_the_past, known
from kinkeeper.lib.packs import CareType, Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode, PeriodOfCare


def insist_on_a_day_of_life(actor: Actor, child: Person, day: date, field: str) -> None:
    """Refuse a day that is still to come, or lies outside the child’s life."""
    insist_on_the_past(day, actor.today, field)
    insist_on_a_lifetime(day, child.born_from, child.died_on, field)


def insist_on_what_follows(last: Episode, day: date, field: str) -> None:
    """Refuse a day that does not come after the last change."""
    if day <= last.started_on:
        raise Refused(
            _("This must be after the last change, which was on %(day)s.") % {"day": in_words(last.started_on)},
            guard="G-TIME",
            field=field,
        )


def insist_on_no_other_care(pack: Pack, child: Person, day: date) -> None:
    """Refuse care that would overlap with other care of this child, or follow a final end of it."""
    before = PeriodOfCare.objects.filter(child=child)
    if before.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day)).exists():
        raise Refused(
            _("This child is in care at that time already. End that period of care, or move the child."),
            guard="G-OVERLAP",
            field="started_on",
        )
    final = [code for code, one in pack.exits.items() if one.final]
    ended = before.filter(exit__in=final).order_by("-ended_on").first()
    if ended is not None:
        raise Refused(
            _("Care ended for good: “%(exit)s”. It cannot begin again.")
            % {"exit": gettext(pack.exits[ended.exit].label)},
            guard="G-STEP",
        )


def insist_on_a_change(last: Episode, home: Home, care_type: str, *, same_carer: bool) -> None:
    """The same home is a move only where its type of care changes, and then the carer stays."""
    if last.placement.home_id != home.pk:
        return
    if care_type == last.placement.care_type:
        raise Refused(_("The child lives in this home already. Choose another one."), guard="G-STEP", field="home")
    if not same_carer:
        raise Refused(
            _("In the same home the carer stays. Say so, or choose another home."), guard="G-STEP", field="same_carer"
        )


def insist_on_a_reason(pack: Pack, last: Episode, to: CareType, leave_reason: str) -> None:
    """A move needs its reason; going to a temporary stay and coming back from one may do without."""
    came_from = pack.care_types.get(last.placement.care_type)
    if leave_reason:
        known(pack.reasons_for_change, leave_reason, "leave_reason")
    elif not to.temporary and not (came_from and came_from.temporary):
        raise Refused(_("Say why the child moves."), guard="G-REASON", field="leave_reason")
