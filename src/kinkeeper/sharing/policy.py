"""Who sees partners (the workers of their unit), shares and referrals (with the case), transfers (both sides)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows, through
from kinkeeper.access.models import Role, Unit, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.timers import due_after
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORKERS = (Role.CASEWORKER, Role.YOUTH_WORKER)
PARTNERS_SEEN_BY = (*WORKERS, Role.SUPERVISOR, Role.DIRECTOR)


@scope(Partner)
def partners(actor: Actor) -> Q:
    """A partner is seen by those who work in its unit."""
    return Q(unit_id__in=actor.units(*PARTNERS_SEEN_BY))


part_of(Share, Case, "case")
part_of(PartnerReferral, Case, "case")
shows(Transfer, "case")
shows(Transfer, "case__child")
shows(Share, "partner")
shows(PartnerReferral, "partner")


@scope(Transfer)
def transfers(actor: Actor) -> Q:
    """A transfer is seen with its case; while it is offered, and once accepted, by the supervisors it is offered to."""
    mine = Q(unit_to_id__in=actor.units(Role.SUPERVISOR), state__in=[Transfer.State.OFFERED, Transfer.State.ACCEPTED])
    return through(actor, Case, "case") | mine


def receives(actor: Actor, transfer: Transfer) -> bool:
    """Whether the actor answers for the unit to which this case is offered."""
    return actor.sits(Role.SUPERVISOR, transfer.unit_to_id)


# ---- partners --------------------------------------------------------------------------------------------------------


def _keeps(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits(Role.SUPERVISOR, unit_id):
        return Verdict(_("Only a supervisor of this unit can change its partners."))
    return YES


def _keeps_open(actor: Actor, partner: Partner) -> Verdict:
    if partner.closed_on:
        return Verdict(_("We no longer work with this partner."), guard="G-STEP")
    return _keeps(actor, partner.unit_id)


def may_add_partner(actor: Actor, unit: Unit) -> Verdict:
    """Partners are added by the supervisor of the unit."""
    return _keeps(actor, unit.pk)


def may_describe_partner(actor: Actor, partner: Partner) -> Verdict:
    """What a partner offers and how to reach it is kept by the supervisor of the unit."""
    return _keeps_open(actor, partner)


def may_close_partner(actor: Actor, partner: Partner) -> Verdict:
    """That we no longer work with a partner is recorded by the supervisor of the unit."""
    return _keeps_open(actor, partner)


# ---- shares and referrals --------------------------------------------------------------------------------------------


def _works_on(actor: Actor, case: Case) -> Verdict:
    own = case.worker_id is not None and case.worker_id == actor.user_id and actor.sits_any(WORKERS, case.unit_id)
    if not own and not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    return YES


def _works_on_running(actor: Actor, case: Case) -> Verdict:
    if not case.is_running:
        return Verdict(_("This case is closed. Nothing is handed over from it any more."), guard="G-STEP")
    return _works_on(actor, case)


def may_preview_sheet(actor: Actor, case: Case) -> Verdict:
    """What would be handed over is read beforehand by whoever may hand it over."""
    return _works_on_running(actor, case)


def may_share(actor: Actor, case: Case) -> Verdict:
    """Something is handed over by the worker of the case or the supervisor, while the case runs."""
    return _works_on_running(actor, case)


def may_acknowledge_share(actor: Actor, share: Share) -> Verdict:
    """That the recipient confirmed the receipt is recorded by the worker of the case or the supervisor, once."""
    if share.acknowledged_on:
        return Verdict(_("The receipt is confirmed already."), guard="G-STEP")
    if share.revoked_on:
        return Verdict(_("This share has been revoked."), guard="G-STEP")
    return _works_on(actor, share.case)


def may_revoke_share(actor: Actor, share: Share) -> Verdict:
    """A share is revoked by the worker of the case or the supervisor; also after the case has closed."""
    if share.revoked_on:
        return Verdict(_("This share has been revoked already."), guard="G-STEP")
    return _works_on(actor, share.case)


def may_refer_to_partner(actor: Actor, case: Case) -> Verdict:
    """A child is sent to a partner by the worker of the case or the supervisor, who stay responsible."""
    return _works_on_running(actor, case)


def _open_to(actor: Actor, referral: PartnerReferral, states: tuple[str, ...], sentence: _StrPromise) -> Verdict:
    if referral.state not in states:
        return Verdict(sentence, guard="G-STEP")
    return _works_on(actor, referral.case)


def may_answer_referral(actor: Actor, referral: PartnerReferral) -> Verdict:
    """The partner’s answer is recorded by the worker of the case or the supervisor."""
    return _open_to(actor, referral, (PartnerReferral.State.SENT,), _("The partner has answered already."))


def may_record_attendance(actor: Actor, referral: PartnerReferral) -> Verdict:
    """Whether the child went there is recorded once the partner has accepted."""
    states = (PartnerReferral.State.ACCEPTED, PartnerReferral.State.MISSED)
    return _open_to(actor, referral, states, _("This is recorded after the partner has accepted, and once."))


def may_record_feedback(actor: Actor, referral: PartnerReferral) -> Verdict:
    """What came of a referral closes it; one that was declined is sent elsewhere instead."""
    if referral.state == PartnerReferral.State.REJECTED:
        sentence = _("The partner declined. Send the child to another partner, or change the goal of the plan.")
        return Verdict(sentence, guard="G-STEP")
    if referral.state == PartnerReferral.State.CLOSED:
        return Verdict(_("This referral is closed."), guard="G-STEP")
    return _works_on(actor, referral.case)


# ---- transfers -------------------------------------------------------------------------------------------------------


def may_offer_transfer(actor: Actor, case: Case) -> Verdict:
    """A case at work is offered to others by the supervisor of its unit, with a fresh best-interest assessment."""
    if case.state == Case.State.TRANSFER_PENDING:
        return Verdict(_("This case is offered already. Wait for the answer, or withdraw it."), guard="G-STEP")
    if case.state not in Case.AT_WORK:
        return Verdict(_("Only a case in which a plan is carried out can be transferred."), guard="G-STEP")
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can offer a case to others."))
    return _is_fresh(actor, case)


def _is_fresh(actor: Actor, case: Case) -> Verdict:
    """Whether what is best for the child was weighed within the time of the pack."""
    pack = pack_in_force()
    limit = pack.limit("bia_validity")
    done = BestInterest._base_manager.filter(case=case).order_by("-done_on").values_list("done_on", flat=True).first()
    if done is None:
        return Verdict(
            _("Nobody has weighed yet what is best for this child. Record a best-interest assessment first."),
            guard="G-BIAFRESH",
        )
    if due_after(done, limit, pack.calendar) < actor.today:
        words = _(
            "The best-interest assessment of %(day)s is too old (%(source)s). Record a new one before the transfer."
        )
        return Verdict(words % {"day": in_words(done), "source": limit.source}, guard="G-BIAFRESH")
    return YES


def _is_offered(transfer: Transfer) -> Verdict:
    if transfer.state != Transfer.State.OFFERED:
        return Verdict(_("This transfer has been answered or withdrawn already."), guard="G-STEP")
    return YES


def _answers(actor: Actor, transfer: Transfer) -> Verdict:
    if transfer.state != Transfer.State.OFFERED:
        return _is_offered(transfer)
    if transfer.unit_to_id and not receives(actor, transfer):
        return Verdict(_("Only a supervisor of the unit to which the case is offered can answer."))
    if not transfer.unit_to_id and not actor.sits(Role.SUPERVISOR, transfer.case.unit_id):
        return Verdict(_("Only a supervisor of this unit can record the answer of another organisation."))
    return YES


def may_accept_transfer(actor: Actor, transfer: Transfer) -> Verdict:
    """The receiving supervisor accepts; the answer of another organisation is recorded by the sending one."""
    if transfer.state == Transfer.State.OFFERED and transfer.case.state != Case.State.TRANSFER_PENDING:
        return Verdict(_("This case has ended meanwhile. It can no longer be taken over."), guard="G-STEP")
    return _answers(actor, transfer)


def may_decline_transfer(actor: Actor, transfer: Transfer) -> Verdict:
    """The receiving supervisor declines; the answer of another organisation is recorded by the sending one."""
    return _answers(actor, transfer)


def may_withdraw_transfer(actor: Actor, transfer: Transfer) -> Verdict:
    """An offer is withdrawn by the sending supervisor as long as nobody has answered."""
    if transfer.state != Transfer.State.OFFERED:
        return _is_offered(transfer)
    if not actor.sits(Role.SUPERVISOR, transfer.case.unit_id):
        return Verdict(_("Only a supervisor of the sending unit can withdraw the offer."))
    return YES
