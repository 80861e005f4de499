"""Questions about leaving: what was decided, what follows, whether a family stands on its own feet, who is still home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, may_read, one, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case, Contact
from kinkeeper.decisions.models import BestInterest, Decision
from kinkeeper.families.models import Membership
from kinkeeper.intake.models import Registration
from kinkeeper.leaving.models import (
    FOLLOWED_UP,
    Aftercare,
    Closing,
    ExtendedSupport,
    FollowUp,
    HandedPaper,
    UnplannedReturn,
)
from kinkeeper.lib.ages import age_range_on
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import Pack, Schedule
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.standing import passing
from kinkeeper.lib.timers import due_after, due_dates, lateness
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements.models import PeriodOfCare

# Under these nobody has ordered anything, so nobody need end it.
_NO_ORDER = {"VOLUNTARY", "NONE", "ASYLUM"}
LEAST_ATTEMPTS, LEAST_WAYS = 3, 2


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor sees; a deed about leaving begins here."""
    return seen(actor, Case).select_related("child", "unit", "family")


def closings(actor: Actor) -> QuerySet[Closing]:
    """The closings that this actor sees."""
    return seen(actor, Closing).select_related("case__child", "best_interest", "by")


def closing_of(actor: Actor, case: Case) -> Closing | None:
    """The last closing of a case that was not withdrawn, or None."""
    return closings(actor).filter(case=case, withdrawn_on__isnull=True).first()


def closing_waiting(actor: Actor, case: Case) -> Closing | None:
    """The closing of a case that is decided and not carried out yet, or None."""
    return closings(actor).filter(case=case, withdrawn_on__isnull=True, done_on__isnull=True).first()


def aftercares(actor: Actor) -> QuerySet[Aftercare]:
    """The after-care that this actor sees."""
    return seen(actor, Aftercare).select_related("case__child", "case__unit__programme__association", "by")


def aftercare_of(actor: Actor, case: Case) -> Aftercare | None:
    """The after-care of a case: the one that goes on, or the last one; None where there was none."""
    return aftercares(actor).filter(case=case).order_by("-ends_on", "-starts_on").filter(ends_on=None).first() or (
        aftercares(actor).filter(case=case).first()
    )


def followups_of(actor: Actor, case: Case) -> QuerySet[FollowUp]:
    """The follow-ups of a case, newest first."""
    return seen(actor, FollowUp).filter(case=case).select_related("case", "by")


def unplanned_returns(actor: Actor) -> QuerySet[UnplannedReturn]:
    """The unplanned returns that this actor sees, newest first."""
    return seen(actor, UnplannedReturn).select_related("case__child")


def returned_unplanned(actor: Actor, code: str) -> UnplannedReturn:
    """The unplanned return with this code; 404 where the actor sees none."""
    return one(unplanned_returns(actor), code=code)


def support_extended_until(actor: Actor, case: Case, on: date) -> date | None:
    """Until when care goes on at the young person’s wish, as it stands on a day; None where it does not."""
    rows = seen(actor, ExtendedSupport).filter(case=case, asked_on__lte=on, until__gt=on)
    return rows.values_list("until", flat=True).first()


def may_have_come_of_age(actor: Actor) -> list[Case]:
    """Cases of care that goes on for somebody who is of age today, unless they asked that it goes on. Three questions."""
    pack = pack_in_force()
    longer = ExtendedSupport.objects.filter(case=OuterRef("pk"), until__gt=actor.today)
    so_from_the_start = Registration.objects.filter(case=OuterRef("pk")).exclude(over_age_reason="")
    first = add_months(actor.today, -12 * pack.limit("age_of_majority").value)
    rows = cases(actor).filter(~Exists(longer), ~Exists(so_from_the_start), child__born_from__lte=first)
    rows = rows.filter(kind__in=[Case.Kind.CARE, Case.Kind.YOUTH], state__in=Case.AT_WORK, child__died_on=None)
    return [case for case in rows.order_by("pk") if is_of_age(case.child, pack, actor.today)]


def is_of_age(child: Person, pack: Pack, on: date) -> bool:
    """Pure: whether somebody is of age on a day for certain: where the birth is known in part, the youngest age counts."""
    born = child.born
    return born is not None and age_range_on(born, on)[0] >= pack.limit("age_of_majority").value


# ---- what a closing needs --------------------------------------------------------------------------------------------


def best_interest_for(actor: Actor, case: Case, on: date) -> BestInterest | None:
    """The last procedure of best interests that still counts on a day, by the limit of the pack."""
    pack = pack_in_force()
    last = seen(actor, BestInterest).filter(case=case, done_on__lte=on).first()
    return last if last and on <= due_after(last.done_on, pack.limit("bia_validity"), pack.calendar) else None


def is_under_an_order(actor: Actor, case: Case, on: date) -> bool:
    """Whether an order of a court or authority holds for the child on a day, so that somebody must have ended it."""
    kinds = pack_in_force().legal_statuses
    running = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    held = seen(actor, LegalStatus).filter(running, person=case.child_id, starts_on__lte=on)
    found = held.values_list("status", flat=True)
    return any(status not in kinds or kinds[status].neutral not in _NO_ORDER for status in found)


def attempts_in_vain(actor: Actor, case: Case) -> tuple[int, int]:
    """How often, and by how many ways, contact was tried in vain since there was contact last."""
    told: list[tuple[date, str, bool]] = [
        (row.happened_on, row.kind, row.seen != Contact.Seen.NOT_SEEN or bool(row.child_said))
        for row in seen(actor, Contact).filter(case=case)
    ]
    told += [(row.happened_on, row.way, row.in_touch) for row in seen(actor, FollowUp).filter(case=case)]
    last = max((day for day, _way, reached in told if reached), default=date.min)
    ways = [way for day, way, reached in told if not reached and day >= last]
    return len(ways), len(set(ways))


def is_lost(actor: Actor, case: Case) -> bool:
    """Whether contact was tried at least three times by two ways in vain."""
    attempts, ways = attempts_in_vain(actor, case)
    return attempts >= LEAST_ATTEMPTS and ways >= LEAST_WAYS


def last_contact(actor: Actor, case: Case) -> date | None:
    """The last day there was contact with the child or young person."""
    days = contact_days(actor, [case]).get(case.pk, [])
    return days[-1] if days else None


def contact_days(actor: Actor, among: Iterable[Case]) -> dict[int, list[date]]:
    """The days with contact, oldest first, by the key of the case: contacts and follow-ups. Two questions."""
    keys = [case.pk for case in among]
    days: dict[int, set[date]] = defaultdict(set)
    reached = ~Q(seen=Contact.Seen.NOT_SEEN) | ~Q(child_said="")
    rows = [
        *seen(actor, Contact).filter(reached, case__in=keys).values_list("case", "happened_on"),
        *seen(actor, FollowUp).filter(case__in=keys, in_touch=True).values_list("case", "happened_on"),
    ]
    for case, day in rows:
        days[case].add(day)
    return {case: sorted(found) for case, found in days.items()}


# ---- whether a family stands on its own feet -------------------------------------------------------------------------


@passing("the whole family")
def what_a_family_lacks(actor: Actor, case: Case, on: date) -> list[str]:
    """Why a family cannot be said to stand on its own feet on a day, as sentences; none where it does.

    Every child of the family in the programme did well in the critical domains at the last assessment and at one at
    least the limit of the pack earlier; a regular income covers the basics; the carers are able; nobody left unexplained.
    """
    pack = pack_in_force()
    enrolled = _enrolled(case)
    told = _assessments(enrolled, on)
    names = _Names(actor, [one_case.child_id for one_case in enrolled])
    found = [
        sentence
        for one_case in enrolled
        for sentence in _lacks(pack, names[one_case.child_id], told.get(one_case.pk, []))
    ]
    return list(dict.fromkeys([*found, *_left_unexplained(actor, case, enrolled, on)]))


class _Names(dict[int, str]):
    """How to speak of people: by name, as far as the actor sees them."""

    def __init__(self, actor: Actor, keys: Iterable[int]) -> None:
        super().__init__(seen(actor, Person).filter(pk__in=list(keys)).values_list("pk", "name"))

    def __missing__(self, key: int) -> str:
        return _("A child whom you do not see")


def _enrolled(case: Case) -> list[Case]:
    """The running cases of the family, of children whom the actor may not see, too: a family leaves as a whole."""
    if case.family_id is None:
        return [case]
    rows = Case.objects.filter(family=case.family_id, kind=Case.Kind.FAMILY_STRENGTHENING, closed_on=None)
    rows = rows.exclude(state=Case.State.AFTERCARE)
    return [case, *rows.exclude(pk=case.pk).select_related("child").order_by("pk")]


def _assessments(enrolled: Iterable[Case], on: date) -> Mapping[int, list[Assessment]]:
    rows = Assessment.objects.filter(case__in=[case.pk for case in enrolled], assessed_on__lte=on)
    found: dict[int, list[Assessment]] = defaultdict(list)
    for row in rows.prefetch_related("findings").order_by("-assessed_on", "-pk"):
        found[row.case_id].append(row)
    return found


def _lacks(pack: Pack, name: str, told: list[Assessment]) -> list[str]:
    words = {"name": name}
    if not told:
        return [_("%(name)s has not been assessed yet.") % words]
    last, limit = told[0], pack.limit("exit_between_assessments")
    lacks: list[str] = []
    if last.poor_in(pack):
        lacks.append(_("%(name)s does not do well in every critical domain of the last assessment.") % words)
    if last.income_covers_basics is not True:
        lacks.append(_("The last assessment does not say that a regular income covers the basics."))
    if last.caregiver_able is not True:
        lacks.append(_("The last assessment does not say that the carers at home can care for the child."))
    good = [one.assessed_on for one in told if _holds(pack, one)]
    second = due_after(min(good), limit, pack.calendar) if good else None
    if not lacks and second and second > last.assessed_on:
        sentence = _("Only one assessment of %(name)s is good. A second good one counts from %(day)s.")
        lacks.append(sentence % {**words, "day": in_words(second)})
    return lacks


def _holds(pack: Pack, told: Assessment) -> bool:
    """Whether nothing in an assessment speaks against the family standing on its own feet."""
    return not told.poor_in(pack) and told.income_covers_basics is not False and told.caregiver_able is not False


def _left_unexplained(actor: Actor, case: Case, enrolled: list[Case], on: date) -> list[str]:
    """Children of the family who live elsewhere since we know it, although nobody recorded why."""
    since = min(one_case.opened_on for one_case in enrolled)
    members = Membership.objects.filter(family=case.family_id) if case.family_id else Membership.objects.none()
    gone = set(members.filter(ends_on__gte=since, ends_on__lte=on).values_list("person_id", flat=True))
    gone -= set(members.filter(ends_on__isnull=True).values_list("person_id", flat=True))
    children = {one_case.child_id for one_case in enrolled} | set(members.values_list("person_id", flat=True))
    periods = PeriodOfCare.objects.filter(child__in=children, started_on__gte=since, started_on__lte=on)
    placed = dict(periods.values_list("child_id", "need"))
    decided = set(
        Decision.objects.filter(case__child__in=children, withdrawn_on__isnull=True, decided_on__gte=since)
        .filter(kind__in=[Decision.Kind.ALTERNATIVE_CARE, Decision.Kind.EMERGENCY])
        .values_list("case__child_id", flat=True)
    )
    explained = decided | {child for child, need in placed.items() if need}
    pack = pack_in_force()
    people = Person.objects.filter(pk__in=(gone | set(placed)) - explained, died_on__isnull=True).order_by("pk")
    words = _("%(name)s has left the family, and nobody recorded why.")
    young = [person for person in people if person.born and not is_of_age(person, pack, on)]
    names = _Names(actor, [person.pk for person in young])
    return [words % {"name": names[person.pk]} for person in young]


@passing("the whole family")
def leave_together(actor: Actor, case: Case) -> list[Case]:
    """The other cases of the family that are under review in the same unit, so that they can be closed together."""
    if case.family_id is None:
        return []
    rows = cases(actor).filter(family=case.family_id, kind=case.kind, state=Case.State.REVIEW, unit=case.unit_id)
    return list(rows.exclude(pk=case.pk).order_by("child__born_from", "pk"))


# ---- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """A follow-up that the pack asks for: when it was due, and when it was done; None while it is not."""

    due_on: date
    done_on: date | None

    @property
    def days_late(self) -> int:
        """How many days after its day it was done; 0 when it was on time or is not done yet."""
        return max((self.done_on - self.due_on).days, 0) if self.done_on else 0


def followup_schedule(pack: Pack, aftercare: Aftercare) -> Schedule | None:
    """Pure: the schedule of follow-ups for this after-care, None where it is about a young adult."""
    if aftercare.kind not in FOLLOWED_UP:
        return None
    fit = pack.schedules_for("followup", kind=aftercare.case.kind)
    return fit[0] if fit else None


def followup_calendar(actor: Actor, aftercare: Aftercare) -> list[Expected]:
    """Every follow-up of an after-care, done or still to come, in order; empty where it is about a young adult."""
    pack = pack_in_force()
    schedule = followup_schedule(pack, aftercare)
    if schedule is None:
        return []
    done = followups_of(actor, aftercare.case).filter(in_touch=True).values_list("happened_on", flat=True)
    answered = lateness(schedule, aftercare.starts_on, done, pack.calendar)
    known = [Expected(due, day) for due, day in answered]
    whole = due_dates(schedule, aftercare.starts_on, 50, pack.calendar)
    return known + [Expected(due, None) for due in whole[len(known) :]]


@passing("the whole family")
def still_at_home(actor: Actor, case: Case, months: int) -> bool | None:
    """Whether the child still lived with family or relatives so many months after leaving; None where nobody knows.

    The follow-up that answers that month counts: the first on or after its day, else the last after the month before.
    """
    aftercare = aftercares(actor).filter(case=case, kind__in=FOLLOWED_UP).first()
    if aftercare is None:
        return None
    day = add_months(aftercare.starts_on, months)
    periods = seen(actor, PeriodOfCare).filter(child=case.child_id, started_on__gte=aftercare.starts_on)
    if periods.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day).exists():
        return False
    rows = seen(actor, FollowUp).filter(case=case, in_touch=True).exclude(lives=FollowUp.Lives.UNKNOWN)
    before = [each.due_on for each in followup_calendar(actor, aftercare) if each.due_on < day]
    after = rows.filter(happened_on__gte=day).order_by("happened_on").first()
    found = after or rows.filter(happened_on__gt=max(before, default=aftercare.starts_on)).first()
    return None if found is None else found.lives in (FollowUp.Lives.FAMILY, FollowUp.Lives.KIN)


# ---- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListedPaper:
    """A paper of the pack’s list, and what happened to it; None while nothing did."""

    label: str
    required: bool
    handed: HandedPaper | None


def papers_of(actor: Actor, closing: Closing) -> list[ListedPaper]:
    """The checklist of papers for a closing, in the order of the pack."""
    rows = {row.paper: row for row in seen(actor, HandedPaper).filter(closing=closing)}
    papers = pack_in_force().papers.items()
    return [ListedPaper(_(paper.label), paper.required, rows.get(code)) for code, paper in papers]


@dataclass(frozen=True)
class Moment:
    """One line of the story after leaving, as the page draws it."""

    on: date
    title: str
    text: str = ""
    icon: str = "circle-check"
    tone: str = "plain"


@dataclass(frozen=True)
class AftercarePage:
    """What the page of after-care shows: the record, what comes next, and what was."""

    aftercare: Aftercare
    closing: Closing | None
    next_on: date | None
    coming: list[Expected]
    story: list[Moment]
    in_care_still: bool
    emergency_stay: str


def aftercare_page(actor: Actor, aftercare: Aftercare) -> AftercarePage:
    """Everything about one after-care, in a constant number of questions."""
    expected = followup_calendar(actor, aftercare)
    rows = [row for row in followups_of(actor, aftercare.case) if row.happened_on >= aftercare.starts_on]
    coming = [each for each in expected if each.done_on is None] if aftercare.is_running else []
    next_on = coming[0].due_on if coming else _next_contact(actor, aftercare)
    late = {each.done_on: each.days_late for each in expected if each.done_on}
    pack, case = pack_in_force(), aftercare.case
    in_care = seen(actor, PeriodOfCare).filter(child=case.child_id, ended_on__isnull=True).exists()
    stay = pack.care_types.get(aftercare.emergency_stay_type)
    return AftercarePage(
        aftercare=aftercare,
        closing=closing_of(actor, case),
        next_on=next_on,
        coming=coming,
        story=[_moment(actor, row, late.get(row.happened_on, 0)) for row in rows],
        in_care_still=in_care,
        emergency_stay=_(stay.label) if stay else "",
    )


def _next_contact(actor: Actor, aftercare: Aftercare) -> date | None:
    if not (aftercare.is_running and aftercare.on_their_own):
        return None
    pack = pack_in_force()
    days = [
        day for day in contact_days(actor, [aftercare.case]).get(aftercare.case_id, []) if day >= aftercare.starts_on
    ]
    return due_after(days[-1] if days else aftercare.starts_on, pack.limit("aftercare_contact"), pack.calendar)


def _moment(actor: Actor, row: FollowUp, late: int) -> Moment:
    if not row.in_touch:
        tried = {"way": row.get_way_display()}
        return Moment(row.happened_on, _("Tried in vain: %(way)s") % tried, icon="phone", tone="warn")
    title = _("Lives %(where)s") % {"where": row.get_lives_display()}
    words = [_("%(days)s days late") % {"days": late}] if late else []
    words += [row.get_activity_display()] if row.activity else []
    if row.suitable is not None:
        words.append(_("suitable housing") if row.suitable else _("housing not suitable"))
    words += [_("reason for concern")] if row.concern else []
    told = [" · ".join(words)] if words else []
    told += [row.wellbeing] if may_read(actor, row, "wellbeing") else []
    told += [f"“{row.own_words}”"] if row.own_words and may_read(actor, row, "own_words") else []
    return Moment(
        row.happened_on, title, "\n".join(told), "heart-handshake", "bad" if row.back_in_care or row.concern else "good"
    )
