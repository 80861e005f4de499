"""What is due at the door: referrals to be screened, the first contact after a referral, cases to be registered.

The clock of a first contact starts when the referral is received, not when it is screened, and runs by the risk
(T-RESP of the jurisdiction pack). Until somebody has judged the risk, a referral in immediate danger counts as high and
any other as low, so that the screening itself is never later than the first contact may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case, Contact
from kinkeeper.cases.queries import cases
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.timers import due_after

SCREENING = "screening"
FIRST_CONTACT = "first_contact"
REGISTRATION = "registration"
# A message reaches a family; it is no contact in which a child was seen or spoken to.
_COUNTS = (Contact.Kind.VISIT, Contact.Kind.MEETING, Contact.Kind.CALL)
_LIMITS = {"high": "response_high", "medium": "response_medium", "low": "response_low"}


def screenings_due(actor: Actor, on: date | None = None, *, among: Iterable[Referral] | None = None) -> list[Duty]:
    """The referrals in sight that wait to be screened, soonest first. One question and the pack."""
    rows = seen(actor, Referral).filter(state=Referral.State.RECEIVED).select_related("unit")
    if among is not None:
        rows = rows.filter(pk__in=[referral.pk for referral in among])
    pack = pack_in_force()
    duties = [_screening(pack, referral) for referral in rows]
    return _sorted(duties, on)


def _screening(pack: Pack, referral: Referral) -> Duty:
    risk = referral.urgency or ("high" if referral.immediate_danger else "low")
    return _duty(
        pack, SCREENING, referral, risk, timezone.localdate(referral.received_at), "referral", referral.code,
        _("Screen the referral"), "door-enter",
    )  # fmt: skip


def first_contacts_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The first contact in every running case that began with a referral, soonest first. Two questions and the pack.

    A visit, a meeting or a call counts when the child was seen (on the telephone: spoken to) on the day on which the
    referral was received or later; a contact without the child does not, and neither does a message.
    """
    rows = _running(actor, among).filter(pk__in=Mentioned.objects.filter(case__isnull=False).values("case_id"))
    asked = Mentioned.objects.filter(case__in=rows.order_by().values("pk"), referral__state=Referral.State.SCREENED_IN)
    began = {row.case_id: row.referral for row in asked.select_related("referral").order_by("pk")}
    met = _last_met(rows)
    pack = pack_in_force()
    duties = [
        _duty(
            pack, FIRST_CONTACT, case.child, began[case.pk].urgency, timezone.localdate(began[case.pk].received_at),
            "record_contact", case.code, _("First contact"), "user-heart",
        )
        for case in rows
        if case.pk in began and not _is_met(met.get(case.pk), began[case.pk])
    ]  # fmt: skip
    return _sorted(duties, on)


def _last_met(rows: QuerySet[Case]) -> dict[int, date]:
    """The last day on which the child of each case was met."""
    contacts = Contact.objects.filter(case__in=rows.order_by().values("pk"), kind__in=_COUNTS)
    by_case = contacts.exclude(seen=Contact.Seen.NOT_SEEN).order_by().values("case")
    return dict(by_case.annotate(last=Max(F("happened_on"))).values_list("case", "last"))


def _is_met(last: date | None, referral: Referral) -> bool:
    return last is not None and last >= timezone.localdate(referral.received_at)


def registrations_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The cases in sight that are still at intake, soonest first. One question and the pack.

    No rule sets a time of its own for the registration: it follows the first contact, so the limit of the first contact
    by the risk of the case is counted once more, from the day on which the case was opened. Where the risk is not
    judged, the longest one holds.
    """
    pack = pack_in_force()
    duties = [
        _duty(
            pack, REGISTRATION, case.child, case.risk or "low", case.opened_on, "register_case", case.code,
            _("Register the case"), "notes",
        )
        for case in _running(actor, among).filter(state=Case.State.INTAKE)
    ]  # fmt: skip
    return _sorted(duties, on)


def _running(actor: Actor, among: Iterable[Case] | None) -> QuerySet[Case]:
    rows = cases(actor).filter(closed_on=None)
    return rows if among is None else rows.filter(pk__in=[case.pk for case in among])


def _duty(
    pack: Pack, kind: str, about: object, risk: str, since: date, deed: str, code: str, words: object, icon: str
) -> Duty:
    limit = pack.limit(_LIMITS[risk])
    due_on = due_after(since, limit, pack.calendar)
    return Duty(kind, about, due_on, None, deed, code, limit.source, words, icon)  # type: ignore[arg-type]


def _sorted(duties: Iterable[Duty], on: date | None) -> list[Duty]:
    wanted = [duty for duty in duties if on is None or duty.due_on <= on]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))
