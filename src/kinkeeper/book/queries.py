"""The book of one person as data: everything through the gate, in a number of questions that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from kinkeeper.access.gate import Actor, Verdict, one, seen
from kinkeeper.access.models import User
from kinkeeper.book.duties import due_of
from kinkeeper.book.journey import Journey, journey_of
from kinkeeper.book.kin import APART, TOGETHER, Around, Brother, House, Relative, around, brothers_of, houses_of, kin_of
from kinkeeper.book.work import Work, work_on
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.exchange.models import ReportedFact
from kinkeeper.exchange.queries import reported_facts_of
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership
from kinkeeper.families.queries import Supporter, supports_of
from kinkeeper.homes.models import Carer
from kinkeeper.journal.acts import acts
from kinkeeper.journal.models import Look
from kinkeeper.journal.queries import looks_at
from kinkeeper.lib.duties import Duty
from kinkeeper.people import queries as people
from kinkeeper.people.models import ContactPoint, Document, LegalStatus, Name, Person, SpokenLanguage
from kinkeeper.placements.models import Absence, PeriodOfCare
from kinkeeper.placements.queries import Residence, Stay, absences_of, stays_of, where_lives
from kinkeeper.plans.models import Review

MOMENTS = 25
PartT = TypeVar("PartT", Name, LegalStatus, Document)


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
    statuses = _of(child, people.legal_statuses_of(actor, child))
    documents = _of(child, people.documents_of(actor, child))
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
        other_names=[name for name in _of(child, people.names_of(actor, child)) if str(name) != child.name],
        languages=list(people.languages_of(actor, child)),
        families=_families_of(actor, child),
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


def _families_of(actor: Actor, person: Person) -> list[Family]:
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


def _of(person: Person, rows: Iterable[PartT]) -> list[PartT]:
    """These parts of a person, each with the person in hand, so that a judge need not ask for them again."""
    for row in (found := list(rows)):
        row.person = person
    return found


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
        *(Moment(review.held_on, "review", review) for review in reviews),
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


ABOUT_A_FAMILY_PICTURE = ("add_relative", "tie_kin", "add_support")


@dataclass(frozen=True)
class FamilyPicture:
    """What the page of a child’s family picture says."""

    child: Person
    brothers: list[Brother]
    around: Around
    supports: list[Supporter]
    deeds: list[Deed]


def family_picture(actor: Actor, child: Person) -> FamilyPicture:
    """The family around a child and the people who matter to it, as far as the actor sees them."""
    return FamilyPicture(
        child=child,
        brothers=brothers_of(actor, child),
        around=around(actor, child),
        supports=supports_of(actor, child),
        deeds=deeds(actor, [(f"families.{name}", child.code, child) for name in ABOUT_A_FAMILY_PICTURE]),
    )


# ---- relatives, families, cases --------------------------------------------------------------------------------------


ABOUT_A_PERSON = (
    "people.record_contact_point",
    "people.name_person",
    "people.record_language",
    "people.record_identifier",
    "people.describe_person",
    "people.add_document",
    "families.add_relative",
    "families.tie_kin",
    "cases.open_case",
)


@dataclass(frozen=True)
class Portrait:
    """What the page of a relative or carer says."""

    person: Person
    relatives: list[Relative]
    lives: Residence | None
    cares_in: list[Carer]
    families: list[Family]
    documents: list[Document]
    other_names: list[Name]
    contact_points: list[ContactPoint]
    deeds: list[Deed]


def portrait_of(actor: Actor, person: Person) -> Portrait:
    """A relative or carer as far as the actor sees them."""
    relatives, lives = kin_of(actor, person)
    return Portrait(
        person=person,
        relatives=relatives,
        lives=lives,
        cares_in=list(seen(actor, Carer).filter(person=person).select_related("home").order_by("-starts_on")),
        families=_families_of(actor, person),
        documents=_of(person, people.documents_of(actor, person)),
        other_names=[name for name in _of(person, people.names_of(actor, person)) if str(name) != person.name],
        contact_points=list(people.contact_points_of(actor, person)),
        deeds=deeds(actor, [(name, person.code, person) for name in ABOUT_A_PERSON]),
    )


@dataclass(frozen=True)
class Member:
    """Someone who belongs to a family now: where they live if in care, and the case if they are a child of ours."""

    person: Person
    lives: Residence | None
    case: Case | None


@dataclass(frozen=True)
class FamilyPage:
    """What the page of a family says."""

    family: Family
    members: list[Member]
    households: list[tuple[Household, list[Person]]]
    deeds: list[Deed]


def family_page(actor: Actor, code: str) -> FamilyPage:
    """A family, those of its members whom the actor sees, and its households."""
    family = one(seen(actor, Family).select_related("unit"), code=code)
    inside = seen(actor, Membership).filter(family=family, ends_on=None).values("person_id")
    kin = list(seen(actor, Person).filter(pk__in=inside).order_by("born_from", "sort_name").select_related("unit"))
    lives = where_lives(actor, kin)
    own = {case.child_id: case for case in cases(actor).filter(child__in=kin, closed_on=None)}
    households = list(seen(actor, Household).filter(family=family).select_related("family"))
    together: dict[int, list[Person]] = defaultdict(list)
    known = {person.pk: person for person in kin}
    for member in seen(actor, HouseholdMember).filter(household__in=households, ends_on=None, person__in=kin):
        together[member.household_id].append(known[member.person_id])
    return FamilyPage(
        family=family,
        members=[Member(person, lives.get(person.pk), own.get(person.pk)) for person in kin],
        households=[(household, together[household.pk]) for household in households],
        deeds=deeds(actor, [(f"families.{name}", code, family) for name in ("add_member", "set_up_household")]),
    )


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
    """Someone who read a record on a day, and how often."""

    user: User
    on: date
    times: int
    through_opening: bool


def readers_of(actor: Actor, row: Model, most: int = 200) -> list[Reader]:
    """Who looked at this record, day by day, newest first, taken from the last two hundred looks."""
    days: dict[tuple[int, date], list[Look]] = defaultdict(list)
    for look in looks_at(actor, row)[:most]:
        days[look.user_id, timezone.localtime(look.at).date()].append(look)
    return [
        Reader(looks[0].user, on, len(looks), any(look.through_opening for look in looks))
        for (_user, on), looks in days.items()
    ]
