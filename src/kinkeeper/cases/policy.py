"""Who sees cases, and what a caseload opens: the caseworker’s own children, their families and their papers."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, opens, part_of, scope, shows
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import OVERSEERS, may_bring_in
from kinkeeper.cases.models import Assignment, Case, Conference, Contact, Death, Task, Tracing
from kinkeeper.cases.queries import WORKERS, is_responsible
from kinkeeper.families.models import Family, Membership
from kinkeeper.lib.objections import objection_to
from kinkeeper.people.models import Person


def _own(actor: Actor) -> Q:
    """Open cases that the actor is responsible for, in units where they still sit."""
    if actor.user_id is None or not actor.units(*WORKERS):
        return NOTHING
    return Q(worker_id=actor.user_id, closed_on=None, unit_id__in=actor.units(*WORKERS))


@scope(Case)
def cases(actor: Actor) -> Q:
    """A case is seen by its worker while it is open, and by the supervisors and directors of its unit."""
    return Q(unit_id__in=actor.units(*OVERSEERS)) | _own(actor)


part_of(Assignment, Case, "case")
part_of(Contact, Case, "case")
part_of(Conference, Case, "case")
part_of(Task, Case, "case")
part_of(Tracing, Case, "case")
part_of(Death, Case, "case")
shows(Case, "child")
shows(Case, "child__photo")
shows(Case, "family")


@opens(Person)
def people_of_my_caseload(actor: Actor) -> Q:
    """A caseworker sees the children of their open cases and the members of those children’s families."""
    own = _own(actor)
    if own == NOTHING:
        return NOTHING
    children = Case._base_manager.filter(own).values("child_id")
    families = Membership._base_manager.filter(person_id__in=children, ends_on__isnull=True).values("family_id")
    kin = Membership._base_manager.filter(family_id__in=families, ends_on__isnull=True).values("person_id")
    return Q(pk__in=children) | Q(pk__in=kin)


@opens(Family)
def families_of_my_caseload(actor: Actor) -> Q:
    """A caseworker sees the families of the children of their open cases."""
    own = _own(actor)
    if own == NOTHING:
        return NOTHING
    children = Case._base_manager.filter(own).values("child_id")
    return Q(pk__in=Membership._base_manager.filter(person_id__in=children, ends_on__isnull=True).values("family_id"))


def _works_on(actor: Actor, case: Case) -> Verdict:
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    return YES


def may_take_in_child(actor: Actor, unit: Unit) -> Verdict:
    """A child is taken in by the workers of a unit; who takes a child in becomes its worker."""
    if not actor.sits_any((*WORKERS, Role.SUPERVISOR), unit.pk):
        return Verdict(_("Only workers of this unit can take a child in."))
    return YES


def may_open_case(actor: Actor, child: Person) -> Verdict:
    """A case for a known child is opened by a worker of the child’s unit."""
    if not actor.sits_any((*WORKERS, Role.SUPERVISOR), child.unit_id):
        return Verdict(_("Only workers of the child’s unit can open a case."))
    return YES


def may_assign_worker(actor: Actor, case: Case) -> Verdict:
    """Cases are given to workers by the supervisor of the unit."""
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again before you assign it."))
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can assign a case."))
    return YES


def may_record_contact(actor: Actor, case: Case) -> Verdict:
    """Contacts and visits are recorded by the worker of the case or the supervisor."""
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again before you record a contact."))
    return _works_on(actor, case)


def may_assess_risk(actor: Actor, case: Case) -> Verdict:
    """The risk is judged by the worker of the case or the supervisor."""
    if not case.is_running:
        return Verdict(_("This case is closed."))
    return _works_on(actor, case)


def may_close_case(actor: Actor, case: Case) -> Verdict:
    """A case whose plan is not in force yet is closed by the supervisor of the unit; later a review decides."""
    if not case.is_running:
        return Verdict(_("This case is already closed."))
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can close a case. Ask your supervisor."))
    if case.state not in Case.EARLY:
        return Verdict(
            _("Work on this case has begun. Hold a review, and let it decide on the closing."), guard="G-STEP"
        )
    return Verdict(objection_to("close_case", case), guard="G-CLOSE")


def may_reopen_case(actor: Actor, case: Case) -> Verdict:
    """A closed case is opened again by the supervisor of the unit; of two records of one child only the surviving one."""
    if case.is_running:
        return Verdict(_("This case is open."))
    if case.state == Case.State.DUPLICATE:
        return Verdict(_("This case is a duplicate. Open the case that was kept instead."), guard="G-STEP")
    if case.state == Case.State.DECEASED:
        return Verdict(_("This child has died. The case stays closed."), guard="G-STEP")
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can open a case again."))
    return YES


def _works_on_a_running(actor: Actor, case: Case) -> Verdict:
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again first."), guard="G-STEP")
    return _works_on(actor, case)


def may_hold_conference(actor: Actor, case: Case) -> Verdict:
    """A case conference is recorded by the worker of the case or the supervisor."""
    return _works_on_a_running(actor, case)


def may_add_task(actor: Actor, case: Case) -> Verdict:
    """Tasks are set by the worker of the case or the supervisor."""
    return _works_on_a_running(actor, case)


def _is_open(actor: Actor, task: Task) -> Verdict:
    if task.done_on or task.dropped_on:
        return Verdict(_("This task is finished already."), guard="G-STEP")
    return _works_on(actor, task.case)


def may_finish_task(actor: Actor, task: Task) -> Verdict:
    """A task is finished by whoever works on the case."""
    return _is_open(actor, task)


def may_drop_task(actor: Actor, task: Task) -> Verdict:
    """A task that is not needed any more is dropped by whoever works on the case."""
    return _is_open(actor, task)


def may_open_tracing(actor: Actor, case: Case) -> Verdict:
    """The search for the family of a child is opened by the worker of the case or the supervisor."""
    return _works_on_a_running(actor, case)


def may_end_tracing(actor: Actor, tracing: Tracing) -> Verdict:
    """The search for a family is ended by the worker of the case or the supervisor."""
    if tracing.ended_on:
        return Verdict(_("This search has ended already."), guard="G-STEP")
    return _works_on(actor, tracing.case)


def may_record_death(actor: Actor, case: Case) -> Verdict:
    """The death of a child is recorded by the director of the unit, whether the case runs or is closed."""
    if case.state == Case.State.DECEASED:
        return Verdict(_("The death of this child is recorded already."), guard="G-STEP")
    if case.state == Case.State.DUPLICATE:
        return Verdict(_("This case is a duplicate. Record it in the case that was kept."), guard="G-STEP")
    if not actor.sits(Role.DIRECTOR, case.unit_id):
        return Verdict(_("Only the director of this unit can record the death of a child. Tell your director at once."))
    return YES


def may_mark_duplicate(actor: Actor, case: Case) -> Verdict:
    """Of two cases of one child, the supervisor says which one is kept; the other ends as a duplicate."""
    if case.state == Case.State.DUPLICATE:
        return Verdict(_("This case is marked as a duplicate already."), guard="G-STEP")
    if case.state == Case.State.DECEASED:
        return Verdict(_("This child has died. The case stays as it is."), guard="G-STEP")
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can mark a case as a duplicate."))
    return Verdict(objection_to("mark_duplicate", case) if case.is_running else "", guard="G-CLOSE")


def may_bring_in_cases(actor: Actor, unit: Unit) -> Verdict:
    """Cases are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)


def may_pass_on_case(actor: Actor, case: Case) -> Verdict:
    """A case passes to another unit or organisation by the system, when its transfer is accepted; never by hand."""
    if actor.user_id is not None or not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("A case is passed on by a transfer that the other side accepts."))
    if case.state != Case.State.TRANSFER_PENDING:
        return Verdict(_("This case is not offered to anybody now."), guard="G-STEP")
    return YES
