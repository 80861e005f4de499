"""The rules behind decisions on a child: necessity, suitability, small children, siblings, emergencies, borders.

Those that the rows alone can tell answer a verdict, for the judge and the button; those about the particulars refuse.
Rows are read here whoever asks: a rule holds also where the actor does not see everything it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Verdict
from kinkeeper.access.models import Emergency
from kinkeeper.cases.models import Case, Tracing
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Option, Requirement, Separation
from kinkeeper.lib.ages import age_range_on
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import CareType, Ground, Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person

Kind = Decision.Kind
CARE = (Kind.ALTERNATIVE_CARE, Kind.EMERGENCY)
# Forms that are meant for good: never an answer to an emergency or while parents are looked for (UN Guidelines, 152).
PERMANENT = frozenset({"ADOPT_PRE", "ADOPTED", "KAFALAH"})
# Forms that may be chosen within an hour: a family that is there, or a shelter for days.
FIT_FOR_EMERGENCY = frozenset(
    {
        "FOSTER_EMG",
        "FOSTER_ST",
        "FOSTER_ACC",
        "FOSTER_PRO",
        "SOS_FAM",
        "KIN_INF",
        "KIN_FOR",
        "INTERIM_COMM",
        "TRANSIT",
    }
)
# The steps at which it is being decided about a child, and those at which a child whose decision says so is in care.
_SOON = (Case.State.BEST_INTEREST, Case.State.GATEKEEPING)
_PLACED = (
    Case.State.PLANNING,
    Case.State.ACTIVE,
    Case.State.REVIEW,
    Case.State.TRANSFER_PENDING,
    Case.State.CLOSING,
)


# ---- what the rows say ---------------------------------------------------------------------------------------------


def last_necessity(case: Case) -> Necessity | None:
    """The latest test whether care outside the family is needed."""
    return Necessity.objects.filter(case=case).first()


def last_best_interest(case: Case) -> BestInterest | None:
    """The latest best-interest procedure of a case."""
    return BestInterest.objects.filter(case=case).first()


def open_requirements(case: Case) -> QuerySet[Requirement]:
    """The determinations that are required and have not been made."""
    return Requirement.objects.filter(case=case, met_on__isnull=True)


def unweighed() -> QuerySet[Decision]:
    """Emergency decisions after which nobody has weighed yet what is best for the child."""
    since = Q(done_on__gt=OuterRef("decided_on")) | Q(afterwards=True, done_on__gte=OuterRef("decided_on"))
    weighed = BestInterest.objects.filter(since, case=OuterRef("case"))
    return Decision.objects.filter(~Exists(weighed), kind=Kind.EMERGENCY, withdrawn_on__isnull=True)


def unweighed_emergency(case: Case) -> Decision | None:
    """The first emergency decision of a case that still waits for its best-interest assessment."""
    return unweighed().filter(case=case).order_by("decided_on", "pk").first()


def retrospective_until(pack: Pack, decision: Decision) -> date:
    """The last day for the best-interest assessment after an emergency decision."""
    return due_after(decision.decided_on, pack.limit("retrospective_bia"), pack.calendar)


def in_force(on: date) -> Q:
    """Decisions that hold on a day: begun, not over, not withdrawn by then. The day on which one ends is not its own."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    return lasting & (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on)) & Q(starts_on__lte=on)


def in_care_or_soon(children: Iterable[Person], on: date) -> set[int]:
    """The keys of those of these children who are in care, or for whom it is being decided now. Two questions."""
    keys = [child.pk for child in children]
    cared = Decision.objects.filter(in_force(on), kind__in=CARE, case__child__in=keys, case__closed_on__isnull=True)
    latest = Decision.objects.filter(case=OuterRef("pk"), withdrawn_on__isnull=True).order_by("-decided_on", "-pk")
    cases = Case.objects.filter(child__in=keys, closed_on__isnull=True, kind=Case.Kind.CARE)
    cases = cases.annotate(decided=Subquery(latest.values("kind")[:1]))
    elsewhere = Q(decided__isnull=True) | Q(decided__in=CARE)
    cases = cases.filter(Q(state__in=_SOON) | Q(elsewhere, state__in=_PLACED))
    return set(cared.values_list("case__child", flat=True)) | set(cases.values_list("child", flat=True))


# ---- verdicts: told from the rows alone ------------------------------------------------------------------------------


def care_is_needed(necessity: Necessity | None) -> Verdict:
    """Yes where the latest test says that care outside the family is needed, on more than poverty."""
    if necessity is None:
        return Verdict(_("Test first whether care outside the family is needed at all."), guard="G-NEC")
    if necessity.poverty_only:
        return Verdict(_("Poverty alone cannot justify care; choose family support."), guard="G-POV")
    if not necessity.needed:
        return Verdict(
            _("The necessity test says that care is not needed; choose family support, or test again."), guard="G-NEC"
        )
    return YES


def support_is_enough(necessity: Necessity | None) -> Verdict:
    """Yes where the latest test says that care outside the family is not needed."""
    if necessity is None:
        return Verdict(_("Test first whether care outside the family is needed at all."), guard="G-NEC")
    if necessity.needed:
        return Verdict(
            _("The necessity test says that care is needed. Test again if support in the family is enough now."),
            guard="G-NEC",
        )
    return YES


# ---- refusals: about the particulars -----------------------------------------------------------------------------------


def is_poverty_only(grounds: Sequence[str], known: Mapping[str, Ground]) -> bool:
    """Whether every ground is one of poverty (UN Guidelines, paragraph 15)."""
    return bool(grounds) and all(known[ground].poverty for ground in grounds)


def insist_on_a_comparison(pack: Pack, best: BestInterest, care: CareType) -> None:
    """G-SUIT: enough options were compared, this form of care among them, and it may be used; homes of many come last."""
    options = list(Option.objects.filter(best_interest=best))
    least = pack.limit("options_least").value
    if len(options) < least:
        raise Refused(
            _("At least %(least)s options must be compared before you decide. Record what is best again.")
            % {"least": least},
            guard="G-SUIT",
            field="care_type",
        )
    chosen = [option for option in options if option.care_type == care.code]
    if not chosen:
        raise Refused(
            _("This form of care was not among the options compared. Choose one of them, or compare again."),
            guard="G-SUIT",
            field="care_type",
        )
    if not any(option.licensed for option in chosen):
        raise Refused(
            _("This option is not approved or licensed. Choose one that is."), guard="G-SUIT", field="care_type"
        )
    if care.neutral == "RES":
        _insist_on_families_first(pack, options)


def _insist_on_families_first(pack: Pack, options: Sequence[Option]) -> None:
    families = [
        option for option in options if option.care_type in pack.care_types and _is_a_family(pack, option.care_type)
    ]
    if not families or not all(option.tried for option in families):
        raise Refused(
            _("A residential facility comes last: every option in a family must have been tried or explored first."),
            guard="G-SUIT",
            field="care_type",
        )


def _is_a_family(pack: Pack, care_type: str) -> bool:
    care = pack.care_types[care_type]
    return care.family_based or care.family_like


def insist_on_freshness(pack: Pack, best: BestInterest, decided_on: date) -> None:
    """G-BIAFRESH: what is best was weighed not longer ago than the pack allows, and not after the decision."""
    limit = pack.limit("bia_validity")
    if decided_on > due_after(best.done_on, limit, pack.calendar):
        raise Refused(
            _("What is best for the child was last weighed on %(day)s; that is too long ago. Weigh it again first.")
            % {"day": in_words(best.done_on)},
            guard="G-BIAFRESH",
        )
    if decided_on < best.done_on:
        raise Refused(
            _("What is best was weighed on %(day)s. The decision cannot be older.") % {"day": in_words(best.done_on)},
            guard="G-TIME",
            field="decided_on",
        )


def insist_on_a_family_for_the_small(
    pack: Pack,
    child: Person,
    care: CareType,
    *,
    starts_on: date,
    exception: str,
    return_on: date | None,
    emergency: bool,
    together: Sequence[Person],
) -> None:
    """G-U3: nobody who may be under three lives in a home of many, but for narrow exceptions (UN Guidelines, 22)."""
    if care.under_three_ok or child.born is None:
        return
    if age_range_on(child.born, starts_on)[0] >= pack.limit("under_three").value:
        return
    if exception == Decision.Exemption.EMERGENCY and emergency:
        return
    if exception == Decision.Exemption.SIBLING and together:
        return
    if exception == Decision.Exemption.SHORT:
        last = due_after(starts_on, pack.limit("under_three_short"), pack.calendar)
        if return_on is not None and starts_on <= return_on <= last:
            return
        raise Refused(
            _("A short stay of so small a child needs a planned return by %(day)s at the latest.")
            % {"day": in_words(last)},
            guard="G-U3",
            field="return_on",
        )
    raise Refused(
        _(
            "A child below the age of %(age)s lives in a family. Choose one, or name an exception that is recorded: an "
            "emergency, brothers and sisters together, or a short stay with a planned return."
        )
        % {"age": pack.limit("under_three").value},
        guard="G-U3",
        field="care_type",
    )


def insist_on_siblings(child: Person, siblings: Sequence[Person], together: Sequence[Person], on: date) -> None:
    """G-SIB: every sibling in care, or placed now, lives with the child, or a separation says why not."""
    foreign = {one.pk for one in together} - {one.pk for one in siblings}
    if foreign:
        raise Refused(
            _("Only brothers and sisters who are in care or placed now can be placed together."),
            guard="G-SIB",
            field="together",
        )
    apart = [one for one in siblings if one.pk not in {other.pk for other in together}]
    separated = set(separations_of(child, on).values_list("child", "sibling"))
    alone = [one for one in apart if (min(child.pk, one.pk), max(child.pk, one.pk)) not in separated]
    if alone:
        raise Refused(
            _("Place the child together with %(names)s, or record first why they live apart and how they meet.")
            % {"names": ", ".join(one.name for one in alone)},
            guard="G-SIB",
            field="together",
        )


def separations_of(child: Person, on: date) -> QuerySet[Separation]:
    """The separations of a child from brothers and sisters that hold on a day."""
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return Separation.objects.filter(lasting, Q(child=child) | Q(sibling=child), decided_on__lte=on)


def insist_on_no_haste(case: Case, care: CareType, on: date) -> None:
    """G-EMER-ADOPT: nothing for good in a declared emergency, or while the family is looked for (UN Guidelines, 152)."""
    if care.neutral not in PERMANENT:
        return
    if _declared_emergency(on):
        raise Refused(
            _("In a declared emergency no child is placed for good. Choose care for the time being."),
            guard="G-EMER-ADOPT",
            field="care_type",
        )
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    if Tracing.objects.filter(lasting, case=case, opened_on__lte=on).exists():
        raise Refused(
            _("The family is still being looked for. A placement for good comes only when tracing has ended."),
            guard="G-EMER-ADOPT",
            field="care_type",
        )


def insist_on_no_border(on: date, *, abroad: bool, reason: str, return_on: date | None) -> None:
    """G-XBORDER: in a declared emergency nobody leaves the country without a compelling reason and a plan to return."""
    if abroad and _declared_emergency(on) and not (reason.strip() and return_on):
        raise Refused(
            _(
                "In a declared emergency a child leaves the country only for a compelling reason of health or safety, "
                "for a time, with a planned return. Write down both."
            ),
            guard="G-XBORDER",
            field="abroad_reason",
        )


def _declared_emergency(on: date) -> bool:
    return Emergency.objects.filter(Emergency.lasting_on(on)).exists()


def insist_on_a_panel_where_due(best: BestInterest, care: CareType, *, abroad: bool) -> None:
    """G-BIA: a placement for good, or a move abroad, rests on a determination by a panel (UNHCR 2021)."""
    if (care.neutral in PERMANENT or abroad) and best.kind != BestInterest.Kind.DETERMINATION:
        raise Refused(
            _("This decision needs a determination by a panel. Record it first."), guard="G-BIA", field="care_type"
        )


def longest_stay(pack: Pack, care: CareType, starts_on: date) -> date | None:
    """The last day that a form of care for days or weeks may last; None where the pack sets no end."""
    named = {"FOSTER_EMG": "emergency_care", "TRANSIT": "transit"}.get(care.neutral)
    return due_after(starts_on, pack.limit(named), pack.calendar) if named else None


def insist_on_a_day_of_validity(starts_on: date, ends_on: date | None) -> None:
    """G-TIME: a decision holds for one day at least; the day on which it ends is not its own."""
    if ends_on is not None and ends_on <= starts_on:
        raise Refused(_("The decision must end after it begins."), guard="G-TIME", field="ends_on")


def insist_on_an_end(pack: Pack, care: CareType, starts_on: date, ends_on: date | None) -> None:
    """G-TIME: a decision ends after it begins, and one on emergency or transit care within the days of the pack."""
    insist_on_a_day_of_validity(starts_on, ends_on)
    last = longest_stay(pack, care, starts_on)
    if last is not None and (ends_on is None or ends_on > last):
        raise Refused(
            _("This form of care ends by %(day)s at the latest. Say until when the decision is valid.")
            % {"day": in_words(last)},
            guard="G-TIME",
            field="ends_on",
        )


def insist_on_an_authoriser(*, is_director: bool, decided_by: str, authority: str, reasons: str) -> None:
    """G-EMERGENCY: the programme director, or an authority that is named, authorises an emergency, and says why."""
    allowed = {Decision.By.AUTHORITY}
    if is_director:
        allowed.add(Decision.By.DIRECTOR)
    if decided_by not in allowed or not authority.strip():
        raise Refused(
            _("An emergency is authorised by the programme director or an authority. Name who did it."),
            guard="G-EMERGENCY",
            field="authority" if decided_by in allowed else "decided_by",
        )
    if not reasons.strip():
        raise Refused(_("Say what the immediate danger is."), guard="G-EMERGENCY", field="reasons")


def insist_on_a_form_for_emergencies(pack: Pack, case: Case, care: CareType, decided_on: date) -> None:
    """G-EMERGENCY: only forms of care that are there at once; G-U3 and G-EMER-ADOPT hold in an emergency, too."""
    insist_on_a_family_for_the_small(
        pack,
        case.child,
        care,
        starts_on=decided_on,
        exception=Decision.Exemption.EMERGENCY,
        return_on=None,
        # A shelter for days is the narrow exception; a home of many is none.
        emergency=care.neutral == "TRANSIT",
        together=(),
    )
    insist_on_no_haste(case, care, decided_on)
    if care.neutral not in FIT_FOR_EMERGENCY:
        raise Refused(
            _(
                "This form of care does not fit an emergency. Choose a family that can take the child now, or a shelter."
            ),
            guard="G-EMERGENCY",
            field="care_type",
        )
