"""Deeds about where children live: care begins, a child moves, the legal ground changes, care ends; absences.

Every deed on a period of care raises its version, so that of several workers who act on one child at the same moment
one wins and the others are told. The home a child goes to is locked with the deed, so that its last place is given once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.homes.models import Home
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.guards import (
    in_words,
    insist_on_a_lifetime,
    insist_on_age,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.packs import CareType, Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.people import actions as people
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import guards
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.placements.policy import (
    may_bring_in_care_histories,
    may_change_legal_status,
    may_end_placement,
    may_move_child,
    may_record_return,
    may_report_absence,
    may_start_placement,
)

Reason = Episode.Reason


@act(may_start_placement)
def start_placement(
    actor: Actor,
    child: Person,
    *,
    home: Home,
    started_on: date,
    care_type: str,
    legal_status_code: str,
    need: str = "",
    authority: str = "",
    order_number: str = "",
) -> PeriodOfCare:
    """Begin care: a period of care with its first stay and its first episode, whole or not at all."""
    pack = pack_in_force()
    _insist_on_a_day_of_life(actor, child, started_on, "started_on")
    if need:
        known(pack.needs, need, "need")
    if known(pack.care_types, care_type, "care_type").temporary:
        raise Refused(
            _("A temporary stay cannot begin care. Record where the child came to live."), guard="G-STEP",
            field="care_type",
        )  # fmt: skip
    _insist_on_no_other_care(pack, child, started_on)
    _insist_on_a_fit(pack, child, home, care_type, started_on, "started_on")
    with guards.as_refusals():
        period = PeriodOfCare.objects.create(child=child, started_on=started_on, need=need)
        stay = Placement.objects.create(period=period, home=home, care_type=care_type)
        status = _legal_status(actor, pack, child, legal_status_code, started_on, authority, order_number)
        Episode.objects.create(
            period=period, started_on=started_on, reason=Reason.STARTED, placement=stay, legal_status=status
        )
    return period


@act(may_move_child)
def move_child(
    actor: Actor,
    period: PeriodOfCare,
    *,
    home: Home,
    moved_on: date,
    care_type: str,
    leave_reason: str = "",
    same_carer: bool = False,
    legal_status_code: str | None = None,
    authority: str = "",
    order_number: str = "",
) -> PeriodOfCare:
    """Move a child in care to another home (or to another type of care with the same carer), without a gap."""
    pack, child, last = pack_in_force(), period.child, _last(period)
    _insist_on_a_day_of_life(actor, child, moved_on, "moved_on")
    _insist_on_what_follows(last, moved_on, "moved_on")
    _insist_on_a_change(last, home, care_type, same_carer=same_carer)
    _insist_on_a_reason(pack, last, care_type, leave_reason)
    _insist_on_a_fit(pack, child, home, care_type, moved_on, "moved_on")
    with guards.as_refusals():
        write(last.placement, leave_reason=leave_reason)
        stay = Placement.objects.create(period=period, home=home, care_type=care_type)
        status = last.legal_status
        if legal_status_code and legal_status_code != status.status:
            status = _legal_status(actor, pack, child, legal_status_code, moved_on, authority, order_number)
        reason = _what_changed(legal=status.pk != last.legal_status_id, same_carer=same_carer)
        Episode.objects.create(period=period, started_on=moved_on, reason=reason, placement=stay, legal_status=status)
    return write(period)


@act(may_change_legal_status)
def change_legal_status(
    actor: Actor,
    period: PeriodOfCare,
    *,
    legal_status_code: str,
    changed_on: date,
    authority: str = "",
    order_number: str = "",
) -> PeriodOfCare:
    """Record a new legal ground for care; the child stays where they are."""
    pack, child, last = pack_in_force(), period.child, _last(period)
    _insist_on_a_day_of_life(actor, child, changed_on, "changed_on")
    _insist_on_what_follows(last, changed_on, "changed_on")
    if legal_status_code == last.legal_status.status:
        raise Refused(_("This is the legal status the child has already."), guard="G-STEP", field="legal_status_code")
    with guards.as_refusals():
        status = _legal_status(actor, pack, child, legal_status_code, changed_on, authority, order_number)
        Episode.objects.create(
            period=period, started_on=changed_on, reason=Reason.LEGAL, placement=last.placement, legal_status=status
        )
    return write(period)


@act(may_end_placement)
def end_placement(actor: Actor, period: PeriodOfCare, *, ended_on: date, exit: str) -> PeriodOfCare:  # noqa: A002
    """End care. Final: a child who returns begins a new period of care, so that history stays true."""
    pack, child, last = pack_in_force(), period.child, _last(period)
    reason = known(pack.exits, exit, "exit")
    _insist_on_a_day_of_life(actor, child, ended_on, "ended_on")
    _insist_on_what_follows(last, ended_on, "ended_on")
    insist_on_age(child.age(ended_on), reason.youngest, reason.below, "exit")
    if known(pack.care_types, last.placement.care_type, "exit").temporary:
        raise Refused(
            _("Care does not end during a temporary stay. Record first where the child went back to."), guard="G-STEP"
        )
    status = last.legal_status
    if status.ends_on is None:
        people.end_legal_status(actor, status, ended_on=ended_on)
    with guards.as_refusals():
        return write(period, ended_on=ended_on, exit=exit)


@act(may_report_absence)
def report_absence(actor: Actor, child: Person, *, kind: str, started_on: date) -> Absence:
    """Record that a child in care is missing, or away without permission, since a day; the placement goes on."""
    insist_on_choice(Absence.Kind.values, kind, "kind")
    _insist_on_a_day_of_life(actor, child, started_on, "started_on")
    in_care = PeriodOfCare.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=started_on), child=child, started_on__lte=started_on
    )
    if not in_care.exists():
        raise Refused(_("The child was not in care on that day."), guard="G-TIME", field="started_on")
    others = Absence.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=started_on), child=child)
    if others.exists():
        raise Refused(
            _("Another absence lasts until that day or later. Record the return first."), guard="G-OVERLAP",
            field="started_on",
        )  # fmt: skip
    with guards.as_refusals():
        return Absence.objects.create(child=child, kind=kind, started_on=started_on)


@act(may_record_return)
def record_return(actor: Actor, absence: Absence, *, ended_on: date) -> Absence:
    """Record that a missing child is back."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    sentence = _("The child was missing from %(day)s. The return cannot be earlier.")
    insist_on_order(ended_on, absence.started_on, sentence, "ended_on")
    return write(absence, ended_on=ended_on)


@bulk_act(may_bring_in_care_histories)
def bring_in_care_histories(
    actor: Actor,
    unit: Unit,
    *,
    periods: Sequence[PeriodOfCare] = (),
    placements: Sequence[Placement] = (),
    episodes: Sequence[Episode] = (),
    absences: Sequence[Absence] = (),
    extended: Sequence[PeriodOfCare] = (),
    changes: Sequence[tuple[Row, dict[str, Any]]] = (),
) -> list[Row]:
    """Bring in care histories that somebody else has judged: new rows, and changes to rows that are here already.

    `extended` are periods whose first day changes: their episodes are written anew, so `episodes` holds all of them.
    The guards of the database hold for every row.
    """
    for row in (*periods, *absences, *extended, *(row for row, _values in changes)):
        if row.unit_id != unit.pk:  # type: ignore[attr-defined]  # every row of this room says its unit
            raise Unseen
    with guards.as_refusals():
        Episode.objects.filter(period__in=[period.pk for period in extended]).delete()
        for row, values in changes:
            write(row, **values)
        PeriodOfCare.objects.bulk_create(periods, batch_size=500)
        Placement.objects.bulk_create(placements, batch_size=500)
        within = {row.period.pk for row in placements} | {row.period.pk for row in episodes}
        if PeriodOfCare.objects.filter(pk__in=within).exclude(child__unit=unit).exists():
            raise Unseen
        # The first of a period goes first: the guards look at each row as it comes.
        Episode.objects.bulk_create(sorted(episodes, key=lambda row: row.started_on), batch_size=500)
        Absence.objects.bulk_create(absences, batch_size=500)
    return [*periods, *absences, *(row for row, _values in changes)]


# ---- what the deeds insist on ----------------------------------------------------------------------------------------


def _last(period: PeriodOfCare) -> Episode:
    """The episode that holds now. A period of care always has one; a broken one is a fault, not a refusal."""
    rows = Episode.objects.filter(period=period).select_related("placement__home", "legal_status")
    last = rows.order_by("-started_on").first()
    if last is None:
        raise RuntimeError(f"The period of care {period.code} has no episode. Run “kinkeeper check”.")
    return last


def _insist_on_a_day_of_life(actor: Actor, child: Person, day: date, field: str) -> None:
    insist_on_the_past(day, actor.today, field)
    insist_on_a_lifetime(day, child.born_from, child.died_on, field)


def _insist_on_what_follows(last: Episode, day: date, field: str) -> None:
    if day <= last.started_on:
        raise Refused(
            _("This must be after the last change, which was on %(day)s.") % {"day": in_words(last.started_on)},
            guard="G-TIME",
            field=field,
        )


def _insist_on_no_other_care(pack: Pack, child: Person, day: date) -> None:
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


def _insist_on_a_change(last: Episode, home: Home, care_type: str, *, same_carer: bool) -> None:
    """The same home is a move only where its type of care changes, and then the carer stays."""
    if last.placement.home_id != home.pk:
        return
    if care_type == last.placement.care_type:
        raise Refused(_("The child lives in this home already. Choose another one."), guard="G-STEP", field="home")
    if not same_carer:
        raise Refused(
            _("In the same home the carer stays. Say so, or choose another home."), guard="G-STEP", field="same_carer"
        )


def _insist_on_a_reason(pack: Pack, last: Episode, care_type: str, leave_reason: str) -> None:
    """A move needs its reason; going to a temporary stay and coming back from one may do without."""
    to = known(pack.care_types, care_type, "care_type")
    came_from = pack.care_types.get(last.placement.care_type)
    if leave_reason:
        known(pack.reasons_for_change, leave_reason, "leave_reason")
    elif not to.temporary and not (came_from and came_from.temporary):
        raise Refused(_("Say why the child moves."), guard="G-REASON", field="leave_reason")


def _insist_on_a_fit(pack: Pack, child: Person, home: Home, care_type: str, day: date, field: str) -> None:
    """The home is open, takes this age, has a place from that day on; the type of care suits a child so young."""
    care, age = known(pack.care_types, care_type, "care_type"), child.age(day)
    _insist_on_an_open_home(home, day, field)
    _insist_on_a_suitable_age(pack, home, care, age)
    if home.capacity is None:
        return
    taken = Episode.objects.most_together(home, day, without=child)
    if taken >= home.capacity:
        raise Refused(
            _("No place is free in %(home)s on that day or later: %(taken)s of %(places)s are taken.")
            % {"home": home.name, "taken": taken, "places": home.capacity},
            guard="G-CAP",
            field="home",
        )


def _insist_on_an_open_home(home: Home, day: date, field: str) -> None:
    if home.closed_on is not None:
        sentence = _("%(home)s closed on %(day)s. Choose another home.")
        raise Refused(sentence % {"home": home.name, "day": in_words(home.closed_on)}, guard="G-CAP", field="home")
    if home.opened_on is not None and day < home.opened_on:
        sentence = _("%(home)s opened only on %(day)s.")
        raise Refused(sentence % {"home": home.name, "day": in_words(home.opened_on)}, guard="G-CAP", field=field)


def _insist_on_a_suitable_age(pack: Pack, home: Home, care: CareType, age: int | None) -> None:
    if age is None:
        return
    least = pack.limit("under_three").value
    if age < least and not care.under_three_ok:
        raise Refused(
            _("A child under %(age)s lives in a family. “%(care_type)s” is not for so young a child.")
            % {"age": least, "care_type": gettext(care.label)},
            guard="G-U3",
            field="care_type",
        )
    if age < care.youngest:
        raise Refused(
            _("“%(care_type)s” is possible from the age of %(age)s.")
            % {"age": care.youngest, "care_type": gettext(care.label)},
            guard="G-AGE",
            field="care_type",
        )
    too_young = home.age_from is not None and age < home.age_from
    if too_young or (home.age_to is not None and age > home.age_to):
        raise Refused(
            _("%(home)s takes children of another age; this child is %(age)s.") % {"home": home.name, "age": age},
            guard="G-CAP",
            field="home",
        )


def _what_changed(*, legal: bool, same_carer: bool) -> str:
    if same_carer:
        return Reason.LEGAL_SAME_CARER if legal else Reason.SAME_CARER
    return Reason.BOTH if legal else Reason.PLACEMENT


def _legal_status(
    actor: Actor, pack: Pack, child: Person, code: str, day: date, authority: str, order_number: str
) -> LegalStatus:
    """The legal status from that day on: the one that holds already if it is the same, else a new one."""
    known(pack.legal_statuses, code, "legal_status_code")
    holds = LegalStatus.objects.filter(person=child, starts_on__lte=day).order_by("-starts_on").first()
    lasts = holds is not None and (holds.ends_on is None or holds.ends_on > day)
    if holds is not None and lasts and holds.status == code and order_number in {"", holds.order_number}:
        return holds
    return people.record_legal_status(
        actor, child, status=code, starts_on=day, authority=authority, order_number=order_number
    )
