"""What is due because a child is in care: visits in a new home, reviews, the end of short stays, exemptions of siblings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.lib.duties import REVIEW, VISIT, Duty
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.timers import due_after, soonest
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode, PeriodOfCare
from kinkeeper.placements.queries import Residence, periods, visits_to, where_lives
from kinkeeper.plans.duties import case_named_day, way_to_review, with_named_days
from kinkeeper.plans.models import Review

STAY = "stay"
EXEMPTION = "exemption"


def first_visits_due(actor: Actor, on: date | None = None, *, among: Iterable[Person] | None = None) -> list[Duty]:
    """The first visit after a child came to live somewhere, until the child has been seen there; soonest first.

    Where the pack has a schedule for the type of care, also the next visit by that. Of the children in open cases that
    the actor sees, or of those among it. With `on`, only those due by that day.
    """
    rows = seen(actor, Case).filter(closed_on=None).select_related("child")
    if among is not None:
        rows = rows.filter(child__in=[child.pk for child in among])
    cases = {case.child_id: case for case in rows}
    pack = pack_in_force()
    stays = where_lives(actor, [case.child for case in cases.values()])
    visits = visits_to(actor, cases.keys())
    due = [_visit_at_home(pack, cases[child], stay, visits.get(child, ())) for child, stay in stays.items()]
    wanted = [duty for duty in due if duty is not None and (on is None or duty.due_on <= on)]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))


def _visit_at_home(pack: Pack, case: Case, stay: Residence, visits: Sequence[date]) -> Duty | None:
    status = stay.episode.legal_status.status
    fit = pack.schedules_for(VISIT, kind=case.kind, status=status, care=stay.care_type)
    found = soonest([(one, stay.since) for one in fit if one.for_care], visits, pack.calendar)
    due = [(found[0], found[1].source)] if found else []
    last = visits[-1] if visits else None
    # A law that sets the visits of a legal status sets the first one as well.
    if (last is None or last < stay.since) and not any(one.for_statuses for one in fit):
        limit = pack.limit("first_visit")
        due.append((due_after(stay.since, limit, pack.calendar), limit.source))
    if not due:
        return None
    due_on, source = min(due)
    return Duty(VISIT, case.child, due_on, last, "record_contact", case.code, source)


def reviews_due(actor: Actor, on: date | None = None, *, among: Iterable[Person] | None = None) -> list[Duty]:
    """The next review of every child in care that the actor sees (or of those among it), soonest first.

    Where the plan in force or the last review names an earlier day than the pack asks for, that day holds. With `on`,
    only those due by that day. Four questions, however many children.
    """
    rows = periods(actor).filter(ended_on__isnull=True)
    if among is not None:
        rows = rows.filter(child__in=[child.pk for child in among])
    held = _reviews(rows)
    pack = pack_in_force()
    mine = seen(actor, Case).filter(child__in=rows.order_by().values("child"), closed_on=None).select_related("child")
    cases = {case.child_id: case for case in with_named_days(mine)}
    due = [_next_review(pack, period, held, cases.get(period.child_id)) for period in _with_care(rows)]
    wanted = [duty for duty in due if duty is not None and (on is None or duty.due_on <= on)]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))


def _reviews(rows: QuerySet[PeriodOfCare]) -> dict[int, list[date]]:
    """The days of the reviews of these children, by the key of the child, oldest first."""
    held = Review.objects.filter(child__in=rows.order_by().values("child"), held_on__isnull=False).order_by("held_on")
    days: dict[int, list[date]] = defaultdict(list)
    for child, day in held.values_list("child", "held_on"):
        if day is not None:
            days[child].append(day)
    return days


def _with_care(rows: QuerySet[PeriodOfCare]) -> QuerySet[PeriodOfCare]:
    """Add the legal status and the type of care of the last episode, and since when each holds."""
    last = Episode.objects.filter(period=OuterRef("pk")).order_by("-started_on")
    stay = Episode.objects.filter(placement=OuterRef("stay")).order_by().values("placement")
    return rows.annotate(
        status=Subquery(last.values("legal_status__status")[:1]),
        status_since=Subquery(last.values("legal_status__starts_on")[:1]),
        care_type=Subquery(last.values("placement__care_type")[:1]),
        stay=Subquery(last.values("placement")[:1]),
    ).annotate(stay_since=Subquery(stay.annotate(since=Min("started_on")).values("since")))


def _next_review(
    pack: Pack, period: PeriodOfCare, reviews: Mapping[int, Sequence[date]], case: Case | None
) -> Duty | None:
    held = [day for day in reviews.get(period.child_id, ()) if day >= period.started_on]
    known = vars(period)  # _with_care() adds what is read from here
    fit = pack.schedules_for(REVIEW, kind="care", status=known["status"] or "", care=known["care_type"] or "")
    anchors = [
        (one, known["stay_since"] if one.for_care else known["status_since"] if one.for_statuses else period.started_on)
        for one in fit
    ]
    found = soonest(anchors, held, pack.calendar)
    if found is None:
        return None
    named = case_named_day(case) if case else None
    deed, code = way_to_review(case) if case else ("record_review", period.child.code)
    return Duty(
        kind=REVIEW,
        child=period.child,
        due_on=min(found[0], named or found[0]),
        last_on=held[-1] if held else None,
        deed=deed,
        code=code,
        source=found[1].source,
    )


def stays_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """What is due because of where children live today, soonest first.

    The last day of a stay under a form of care that the pack limits in days (emergency, transit …), and the day on which
    it is looked at again that brothers and sisters are more than their home may take. Of the children in open cases that
    the actor sees, or in those among it. With `on`, only those due by that day.
    """
    pack = pack_in_force()
    due = [
        duty
        for case, stay in _stays_today(actor, among)
        for duty in (_short_stay(pack, case, stay), _exemption(pack, case, stay))
        if duty and (on is None or duty.due_on <= on)
    ]
    return sorted(due, key=lambda duty: (duty.due_on, duty.code))


def _short_stay(pack: Pack, case: Case, stay: Residence) -> Duty | None:
    care = pack.care_types.get(stay.care_type)
    if care is None or not care.days_limit:
        return None
    until = stay.since + timedelta(days=care.days_limit)
    words = _("Short stay ends: move on, or decide anew")
    return Duty(STAY, case.child, until, None, "move_child", case.child.code, care.source, words, "hourglass")


def _exemption(pack: Pack, case: Case, stay: Residence) -> Duty | None:
    placement, source = stay.episode.placement, pack.limit("sibling_review").source
    if placement.exemption_review_on is None:
        return None
    words = _("Brothers and sisters in a full home")
    return Duty(
        EXEMPTION, case.child, placement.exemption_review_on, None, "review_exemption", placement.code, source, words,
        "users",
    )  # fmt: skip


def _stays_today(actor: Actor, among: Iterable[Case] | None) -> list[tuple[Case, Residence]]:
    rows = seen(actor, Case).filter(closed_on=None).select_related("child")
    if among is not None:
        rows = rows.filter(pk__in=[case.pk for case in among])
    cases = list(rows)
    stays = where_lives(actor, [case.child for case in cases])
    return [(case, stays[case.child_id]) for case in cases if case.child_id in stays]
