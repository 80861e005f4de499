"""The work on one case as data: assessments, plans and reviews, how it ends, conferences, tasks, searches, a death, papers, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kinkeeper.access.gate import Actor, Verdict, seen
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.assessments.models import Assessment
from kinkeeper.assessments.queries import assessments_of
from kinkeeper.cases.models import Case, Conference, Death, Task, Tracing
from kinkeeper.cases.queries import cases, conferences_of, death_in, tasks, tracings
from kinkeeper.journal.acts import acts
from kinkeeper.journal.models import Refusal
from kinkeeper.journal.queries import refusals_on
from kinkeeper.leaving.models import Aftercare, Closing
from kinkeeper.leaving.queries import support_extended_until
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import Document
from kinkeeper.people.queries import documents_of
from kinkeeper.plans.models import Plan, Review
from kinkeeper.plans.queries import plans_of, reviews

MOST_REFUSALS = 20


@dataclass(frozen=True)
class Work:
    """What stands on the page of a case beside its contacts."""

    assessments: list[Assessment]
    plans: list[Plan]
    reviews: list[Review]
    closings: list[Closing]
    aftercare: list[Aftercare]
    conferences: list[Conference]
    tasks: list[Task]
    finished: list[Task]
    tracings: list[Tracing]
    death: Death | None
    kept: Case | None
    documents: list[Document]
    may_add_document: Verdict
    goes_on_until: date | None
    refusals: list[Refusal]


def work_on(actor: Actor, case: Case) -> Work:
    """The work on a case in a fixed number of questions; what was refused is for its supervisors."""
    every = list(tasks(actor).filter(case=case))
    documents = list(documents_of(actor, case.child))
    for document in documents:
        # The child in hand, so that asking for the unit of a paper asks no table.
        document.person = case.child
    supervises = actor.sits(Role.SUPERVISOR, case.unit_id)
    return Work(
        assessments=list(assessments_of(actor, case)),
        plans=list(plans_of(actor, case)),
        reviews=list(reviews(actor).filter(case=case).order_by("-opened_on", "-pk")),
        closings=list(seen(actor, Closing).filter(case=case).order_by("-decided_on", "-pk")),
        aftercare=list(seen(actor, Aftercare).filter(case=case).order_by("-starts_on", "-pk")),
        conferences=list(conferences_of(actor, case)),
        tasks=[task for task in every if not (task.done_on or task.dropped_on)],
        finished=[task for task in every if task.done_on or task.dropped_on],
        tracings=list(tracings(actor).filter(case=case)),
        death=death_in(actor, case) if case.state == Case.State.DECEASED else None,
        kept=cases(actor).filter(pk=case.surviving_id).first() if case.surviving_id else None,
        documents=documents,
        may_add_document=acts["people.add_document"].verdict(actor, case.child),
        goes_on_until=support_extended_until(actor, case, actor.today) if _is_nearly_grown(actor, case) else None,
        refusals=_refusals(actor, case) if supervises else [],
    )


@passing("what was refused")
def _refusals(actor: Actor, case: Case) -> list[Refusal]:
    return list(refusals_on(actor, case)[:MOST_REFUSALS])


def _is_nearly_grown(actor: Actor, case: Case) -> bool:
    """Whether somebody comes of age within a year, or is of age: only they ask that care goes on."""
    age = case.child.age(actor.today)
    return case.is_running and age is not None and age >= pack_in_force().limit("age_of_majority").value - 1
