"""Who sees and does what: the supervisors of the unit, with its director as second pair of eyes. Nobody does both parts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, part_of, scope, shows
from kinkeeper.access.models import Association, Role
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.people.models import Person
from kinkeeper.retention import queries
from kinkeeper.retention.models import AccessRequest, Disposal, Hold, LedgerLine, Redaction

RECEIVERS = (Role.CASEWORKER, Role.YOUTH_WORKER, *OVERSEERS)

part_of(Hold, Person, "person")
part_of(AccessRequest, Person, "person")
shows(Disposal, "person")


@scope(Disposal)
def disposals(actor: Actor) -> Q:
    """An erasure is seen by those who oversee the unit."""
    return Q(person__unit_id__in=actor.units(*OVERSEERS))


@scope(LedgerLine)
def ledger_lines(actor: Actor) -> Q:
    """The ledger is read by the machine that restores, by nobody else."""
    return NOTHING


@scope(Redaction)
def redactions(actor: Actor) -> Q:
    """What is to be looked through is seen by the supervisors of the unit alone: it is everything about one person."""
    return Q(request__person__unit_id__in=actor.units(Role.SUPERVISOR))


def _oversees(actor: Actor, unit_id: int) -> Verdict:
    if actor.user_id is None or not actor.sits_any(OVERSEERS, unit_id):
        return Verdict(_("Only a supervisor or director of this unit can do this."))
    return YES


def _supervises(actor: Actor, unit_id: int) -> Verdict:
    if actor.user_id is None or not actor.sits(Role.SUPERVISOR, unit_id):
        return Verdict(_("Only a supervisor of this unit can do this."))
    return YES


# ---- holds -----------------------------------------------------------------------------------------------------------


def may_set_hold(actor: Actor, person: Person) -> Verdict:
    """A hold is set by those who oversee the unit."""
    return _oversees(actor, person.unit_id)


def may_lift_hold(actor: Actor, hold: Hold) -> Verdict:
    """A hold is lifted by those who oversee the unit, once."""
    if hold.lifted_on:
        return Verdict(_("This hold has been lifted already."), guard="G-STEP")
    return _oversees(actor, hold.unit_id)


# ---- erasing ---------------------------------------------------------------------------------------------------------


def may_propose_erasure(actor: Actor, person: Person) -> Verdict:
    """That a record past its time shall be erased is confirmed first by one who oversees the unit."""
    return _oversees(actor, person.unit_id) and queries.verdict_on_erasing(actor, person)


def _answers(actor: Actor, disposal: Disposal) -> Verdict:
    if disposal.state != Disposal.State.CONFIRMED:
        return Verdict(_("This has been answered already."), guard="G-STEP")
    return _oversees(actor, disposal.unit_id)


def may_confirm_erasure(actor: Actor, disposal: Disposal) -> Verdict:
    """A second person confirms, and then it is done: the first one cannot be both."""
    verdict = _answers(actor, disposal)
    if not verdict:
        return verdict
    if disposal.first_by_id == actor.user_id:
        return Verdict(_("You confirmed this first. Somebody else has to confirm it, too."), guard="G-TWO")
    return queries.verdict_on_erasing(actor, disposal.person, but=disposal)


def may_decline_erasure(actor: Actor, disposal: Disposal) -> Verdict:
    """An erasure that was confirmed by one is declined by anyone who oversees the unit."""
    return _answers(actor, disposal)


def may_replay_erasures(actor: Actor, association: Association) -> Verdict:
    """Who was erased is erased again by the machine that restores, and by nobody else."""
    if actor.user_id is not None or actor.name != "machine:restore":
        return Verdict(_("Only restoring does this."))
    return YES


# ---- one’s own file --------------------------------------------------------------------------------------------------


def may_receive_request(actor: Actor, person: Person) -> Verdict:
    """That somebody asked is written down by any worker of the unit."""
    if actor.user_id is None or not actor.sits_any(RECEIVERS, person.unit_id):
        return Verdict(_("Only workers of this person’s unit can change this record."))
    return YES


def may_prove_identity(actor: Actor, asked: AccessRequest) -> Verdict:
    """How it was proven who asks is written down by a worker of the unit, once."""
    if asked.state != AccessRequest.State.RECEIVED:
        return Verdict(_("This request is past that step."), guard="G-STEP")
    return may_receive_request(actor, asked.person)


def may_collect(actor: Actor, asked: AccessRequest) -> Verdict:
    """Everything is collected, and again, by a supervisor of the unit, before the release."""
    if asked.state != AccessRequest.State.PROVEN:
        return Verdict(_("First it has to be proven who asks."), guard="G-STEP")
    return _supervises(actor, asked.unit_id)


def may_decide_redaction(actor: Actor, item: Redaction) -> Verdict:
    """What speaks of others is weighed by a supervisor of the unit, until the file is released."""
    if item.request.state != AccessRequest.State.PROVEN:
        return Verdict(_("This request has been answered already."), guard="G-STEP")
    return _supervises(actor, item.unit_id)


def may_decide_alike(actor: Actor, item: Redaction) -> Verdict:
    """Several things at once are weighed by whoever may weigh one of them."""
    return may_decide_redaction(actor, item)


def may_extend_answer(actor: Actor, asked: AccessRequest) -> Verdict:
    """The answer is put off once, within the time for it, by those who oversee the unit (GDPR article 12(3))."""
    if not asked.is_open:
        return Verdict(_("This request has been answered already."), guard="G-STEP")
    if asked.extended_on is not None:
        return Verdict(_("This answer has been put off already. It cannot be put off twice."), guard="G-STEP")
    if actor.today > asked.due_on:
        return Verdict(_("The answer is overdue. It could be put off only while there was time."), guard="G-TIME")
    return _oversees(actor, asked.unit_id)


def may_release_file(actor: Actor, asked: AccessRequest) -> Verdict:
    """The whole is released by one who oversees the unit and decided nothing in it."""
    if asked.state != AccessRequest.State.PROVEN:
        return Verdict(_("This request is not at that step."), guard="G-STEP")
    verdict = _oversees(actor, asked.unit_id)
    return verdict and queries.verdict_on_releasing(actor, asked)


def may_refuse_request(actor: Actor, asked: AccessRequest) -> Verdict:
    """A request is refused, with a reason, by those who oversee the unit."""
    if not asked.is_open:
        return Verdict(_("This request has been answered already."), guard="G-STEP")
    return _oversees(actor, asked.unit_id)


def may_download_file(actor: Actor, asked: AccessRequest) -> Verdict:
    """The released file is fetched by a supervisor of the unit, to hand it over, until it expires."""
    if asked.state != AccessRequest.State.RELEASED:
        return Verdict(_("This file has not been released."), guard="G-STEP")
    if asked.expires_on is None or actor.today > asked.expires_on:
        return Verdict(_("The time to fetch this file is over. It has to be asked for again."), guard="G-TIME")
    return _supervises(actor, asked.unit_id)
