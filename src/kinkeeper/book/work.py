"""The work on one case as data: assessments, plans, conferences, tasks, searches, a death, papers, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass

from kinkeeper.access.gate import Actor, Verdict
from kinkeeper.access.models import Role
from kinkeeper.assessments.models import Assessment
from kinkeeper.assessments.queries import assessments_of
from kinkeeper.cases.models import Case, Conference, Death, Task, Tracing
from kinkeeper.cases.queries import cases, conferences_of, death_in, tasks, tracings
from kinkeeper.journal.acts import acts
from kinkeeper.journal.models import Refusal
from kinkeeper.journal.queries import refusals_on
from kinkeeper.people.models import Document
from kinkeeper.people.queries import documents_of
from kinkeeper.plans.models import Plan
from kinkeeper.plans.queries import plans_of

MOST_REFUSALS = 20


@dataclass(frozen=True)
class Work:
    """What stands on the page of a case beside its contacts."""

    assessments: list[Assessment]
    plans: list[Plan]
    conferences: list[Conference]
    tasks: list[Task]
    finished: list[Task]
    tracings: list[Tracing]
    death: Death | None
    kept: Case | None
    documents: list[Document]
    may_add_document: Verdict
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
        conferences=list(conferences_of(actor, case)),
        tasks=[task for task in every if not (task.done_on or task.dropped_on)],
        finished=[task for task in every if task.done_on or task.dropped_on],
        tracings=list(tracings(actor).filter(case=case)),
        death=death_in(actor, case) if case.state == Case.State.DECEASED else None,
        kept=cases(actor).filter(pk=case.surviving_id).first() if case.surviving_id else None,
        documents=documents,
        may_add_document=acts["people.add_document"].verdict(actor, case.child),
        refusals=list(refusals_on(actor, case)[:MOST_REFUSALS]) if supervises else [],
    )
