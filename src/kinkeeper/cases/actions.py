"""Deeds on cases: a child is taken in, a worker becomes responsible, contacts are recorded, a case closes and opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, User, pack_in_force
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.cases.policy import (
    WORKERS,
    may_assess_risk,
    may_assign_worker,
    may_bring_in_cases,
    may_close_case,
    may_open_case,
    may_pass_on_case,
    may_record_contact,
    may_reopen_case,
    may_take_in_child,
)
from kinkeeper.cases.queries import workers_of
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.guards import (
    insist_on_a_lifetime,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
)
from kinkeeper.lib.objections import objection_to
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.lib.steps import move
from kinkeeper.people import actions as people
from kinkeeper.people.models import Person, Sex


@act(may_take_in_child)
def take_in_child(
    actor: Actor,
    unit: Unit,
    *,
    opened_on: date,
    given: str = "",
    middle: str = "",
    family: str = "",
    birth: PartialDate | None = None,
    sex: str = Sex.UNKNOWN,
    kind: str = Case.Kind.CARE,
    refuse_likeness: bool = False,
) -> Case:
    """Register a child and open the case in one deed; a caseworker who takes a child in becomes its worker."""
    child = people.register_person(
        actor,
        unit,
        given=given,
        middle=middle,
        family=family,
        birth=birth,
        sex=sex,
        refuse_likeness=refuse_likeness,
    )
    return _begin(actor, child, unit, kind, opened_on)


@act(may_open_case)
def open_case(actor: Actor, child: Person, *, opened_on: date, kind: str = Case.Kind.CARE) -> Case:
    """Open a case for somebody whose record is here already."""
    if Case.objects.filter(child=child, closed_on=None).exists():
        raise Refused(_("This child has an open case already."), guard="G-OVERLAP")
    return _begin(actor, child, child.unit, kind, opened_on)


@act(may_assign_worker)
def assign_worker(actor: Actor, case: Case, *, worker: User, starts_on: date, reason: str = "") -> Case:
    """Make somebody responsible for a case from a day on; who was it before stays in the history."""
    if worker.pk == case.worker_id:
        raise Refused(_("This worker is responsible already."), guard="G-STEP", field="worker")
    if not workers_of(actor, case.unit_id).filter(pk=worker.pk).exists():
        raise Refused(_("This person is not a caseworker of the unit."), guard="G-SEAT", field="worker")
    insist_on_the_past(starts_on, actor.today, "starts_on")
    insist_on_order(starts_on, case.opened_on, _("The case was opened on %(day)s."), "starts_on")
    _insist_on_room(worker, case)
    now = Assignment.objects.filter(case=case, ends_on__isnull=True).first()
    if now is not None:
        sentence = _("The present worker is responsible since %(day)s. Choose that day or a later one.")
        insist_on_order(starts_on, now.starts_on, sentence, "starts_on")
        write(now, ends_on=starts_on)
    Assignment.objects.create(case=case, worker=worker, starts_on=starts_on, reason=reason)
    return write(case, worker=worker)


@act(may_record_contact)
def record_contact(
    actor: Actor,
    case: Case,
    *,
    kind: str,
    happened_on: date,
    seen: str,
    place: str = "",
    present: str = "",
    note: str = "",
    child_said: str = "",
) -> Contact:
    """Record a visit, call or meeting. Only a visit in which the child was seen counts as a visit that was due."""
    insist_on_choice(Contact.Kind.values, kind, "kind")
    insist_on_choice(Contact.Seen.values, seen, "seen")
    insist_on_the_past(happened_on, actor.today, "happened_on")
    insist_on_a_lifetime(happened_on, case.child.born_from, case.child.died_on, "happened_on")
    return Contact.objects.create(
        case=case,
        kind=kind,
        happened_on=happened_on,
        seen=seen,
        place=place.strip(),
        present=present.strip(),
        note=note.strip(),
        child_said=child_said.strip(),
        by_id=actor.user_id,
    )


@act(may_assess_risk)
def assess_risk(actor: Actor, case: Case, *, risk: str) -> Case:
    """Say how great the risk to the child is; visits are due the sooner, the higher it is."""
    insist_on_choice([risk for risk in Case.Risk.values if risk], risk, "risk")
    return write(case, risk=risk)


@act(may_close_case)
def close_case(actor: Actor, case: Case, *, closed_on: date, close_reason: str) -> Case:
    """Close a case before a plan is in force: nobody is responsible any more. It can be opened again."""
    # Whoever begins care at this moment holds the child: wait for them, then ask once more.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=case.child_id)
    if objection := objection_to("close_case", case):
        raise Refused(objection, guard="G-CLOSE")
    if not close_reason.strip():
        raise Refused(_("Say why the case is closed."), guard="G-REASON", field="close_reason")
    insist_on_the_past(closed_on, actor.today, "closed_on")
    insist_on_order(closed_on, case.opened_on, _("The case was opened on %(day)s."), "closed_on")
    now = Assignment.objects.filter(case=case, ends_on__isnull=True).first()
    if now is not None:
        sentence = _("The present worker is responsible only since %(day)s.")
        insist_on_order(closed_on, now.starts_on, sentence, "closed_on")
        write(now, ends_on=closed_on)
    return move(case, Case.State.CLOSED, closed_on=closed_on, close_reason=close_reason.strip())


@act(may_reopen_case)
def reopen_case(actor: Actor, case: Case, *, reopened_on: date) -> Case:
    """Open a closed case again with a new assessment; its last worker is responsible again if they still work here."""
    insist_on_the_past(reopened_on, actor.today, "reopened_on")
    assert case.closed_on is not None, "a_closed_case_has_its_day"
    insist_on_order(reopened_on, case.closed_on, _("The case was closed on %(day)s."), "reopened_on")
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=case.child_id)
    if Case.objects.filter(child=case.child_id, closed_on=None).exists():
        raise Refused(_("This child has another open case. Go on with that one."), guard="G-OVERLAP")
    worker = workers_of(actor, case.unit_id).filter(pk=case.worker_id).first() if case.worker_id else None
    if worker is not None:
        Assignment.objects.create(case=case, worker=worker, starts_on=reopened_on)
    return move(case, Case.State.ASSESSMENT, closed_on=None, close_reason="", worker=worker)


@act(may_pass_on_case)
def pass_on_case(actor: Actor, case: Case, *, unit: Unit | None = None, worker: User | None = None) -> Case:
    """Close a case whose transfer was accepted; where it goes to a unit of ours, begin its case there with this worker.

    Answers the new case, or the closed one where it went to another organisation. The child must have moved already.
    """
    now = Assignment.objects.filter(case=case, ends_on__isnull=True).first()
    if now is not None:
        write(now, ends_on=max(actor.today, now.starts_on))
    closed = move(case, Case.State.CLOSED, closed_on=actor.today, close_reason=Case.CloseReason.PASSED_ON)
    if unit is None or worker is None:
        return closed
    if not workers_of(actor, unit.pk).filter(pk=worker.pk).exists():
        raise Refused(_("This person is not a caseworker of the unit."), guard="G-ACCEPT", field="worker")
    begun = Case(
        child=case.child,
        family=case.family,
        unit=unit,
        worker=worker,
        kind=case.kind,
        risk=case.risk,
        opened_on=actor.today,
    )
    _insist_on_room(worker, begun)
    begun.save(force_insert=True)
    Assignment.objects.create(case=begun, worker=worker, starts_on=actor.today)
    return begun


@bulk_act(may_bring_in_cases)
def bring_in_cases(
    actor: Actor,
    unit: Unit,
    *,
    cases: Sequence[Case] = (),
    assignments: Sequence[Assignment] = (),
    contacts: Sequence[Contact] = (),
    changes: Sequence[tuple[Row, dict[str, Any]]] = (),
) -> list[Row]:
    """Bring in cases, their workers and contacts as another system kept them, and changes to rows that are here."""
    for row in (*cases, *(row for row, _values in changes)):
        if row.unit_id != unit.pk:  # type: ignore[attr-defined]  # every row of this room says its unit
            raise Unseen
    for row, values in changes:
        write(row, **values)
    Case.objects.bulk_create(cases, batch_size=500)
    within = {row.case.pk for row in assignments} | {row.case.pk for row in contacts}
    if Case.objects.filter(pk__in=within).exclude(unit=unit).exists():
        raise Unseen
    Assignment.objects.bulk_create(assignments, batch_size=500)
    Contact.objects.bulk_create(contacts, batch_size=500)
    return [*cases, *(row for row, _values in changes)]


def _begin(actor: Actor, child: Person, unit: Unit, kind: str, opened_on: date) -> Case:
    insist_on_choice(Case.Kind.values, kind, "kind")
    insist_on_the_past(opened_on, actor.today, "opened_on")
    insist_on_a_lifetime(opened_on, child.born_from, child.died_on, "opened_on")
    takes_it = actor.user_id is not None and actor.sits_any(WORKERS, unit.pk)
    worker = User.objects.get(pk=actor.user_id) if takes_it else None  # type: ignore[misc]  # not None if it takes it
    case = Case(child=child, unit=unit, worker=worker, kind=kind, opened_on=opened_on)
    if worker is not None:
        _insist_on_room(worker, case)
    case.save(force_insert=True)
    if worker is not None:
        Assignment.objects.create(case=case, worker=worker, starts_on=opened_on)
    return case


def _insist_on_room(worker: User, case: Case) -> None:
    """Nobody carries more children than the pack allows."""
    # Two cases given to one worker at the same moment: the second waits here and counts the first.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.pk)
    limit = pack_in_force().limit("caseload")
    # All of them count, also those in units that the actor does not see.
    carried = Case.objects.filter(worker=worker, closed_on=None).exclude(pk=case.pk).count()
    if carried >= limit.value:
        raise Refused(
            _("%(worker)s is responsible for %(carried)s children already; %(limit)s is the limit (%(source)s).")
            % {"worker": worker.name, "carried": carried, "limit": limit.value, "source": limit.source},
            guard="G-CASELOAD",
            field="worker",
        )
