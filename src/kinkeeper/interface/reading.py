"""The reading half of the interface: lists and single records, each asked through the scope of the token."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Annotated, Any, TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query
from pydantic import Field

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.interface import asked, problems, queries, shapes
from kinkeeper.interface.api import CallRequest, api, reading
from kinkeeper.interface.problems import Fault
from kinkeeper.interface.shapes import Told
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.rows import Row
from kinkeeper.lib.standing import passing
from kinkeeper.placements.queries import occupancies

RowT = TypeVar("RowT", bound=Row)
Tell = Callable[[list[Any]], Iterable[Told]]
CodeInPath = Annotated[str, Path(description="The public code, with or without dashes.")]

WITH_A_SEAT = "Whoever holds a seat."
OWN_AND_OVERSEEN = "Caseworkers those of their own cases, supervisors and directors those of their units."
AT_WORK = "Workers, supervisors and directors of the unit of the home."


class Part(shapes.Answer):
    """A part of a list."""

    next: str | None = Field(description="The cursor for the following part; null at the end.")


class Units(Part):
    items: list[shapes.UnitShape]


class Persons(Part):
    items: list[shapes.PersonShape]


class Families(Part):
    items: list[shapes.FamilyShape]


class Cases(Part):
    items: list[shapes.CaseShape]


class Contacts(Part):
    items: list[shapes.ContactShape]


class Homes(Part):
    items: list[shapes.HomeShape]


class Placements(Part):
    items: list[shapes.PlacementShape]


class Periods(Part):
    items: list[shapes.PeriodShape]


# ---- how lists and records are answered ------------------------------------------------------------------------------


def _part(request: CallRequest, rows: Any, wish: asked.PartAsked, tell: Tell, *, unit: str = "unit") -> Told:
    """A part of a list as it was wished for; a filter that does not exist is refused, so that none is lost unseen."""
    unknown = sorted(set(request.GET) - set(type(wish).model_fields))
    if unknown:
        raise problems.misshapen(
            [Fault(field=f"query.{name}", sentence=_("There is no such filter.")) for name in unknown]
        )
    since = wish.changed_since if isinstance(wish, asked.ListAsked) else None
    if since:
        rows = queries.changed_since(request.actor, rows, since)
    if isinstance(wish, asked.UnitListAsked) and wish.unit:
        rows = queries.of_unit(request.actor, rows, unit, wish.unit)
    # When something changed stands in the journal, which says more than its reader may know.
    with passing("changed since") if since else nullcontext():
        part = queries.part_of_a_list(request.actor, rows, wish.cursor, wish.limit)
    return {"items": list(tell(part.rows)), "next": part.next or None}


def _one(request: CallRequest, response: HttpResponse, rows: Any, code: str, seen_as: str = "") -> Any:
    """The record with this code, with its version as ETag; with `seen_as` the look is written down."""
    row = queries.row(request.actor, rows, code)
    response.headers["ETag"] = f'"{row.version}"'
    if seen_as:
        remember_look(request.actor, row, seen_as)
    return row


# ---- the token and the units -----------------------------------------------------------------------------------------


@api.get(**reading("/token", shapes.TokenShape, who=WITH_A_SEAT, tag="token", example="/token"))
def read_token(request: CallRequest) -> Told:
    """The token of this call: for whom it speaks, until when, with which seats."""
    token = request.token
    told = {name: getattr(token, name) for name in ("code", "name", "may_write", "ends_on")}
    seats = [{"role": role, "unit": unit} for role, unit in queries.seats_of(request.actor)]
    return {**told, "speaks_for": request.actor.name, "seats": seats}


@api.get(**reading("/units", Units, 422, who=WITH_A_SEAT, tag="units", example="/units?limit=10"))
def list_units(request: CallRequest, wish: Query[asked.PartAsked]) -> Told:
    """The units of the token’s seats."""

    def tell(rows: list[Unit]) -> Iterable[Told]:
        for row in rows:
            plain = {"code": row.code, "name": row.name, "kind": row.kind, "place": row.place or None}
            yield {**plain, "programme": row.programme.name}

    return _part(request, queries.units(request.actor), wish, tell)


# ---- people and families ---------------------------------------------------------------------------------------------


@api.get(**reading("/persons", Persons, 422, who=OWN_AND_OVERSEEN, tag="persons", example="/persons?limit=2"))
def list_persons(request: CallRequest, wish: Query[asked.UnitListAsked]) -> Told:
    """People: children, relatives, carers."""
    tell: Tell = lambda rows: (shapes.of_person(request.actor, row) for row in rows)  # noqa: E731
    return _part(request, queries.persons(request.actor), wish, tell)


@api.get(
    **reading(
        "/persons/{code}", shapes.WholePersonShape, 404, who=OWN_AND_OVERSEEN, tag="persons", example="/persons/{child}"
    )
)
def read_person(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One person with names, languages, numbers, legal statuses and ways to reach them. Leaves a look."""
    row = _one(request, response, queries.persons(request.actor), code, "interface_person")
    return shapes.of_whole_person(request.actor, row, queries.belongings_of(request.actor, row))


@api.get(**reading("/families", Families, 422, who=OWN_AND_OVERSEEN, tag="families", example="/families"))
def list_families(request: CallRequest, wish: Query[asked.UnitListAsked]) -> Told:
    """Families."""
    tell: Tell = lambda rows: (shapes.of_family(request.actor, row) for row in rows)  # noqa: E731
    return _part(request, queries.families(request.actor), wish, tell)


@api.get(
    **reading(
        "/families/{code}",
        shapes.WholeFamilyShape,
        404,
        who=OWN_AND_OVERSEEN,
        tag="families",
        example="/families/{family}",
    )
)
def read_family(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One family with its members and households. Leaves a look."""
    row = _one(request, response, queries.families(request.actor), code, "interface_family")
    return shapes.of_whole_family(request.actor, row, queries.kin_of(request.actor, row))


# ---- cases -----------------------------------------------------------------------------------------------------------


@api.get(**reading("/cases", Cases, 422, who=OWN_AND_OVERSEEN, tag="cases", example="/cases?running=true&state=active"))
def list_cases(request: CallRequest, wish: Query[asked.CaseListAsked]) -> Told:
    """Cases, by step of the journey, running or closed."""
    rows = queries.cases(request.actor)
    if wish.state:
        rows = rows.filter(state=wish.state)
    if wish.running:
        rows = rows.filter(closed_on__isnull=wish.running == "true")

    def tell(some: list[Any]) -> Iterable[Told]:
        families = queries.families_in_sight(request.actor, some)
        return [shapes.of_case(request.actor, row, families) for row in some]

    return _part(request, rows, wish, tell)


@api.get(**reading("/cases/{code}", shapes.CaseShape, 404, who=OWN_AND_OVERSEEN, tag="cases", example="/cases/{case}"))
def read_case(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One case. Leaves a look at the child."""
    row = _one(request, response, queries.cases(request.actor), code)
    remember_look(request.actor, row.child, "interface_case")
    return shapes.of_case(request.actor, row, queries.families_in_sight(request.actor, [row]))


@api.get(
    **reading(
        "/cases/{code}/contacts",
        Contacts,
        404,
        422,
        who=OWN_AND_OVERSEEN,
        tag="cases",
        example="/cases/{case}/contacts",
    )
)
def list_contacts(request: CallRequest, code: CodeInPath, wish: Query[asked.ListAsked]) -> Told:
    """Visits, calls and meetings of a case with what was written about them. Leaves a look at the child."""
    case = queries.row(request.actor, queries.cases(request.actor), code)
    tell: Tell = lambda rows: (shapes.of_contact(request.actor, row) for row in rows)  # noqa: E731
    part = _part(request, queries.contacts(request.actor, case), wish, tell)
    remember_look(request.actor, case.child, "interface_contacts")
    return part


@api.get(
    **reading(
        "/contacts/{code}", shapes.ContactShape, 404, who=OWN_AND_OVERSEEN, tag="cases", example="/contacts/{contact}"
    )
)
def read_contact(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One contact. Leaves a look at the child."""
    row = _one(request, response, queries.every_contact(request.actor), code)
    remember_look(request.actor, row.case.child, "interface_contact")
    return shapes.of_contact(request.actor, row)


# ---- homes -----------------------------------------------------------------------------------------------------------


@api.get(**reading("/homes", Homes, 422, who=AT_WORK, tag="homes", example="/homes?open=true"))
def list_homes(request: CallRequest, wish: Query[asked.HomeListAsked]) -> Told:
    """Homes with their places and how many children live there today."""
    rows = queries.homes(request.actor)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.open:
        rows = rows.filter(closed_on__isnull=wish.open == "true")

    def tell(some: list[Home]) -> Iterable[Told]:
        taken = occupancies(request.actor, some, request.actor.today)
        return [shapes.of_home(request.actor, row, taken[row.pk]) for row in some]

    return _part(request, rows, wish, tell)


@api.get(**reading("/homes/{code}", shapes.WholeHomeShape, 404, who=AT_WORK, tag="homes", example="/homes/{home}"))
def read_home(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One home with where it is. Leaves a look."""
    row = _one(request, response, queries.homes(request.actor), code, "interface_home")
    taken = occupancies(request.actor, [row], request.actor.today)
    return shapes.of_whole_home(request.actor, row, taken[row.pk])


# ---- where children live ---------------------------------------------------------------------------------------------


def _of_care(request: CallRequest, rows: Any, wish: asked.CareListAsked, period: str) -> Any:
    """Periods of care, or what hangs on them through `period`, of one child or running."""
    if wish.child:
        rows = rows.filter(**{f"{period}child__code": queries.known_code(wish.child)})
    if wish.running:
        rows = rows.filter(**{f"{period}ended_on__isnull": wish.running == "true"})
    return rows


@api.get(
    **reading(
        "/placements", Placements, 422, who=OWN_AND_OVERSEEN, tag="placements", example="/placements?child={child}"
    )
)
def list_placements(request: CallRequest, wish: Query[asked.CareListAsked]) -> Told:
    """Stays in homes, of all children or of one."""
    rows = _of_care(request, queries.placements(request.actor), wish, "period__")

    def tell(some: list[Any]) -> Iterable[Told]:
        course = queries.course_of(request.actor, [row.period for row in some])
        return [shapes.of_placement(request.actor, row, course) for row in some]

    return _part(request, rows, wish, tell, unit="period__child__unit")


@api.get(
    **reading(
        "/placements/{code}",
        shapes.WholePlacementShape,
        404,
        who=OWN_AND_OVERSEEN,
        tag="placements",
        example="/placements/{placement}",
    )
)
def read_placement(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One stay. Leaves a look at the child."""
    row = _one(request, response, queries.placements(request.actor), code)
    remember_look(request.actor, row.period.child, "interface_placement")
    return shapes.of_placement(request.actor, row, queries.course_of(request.actor, [row.period]), "mitigation")


@api.get(
    **reading(
        "/periods-of-care",
        Periods,
        422,
        who=OWN_AND_OVERSEEN,
        tag="placements",
        example="/periods-of-care?running=true",
    )
)
def list_periods(request: CallRequest, wish: Query[asked.CareListAsked]) -> Told:
    """Periods of care, of all children or of one."""
    rows = _of_care(request, queries.periods(request.actor), wish, "")
    tell: Tell = lambda some: (shapes.of_period(request.actor, row) for row in some)  # noqa: E731
    return _part(request, rows, wish, tell, unit="child__unit")


@api.get(
    **reading(
        "/periods-of-care/{code}",
        shapes.WholePeriodShape,
        404,
        who=OWN_AND_OVERSEEN,
        tag="placements",
        example="/periods-of-care/{period}",
    )
)
def read_period(request: CallRequest, response: HttpResponse, code: CodeInPath) -> Told:
    """One period of care with its stays and episodes. Leaves a look at the child."""
    row = _one(request, response, queries.periods(request.actor), code)
    remember_look(request.actor, row.child, "interface_period")
    return shapes.of_whole_period(request.actor, row, queries.course_of(request.actor, [row]))
