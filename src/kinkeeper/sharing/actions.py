"""Deeds on what leaves the team: partners are kept, something is shared, a child is referred, a case is transferred."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, machine
from kinkeeper.access.models import Role, Unit, User
from kinkeeper.cases import actions as cases
from kinkeeper.cases.models import Case
from kinkeeper.families import actions as families
from kinkeeper.families.models import Family, Membership
from kinkeeper.homes.models import Carer
from kinkeeper.journal.acts import act
from kinkeeper.lib.guards import insist_on_choice, insist_on_order, insist_on_the_past
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people import actions as people
from kinkeeper.people.models import Person
from kinkeeper.sharing import policy
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer
from kinkeeper.sharing.queries import TRANSFER, ground_for, workers_to_name
from kinkeeper.sharing.sheet import Part, digest_of, sheet_of

# ---- partners --------------------------------------------------------------------------------------------------------


@act(policy.may_add_partner)
def add_partner(actor: Actor, unit: Unit, *, name: str, kind: str, offers: str = "", contact: str = "") -> Partner:
    """Add an authority, a clinic, a school or another organisation with which the unit works."""
    particulars = _partner(unit, None, name, kind, offers, contact)
    return Partner.objects.create(unit=unit, **particulars)


@act(policy.may_describe_partner)
def describe_partner(
    actor: Actor, partner: Partner, *, name: str, kind: str, offers: str = "", contact: str = ""
) -> Partner:
    """Correct what a partner is called, what it offers and how to reach it."""
    return write(partner, **_partner(partner.unit, partner, name, kind, offers, contact))


def _partner(unit: Unit, now: Partner | None, name: str, kind: str, offers: str, contact: str) -> dict[str, Any]:
    insist_on_choice(Partner.Kind.values, kind, "kind")
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Say what the partner is called."), guard="G-NAME", field="name")
    same = Partner.objects.filter(unit=unit, name__iexact=name, closed_on=None).first()
    if same is not None and same != now:
        raise Refused(_("This unit has a partner of that name already."), guard="G-DUP", field="name")
    return {"name": name, "kind": kind, "offers": offers.strip(), "contact": contact.strip()}


@act(policy.may_close_partner)
def close_partner(actor: Actor, partner: Partner, *, closed_on: date) -> Partner:
    """Record that we no longer work with a partner; what was shared with it stays in the cases."""
    insist_on_the_past(closed_on, actor.today, "closed_on")
    return write(partner, closed_on=closed_on)


# ---- shares ----------------------------------------------------------------------------------------------------------


@act(policy.may_preview_sheet)
def preview_sheet(
    actor: Actor, case: Case, *, purpose: str, basis: str, items: Sequence[str], recipient: str
) -> list[Part]:
    """Read what would be handed over, word for word, before it leaves; that it was read is remembered."""
    ground_for(actor, case, purpose=purpose, basis=basis, items=items, recipient=recipient)
    return sheet_of(actor, case, purpose, items)


@act(policy.may_share)
def share(
    actor: Actor,
    case: Case,
    *,
    purpose: str,
    basis: str,
    items: Sequence[str],
    channel: str,
    shared_on: date,
    partner: Partner | None = None,
    recipient: str = "",
    ends_on: date | None = None,
    child_told: bool = False,
    child_wish: str = "",
    guardian_told: bool = False,
    shown: str = "",
) -> Share:
    """Hand some items of a child’s record over, for one purpose, on one ground, until a day.

    `shown` is the mark of the sheet that was read before; where the record has changed since, it is read once more.
    """
    insist_on_choice(Share.Channel.values, channel, "channel")
    insist_on_the_past(shared_on, actor.today, "shared_on")
    insist_on_order(shared_on, case.opened_on, _("The case was opened on %(day)s."), "shared_on")
    if ends_on:
        insist_on_order(ends_on, shared_on, _("It is handed over on %(day)s only."), "ends_on")
    recipient = _recipient(case, partner, recipient)
    consent = ground_for(actor, case, purpose=purpose, basis=basis, items=items, recipient=recipient)
    return Share.objects.create(
        case=case,
        partner=partner,
        recipient=recipient,
        purpose=purpose,
        basis=basis,
        consent=consent,
        items=list(items),
        sheet=_read_before(sheet_of(actor, case, purpose, items), shown),
        channel=channel,
        shared_on=shared_on,
        ends_on=ends_on,
        child_told=child_told,
        child_wish=child_wish.strip(),
        guardian_told=guardian_told,
        by_id=actor.user_id,
    )


def _recipient(case: Case, partner: Partner | None, recipient: str) -> str:
    if partner is None:
        recipient = " ".join(recipient.split())
        if not recipient:
            raise Refused(_("Say who receives it: a partner, or a name."), guard="G-SHARE", field="recipient")
        return recipient
    if partner.closed_on:
        raise Refused(_("We no longer work with this partner."), guard="G-SHARE", field="partner")
    if partner.unit_id != case.unit_id:
        raise Refused(_("Choose a partner of the unit of this case."), guard="G-SHARE", field="partner")
    return partner.name


def _read_before(sheet: list[Part], shown: str) -> list[Part]:
    if shown and shown != digest_of(sheet):
        raise Stale(_("The record has changed since you read the sheet. Read it once more before it leaves."))
    return sheet


@act(policy.may_acknowledge_share)
def acknowledge_share(actor: Actor, share: Share, *, acknowledged_on: date) -> Share:
    """Record that the recipient confirmed the receipt."""
    insist_on_the_past(acknowledged_on, actor.today, "acknowledged_on")
    insist_on_order(acknowledged_on, share.shared_on, _("It was handed over on %(day)s."), "acknowledged_on")
    return write(share, acknowledged_on=acknowledged_on)


@act(policy.may_revoke_share)
def revoke_share(actor: Actor, share: Share, *, revoked_on: date) -> Share:
    """Take a share back: the recipient was asked to return or destroy what was handed over."""
    insist_on_the_past(revoked_on, actor.today, "revoked_on")
    insist_on_order(revoked_on, share.shared_on, _("It was handed over on %(day)s."), "revoked_on")
    return write(share, revoked_on=revoked_on)


# ---- referrals to partners -------------------------------------------------------------------------------------------


@act(policy.may_refer_to_partner)
def refer_to_partner(
    actor: Actor,
    case: Case,
    *,
    partner: Partner,
    service: str,
    sent_on: date,
    purpose: str,
    basis: str,
    items: Sequence[str],
    channel: str,
    ends_on: date | None = None,
    child_told: bool = False,
    child_wish: str = "",
    guardian_told: bool = False,
    shown: str = "",
) -> PartnerReferral:
    """Send a child or family to a partner for a service, with what the partner needs to know; we stay responsible."""
    if not service.strip():
        raise Refused(_("Say for what the child is sent there."), guard="G-SHARE", field="service")
    sheet = share(
        actor,
        case,
        purpose=purpose,
        basis=basis,
        items=items,
        channel=channel,
        shared_on=sent_on,
        partner=partner,
        ends_on=ends_on,
        child_told=child_told,
        child_wish=child_wish,
        guardian_told=guardian_told,
        shown=shown,
    )
    return PartnerReferral.objects.create(
        case=case, partner=partner, share=sheet, service=service.strip(), sent_on=sent_on
    )


@act(policy.may_answer_referral)
def answer_referral(actor: Actor, referral: PartnerReferral, *, accepted: bool, answered_on: date) -> PartnerReferral:
    """Record whether the partner accepts; one that declines asks for another way."""
    _insist_on_after_sending(actor, referral, answered_on, "answered_on")
    answer = PartnerReferral.State.ACCEPTED if accepted else PartnerReferral.State.REJECTED
    return move(referral, answer, answered_on=answered_on)


@act(policy.may_record_attendance)
def record_attendance(actor: Actor, referral: PartnerReferral, *, attended: bool, attended_on: date) -> PartnerReferral:
    """Record that the child or family went there, or missed it; who missed it may go another day."""
    _insist_on_after_sending(actor, referral, attended_on, "attended_on")
    if referral.state == PartnerReferral.State.MISSED:
        referral = move(referral, PartnerReferral.State.ACCEPTED)
    came = PartnerReferral.State.ATTENDED if attended else PartnerReferral.State.MISSED
    return move(referral, came, attended_on=attended_on)


@act(policy.may_record_feedback)
def record_feedback(
    actor: Actor, referral: PartnerReferral, *, feedback_on: date, feedback: str, child_opinion: str = ""
) -> PartnerReferral:
    """Record what came of a referral and what the child says about it; this closes it."""
    if not feedback.strip():
        raise Refused(_("Say what came of it."), guard="G-REASON", field="feedback")
    _insist_on_after_sending(actor, referral, feedback_on, "feedback_on")
    return move(
        referral,
        PartnerReferral.State.CLOSED,
        feedback_on=feedback_on,
        feedback=feedback.strip(),
        child_opinion=child_opinion.strip(),
    )


def _insist_on_after_sending(actor: Actor, referral: PartnerReferral, day: date, field: str) -> None:
    insist_on_the_past(day, actor.today, field)
    insist_on_order(day, referral.sent_on, _("It was sent on %(day)s."), field)


# ---- transfers -------------------------------------------------------------------------------------------------------


@act(policy.may_offer_transfer)
def offer_transfer(
    actor: Actor,
    case: Case,
    *,
    reason: str,
    basis: str,
    items: Sequence[str],
    unit_to: str = "",
    organisation: str = "",
    meeting_on: date | None = None,
    shown: str = "",
) -> Transfer:
    """Offer the responsibility for a case to another unit (by its code) or organisation; we keep it until acceptance."""
    unit, organisation = _receiver(case, unit_to, organisation)
    if not reason.strip():
        raise Refused(_("Say why the case is passed on. The receiver reads it."), guard="G-REASON", field="reason")
    # Inside the association the consent towards ourselves counts; another organisation is a recipient of its own.
    consent = ground_for(actor, case, purpose=TRANSFER, basis=basis, items=items, recipient=organisation)
    sheet = _read_before(sheet_of(actor, case, TRANSFER, items), shown)
    move(case, Case.State.TRANSFER_PENDING)
    return Transfer.objects.create(
        case=case,
        unit_to=unit,
        organisation=organisation,
        reason=reason.strip(),
        items=list(items),
        sheet=sheet,
        basis=basis,
        consent=consent,
        meeting_on=meeting_on,
        offered_on=actor.today,
        offered_by_id=actor.user_id,
    )


def _receiver(case: Case, unit_to: str, organisation: str) -> tuple[Unit | None, str]:
    organisation = " ".join(organisation.split())
    if bool(unit_to) == bool(organisation):
        raise Refused(_("Choose one unit, or name one other organisation."), guard="G-SHARE", field="unit_to")
    if not unit_to:
        return None, organisation
    unit = Unit.objects.filter(code=unit_to).exclude(pk=case.unit_id).first()
    if unit is None:
        raise Refused(_("Choose another unit."), guard="G-SHARE", field="unit_to")
    return unit, ""


@act(policy.may_accept_transfer)
def accept_transfer(
    actor: Actor,
    transfer: Transfer,
    *,
    plan: str,
    worker: User | None = None,
    worker_there: str = "",
    evidence: str = "",
) -> Transfer:
    """Take a case over with a responsible worker: it closes at the sender’s, and begins anew in a unit of ours."""
    insist_on_choice(Transfer.Plan.values, plan, "plan")
    answer: dict[str, Any] = {"answered_on": actor.today, "answered_by_id": actor.user_id, "plan": plan}
    mover = machine("transfers", Role.SUPERVISOR)
    if transfer.unit_to is None:
        answer |= _outside(worker_there, evidence)
        cases.pass_on_case(mover, transfer.case)
        return move(transfer, Transfer.State.ACCEPTED, **answer)
    if worker is None or not workers_to_name(actor, transfer).filter(pk=worker.pk).exists():
        words = _("Name the worker of your unit who becomes responsible for this child.")
        raise Refused(words, guard="G-ACCEPT", field="worker")
    begun = cases.pass_on_case(mover, transfer.case, unit=transfer.unit_to, worker=worker)
    _move_household(mover, transfer.case, transfer.unit_to)
    return move(transfer, Transfer.State.ACCEPTED, worker=worker, new_case=begun, **answer)


def _outside(worker_there: str, evidence: str) -> dict[str, str]:
    if not worker_there.strip():
        words = _("Name the worker of the other organisation who becomes responsible for this child.")
        raise Refused(words, guard="G-ACCEPT", field="worker_there")
    if not evidence.strip():
        words = _("Say how you know that they accepted: a letter, a signed record, of which day.")
        raise Refused(words, guard="G-ACCEPT", field="evidence")
    return {"worker_there": worker_there.strip(), "evidence": evidence.strip()}


def _move_household(mover: Actor, case: Case, unit: Unit) -> None:
    """The child goes to the new unit; so does the family, unless the sender still answers for another child of it."""
    people.move_person_to_unit(mover, Person.objects.get(pk=case.child_id), unit=unit)
    mine = Membership.objects.filter(person=case.child_id, ends_on=None).values("family")
    for family in Family.objects.filter(pk__in=mine, unit=case.unit_id):
        members = Membership.objects.filter(family=family, ends_on=None).exclude(person=case.child_id).values("person")
        if Case.objects.filter(child__in=members, closed_on=None, unit=case.unit_id).exists():
            continue
        families.move_family_to_unit(mover, family, unit=unit)
        caring = Carer.objects.filter(ends_on=None).values("person")
        for member in Person.objects.filter(pk__in=members, unit=case.unit_id).exclude(pk__in=caring):
            people.move_person_to_unit(mover, member, unit=unit)


@act(policy.may_decline_transfer)
def decline_transfer(actor: Actor, transfer: Transfer, *, reason: str) -> Transfer:
    """Decline a case that was offered, with the reason; the sender stays responsible."""
    return _end(actor, transfer, Transfer.State.DECLINED, reason)


@act(policy.may_withdraw_transfer)
def withdraw_transfer(actor: Actor, transfer: Transfer, *, reason: str) -> Transfer:
    """Withdraw an offer that nobody has answered, with the reason; we stay responsible."""
    return _end(actor, transfer, Transfer.State.WITHDRAWN, reason)


def _end(actor: Actor, transfer: Transfer, state: str, reason: str) -> Transfer:
    if not reason.strip():
        raise Refused(_("Say why."), guard="G-REASON", field="reason")
    # A child may have died meanwhile: then only the offer ends.
    if transfer.case.state == Case.State.TRANSFER_PENDING:
        move(transfer.case, Case.State.ACTIVE)
    return move(
        transfer,
        state,
        answered_on=actor.today,
        answered_by_id=actor.user_id,
        answer_reason=reason.strip(),
    )
