"""The lists of the desk as data: my day, caseload, homes, units, search. Everything through the gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case as Choose
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.access.models import Association, Role, Seat, Unit, User
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.book import queries as book
from kinkeeper.book.duties import due_of
from kinkeeper.cases.models import Case, Contact
from kinkeeper.desk.homes import HomeLine, home_lines
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.spreadsheets import safe_text
from kinkeeper.lib.standing import passing
from kinkeeper.people import queries as people
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode, PeriodOfCare
from kinkeeper.placements.queries import Residence, last_visits, where_lives

ROWS = 50
HOMES_SHOWN = 12
FEW = 5
WORKERS = (Role.CASEWORKER, Role.YOUTH_WORKER)


# ---- the caseload ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A row of the caseload."""

    case: Case
    age: int | None
    lives: Residence | None
    last_visit_on: date | None
    due: Duty | None
    apart: bool


def caseload(actor: Actor, wishes: dict[str, str], page: str | int | None = 1) -> Page[Line]:
    """A page of the cases that answer the wishes, with what a worker needs to know of each."""
    found = _wished(actor, wishes)
    sort = wishes.get("sort", "name")
    due: dict[int, list[Duty]] | None = None
    pages: Paginator[Any] = Paginator(_sorted(found, sort), ROWS)
    if wishes.get("due") or sort.lstrip("-") == "due":
        everything = list(found)
        due = due_of(actor, everything)
        pages = Paginator(_by_due(everything, due, wishes.get("due", ""), sort, actor.today), ROWS)
    chosen = pages.get_page(page)
    chosen.object_list = lines(actor, list(chosen.object_list), due)
    return chosen


def caseload_table(actor: Actor, wishes: dict[str, str]) -> list[list[str]]:
    """Every line that answers the wishes as cells for a spreadsheet, none of which it could take for a formula."""
    head = [_("Case"), _("Child"), _("Age"), _("Lives in"), _("Since"), _("Last visit"), _("Next due"), _("Risk")]
    rows = [[str(cell) for cell in [*head, _("Worker"), _("Unit")]]]
    for line in lines(actor, list(_sorted(_wished(actor, wishes), "name"))):
        case, home = line.case, line.lives.home if line.lives else None
        dates = [line.lives.since if line.lives else None, line.last_visit_on, line.due.due_on if line.due else None]
        cells = [case.code, case.child.name, line.age, home.name if home else None, *dates]
        cells += [case.get_risk_display(), case.worker.name if case.worker else None, case.unit.name]
        rows.append([safe_text("" if cell is None else str(cell)) for cell in cells])
    return rows


def children_of_caseload(actor: Actor, wishes: dict[str, str]) -> Iterator[Person]:
    """The children of the cases that answer the wishes; asked for only when somebody looks at them."""
    yield from seen(actor, Person).filter(pk__in=_wished(actor, wishes).order_by().values("child"))


def association_of(actor: Actor) -> Association:
    """The association that the actor works for; `Unseen` (404) for who works for none."""
    return one(seen(actor, Association))


def lines(actor: Actor, found: Sequence[Case], due: dict[int, list[Duty]] | None = None) -> list[Line]:
    """The lines of these cases, in their order; the number of questions does not depend on how many there are."""
    children = {case.child_id for case in found}
    kin = _siblings_of(actor, children)
    known = seen(actor, Person).filter(pk__in=set().union(*kin.values()))
    homes = where_lives(actor, [*(case.child for case in found), *known])
    due = due_of(actor, found) if due is None else due
    visits = last_visits(actor, children)
    return [
        Line(
            case=case,
            age=case.child.age(actor.today),
            lives=homes.get(case.child_id),
            last_visit_on=visits.get(case.child_id),
            due=next(iter(due.get(case.pk, [])), None),
            apart=_apart(homes, case.child_id, kin[case.child_id]),
        )
        for case in found
    ]


def _siblings_of(actor: Actor, children: set[int]) -> dict[int, set[int]]:
    either = Q(person_id__in=children) | Q(relative_id__in=children)
    ties = seen(actor, Kinship).filter(either, kind__in=Kinship.SIBLINGS, ends_on__isnull=True)
    found: dict[int, set[int]] = defaultdict(set)
    for one_side, other in ties.values_list("person_id", "relative_id"):
        found[one_side].add(other)
        found[other].add(one_side)
    return defaultdict(set, {child: found[child] for child in children})


def _apart(homes: dict[int, Residence], child: int, siblings: set[int]) -> bool:
    mine = homes[child].episode.placement.home_id if child in homes else None
    theirs = {homes[sibling].episode.placement.home_id for sibling in siblings if sibling in homes}
    return bool(theirs - {mine})


def _wished(actor: Actor, wishes: dict[str, str]) -> QuerySet[Case]:
    found = book.cases(actor)
    state = wishes.get("state", "")
    if state in {"", "closed"}:
        found = found.filter(closed_on__isnull=not state)
    elif state != "all":
        found = found.filter(state=state)
    if text := wishes.get("q", "").strip():
        found = found.filter(
            Q(child__in=people_called(actor, text)) | Q(code__iexact=text) | Q(child__code__iexact=text)
        )
    plain = {"worker": "worker__code", "unit": "unit__code", "kind": "kind"}
    found = found.filter(**{plain[name]: value for name, value in wishes.items() if name in plain})
    if risk := wishes.get("risk"):
        found = found.filter(risk="" if risk == "none" else risk)
    return found


def people_called(actor: Actor, text: str) -> list[int]:
    """Keys of people in scope whose name answers these words, in whatever script, best first."""
    return [person.pk for person in people.search(actor, text, limit=200)]


_RISKS = {Case.Risk.HIGH: 0, Case.Risk.MEDIUM: 1, Case.Risk.LOW: 2}


def _sorted(found: QuerySet[Case], sort: str) -> QuerySet[Case]:
    name = sort.lstrip("-")
    orders: dict[str, Any] = {
        "name": "child__sort_name",
        "age": "child__born_from",
        "risk": Choose(*[When(risk=risk, then=Value(rank)) for risk, rank in _RISKS.items()], default=Value(3)),
        "worker": "worker__name",
        "unit": "unit__name",
        "visit": "visited",
        "since": "moved",
    }
    visits = Contact.objects.filter(case=OuterRef("pk"), kind=Contact.Kind.VISIT).order_by("-happened_on")
    moves = Episode.objects.filter(period__child=OuterRef("child"), period__ended_on=None).exclude(reason="L")
    if name == "visit":
        found = found.annotate(visited=Subquery(visits.values("happened_on")[:1]))
    if name == "since":
        found = found.annotate(moved=Subquery(moves.order_by("-started_on").values("started_on")[:1]))
    order = orders.get(name, "child__sort_name")
    key = order if isinstance(order, Choose) else F(order)
    # A younger child was born later: “age” rises while the day of birth falls.
    falls = sort.startswith("-") != (name == "age")
    turned = key.desc(nulls_last=True) if falls else key.asc(nulls_last=True)
    return found.order_by(turned, "child__sort_name", "pk")


def _by_due(found: list[Case], due: dict[int, list[Duty]], wish: str, sort: str, today: date) -> list[Case]:
    first = {case.pk: min((duty.due_on for duty in due.get(case.pk, [])), default=None) for case in found}
    chosen = [case for case in found if _answers(first[case.pk], wish, today)]
    chosen.sort(key=lambda case: (case.child.sort_name, case.pk))
    if sort.lstrip("-") == "due":
        chosen.sort(key=lambda case: first[case.pk] or date.max, reverse=sort == "-due")
    return chosen


def _answers(due_on: date | None, wish: str, today: date) -> bool:
    if not wish:
        return True
    days = (due_on - today).days if due_on else None
    if days is None:
        return False
    return {"overdue": days < 0, "week": 0 <= days <= 7, "later": days > 7}.get(wish, True)


# ---- colleagues, units and their figures -----------------------------------------------------------------------------


def units(actor: Actor) -> QuerySet[Unit]:
    """The units the actor sees, with their programmes."""
    return seen(actor, Unit).select_related("programme")


def workers(actor: Actor) -> QuerySet[User]:
    """Colleagues who have a case that the actor sees."""
    return (
        seen(actor, User)
        .filter(pk__in=seen(actor, Case).filter(worker__isnull=False).values("worker_id"))
        .order_by("name")
    )


def units_of_cases(actor: Actor) -> QuerySet[Unit]:
    """Units in which the actor sees a case."""
    return units(actor).filter(pk__in=seen(actor, Case).values("unit_id"))


@dataclass(frozen=True)
class Figures:
    """How many children, in care, homes and places a unit has; None where a count would point at somebody."""

    unit: Unit
    children: int | None
    in_care: int | None
    nearly_all: bool
    homes: int
    places: int


def counts_units_of(actor: Actor) -> frozenset[int]:
    """Units whose figures the actor may read: supervisors and directors as they are, monitors without small ones."""
    return actor.units(*OVERSEERS, Role.MONITOR)


@passing("figures")
def figures(actor: Actor) -> list[Figures]:
    """The figures of every unit the actor answers for or monitors. Four questions, however many units.

    A monitor sees no case, so these counts are asked of the tables themselves, for the units of the seat alone, and
    those below five are left out, as is a remainder below five that one could work out by taking one from the other.
    """
    keys = counts_units_of(actor)
    rows = list(units(actor).filter(pk__in=keys))
    running = Case.objects.filter(unit_id__in=keys, closed_on=None)
    children = Counter(dict(running.order_by().values_list("unit_id").annotate(n=Count("pk"))))
    care = PeriodOfCare.objects.filter(ended_on=None).values("child_id")
    in_care = Counter(dict(running.filter(child__in=care).order_by().values_list("unit_id").annotate(n=Count("pk"))))
    homes = Home.objects.filter(unit_id__in=keys, closed_on=None).order_by().values_list("unit_id", "capacity")
    places: dict[int, list[int]] = defaultdict(list)
    for unit_id, capacity in homes:
        places[unit_id].append(capacity or 0)
    exact = actor.units(*OVERSEERS)
    return [
        _figures(unit, children[unit.pk], in_care[unit.pk], places[unit.pk], exact=unit.pk in exact) for unit in rows
    ]


def _figures(unit: Unit, children: int, in_care: int, places: list[int], *, exact: bool) -> Figures:
    shown_children = children if exact or children >= FEW else None
    remainder_is_small = 0 < children - in_care < FEW
    shown_in_care = in_care if exact or (in_care >= FEW and not remainder_is_small) else None
    nearly_all = not exact and in_care >= FEW and remainder_is_small
    return Figures(unit, shown_children, shown_in_care, nearly_all, len(places), sum(places))


# ---- units and search ------------------------------------------------------------------------------------------------


ABOUT_A_UNIT = (
    "intake.receive_referral",
    "cases.take_in_child",
    "people.register_person",
    "families.found_family",
    "homes.open_home",
)


@dataclass(frozen=True)
class UnitPage:
    """A unit: its people, its homes, and its figures as far as the actor’s role reaches."""

    unit: Unit
    figures: Figures | None
    seats: list[Seat]
    homes: list[HomeLine]
    mine: int
    deeds: list[book.Deed]


def unit_page(actor: Actor, code: str) -> UnitPage:
    """All that the page of one unit says to this actor."""
    unit = one(units(actor), code=code)
    held = seen(actor, Seat).filter(Seat.held_on(actor.today), unit=unit, user__is_active=True)
    open_homes = seen(actor, Home).filter(unit=unit, closed_on=None).select_related("unit")
    counted = [row for row in figures(actor) if row.unit.pk == unit.pk] if unit.pk in counts_units_of(actor) else []
    own = book.cases(actor).filter(worker_id=actor.user_id, unit=unit, closed_on=None)
    return UnitPage(
        unit=unit,
        figures=next(iter(counted), None),
        seats=list(held.select_related("user").order_by("role", "user__name")),
        homes=home_lines(actor, list(open_homes[:HOMES_SHOWN])),
        mine=own.count(),
        deeds=[deed for deed in book.deeds(actor, [(name, code, unit) for name in ABOUT_A_UNIT]) if deed.verdict],
    )


@dataclass(frozen=True)
class Found:
    """What a search found: children and other people, homes, cases; each as far as the actor sees them."""

    people: list[tuple[Person, Case | None]]
    homes: list[Home]
    cases: list[Case]

    def __bool__(self) -> bool:
        return bool(self.people or self.homes or self.cases)


def search(actor: Actor, text: str, most: int = 20) -> Found:
    """People by name in any script, homes by name, cases by code; children with an open case come first."""
    if not text:
        return Found([], [], [])
    found = people.search(actor, text, limit=most)
    of_child = {case.child_id: case for case in book.cases(actor).filter(child__in=found).order_by("opened_on")}
    ranked = [(person, of_child.get(person.pk)) for person in found]
    houses = seen(actor, Home).filter(Q(name__icontains=text) | Q(code__iexact=text)).select_related("unit")
    by_code = book.cases(actor).filter(Q(code__iexact=text) | Q(child__code__iexact=text))
    return Found(ranked, list(houses.order_by("name")[:most]), list(by_code[:most]))
