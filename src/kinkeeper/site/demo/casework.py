"""How the children of the demo came to where they are: assessed, weighed, decided, planned, reviewed.

For those whom people look at first, like the photos and papers; some have gaps worth finding. Rows are written in
batches, unit by unit, so that memory does not grow with the number of children.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db.models import Model

from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, KinSearched, Necessity, Option, SupportTried
from kinkeeper.families.models import Kinship
from kinkeeper.intake.models import Registration
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.periods import add_months
from kinkeeper.people.models import Consent
from kinkeeper.placements.models import Episode, PeriodOfCare
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Progress, Review, Wish
from kinkeeper.site.demo import telling
from kinkeeper.site.demo.papers import CHILDREN_PER_UNIT
from kinkeeper.site.demo.staff import Staff

MOST_REVIEWS = 6
"""Months between two reviews, by the pack of the demo."""
UNPLANNED = 0.08
"""Share of children whose plan is overdue."""
UNDECIDED = 30
"""Days after which it is decided on a child."""
ORDER: tuple[type[Model], ...] = (
    Consent, Registration, Assessment, Finding, BestInterest, Option, Necessity, SupportTried, KinSearched, Decision,
    Plan, Goal, GoalAction, PlannedContact, Wish, Progress,
)  # fmt: skip
"""In which rows are stored: those that are referred to first."""
NEUTRAL_HOME = "HOME"


def fill(staff: Staff, mint: Callable[[], str], seed: int, until: date) -> None:
    """Tell the way of the first children of the first and the last units."""
    units = [*staff.care_units[:2], staff.social_centre, staff.youth_team]
    for number, unit in enumerate(units):
        rng = Random(f"kinkeeper/{seed}/casework/{number}")  # noqa: S311  # invented data, no secret
        _Told(unit, rng, mint, until).tell()


@dataclass
class _Told:
    """The rows of one unit, by table, in the order in which they are stored."""

    unit: Unit
    rng: Random
    mint: Callable[[], str]
    until: date
    rows: dict[type[Model], list[Any]] = field(default_factory=dict)

    def tell(self) -> None:
        """Write the rows of every child that is looked at first."""
        open_cases = Case.objects.filter(unit=self.unit, closed_on=None).select_related("child", "worker")
        cases = list(open_cases.order_by("pk")[:CHILDREN_PER_UNIT])
        stays = self._stays(cases)
        self.supervisor = self.unit.seats.filter(role="supervisor").select_related("user").first()
        held, adults = self._reviews(cases), self._adults(cases)
        changed: list[Review] = []
        for case in cases:
            plan = self._way(case, stays.get(case.child_id))
            self._consents(case, adults.get(case.child_id))
            if plan is not None and (review := held.get(case.child_id)):
                changed += self._minutes(plan, review)
        self._store()
        if changed:
            names = ("case", "plan", "chair", "attendance", "child_words", "summary", "still_needed", "still_suits")
            for review in with_keys(changed):
                review.save(update_fields=[*names, "outcome", "next_on", "opened_on", "due_on"])

    def _stays(self, cases: Sequence[Case]) -> dict[int, tuple[date, date, str]]:
        """By child: since when in care, since when in the present stay, and its form."""
        periods = PeriodOfCare.objects.filter(child__in=[case.child_id for case in cases], ended_on=None)
        rows = (
            Episode.objects.filter(period__in=periods)
            .select_related("period", "placement")
            .order_by("started_on", "pk")
        )
        found: dict[int, tuple[date, date, str]] = {}
        for row in rows:
            child, now = row.period.child_id, row.placement.care_type
            before = found.get(child)
            since = before[1] if before and before[2] == now else row.started_on
            found[child] = (row.period.started_on, since, now)
        return found

    def _reviews(self, cases: Sequence[Case]) -> dict[int, Review]:
        rows = Review.objects.filter(child__in=[case.child_id for case in cases], held_on__isnull=False)
        return {row.child_id: row for row in rows.order_by("held_on")}

    def _adults(self, cases: Sequence[Case]) -> dict[int, int]:
        """By child: the key of somebody who has legal responsibility."""
        ties = Kinship.objects.filter(
            Kinship.responsible_on(self.until), relative__in=[case.child_id for case in cases]
        )
        return {tie.relative_id: tie.person_id for tie in ties.order_by("-pk")}

    def _consents(self, case: Case, adult: int | None) -> None:
        """What was agreed to: support for nearly everybody, sharing for most; now and then an answer has run out."""
        rng, pack = self.rng, pack_in_force()
        given_on = max(case.opened_on, self.until - timedelta(days=rng.randint(20, 400)))
        age = case.child.age(given_on) or 0
        grown, asked = age >= pack.limit("age_of_majority").value, age >= pack.limit("own_consent").value
        givers = ([] if grown or adult is None else [adult]) + ([None] if asked else [])
        for purpose, share in (("SERVICES", 0.95), ("SHARING", 0.7)):
            for giver in givers if rng.random() < share else ():
                self._add(
                    Consent, person=case.child, purpose=purpose, answer=Consent.Answer.GIVEN, by_child=giver is None,
                    given_by_id=giver, given_on=given_on, until=add_months(given_on, 12), language="en", by=case.worker,
                    explained="In simple words, with the leaflet; that a no has no bad consequences.",
                )  # fmt: skip

    def _add(self, model: type[Model], **particulars: Any) -> Any:
        row = model(code=self.mint(), **particulars)
        self.rows.setdefault(model, []).append(row)
        return row

    def _store(self) -> None:
        for model in ORDER:
            model.objects.bulk_create(with_keys(self.rows.get(model, [])))  # type: ignore[attr-defined]

    # ---- one child ---------------------------------------------------------------------------------------------------

    def _way(self, case: Case, stay: tuple[date, date, str] | None) -> Plan | None:
        """Assessment, decision and plan of one child, as far as its time has come."""
        began = max(stay[0], case.opened_on) if stay else case.opened_on
        if case.kind == Case.Kind.YOUTH:
            return self._plan(case, began + timedelta(days=20), telling.YOUTH_GOALS)
        if (self.until - began).days < UNDECIDED or (case.kind == Case.Kind.CARE and stay is None):
            return None
        self._registration(case, began)
        self._assessment(case, began + timedelta(days=9))
        self._decision(case, began + timedelta(days=14), stay)
        if self.rng.random() < UNPLANNED:
            return None
        return self._plan(case, began + timedelta(days=22), telling.GOALS)

    def _registration(self, case: Case, day: date) -> None:
        self._add(
            Registration, case=case, registered_on=day, by=case.worker, basis=Registration.Basis.PUBLIC_TASK,
            basis_source="Children Act 1989", guardian=Registration.Guardian.KNOWN, location="At the office, with a worker",
            emergency_contact="Duty desk, 01632 960 100",
        )  # fmt: skip

    def _assessment(self, case: Case, day: date) -> None:
        rng = self.rng
        heard = (case.child.age(day) or 0) >= pack_in_force().limit("child_view").value
        family = case.kind == Case.Kind.FAMILY_STRENGTHENING
        made = self._add(
            Assessment, case=case, assessed_on=day, seen=Assessment.Seen.ALONE, seen_on=day - timedelta(days=2),
            sources="The child, both parents, the school, the health visitor.", risks=rng.choice(telling.RISKS),
            strengths=rng.choice(telling.STRENGTHS), family_strengths=rng.choice(telling.FAMILY_STRENGTHS),
            causes=rng.sample(["BREAKDOWN", "ADDICTION", "SICKNESS", "ABUSE", "HOUSING"], 2),
            risk=case.risk or Assessment.Risk.MEDIUM, child_view=rng.choice(telling.VIEWS) if heard else "",
            child_view_by=Assessment.ViewBy.TALK if heard else "",
            no_view_reason="" if heard else "Too small to be asked; observed at play.",
            income_covers_basics=rng.random() < 0.4 if family else None, caregiver_able=True if family else None,
            conclusion="Much is there that can carry this child; what is missing is said domain by domain.",
            by=case.worker,
        )  # fmt: skip
        for code, (well, poorly) in telling.FOUND.items():
            rating = rng.choices((1, 2, 3, 4), (3, 5, 4, 1))[0]
            note = well if rating < Finding.POORLY else poorly
            self._add(Finding, assessment=made, domain=code, rating=rating, note=note)

    def _decision(self, case: Case, decided: date, stay: tuple[date, date, str] | None) -> None:
        """What was weighed and decided, about the form of care in which the child lives now."""
        rng, care = self.rng, case.kind == Case.Kind.CARE
        view = rng.choice(telling.VIEWS)
        best = self._best_interest(case, decided - timedelta(days=4), view, stay[2] if stay else "")
        need = self._add(
            Necessity, case=case, tested_on=decided - timedelta(days=2), needed=care, by=case.worker,
            grounds=rng.sample(["NEGLECT", "VIOLENCE", "ILLNESS", "BEHAVIOUR"], 2) if care else ["LOW_INCOME", "ILLNESS"],
            conclusion=telling.REASONS if care else "The child can stay: with help in the house it is enough.",
        )  # fmt: skip
        what, result = rng.choice(telling.SUPPORTS)
        self._add(SupportTried, necessity=need, what=what, ends_on=decided - timedelta(days=20), result=result)
        for who, outcome in telling.KIN_ASKED if care else ():
            self._add(KinSearched, necessity=need, who=who, asked_on=decided - timedelta(days=9), outcome=outcome)
        self._add(
            Decision, case=case, necessity=need, best_interest=best, decided_on=decided, starts_on=stay[0] if stay else decided,
            kind=Decision.Kind.ALTERNATIVE_CARE if care else Decision.Kind.FAMILY_SUPPORT,
            care_type=stay[2] if stay else "", decided_by=Decision.By.PANEL, authority=f"Care panel of {self.unit.place}",
            reasons=telling.REASONS if care else "With help in the house the child is safe with the parents.",
            child_view=view, child_view_weighed="It decided between the two options.", by=case.worker,
        )  # fmt: skip

    def _best_interest(self, case: Case, day: date, view: str, care_type: str) -> BestInterest:
        factors = ("identity", "family_environment", "safety", "vulnerability", "health", "education", "continuity")
        care = case.kind == Case.Kind.CARE
        best: BestInterest = self._add(
            BestInterest, case=case, kind=BestInterest.Kind.ASSESSMENT, done_on=day, child_view=view,
            child_view_by=Assessment.ViewBy.TALK, child_agrees=True, by=case.worker,
            second=self.supervisor.user if self.supervisor else None,
            recommendation=BestInterest.Recommends.ALTERNATIVE_CARE if care else BestInterest.Recommends.FAMILY_SUPPORT,
            conclusion="School, friends and the brothers and sisters stay near; that tipped the scales.",
            **dict.fromkeys(factors, "Weighed with the family; nothing speaks against it."),
        )  # fmt: skip
        home = next(code for code, entry in pack_in_force().care_types.items() if entry.neutral == NEUTRAL_HOME)
        for code, chosen in ((care_type or home, True), (home if care else "U6", False)):
            self._add(
                Option, best_interest=best, care_type=code, chosen=chosen, tried=not chosen, child_prefers=chosen,
                short_term="Rest, and the same school." if chosen else "Quarrels go on.",
                long_term="Room to grow." if chosen else "Nobody could promise that it holds.",
                home_km=self.rng.randint(2, 30), school_km=self.rng.randint(1, 12),
            )  # fmt: skip
        return best

    # ---- the plan ----------------------------------------------------------------------------------------------------

    def _plan(self, case: Case, day: date, known: Sequence[tuple[str, str, str, str, str, str]]) -> Plan:
        """A plan in force with two or three goals; what is due next lies around today."""
        rng, youth = self.rng, case.kind == Case.Kind.YOUTH
        approved = min(day, self.until - timedelta(days=1))
        words = (case.child.age(approved) or 0) >= pack_in_force().limit("child_view").value
        plan: Plan = self._add(
            Plan, case=case, kind=Plan.Kind.YOUTH if youth else Plan.Kind.CHILD, state=Plan.State.APPROVED,
            about_me=rng.choice(telling.ABOUT_ME) if words else "", no_words_reason="" if words else "Too small to say it.",
            child_consulted="At the kitchen table, with the cards of feelings.",
            parent_consulted="Both parents were there." if not youth else "Of age; wanted nobody else there.",
            permanency=rng.choice(["REUNIFY", "REUNIFY", "LONG_TERM", "KIN"]) if case.kind == Case.Kind.CARE else "",
            drafted_on=approved - timedelta(days=5), drafted_by=case.worker, approved_on=approved, copy_given_on=approved,
            approved_by=self.supervisor.user if self.supervisor else None,
            review_on=self.until + timedelta(days=rng.randint(-4, 110)),
        )  # fmt: skip
        for domain, child_words, statement, baseline, what, who in rng.sample(
            known, min(len(known), rng.choice((2, 3)))
        ):
            due = self.until + timedelta(days=rng.randint(-15, 120))
            goal = self._add(
                Goal, plan=plan, domain=domain, words=child_words, statement=statement, baseline=baseline,
                target_on=due + timedelta(days=30),
            )  # fmt: skip
            owner = case.worker.name if who == "worker" and case.worker else "Carers"
            done = due if due < self.until and rng.random() < 0.7 else None
            self._add(GoalAction, goal=goal, what=what, owner=owner, due_on=due, done_on=done)
        if case.kind == Case.Kind.CARE:
            self._add(PlannedContact, plan=plan, with_whom="Mother", how="face", often="every second Saturday")
            self._add(PlannedContact, plan=plan, with_whom="Grandmother", how="phone", often="every Sunday")
        return plan

    def _minutes(self, plan: Plan, review: Review) -> list[Review]:
        """What was said at the last review that was held since the plan is in force."""
        if plan.approved_on is None or review.held_on is None or review.held_on < plan.approved_on:
            return []
        rng, heard = self.rng, pack_in_force().participation[review.participation].heard
        review.case, review.plan, review.chair = plan.case, plan, rng.choice(telling.CHAIRS)
        review.attendance = "The child, the carers, the mother, the teacher, the case worker."
        review.child_words = rng.choice(telling.HEARD) if heard else ""
        review.summary, review.outcome = rng.choice(telling.SUMMARIES), Review.Outcome.CONTINUES
        review.still_needed = review.still_suits = True
        review.opened_on, review.due_on = (
            review.held_on - timedelta(days=15),
            review.held_on + timedelta(days=rng.randint(0, 20)),
        )
        review.next_on = plan.review_on = add_months(review.held_on, MOST_REVIEWS)
        for words, answer, reason in rng.sample(telling.WISHES, rng.choice((1, 2, 3))) if heard else ():
            self._add(Wish, review=review, words=words, answer=answer, reason=reason)
        for goal in self.rows.get(Goal, []):
            if goal.plan is plan:
                rating = rng.choices((-1, 0, 1, 2), (1, 2, 5, 2))[0]
                self._add(Progress, review=review, goal=goal, rating=rating, note="Seen by everybody at the table.")
        return [review]
