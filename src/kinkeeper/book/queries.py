"""The book of one person as data: everything through the gate, in a number of questions that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from kinkeeper.access.gate import DEVICE, Actor, Verdict, one, seen
from kinkeeper.access.models import User
from kinkeeper.book.duties import due_of
from kinkeeper.book.journey import Journey, journey_of
from kinkeeper.book.kin import (
    APART,
    TOGETHER,
    Brother,
    House,
    Relative,
    brothers_of,
    houses_of,
    kin_of,
    parts_of_person,
)
from kinkeeper.book.work import Work, work_on
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.exchange.models import ReportedFact
from kinkeeper.exchange.queries import reported_facts_of
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.journal.acts import acts
from kinkeeper.journal.models import Look
from kinkeeper.journal.queries import looks_at
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.standing import passing
from kinkeeper.people import queries as people
from kinkeeper.people.models import Document, LegalStatus, Name, Person, SpokenLanguage
from kinkeeper.placements.models import Absence, PeriodOfCare
from kinkeeper.placements.queries import Residence, Stay, absences_of, stays_of, where_lives
from kinkeeper.plans.models import Plan, Review

MOMENTS = 25


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases whose child the actor sees as well."""
    return (
        seen(actor, Case).filter(child__in=seen(actor, Person).values("pk")).select_related("child", "unit", "worker")
    )


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day; `kind` says which words and picture belong to it."""

    on: date
    kind: str
    row: Any
    age: int | None = None


@dataclass(frozen=True)
class Deed:
    """Something that can be done here: its name, which is also that of its page, and what its judge says."""

    name: str
    code: str
    verdict: Verdict


@dataclass(frozen=True)
class Book:
    """All that the page of one child says."""

    child: Person
    case: Case | None
    period: PeriodOfCare | None
    lives: Residence | None
    stays: list[Stay]
    absences: list[Absence]
    legal_statuses: list[LegalStatus]
    relatives: list[Relative]
    brothers: list[Brother]
    houses: list[House]
    documents: list[Document]
    moments: list[Moment]
    due: list[Duty]
    other_names: list[Name]
    languages: list[SpokenLanguage]
    families: list[Family]
    deeds: list[Deed]
    reported: list[ReportedFact]

    @property
    def legal_now(self) -> LegalStatus | None:
        """The legal status that holds: the last one that has begun and not ended."""
        return next((status for status in reversed(self.legal_statuses) if status.ends_on is None), None)

    @property
    def missing(self) -> Absence | None:
        """The absence from which a child who is missing, or away without permission, has not returned."""
        return next((absence for absence in self.absences if absence.ended_on is None and absence.is_gone), None)

    @property
    def away(self) -> Absence | None:
        """The absence as agreed (hospital, boarding school, a visit) from which the child has not returned."""
        return next((absence for absence in self.absences if absence.ended_on is None and not absence.is_gone), None)

    @property
    def together(self) -> list[str]:
        """Brothers and sisters under the same roof."""
        return [brother.person.name for brother in self.brothers if brother.where == TOGETHER]

    @property
    def apart(self) -> list[str]:
        """Brothers and sisters in care under another roof."""
        return [brother.person.name for brother in self.brothers if brother.where == APART]


def child_or_relative(actor: Actor, code: str) -> tuple[Person, bool]:
    """The person with this code, and whether they are a child to this actor: by a case, or opened in an emergency."""
    person = one(seen(actor, Person).select_related("unit"), code=code)
    ours = cases(actor).filter(child=person).exists()
    if not ours and person.pk in actor.opened_rows(Person):
        ours = seen(actor, PeriodOfCare).filter(child=person).exists()
    return person, ours


def book_of(actor: Actor, child: Person) -> Book:
    """Everything the actor may know of this child, in a fixed number of questions."""
    own = list(cases(actor).filter(child=child).order_by(F("closed_on").desc(nulls_first=True), "-opened_on"))
    case = own[0] if own else None
    stays = stays_of(actor, child)
    absences = list(absences_of(actor, child).select_related("child"))
    statuses = parts_of_person(child, people.legal_statuses_of(actor, child))
    documents = parts_of_person(child, people.documents_of(actor, child))
    relatives, lives = kin_of(actor, child)
    brothers = brothers_of(actor, child)
    period = next((stay.period for stay in stays if stay.ended_on is None), None)
    return Book(
        child=child,
        case=case,
        period=period,
        lives=lives,
        stays=stays,
        absences=absences,
        legal_statuses=statuses,
        relatives=[relative for relative in relatives if relative.tie.kind not in Kinship.SIBLINGS],
        brothers=brothers,
        houses=houses_of(lives, brothers),
        documents=documents,
        moments=sorted(
            [*_homes_and_law(stays, absences, statuses), *_work(own, documents), *_meetings(actor, child)],
            key=lambda moment: moment.on,
            reverse=True,
        ),
        due=due_of(actor, [case]).get(case.pk, []) if case else [],
        other_names=[name for name in parts_of_person(child, people.names_of(actor, child)) if str(name) != child.name],
        languages=list(people.languages_of(actor, child)),
        families=families_of(actor, child),
        deeds=_deeds(actor, child, case, period, absences, brothers),
        reported=list(reported_facts_of(actor, child)),
    )


def _homes_and_law(stays: list[Stay], absences: list[Absence], statuses: list[LegalStatus]) -> Iterator[Moment]:
    for stay in stays:
        yield Moment(stay.started_on, "stay", stay)
        if stay.exit and stay.ended_on:
            yield Moment(stay.ended_on, "care_ended", stay)
    yield from (Moment(absence.started_on, "absence", absence) for absence in absences)
    yield from (Moment(status.starts_on, "legal", status) for status in statuses)


def _work(own: list[Case], documents: list[Document]) -> Iterator[Moment]:
    for case in own:
        yield Moment(case.opened_on, "case_opened", case)
        if case.closed_on:
            yield Moment(case.closed_on, "case_closed", case)
    yield from (Moment(paper.issued_on or paper.created_at.date(), "document", paper) for paper in documents)


def families_of(actor: Actor, person: Person) -> list[Family]:
    """The families a person belongs to now, as far as the actor sees them."""
    current = seen(actor, Membership).filter(person=person, ends_on=None)
    return list(seen(actor, Family).filter(pk__in=current.values("family_id")))


ABOUT_A_CHILD = (
    "name_person",
    "record_language",
    "record_identifier",
    "record_contact_point",
    "describe_person",
    "describe_culture",
)


def _deeds(
    actor: Actor,
    child: Person,
    case: Case | None,
    period: PeriodOfCare | None,
    absences: list[Absence],
    brothers: list[Brother],
) -> list[Deed]:
    """What can be done from this page, the most frequent first; each with the verdict of its own judge."""
    gone = sorted((one for one in absences if one.ended_on is None), key=lambda one: not one.is_gone)
    wanted: list[tuple[str, str, Model]] = [("cases.record_contact", case.code, case)] if case else []
    if period:
        wanted += [(f"placements.{name}", child.code, period) for name in ("move_child", "change_legal_status")]
    else:
        wanted.append(("placements.start_placement", child.code, child))
    if brothers:
        wanted.append(("placements.place_siblings", child.code, child))
    wanted.append(("plans.record_review", child.code, child))
    wanted += [("placements.record_return", absence.code, absence) for absence in gone[:1]]
    if not gone or not gone[0].is_gone:
        wanted.append(("placements.report_absence", child.code, child))
    wanted += [("people.add_document", child.code, child), ("people.set_photo", child.code, child)]
    wanted.append(("people.record_consent", child.code, child))
    wanted += [(f"families.{name}", child.code, child) for name in ("add_relative", "tie_kin", "add_support")]
    wanted += [(f"people.{name}", child.code, child) for name in ABOUT_A_CHILD]
    if not period:
        wanted.append(("people.record_legal_status", child.code, child))
    else:
        wanted.append(("placements.end_placement", child.code, period))
    return deeds(actor, wanted)


def deeds(actor: Actor, wanted: Sequence[tuple[str, str, Model]]) -> list[Deed]:
    """These acts on these rows, as buttons: (name of the act, code for its address, row it is about)."""
    return [
        Deed(name.split(".")[1], code, acts[name].verdict(actor, row)) for name, code, row in wanted if name in acts
    ]


def _meetings(actor: Actor, child: Person) -> list[Moment]:
    contacts = seen(actor, Contact).filter(case__child=child).select_related("by", "case")
    reviews = seen(actor, Review).filter(child=child, held_on__isnull=False).select_related("by", "child")
    return [
        *(Moment(contact.happened_on, "contact", contact) for contact in contacts),
        *(Moment(review.held_on, "review", review) for review in reviews if review.held_on),
    ]


KINDS = {
    "contacts": {"contact"},
    "homes": {"stay", "care_ended", "absence"},
    "reviews": {"review"},
    "legal": {"legal"},
    "papers": {"document"},
    "work": {"case_opened", "case_closed"},
}


def story_of(actor: Actor, book: Book, kind: str, page: str | int | None) -> Page[Moment]:
    """A page of the child’s story, newest first, of one kind or of all."""
    chosen = [moment for moment in book.moments if not kind or moment.kind in KINDS.get(kind, {moment.kind})]
    told = Paginator(chosen, MOMENTS).get_page(page)
    told.object_list = [replace(moment, age=book.child.age(moment.on)) for moment in told.object_list]
    return told


# ---- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CasePage:
    """What the page of a case says."""

    case: Case
    journey: Journey
    assignments: list[Assignment]
    contacts: Page[Contact]
    moments: list[Moment]
    due: list[Duty]
    lives: Residence | None
    brothers: list[Brother]
    work: Work
    deeds: list[Deed]


ABOUT_A_CASE = (
    "cases.record_contact",
    "cases.add_task",
    "cases.hold_conference",
    "cases.open_tracing",
    "cases.assess_risk",
    "cases.assign_worker",
    "cases.mark_duplicate",
    "cases.record_death",
)


def _about_a_case(case: Case) -> list[str]:
    """What can be done in a case: the assessment first while it waits for one; closing or opening again at the end."""
    first = case.state in (Case.State.INTAKE, Case.State.ASSESSMENT)
    assessing = "assessments.complete_assessment" if first else "assessments.reassess"
    ending = "cases.close_case" if case.closed_on is None else "cases.reopen_case"
    waits = case.state == Case.State.ASSESSMENT
    return [assessing, *ABOUT_A_CASE, ending] if waits else [ABOUT_A_CASE[0], assessing, *ABOUT_A_CASE[1:], ending]


def case_page(actor: Actor, code: str, page: str | int | None) -> CasePage:
    """A case: who was responsible when, what is due, and the contacts, newest first."""
    case = one(cases(actor).select_related("child__unit", "family"), code=code)
    contacts = seen(actor, Contact).filter(case=case).select_related("by", "case").order_by("-happened_on", "-pk")
    chosen = Paginator(contacts, MOMENTS).get_page(page)
    return CasePage(
        case=case,
        journey=journey_of(actor, case),
        assignments=list(seen(actor, Assignment).filter(case=case).select_related("worker").order_by("-starts_on")),
        contacts=chosen,
        moments=[Moment(row.happened_on, "contact", row, case.child.age(row.happened_on)) for row in chosen],
        due=due_of(actor, [case]).get(case.pk, []),
        lives=where_lives(actor, [case.child]).get(case.child_id),
        brothers=brothers_of(actor, case.child),
        work=work_on(actor, case),
        deeds=deeds(actor, [*_door(case), *((name, case.code, case) for name in _about_a_case(case))]),
    )


def _door(case: Case) -> list[tuple[str, str, Model]]:
    """What comes first in a case that is still at intake."""
    return [("intake.register_case", case.code, case)] if case.state == Case.State.INTAKE else []


@dataclass(frozen=True)
class Reader:
    """Someone who read a record on a day, and how often; `user` is None for a device, which has its name in `device`."""

    user: User | None
    device: str
    on: date
    times: int
    through_opening: bool
    first_at: datetime
    last_at: datetime
    pages: list[str]


def readers_of(actor: Actor, row: Model, most: int = 200) -> list[Reader]:
    """Who looked at this record, day by day, newest first, taken from the last two hundred looks."""
    days: dict[tuple[int | None, str, date], list[Look]] = defaultdict(list)
    parts = (
        (seen(actor, Plan).filter(case__child=row), seen(actor, Review).filter(child=row))
        if isinstance(row, Person)
        else ()
    )
    with passing("who looked"):
        looks = list(looks_at(actor, row, *parts)[:most])
    for look in looks:
        days[look.user_id, look.device, timezone.localtime(look.at).date()].append(look)
    return [
        Reader(
            looks[0].user,
            device.removeprefix(DEVICE),
            on,
            len(looks),
            any(look.through_opening for look in looks),
            looks[-1].at,
            looks[0].at,
            sorted({look.page for look in looks}),
        )
        for (_user, device, on), looks in days.items()
    ]
