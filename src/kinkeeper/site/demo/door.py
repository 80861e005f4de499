"""Who stands at the door of the demo: referrals that wait, and children in each of the first steps of a case.

Everything here is done as it is done on the pages, by the workers of the unit, so that what the demo shows is what the
rules allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from kinkeeper.access.gate import Actor, actor_for
from kinkeeper.access.models import Unit, User
from kinkeeper.assessments.actions import complete_assessment
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.actions import assign_worker
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import caseloads_of, workers_of
from kinkeeper.decisions.actions import decide_alternative_care, record_best_interest, record_necessity
from kinkeeper.decisions.models import BestInterest, Decision
from kinkeeper.intake.actions import Said, receive_referral, register_case, screen_in, screen_out
from kinkeeper.intake.models import Mentioned, Referral, Registration
from kinkeeper.leaving.actions import record_followup, start_aftercare
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.actions import record_consent
from kinkeeper.people.models import Consent, Person
from kinkeeper.plans.actions import add_action, add_goal, draft_plan
from kinkeeper.site.demo import telling
from kinkeeper.site.demo.staff import Staff

Channel, Source, Urgency = Referral.Channel, Referral.Source, Referral.Urgency
ADULT = 18
ENOUGH = 23
"""Children with whom a worker of the demo has enough to do."""
# How many steps each child of the door has gone: 1 registered, 2 assessed, 3 weighed, 4 decided and being planned.
UNDER_WAY = (
    (
        0,
        "Isolde",
        "Quennell",
        8,
        Urgency.MEDIUM,
        "The mother was taken to hospital; the neighbour cannot keep the child.",
    ),
    (1, "Tarquin", "Oakhanger", 11, Urgency.LOW, "Came to school without breakfast and without a coat for weeks."),
    (2, "Zelda", "Ravensdale", 6, Urgency.MEDIUM, "The father asked for help: he drinks, and he knows it."),
    (3, "Crispin", "Yaxley", 13, Urgency.MEDIUM, "Sleeps at friends since the new partner moved in."),
    (4, "Ottoline", "Fotheringay", 9, Urgency.MEDIUM, "Both parents wait for a trial; the grandmother is too ill."),
)


def fill(staff: Staff, until: date) -> None:
    """Referrals and beginning cases at the village and the social centre, and young adults in after-care."""
    at = timezone.now()
    village = _Door(staff.care_units[0], _one(staff, "dalia"), staff.users.get("amina"), until, at)
    village.wait()
    for steps, given, family, age, urgency, known in UNDER_WAY:
        village.go(steps, given, family, age, urgency, known)
    centre = _Door(staff.social_centre, _one(staff, "oksana"), staff.users.get("sami"), until, at)
    centre.hear(
        "Perpetua", "Umfreville", 4, Urgency.LOW, Source.FAMILY, "Asked for a place at the nursery and for advice.", 50
    )
    centre.go(1, "Lysander", "Wroxham", 5, Urgency.LOW, "The heating was cut off; the mother asked for help.")
    _see_young_adults_off(staff, until)


def _one(staff: Staff, who: str) -> User:
    return staff.users[who]


@dataclass
class _Door:
    """The door of one unit: who receives there, and who becomes responsible where there is a first desk."""

    unit: Unit
    supervisor: User
    worker: User | None
    until: date
    at: datetime

    @property
    def actor(self) -> Actor:
        return actor_for(self.supervisor, self.until)

    def born(self, age: int) -> PartialDate:
        """Somebody of this age, half a year after the birthday."""
        return PartialDate.of(self.until - timedelta(days=round(age * 365.25) + 180))

    def hear(
        self, given: str, family: str, age: int, urgency: str, source: str, known: str, hours: int, **more: Any
    ) -> Referral:
        """Somebody told us of one child some hours ago."""
        child = Said(given=given, family=family, birth=self.born(age)) if given else Said(descriptor=family)
        moment = min(self.at, self.at - timedelta(hours=hours))
        told = {
            "channel": Channel.PHONE,
            "immediate_danger": False,
            "received_at": moment,
            "spoken_of": (child,),
            **more,
        }
        return receive_referral(self.actor, self.unit, source=source, known=known, urgency=urgency, **told)

    def wait(self) -> None:
        """Referrals that nobody has screened yet, one of them urgent, and one that went elsewhere."""
        self.hear(
            "Ambrose", "Kettleborough", 3, Urgency.HIGH, Source.HEALTH,
            "Fractured arm, the second within a year; what the parents tell does not fit it.", 20, referrer="Dr Ada Lund",
            referrer_contact="Children’s ward, extension 214", whereabouts="Children’s ward", causes=["ABUSE"],
            first_action="Stays on the ward until Friday; the ward calls if the parents want to leave.",
        )  # fmt: skip
        mother = Said(part=Mentioned.Part.PARENT, given="Rosamund", family="Thistlewood", sex="F")
        sisters = [
            Said(given=given, family="Thistlewood", birth=self.born(age), sex="F")
            for given, age in (("Beatrix", 7), ("Cordelia", 10))
        ]
        self.hear(
            "", "", 0, Urgency.MEDIUM, Source.SCHOOL, "Both girls are picked up late, and the younger one is often hungry.",
            52, referrer="Head teacher of Millbrook school", channel=Channel.MESSAGE, spoken_of=(*sisters, mother),
        )  # fmt: skip
        self.hear(
            "", "A boy of about nine in a red jacket, alone at the bus station", 9, "", Source.ANONYMOUS,
            "Two evenings in a row at the bus station until midnight.", 9,
        )  # fmt: skip
        elsewhere = self.hear(
            "Leopold", "Vandermere", 14, Urgency.LOW, Source.NEIGHBOUR, "Loud music, and a boy who does not greet.", 300
        )
        screen_out(
            self.actor, elsewhere, out_reason=Referral.OutReason.OUTSIDE_AREA, onward="Youth office of the next town",
            feedback="Thanked, and told who looks at it now.",
        )  # fmt: skip

    def go(self, steps: int, given: str, family: str, age: int, urgency: str, known: str) -> None:
        """Take a child on, and go with its case as many steps as told; not where no worker has room for one more."""
        worker = self._with_room()
        if worker is None:
            return
        referral = self.hear(given, family, age, urgency, Source.AUTHORITY, known, 30 + 24 * steps)
        kind = Case.Kind.CARE if self.unit.kind == Unit.Kind.VILLAGE else Case.Kind.FAMILY_STRENGTHENING
        screen_in(
            self.actor, referral, urgency=urgency, eligibility="Lives in our area; no other service is there.", kind=kind,
            first_action="Visited on the same day.",
        )  # fmt: skip
        mentioned = Mentioned.objects.select_related("case").get(referral=referral, case__isnull=False)
        assert mentioned.case is not None
        case = mentioned.case
        case = assign_worker(self.actor, case, worker=worker, starts_on=self.until)
        # Taken on like a real child, and yet nobody real.
        Person.objects.filter(pk=case.child_id).update(is_invented=True)
        deeds: tuple[Callable[[Case, int], None], ...] = (self._register, self._assess, self._weigh, self._decide)
        for deed in deeds[:steps]:
            case = Case.objects.select_related("child", "unit").get(pk=case.pk)
            deed(case, age)

    def _with_room(self) -> User | None:
        """The first desk of the unit while it has room, else the worker who carries fewest children."""
        workers = list(workers_of(self.actor, self.unit.pk).order_by("pk"))
        loads = caseloads_of(self.actor, workers)
        free = [one for one in workers if loads[one.pk] < ENOUGH]
        mine = [one for one in free if one == self.worker]
        return next(iter(mine or sorted(free, key=lambda one: loads[one.pk])), None)

    def _register(self, case: Case, age: int) -> None:
        register_case(
            self.actor, case, sex="F" if age % 2 else "M", birth=self.born(age), basis=Registration.Basis.PUBLIC_TASK,
            basis_source="Children Act 1989, section 17", guardian=Registration.Guardian.NONE,
            location="With a neighbour", emergency_contact="Neighbour, 01632 960 144", language="en",
            risk=Case.Risk.MEDIUM,
        )  # fmt: skip

    def _assess(self, case: Case, age: int) -> None:
        findings = {
            code: (2 if at % 3 else 3, well if at % 3 else poorly)
            for at, (code, (well, poorly)) in enumerate(telling.FOUND.items())
        }
        complete_assessment(
            self.actor, case, assessed_on=self.until, seen=Assessment.Seen.ALONE, seen_on=self.until,
            sources="The child, the mother, the teacher, the neighbour.", findings=findings, risks=telling.RISKS[0],
            strengths=telling.STRENGTHS[age % 3], family_strengths=telling.FAMILY_STRENGTHS[age % 3],
            causes=["BREAKDOWN"], risk=Assessment.Risk.MEDIUM, child_view=telling.VIEWS[age % 5],
            child_view_by=Assessment.ViewBy.TALK, conclusion="What the child needs most is quiet, and soon.",
        )  # fmt: skip

    def _weigh(self, case: Case, age: int) -> None:
        second = self.worker or User.objects.filter(seats__unit=self.unit).exclude(pk=self.supervisor.pk).first()
        factors = ("identity", "family_environment", "safety", "vulnerability", "health", "education", "continuity")
        options = [
            {
                "care_type": "U6",
                "chosen": True,
                "licensed": True,
                "short_term": "Quiet.",
                "long_term": "Time to decide.",
            },
            {"care_type": "P1", "tried": True, "short_term": "Nothing changes.", "long_term": "Nobody can promise."},
        ]
        record_best_interest(
            self.actor, case, second=second, options=options, child_agrees=True, done_on=self.until,
            child_view=telling.VIEWS[age % 5], child_view_by=Assessment.ViewBy.TALK,
            recommendation=BestInterest.Recommends.ALTERNATIVE_CARE,
            conclusion="A foster family near the school, until it is clear how the family goes on.",
            **dict.fromkeys(factors, "Weighed with the child and the neighbour."),
        )  # fmt: skip

    def _decide(self, case: Case, age: int) -> None:
        record_necessity(
            self.actor, case, tested_on=self.until, grounds=["DETENTION"], needed=True, conclusion=telling.REASONS,
            supports=[{"what": telling.SUPPORTS[0][0], "result": telling.SUPPORTS[0][1]}],
            kin=[{"who": who, "outcome": outcome} for who, outcome in telling.KIN_ASKED],
        )  # fmt: skip
        record_consent(
            self.actor, case.child, purpose="PLACEMENT", answer=Consent.Answer.GIVEN, given_by=None,
            given_on=self.until, explained="With the picture book of the foster families.",
        )  # fmt: skip
        decide_alternative_care(
            self.actor, case, care_type="U6", starts_on=self.until, decided_on=self.until, reasons=telling.REASONS,
            decided_by=Decision.By.PANEL, authority=f"Care panel of {self.unit.place}",
            child_view=telling.VIEWS[age % 5], child_view_weighed="The school stays the same, as was asked.",
        )  # fmt: skip
        plan = draft_plan(self.actor, Case.objects.get(pk=case.pk))
        domain, words, statement, baseline, what, _who = telling.GOALS[0]
        soon = self.until + timedelta(days=60)
        told: dict[str, Any] = {"words": words, "statement": statement, "baseline": baseline, "target_on": soon}
        goal = add_goal(self.actor, plan, domain=domain, **told)
        add_action(self.actor, goal, what=what, owner="Carers", due_on=soon)


def _see_young_adults_off(staff: Staff, until: date) -> None:
    """Some young adults are supported after care; one of them was met since."""
    actor = actor_for(_one(staff, "tom"), until)
    youths = Case.objects.filter(unit=staff.youth_team, closed_on=None).select_related("child", "unit").order_by("pk")
    for number, case in enumerate(youths[:4]):
        wished = max(case.opened_on, until - timedelta(days=90 + 30 * number))
        begun = wished if (case.child.age(wished) or ADULT) >= ADULT else until
        start_aftercare(actor, case, starts_on=begun, mentor="Marlon Achebe", savings="£420 in a savings book")
        if number % 2 == 0:
            again = Case.objects.select_related("child", "unit").get(pk=case.pk)
            record_followup(
                actor, again, happened_on=max(begun, until - timedelta(days=20)), way="visit", in_touch=True, seen=True,
                lives="alone", wellbeing="Works mornings, cooks for two flatmates, misses the dog.",
            )  # fmt: skip
