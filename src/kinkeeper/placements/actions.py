"""Deeds about where children live: care begins, a child moves, the legal ground changes, care ends; absences.

What must be so before a child lives somewhere is in `fit`; this module asks it, then writes.

Every deed on a period of care raises its version, so that of several workers who act on one child at the same moment
one wins and the others are told. The home a child goes to is locked with the deed, so that its last place is given once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen, one, seen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.decisions.models import Decision
from kinkeeper.families.queries import siblings_of
from kinkeeper.homes.models import Home
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.guards import (
    insist_on_age,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.people import actions as people
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import course, fit, guards
from kinkeeper.placements.fit import Intended
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.placements.policy import (
    may_bring_in_care_histories,
    may_change_legal_status,
    may_end_placement,
    may_move_child,
    may_place_siblings,
    may_record_return,
    may_report_absence,
    may_review_exemption,
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
    mitigation: str = "",
    exemption_review_on: date | None = None,
) -> PeriodOfCare:
    """Begin care: a period of care with its first stay and its first episode, whole or not at all."""
    law = _Law(legal_status_code, authority, order_number)
    intended = _intended(actor, child, home, started_on, care_type, exemption_review_on=exemption_review_on)
    return _begin(intended, law, need=need, mitigation=mitigation)


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
    mitigation: str = "",
    exemption_review_on: date | None = None,
) -> PeriodOfCare:
    """Move a child in care to another home (or to another type of care with the same carer), without a gap."""
    law = _Law(legal_status_code or "", authority, order_number)
    intended = _intended(
        actor, period.child, home, moved_on, care_type,
        last=_last(period), field="moved_on", exemption_review_on=exemption_review_on,
    )  # fmt: skip
    return _move(intended, period, law, leave_reason=leave_reason, same_carer=same_carer, mitigation=mitigation)


@bulk_act(may_place_siblings)
def place_siblings(
    actor: Actor,
    child: Person,
    *,
    siblings: Sequence[Person],
    home: Home,
    started_on: date,
    care_type: str,
    legal_status_code: str = "",
    leave_reason: str = "",
    authority: str = "",
    order_number: str = "",
    mitigation: str = "",
    exemption_review_on: date | None = None,
) -> list[PeriodOfCare]:
    """Bring brothers and sisters to live in one home on one day, all of them or none.

    Who is in care already moves (`leave_reason`), for the others care begins (`legal_status_code`).
    """
    group = [child, *_known_siblings(actor, child, siblings)]
    law = _Law(legal_status_code, authority, order_number)
    found = []
    for each in group:
        others = tuple(other for other in group if other != each)
        period = PeriodOfCare.objects.filter(child=each, ended_on__isnull=True).select_related("child").first()
        verdict = may_move_child(actor, period) if period else may_start_placement(actor, each)
        if not verdict:
            raise Refused(verdict.sentence, guard=verdict.guard)
        last = _last(period) if period else None
        intended = _intended(
            actor, each, home, started_on, care_type,
            last=last, together=others, exemption_review_on=exemption_review_on,
        )  # fmt: skip
        if period:
            found.append(_move(intended, period, _Law(), leave_reason=leave_reason, mitigation=mitigation))
        else:
            found.append(_begin(intended, law, mitigation=mitigation))
    return found


@act(may_review_exemption)
def review_exemption(actor: Actor, placement: Placement, *, exemption_review_on: date | None = None) -> Placement:
    """Look again at brothers and sisters who are more than a home may take: until when that goes on, or that it ended."""
    period = placement.period
    intended = _intended(
        actor, period.child, placement.home, actor.today, placement.care_type, last=_last(period),
        exemption_review_on=exemption_review_on, field="exemption_review_on",
    )  # fmt: skip
    if intended.over_capacity:
        for objection in fit.a_place(intended):
            raise objection
    return write(placement, exemption_review_on=exemption_review_on if intended.over_capacity else None)


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
    child, last = period.child, _last(period)
    course.insist_on_a_day_of_life(actor, child, changed_on, "changed_on")
    course.insist_on_what_follows(last, changed_on, "changed_on")
    if legal_status_code == last.legal_status.status:
        raise Refused(_("This is the legal status the child has already."), guard="G-STEP", field="legal_status_code")
    with guards.as_refusals():
        status = _legal_status(actor, child, changed_on, _Law(legal_status_code, authority, order_number))
        Episode.objects.create(
            period=period, started_on=changed_on, reason=Reason.LEGAL, placement=last.placement, legal_status=status
        )
    return write(period)


@act(may_end_placement)
def end_placement(actor: Actor, period: PeriodOfCare, *, ended_on: date, exit: str) -> PeriodOfCare:  # noqa: A002
    """End care. Final: a child who returns begins a new period of care, so that history stays true."""
    pack, child, last = pack_in_force(), period.child, _last(period)
    reason = known(pack.exits, exit, "exit")
    course.insist_on_a_day_of_life(actor, child, ended_on, "ended_on")
    course.insist_on_what_follows(last, ended_on, "ended_on")
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
    """Record that a child in care is missing or away since a day; the placement goes on and nobody has moved.

    A child may go missing from hospital or boarding school, so only absences of the same sort exclude each other.
    """
    insist_on_choice(Absence.Kind.values, kind, "kind")
    course.insist_on_a_day_of_life(actor, child, started_on, "started_on")
    in_care = PeriodOfCare.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=started_on), child=child, started_on__lte=started_on
    )
    if not in_care.exists():
        raise Refused(_("The child was not in care on that day."), guard="G-TIME", field="started_on")
    alike = Absence.GONE if kind in Absence.GONE else set(Absence.Kind.values) - Absence.GONE
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=started_on)
    others = Absence.objects.filter(lasting, child=child, kind__in=alike)
    if others.exists():
        raise Refused(
            _("Another absence lasts until that day or later. Record the return first."), guard="G-OVERLAP",
            field="started_on",
        )  # fmt: skip
    with guards.as_refusals():
        return Absence.objects.create(child=child, kind=kind, started_on=started_on)


@act(may_record_return)
def record_return(actor: Actor, absence: Absence, *, ended_on: date) -> Absence:
    """Record that a child who was missing or away is back."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    sentence = _("The child was away from %(day)s. The return cannot be earlier.")
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
        Placement.objects.bulk_create(with_keys(placements), batch_size=500)
        within = {row.period.pk for row in placements} | {row.period.pk for row in episodes}
        if PeriodOfCare.objects.filter(pk__in=within).exclude(child__unit=unit).exists():
            raise Unseen
        # The first of a period goes first: the guards look at each row as it comes.
        Episode.objects.bulk_create(with_keys(sorted(episodes, key=lambda row: row.started_on)), batch_size=500)
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


@dataclass(frozen=True)
class _Law:
    """On what legal ground; an empty code keeps the one that holds."""

    code: str = ""
    authority: str = ""
    order_number: str = ""


def _intended(
    actor: Actor,
    child: Person,
    home: Home,
    day: date,
    care_type: str,
    *,
    last: Episode | None = None,
    field: str = "started_on",
    together: tuple[Person, ...] = (),
    exemption_review_on: date | None = None,
) -> Intended:
    pack = pack_in_force()
    care = known(pack.care_types, care_type, "care_type")
    return Intended(actor, pack, child, home, day, care, together, exemption_review_on, last, field)


def _known_siblings(actor: Actor, child: Person, siblings: Sequence[Person]) -> list[Person]:
    """The chosen brothers and sisters as they are now, if the actor sees them and they are known as such."""
    if not siblings:
        raise Refused(_("Choose the brothers and sisters who come along."), guard="G-SIB", field="siblings")
    kin = {one.person.pk for one in siblings_of(actor, child) if one.person is not None}
    found = []
    for sibling in sorted(siblings, key=lambda one: one.pk):
        if sibling.pk not in kin:
            sentence = _("%(sibling)s is not recorded as a brother or sister of %(name)s.")
            words = {"sibling": sibling.name, "name": child.name}
            raise Refused(sentence % words, guard="G-SIB", field="siblings")
        # Locked by key alone, as the gate does: a scope may join tables that cannot be locked.
        Person.objects.select_for_update(no_key=True).filter(pk=sibling.pk).first()
        found.append(one(seen(actor, Person), pk=sibling.pk))
    return found


def _begin(intended: Intended, law: _Law, *, need: str = "", mitigation: str = "") -> PeriodOfCare:
    """Care begins with a stay against which nothing speaks."""
    pack, child, day = intended.pack, intended.child, intended.day
    course.insist_on_a_day_of_life(intended.actor, child, day, intended.day_field)
    if need:
        known(pack.needs, need, "need")
    if intended.care.temporary:
        raise Refused(
            _("A temporary stay cannot begin care. Record where the child came to live."), guard="G-STEP",
            field="care_type",
        )  # fmt: skip
    course.insist_on_no_other_care(pack, child, day)
    known(pack.legal_statuses, law.code, "legal_status_code")
    fit.insist_on_a_fit(intended)
    with guards.as_refusals():
        period = PeriodOfCare.objects.create(child=child, started_on=day, need=need)
        stay = _stay(intended, period, mitigation)
        status = _legal_status(intended.actor, child, day, law)
        Episode.objects.create(
            period=period, started_on=day, reason=Reason.STARTED, placement=stay, legal_status=status
        )
    return period


def _move(
    intended: Intended,
    period: PeriodOfCare,
    law: _Law,
    *,
    leave_reason: str = "",
    same_carer: bool = False,
    mitigation: str = "",
) -> PeriodOfCare:
    """A child in care moves to a stay against which nothing speaks."""
    pack, child, day, last = intended.pack, intended.child, intended.day, intended.last
    assert last is not None
    course.insist_on_a_day_of_life(intended.actor, child, day, intended.day_field)
    course.insist_on_what_follows(last, day, intended.day_field)
    course.insist_on_a_change(last, intended.home, intended.care.code, same_carer=same_carer)
    course.insist_on_a_reason(pack, last, intended.care, leave_reason)
    changes_law = law.code not in {"", last.legal_status.status}
    if changes_law:
        known(pack.legal_statuses, law.code, "legal_status_code")
    fit.insist_on_a_fit(intended)
    with guards.as_refusals():
        write(last.placement, leave_reason=leave_reason)
        stay = _stay(intended, period, mitigation)
        status = _legal_status(intended.actor, child, day, law) if changes_law else last.legal_status
        reason = _what_changed(legal=status.pk != last.legal_status_id, same_carer=same_carer)
        Episode.objects.create(period=period, started_on=day, reason=reason, placement=stay, legal_status=status)
    return write(period)


def _stay(intended: Intended, period: PeriodOfCare, mitigation: str) -> Placement:
    """The new stay, with the decision that it rests on and what was said about it."""
    decision = intended.rests_on
    return Placement.objects.create(
        period=period,
        home=intended.home,
        care_type=intended.care.code,
        decision=decision,
        planned=decision is None or decision.kind != Decision.Kind.EMERGENCY,
        mitigation=mitigation.strip(),
        exemption_review_on=intended.exemption_review_on if intended.over_capacity else None,
    )


def _what_changed(*, legal: bool, same_carer: bool) -> str:
    if same_carer:
        return Reason.LEGAL_SAME_CARER if legal else Reason.SAME_CARER
    return Reason.BOTH if legal else Reason.PLACEMENT


def _legal_status(actor: Actor, child: Person, day: date, law: _Law) -> LegalStatus:
    """The legal status from that day on: the one that holds already if it is the same, else a new one."""
    known(pack_in_force().legal_statuses, law.code, "legal_status_code")
    holds = LegalStatus.objects.filter(person=child, starts_on__lte=day).order_by("-starts_on").first()
    lasts = holds is not None and (holds.ends_on is None or holds.ends_on > day)
    if holds is not None and lasts and holds.status == law.code and law.order_number in {"", holds.order_number}:
        return holds
    return people.record_legal_status(
        actor, child, status=law.code, starts_on=day, authority=law.authority, order_number=law.order_number
    )
