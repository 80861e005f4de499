"""Deeds on cases: a child is taken in, a worker becomes responsible, contacts and tasks are recorded, a case ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Role, Unit, User, pack_in_force
from kinkeeper.cases.models import Assignment, Case, Conference, Contact, Death, Task, Tracing
from kinkeeper.cases.policy import (
    may_add_task,
    may_assess_risk,
    may_assign_worker,
    may_bring_in_cases,
    may_close_case,
    may_drop_task,
    may_end_tracing,
    may_finish_task,
    may_hold_conference,
    may_mark_duplicate,
    may_open_case,
    may_open_tracing,
    may_pass_on_case,
    may_record_contact,
    may_record_death,
    may_reopen_case,
    may_take_in_child,
)
from kinkeeper.cases.queries import WORKERS, task_owners_of, workers_of
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
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
    birth_by: str = "",
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
        birth_by=birth_by,
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
    purpose: str = "",
    home_conditions: str = "",
    carer_needs: str = "",
    next_steps: str = "",
) -> Contact:
    """Record a visit, call or meeting. Only a visit in which the child was seen counts as a visit that was due."""
    insist_on_choice(Contact.Kind.values, kind, "kind")
    insist_on_choice(Contact.Seen.values, seen, "seen")
    insist_on_choice(Contact.Purpose.values, purpose, "purpose")
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
        purpose=purpose,
        home_conditions=home_conditions.strip(),
        carer_needs=carer_needs.strip(),
        next_steps=next_steps.strip(),
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


@act(may_hold_conference)
def hold_conference(
    actor: Actor, case: Case, *, held_on: date, present: str, discussed: str, agreed: str, child_present: bool = False
) -> Conference:
    """Record a case conference: who sat together, what was discussed, what was agreed."""
    insist_on_the_past(held_on, actor.today, "held_on")
    insist_on_a_lifetime(held_on, case.child.born_from, case.child.died_on, "held_on")
    words = {"present": present, "discussed": discussed, "agreed": agreed}
    _insist_on_words(words)
    return Conference.objects.create(
        case=case,
        held_on=held_on,
        child_present=child_present,
        by_id=actor.user_id,
        **{name: text.strip() for name, text in words.items()},
    )


@act(may_add_task)
def add_task(actor: Actor, case: Case, *, title: str, due_on: date, owner: User | None = None) -> Task:
    """Note something that is to be done until a day; without an owner by whoever is the worker of the case then."""
    _insist_on_words({"title": title})
    if due_on < actor.today:
        raise Refused(_("This day has passed. Choose today or a day to come."), guard="G-TIME", field="due_on")
    if owner is not None and not task_owners_of(actor, case).filter(pk=owner.pk).exists():
        raise Refused(_("This person does not see the case."), guard="G-SEAT", field="owner")
    # The worker is no owner by name: who takes over the case takes over its tasks.
    mine = owner if owner is not None and owner.pk != case.worker_id else None
    return Task.objects.create(case=case, title=title.strip(), due_on=due_on, owner=mine)


@act(may_finish_task)
def finish_task(actor: Actor, task: Task, *, done_on: date, outcome: str = "") -> Task:
    """Note that a task is done, and what came of it."""
    insist_on_the_past(done_on, actor.today, "done_on")
    insist_on_order(done_on, task.case.opened_on, _("The case was opened on %(day)s."), "done_on")
    return write(task, done_on=done_on, outcome=outcome.strip())


@act(may_drop_task)
def drop_task(actor: Actor, task: Task, *, outcome: str) -> Task:
    """Note that a task is not needed any more, and why."""
    _insist_on_words({"outcome": outcome})
    return write(task, dropped_on=actor.today, outcome=outcome.strip())


@act(may_open_tracing)
def open_tracing(actor: Actor, case: Case, *, looks_for: str, opened_on: date) -> Tracing:
    """Begin to look for parents or relatives of a child."""
    _insist_on_words({"looks_for": looks_for})
    insist_on_the_past(opened_on, actor.today, "opened_on")
    insist_on_a_lifetime(opened_on, case.child.born_from, case.child.died_on, "opened_on")
    return Tracing.objects.create(case=case, looks_for=looks_for.strip(), opened_on=opened_on)


@act(may_end_tracing)
def end_tracing(actor: Actor, tracing: Tracing, *, ended_on: date, outcome: str) -> Tracing:
    """Note how the search for somebody ended."""
    insist_on_choice(Tracing.Outcome.values, outcome, "outcome")
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, tracing.opened_on, _("The search began on %(day)s."), "ended_on")
    return write(tracing, ended_on=ended_on, outcome=outcome)


@act(may_record_death)
def record_death(
    actor: Actor, case: Case, *, died_on: date, cause: str, told: str, investigation: str, support: str = ""
) -> Death:
    """Record that a child has died, who was told and what is looked into; nobody is responsible any more."""
    insist_on_choice(Death.Cause.values, cause, "cause")
    _insist_on_words({"told": told, "investigation": investigation})
    insist_on_the_past(died_on, actor.today, "died_on")
    child = case.child
    insist_on_a_lifetime(died_on, child.born_from, child.died_on, "died_on")
    insist_on_order(died_on, case.opened_on, _("The case was opened on %(day)s."), "died_on")
    if not case.is_running and Case.objects.filter(child=child, closed_on=None).exists():
        raise Refused(_("This child has a running case. Record it there."), guard="G-OVERLAP")
    if child.died_on is None:
        people.note_death(actor, child, died_on=died_on)
    elif child.died_on != died_on:
        raise Refused(
            _("Another day is noted as that of the death. Correct one of them."), guard="G-TIME", field="died_on"
        )
    ended = {"closed_on": died_on, "close_reason": Case.CloseReason.DIED} if case.is_running else {}
    _end_assignments(case, died_on)
    move(case, Case.State.DECEASED, **ended)
    return Death.objects.create(
        case=case,
        died_on=died_on,
        cause=cause,
        told=told.strip(),
        investigation=investigation.strip(),
        support=support.strip(),
        by_id=actor.user_id,
    )


@act(may_mark_duplicate)
def mark_duplicate(actor: Actor, case: Case, *, surviving: Case) -> Case:
    """Of two cases of one child, end this one and name the other, in which the work goes on."""
    # Whoever begins care at this moment holds the child: wait for them, then ask once more.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=case.child_id)
    if case.is_running and (objection := objection_to("mark_duplicate", case)):
        raise Refused(objection, guard="G-CLOSE")
    if surviving.pk == case.pk:
        raise Refused(_("A case is no duplicate of itself. Name the other one."), guard="G-DUP", field="surviving")
    if surviving.state == Case.State.DUPLICATE:
        sentence = _("That case is a duplicate, too. Name the one that was kept.")
        raise Refused(sentence, guard="G-DUP", field="surviving")
    if not actor.sits(Role.SUPERVISOR, surviving.unit_id):
        sentence = _("That case belongs to a unit that you do not supervise. Ask its supervisor.")
        raise Refused(sentence, guard="G-MAY", field="surviving")
    if case.is_running and not surviving.is_running:
        sentence = _("That case is closed. Open it again first, so that somebody stays responsible.")
        raise Refused(sentence, guard="G-STEP", field="surviving")
    ended = {"closed_on": actor.today, "close_reason": Case.CloseReason.DUPLICATE} if case.is_running else {}
    _end_assignments(case, actor.today)
    return move(case, Case.State.DUPLICATE, surviving=surviving, **ended)


@act(may_pass_on_case)
def pass_on_case(actor: Actor, case: Case, *, unit: Unit | None = None, worker: User | None = None) -> Case:
    """Close a case whose transfer was accepted; where it goes to a unit of ours, begin its case there with this worker.

    Answers the new case, or the closed one where it went to another organisation. The child must have moved already.
    """
    _end_assignments(case, actor.today)
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
    Contact.objects.bulk_create(with_keys(contacts), batch_size=500)
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


def _end_assignments(case: Case, day: date) -> None:
    now = Assignment.objects.filter(case=case, ends_on__isnull=True).first()
    if now is not None:
        write(now, ends_on=max(day, now.starts_on))


def _insist_on_words(words: Mapping[str, str]) -> None:
    for field, text in words.items():
        if not text.strip():
            raise Refused(_("This must not be empty."), guard="G-REASON", field=field)


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
