"""What is due towards others: answers to transfers, feedback on referrals, another way after a no, shares that end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.lib.duties import Duty, OfOne
from kinkeeper.lib.timers import due_after
from kinkeeper.sharing.models import PartnerReferral, Share, Transfer
from kinkeeper.sharing.queries import partner_referrals, shares, transfers

TRANSFER = "transfer"
REFERRAL = "partner_referral"
SHARE = "share"


@dataclass
class Offered:
    """A child whom the receiver does not know yet: the transfer stands for it."""

    pk: Any
    code: Any
    name: Any


def transfers_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The answers that the actor owes: for their own unit, and to be recorded for another organisation. Two questions."""
    mine = actor.units(Role.SUPERVISOR)
    awaited = Q(unit_to__in=mine) | Q(unit_to=None, case__unit__in=mine)
    rows = transfers(actor).filter(awaited, state=Transfer.State.OFFERED)
    pack = pack_in_force()
    limit = pack.limit("transfer_acceptance")
    return _sorted(
        [
            Duty(
                kind=TRANSFER,
                child=_whom(row),
                due_on=due_after(row.offered_on, limit, pack.calendar),
                last_on=None,
                deed="transfer",
                code=row.code,
                source=limit.source,
                words=_("Answer the transfer"),
                icon="arrows-exchange",
            )
            for row in _within(rows, among)
        ],
        on,
    )


def _whom(row: Transfer) -> OfOne:
    if row.unit_to_id is None:
        return row.case.child
    return Offered(row.pk, row.code, gettext("Transfer %(code)s") % {"code": row.code})


def feedback_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """What came of each referral, and where a partner declined, another one. Two questions."""
    later = PartnerReferral.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    rows = partner_referrals(actor).annotate(sent_on_since=Exists(later)).filter(case__closed_on=None)
    declined = Q(state=PartnerReferral.State.REJECTED)
    rows = rows.exclude(state=PartnerReferral.State.CLOSED).exclude(declined & Q(sent_on_since=True))
    pack = pack_in_force()
    limit = pack.limit("referral_feedback")
    found = []
    for row in _within(rows, among):
        again = row.state == PartnerReferral.State.REJECTED
        found.append(
            Duty(
                kind=REFERRAL,
                child=row.case.child,
                due_on=(row.answered_on or row.sent_on) if again else due_after(row.sent_on, limit, pack.calendar),
                last_on=None,
                deed="refer_to_partner" if again else "partner_referral",
                code=row.case.code if again else row.code,
                source=limit.source,
                words=_("Send to another partner") if again else _("Feedback on a referral"),
                icon="mail",
            )
        )
    return _sorted(found, on)


def shares_ending(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """Shares whose last day is near or past: take them back. One question."""
    rows = shares(actor).filter(revoked_on=None, ends_on__isnull=False, case__closed_on=None)
    return _sorted(
        [
            Duty(
                kind=SHARE,
                child=row.case.child,
                due_on=row.ends_on,
                last_on=None,
                deed="shared",
                code=row.code,
                words=_("A share ends"),
                icon="mail",
            )
            for row in _within(rows, among)
            if row.ends_on
        ],
        on,
    )


RowT = TypeVar("RowT", Transfer, PartnerReferral, Share)


def _within(rows: QuerySet[RowT], among: Iterable[Case] | None) -> QuerySet[RowT]:
    return rows if among is None else rows.filter(case__in=[case.pk for case in among])


def _sorted(found: list[Duty], on: date | None) -> list[Duty]:
    wanted = [duty for duty in found if on is None or duty.due_on <= on]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))
