"""Every address and every deed, knocked on by people who must find nothing there; and planted bugs, each found."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, get_type_hints

import pytest
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import clear_url_caches
from django.urls import path as django_path

from kinkeeper.access import gate
from kinkeeper.access.gate import YES, Actor, Unseen
from kinkeeper.access.models import Role, Seat, Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.journal import acts as book
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import (
    Document,
    Name,
    Person,
)
from kinkeeper.site import urls
from tests.conftest import Colleague, hire
from tests.walk import Address, World, addresses, knock, leaks, rows_seen_by
from tests.world import GUESTS_DOORS, known_by_seat, the_insider, the_paths, the_world  # noqa: F401  # fixtures


@pytest.fixture
def outsiders(village: Unit, other_unit: Unit, bruno: Colleague, eve: Colleague) -> dict[str, Colleague]:
    """People of every role who have nothing to do with Noor."""
    return {
        "a stranger of another unit": bruno,
        "someone with no seat": eve,
        "a colleague of the same unit": hire("Carl Colleague", (Role.CASEWORKER, village)),
        "a youth worker of the same unit": hire("Yara Youth", (Role.YOUTH_WORKER, village)),
        "the supervisor of another unit": hire("Sofia Elsewhere", (Role.SUPERVISOR, other_unit)),
        "the director of another programme": hire("Olaf Director", (Role.DIRECTOR, other_unit.programme)),
        "a monitoring officer": hire("Mila Monitor", (Role.MONITOR, None)),
        "an administrator": hire("Rolf Rooms", (Role.ADMINISTRATOR, None)),
        "an auditor": hire("Aldo Auditor", (Role.AUDITOR, None)),
    }


def test_every_address_with_a_code_leads_somewhere(paths: list[tuple[Address, str]]) -> None:
    # The directory’s door opens with the directory’s token alone: tests/entrance/test_provisioning.py.
    reached = {address.name for address, _path in paths} | {"scim_user"}
    assert [address.name for address in addresses() if address.keys and address.name not in reached] == []


def walk_through(outsiders: dict[str, Colleague], paths: list[tuple[Address, str]], world: World) -> Iterator[str]:
    """Everybody knocks everywhere."""
    world.known = known_by_seat()
    everybody = {"a passer-by": Client(), **{who: colleague.browser for who, colleague in outsiders.items()}}
    for who, browser in everybody.items():
        # A guest’s door opens with the token alone, for whoever holds it.
        yield from knock(who, browser, [door for door in paths if door[0].name not in GUESTS_DOORS], world)


@pytest.mark.asvs("8.2.1", "8.2.2")
def test_no_door_opens_for_an_outsider(
    outsiders: dict[str, Colleague], paths: list[tuple[Address, str]], world: World
) -> None:
    found = list(walk_through(outsiders, paths, world))
    assert not found, "\n".join(found[:40])


CARE_FREE = {"a monitoring officer", "an administrator", "an auditor", "someone with no seat"}
STRANGERS = CARE_FREE | {
    "a stranger of another unit",
    "the supervisor of another unit",
    "the director of another programme",
}


# How the installation is kept running says nothing of a child, and its administrator sees it.
NOT_CARE = {"an administrator": ("upkeep.",)}


def test_no_table_shows_a_row_to_a_stranger(outsiders: dict[str, Colleague], world: World) -> None:
    for who in STRANGERS:
        allowed = ("journal.Entry", *NOT_CARE.get(who, ()))
        seen = [line for line in rows_seen_by(outsiders[who]) if not any(table in line for table in allowed)]
        assert seen == [], who


# ---- deeds -----------------------------------------------------------------------------------------------------------


def subjects(world: World) -> dict[str, list[object]]:
    """One row of each kind in Noor’s world."""
    from kinkeeper.site.checks import tables_of_the_house

    return {
        model._meta.label_lower: [row]
        for model in tables_of_the_house()
        if (row := model._base_manager.filter(code__in=world.every_code()).first() if _coded(model) else None)
    }


def _coded(model: type) -> bool:
    return hasattr(model, "code")


def _subject_of(act: book.Act[..., Any]) -> type:
    """The table whose rows a deed is about, as its second parameter says; every table where it does not say."""
    hints = get_type_hints(act.do)
    names = list(inspect.signature(act.do).parameters)
    subject = hints.get(names[1], object) if len(names) > 1 else object
    return subject if isinstance(subject, type) else object


def try_every_deed(who: str, actor: Actor, rows: dict[str, list[object]]) -> Iterator[str]:
    """Ask every act about every row: it must refuse before it looks at the particulars."""
    for act in book.acts.values():
        for label, (row,) in rows.items():
            if not isinstance(row, _subject_of(act)):
                continue
            if label.startswith("access.") or label == "interface.token" or getattr(row, "to_id", 0) == actor.user_id:
                continue
            try:
                with transaction.atomic():
                    act(actor, row)
            except (Unseen, Refused):
                continue
            except Exception as error:  # noqa: BLE001 — whatever it trips over next, it was past the gate
                if "missing" in str(error) and "argument" in str(error):
                    yield f"{who} was let through to {act.name} on {label}."


@pytest.mark.asvs("8.2.1", "8.3.1")
def test_no_deed_is_done_by_a_stranger(outsiders: dict[str, Colleague], world: World) -> None:
    rows = subjects(world)
    assert len(rows) > 15
    for who in STRANGERS:
        assert list(try_every_deed(who, outsiders[who].actor, rows)) == []


# ---- planted bugs ----------------------------------------------------------------------------------------------------


SCOPES: dict[Any, Any] = gate._scopes
WIDER: dict[Any, Any] = gate._wider
Plant = Callable[[pytest.MonkeyPatch, World], None]


def a_scope_that_shows_everything(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Person, lambda actor: gate.EVERYTHING)


def a_scope_that_forgets_the_role(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Case, lambda actor: Q(unit_id__in=Unit.objects.values("pk")))


def a_part_seen_without_its_whole(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Name, lambda actor: gate.EVERYTHING)


def a_widening_for_everyone(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(WIDER, Person, [lambda actor: gate.EVERYTHING])


def an_opening_that_never_ends(patch: pytest.MonkeyPatch, world: World) -> None:
    keys = frozenset(("people.person", pk) for pk in Person.objects.values_list("pk", flat=True))
    patch.setattr(gate, "_opened", lambda user: keys)


def seats_that_count_after_their_end(patch: pytest.MonkeyPatch, world: World) -> None:
    bruno = Seat.objects.filter(user__name="Bruno Peeters").first()
    assert bruno is not None
    village = Case.objects.get().unit
    Seat.objects.create(
        user=bruno.user, role=Role.SUPERVISOR, unit=village, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    patch.setattr(Seat, "held_on", staticmethod(lambda day: Q()))


def a_view_that_asks_the_table(patch: pytest.MonkeyPatch, world: World) -> None:
    def everybody(request: object) -> HttpResponse:
        return HttpResponse(", ".join(Person.objects.values_list("name", flat=True)))

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", everybody, name="planted")])


def a_page_that_counts_what_is_hidden(patch: pytest.MonkeyPatch, world: World) -> None:
    """A page by code that answers 403 instead of 404 tells that the row exists."""

    def forbidden(request: object, code: str) -> HttpResponse:
        return HttpResponse(status=403 if Person.objects.filter(code=code).exists() else 404)

    pattern = django_path("planted/<str:code>/", forbidden, name="planted")
    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, pattern])


def a_file_given_by_its_code_alone(patch: pytest.MonkeyPatch, world: World) -> None:
    """Whoever knows a code is handed the paper’s title in the name of the file."""

    def hand_out(request: object) -> HttpResponse:
        title = Document.objects.all()[0].title
        return HttpResponse(b"", headers={"Content-Disposition": f'attachment; filename="{title}.txt"'})

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", hand_out, name="planted")])


def an_export_of_every_case_in_pieces(patch: pytest.MonkeyPatch, world: World) -> None:
    def rows(request: object) -> StreamingHttpResponse:
        return StreamingHttpResponse(f"{contact.note};" for contact in Contact.objects.all())

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", rows, name="planted")])


def a_write_that_is_refused_too_late(patch: pytest.MonkeyPatch, world: World) -> None:
    """A page that says 404 after it has changed the row."""

    def change(request: object, code: str) -> HttpResponse:
        Case.objects.update(risk=Case.Risk.LOW)
        return HttpResponse(status=404)

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/<str:code>/", change, name="planted")])


PLANTED_IN_PAGES: list[Plant] = [
    a_file_given_by_its_code_alone,
    an_export_of_every_case_in_pieces,
    a_write_that_is_refused_too_late,
    a_scope_that_shows_everything,
    a_scope_that_forgets_the_role,
    a_part_seen_without_its_whole,
    a_widening_for_everyone,
    an_opening_that_never_ends,
    seats_that_count_after_their_end,
    a_view_that_asks_the_table,
    a_page_that_counts_what_is_hidden,
]


@pytest.mark.usefixtures("one_wall")
def test_planted_bugs_are_found_by_walking(
    monkeypatch: pytest.MonkeyPatch, bruno: Colleague, world: World, paths: list[tuple[Address, str]]
) -> None:
    browser = bruno.browser
    private = [door for door in paths if door[0].name not in GUESTS_DOORS]
    assert list(knock("a stranger", browser, private, world)) == []
    planted = [Address("planted", "planted/", ()), Address("planted", "planted/<str:code>/", ("code",))]
    for plant in PLANTED_IN_PAGES:
        with monkeypatch.context() as patch:
            plant(patch, world)
            clear_url_caches()
            more = [(address, address.at({"code": Person.objects.all()[0].code})) for address in planted]
            found = next(knock("a stranger", browser, [*more, *private], world), "")
        clear_url_caches()
        assert found, f"Nobody noticed {plant.__name__}."


def a_judge_that_says_yes(patch: pytest.MonkeyPatch, act: book.Act[..., object]) -> None:
    patch.setattr(act, "judge", lambda actor, row: YES)
    patch.setattr(book, "_fresh", lambda actor, args, kwargs: (list(args), kwargs))


def test_deeds_without_gate_and_judge_are_found(
    monkeypatch: pytest.MonkeyPatch, bruno: Colleague, world: World
) -> None:
    act = book.acts["cases.record_contact"]
    assert list(try_every_deed("a stranger", bruno.actor, subjects(world))) == []
    a_judge_that_says_yes(monkeypatch, act)
    assert list(try_every_deed("a stranger", bruno.actor, subjects(world)))


def test_a_canary_is_heard() -> None:
    world = World(canaries={"QZA11CE0ZQ"})
    assert leaks("<b>QZA11CE0ZQ</b>", world) == {"QZA11CE0ZQ"}
    assert not leaks("<b>QZA11CE1ZQ</b>", world)


def test_the_world_has_a_row_of_every_table(world: World) -> None:
    from kinkeeper.site.checks import tables_of_the_house

    missing = [
        model._meta.label for model in tables_of_the_house() if _coded(model) and not model._base_manager.exists()
    ]
    assert missing == []
