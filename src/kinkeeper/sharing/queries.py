"""Questions about what leaves the team: partners, shares, referrals, transfers, and whether something may be handed over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, may_read, seen
from kinkeeper.access.models import Unit, User, pack_in_force
from kinkeeper.cases import queries as cases_queries
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import workers_of
from kinkeeper.lib.guards import insist_on_choice, known
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Consent, Person
from kinkeeper.people.queries import consents_needed, missing_consent, standings_of
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer
from kinkeeper.sharing.policy import PARTNERS_SEEN_BY, receives
from kinkeeper.sharing.sheet import ITEMS, Part

TRANSFER = "TRANSFER"
# On these grounds something is handed over even where nobody could be asked, or somebody said no.
WITHOUT_ASKING = frozenset({Share.Basis.LEGAL_DUTY, Share.Basis.VITAL})


# ---- partners --------------------------------------------------------------------------------------------------------


def partners(actor: Actor, words: str = "", *, closed: bool = False) -> QuerySet[Partner]:
    """The partners of the actor’s units by name; those whose name, offer or code holds the words."""
    rows = seen(actor, Partner).select_related("unit")
    if not closed:
        rows = rows.filter(closed_on=None)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(offers__icontains=word) | Q(code=word.upper()))
    return rows


def partners_of(actor: Actor, case: Case) -> QuerySet[Partner]:
    """The partners with whom a case can be shared: those of its unit that we still work with."""
    return partners(actor).filter(unit=case.unit_id)


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that the actor sees."""
    return seen(actor, Unit)


def units_to_keep(actor: Actor) -> list[Unit]:
    """The units in which the actor works, to which partners may be added."""
    return list(units(actor).filter(pk__in=actor.units(*PARTNERS_SEEN_BY)))


def referrals_to(actor: Actor, partner: Partner) -> QuerySet[PartnerReferral]:
    """What was sent to a partner, as far as the actor sees the cases, newest first."""
    return partner_referrals(actor).filter(partner=partner)


# ---- shares and referrals --------------------------------------------------------------------------------------------


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases from which the actor may hand something over."""
    return cases_queries.cases(actor)


def shares(actor: Actor) -> QuerySet[Share]:
    """What was handed over from the cases that the actor sees, newest first."""
    return seen(actor, Share).select_related("case__child", "partner", "by", "consent")


def shares_of(actor: Actor, case: Case) -> QuerySet[Share]:
    """What was handed over from a case, newest first."""
    return shares(actor).filter(case=case)


def partner_referrals(actor: Actor) -> QuerySet[PartnerReferral]:
    """The referrals to partners in the cases that the actor sees, newest first."""
    return seen(actor, PartnerReferral).select_related("case__child", "partner", "share")


def partner_referrals_of(actor: Actor, case: Case) -> QuerySet[PartnerReferral]:
    """The referrals to partners in a case, newest first."""
    return partner_referrals(actor).filter(case=case)


def asks_for_another(actor: Actor, referral: PartnerReferral) -> bool:
    """Whether a partner declined and the child has not been sent to anybody since."""
    later = seen(actor, PartnerReferral).filter(case=referral.case_id, pk__gt=referral.pk)
    return referral.state == PartnerReferral.State.REJECTED and not later.exists()


# ---- whether something may be handed over ----------------------------------------------------------------------------


@dataclass(frozen=True)
class PurposeChoice:
    """A purpose of the pack, and what may be handed over for it at most."""

    code: str
    label: str
    items: list[str]


def purposes(actor: Actor) -> list[PurposeChoice]:
    """The purposes of the jurisdiction pack; those without items allow nothing."""
    found = pack_in_force().purposes.items()
    return [
        PurposeChoice(code, gettext(why.label), [str(ITEMS[item]) for item in ITEMS if item in why.fields])
        for code, why in found
    ]


def ground_for(
    actor: Actor, case: Case, *, purpose: str, basis: str, items: Collection[str], recipient: str
) -> Consent | None:
    """What a share stands on: the consent where one is asked for. Refuses what the purpose does not allow (G-SHARE), and
    what nobody consented to (G-CONSENT).
    """
    pack = pack_in_force()
    why = known(pack.purposes, purpose, "purpose")
    insist_on_choice(Share.Basis.values, basis, "basis")
    label = gettext(why.label)
    if not why.fields:
        nothing = _("For the purpose “%(purpose)s” nothing of a child’s record may be handed over.")
        raise Refused(nothing % {"purpose": label}, guard="G-SHARE", field="items")
    if not items:
        raise Refused(_("Choose what is handed over."), guard="G-SHARE", field="items")
    if too_much := [str(ITEMS.get(item, item)) for item in items if item not in why.fields]:
        words = _("“%(purpose)s” does not need this: %(items)s. Leave it out, or choose the right purpose.")
        named = {"purpose": label, "items": ", ".join(too_much)}
        raise Refused(words % named, guard="G-SHARE", field="items")
    if basis not in why.basis:
        words = _("“%(purpose)s” cannot rest on this ground. Choose another ground, or do not hand it over.")
        raise Refused(words % {"purpose": label}, guard="G-SHARE", field="basis")
    return _consented(actor, case.child, why.consent, basis, recipient)


def _consented(actor: Actor, child: Person, purpose: str, basis: str, recipient: str) -> Consent | None:
    """The consent that stands where one is asked for: where it is the ground, and where the purpose names one."""
    codes = [purpose] if purpose else consents_needed(actor, child, "sharing") if basis == Share.Basis.CONSENT else []
    if not codes or basis in WITHOUT_ASKING:
        return None
    for code in codes:
        if missing := missing_consent(actor, child, code, recipient=recipient):
            raise Refused(missing, guard="G-CONSENT", field="basis")
    wanted = " ".join(recipient.split()).casefold()
    for standing in standings_of(actor, child):
        if standing.purpose in codes and " ".join(standing.recipient.split()).casefold() == wanted:
            answers = [side.answer for side in standing.sides if side.state == "agreed" and side.answer]
            if answers:
                return answers[0]
    if basis == Share.Basis.CONSENT:
        words = _("Nobody has consented to this yet. Ask, record the answer, and share then.")
        raise Refused(words, guard="G-CONSENT", field="basis")
    return None


# ---- transfers -------------------------------------------------------------------------------------------------------


def transfers(actor: Actor) -> QuerySet[Transfer]:
    """The transfers that the actor sees from either side, newest first."""
    return seen(actor, Transfer).select_related(
        "case__unit", "case__child", "unit_to", "offered_by", "worker", "new_case"
    )


def open_transfer_of(actor: Actor, case: Case) -> Transfer | None:
    """The offer of this case that waits for an answer, or None."""
    return transfers(actor).filter(case=case, state=Transfer.State.OFFERED).first()


def transfers_of(actor: Actor, case: Case) -> QuerySet[Transfer]:
    """Every offer of this case, newest first."""
    return transfers(actor).filter(case=case)


def transfers_offered_to_me(actor: Actor) -> list[Transfer]:
    """The offers that wait for the answer of a unit for which the actor answers, the oldest first."""
    rows = transfers(actor).filter(state=Transfer.State.OFFERED, unit_to__isnull=False).order_by("offered_on", "pk")
    return [row for row in rows if receives(actor, row)]


def transfers_sent(actor: Actor) -> QuerySet[Transfer]:
    """What was offered to others from the cases that the actor sees, newest first; also where the child is gone."""
    return transfers(actor).filter(case__in=seen(actor, Case).order_by().values("pk"))


def knows_child(actor: Actor, case: Case) -> bool:
    """Whether the child is still in sight; after a transfer the sender keeps the case, but not the child."""
    return seen(actor, Person).filter(pk=case.child_id).exists()


def units_to_offer(actor: Actor, case: Case) -> QuerySet[Unit]:
    """Every other unit of the installation: that a unit exists, and its name, are no secret among colleagues."""
    return Unit.objects.exclude(pk=case.unit_id).select_related("programme").order_by("programme__name", "name")


def workers_to_name(actor: Actor, transfer: Transfer) -> QuerySet[User]:
    """The workers of the receiving unit, one of whom becomes responsible; nobody for another organisation."""
    return workers_of(actor, transfer.unit_to_id or 0)


@dataclass(frozen=True)
class TransferPage:
    """A transfer as one side reads it: the sender with the case, the receiver only what was chosen for them."""

    transfer: Transfer
    sheet: list[Part]
    sends: bool
    receives: bool
    new_case: Case | None


def transfer_page(actor: Actor, transfer: Transfer) -> TransferPage:
    """What this actor reads of a transfer; the sheet only whose seat reaches it, on either side."""
    mine = receives(actor, transfer)
    sends = cases(actor).filter(pk=transfer.case_id).exists()
    reads = mine or (sends and may_read(actor, transfer, "sheet"))
    new_case = cases(actor).filter(pk=transfer.new_case_id).first() if transfer.new_case_id else None
    return TransferPage(transfer, transfer.sheet if reads else [], sends, mine, new_case)
