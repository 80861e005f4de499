"""What went wrong in the houses of others, each by its name: nested ids, own rights, files, search, exports, small counts.

Each is planted here and must be found. No room holds reports about a worker yet; the day it does, what an accused worker
sees of a report belongs here, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, reverse
from django.urls import path as django_path

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Role, Seat, Unit, User
from kinkeeper.cases.models import Case, Contact
from kinkeeper.desk import queries as desk
from kinkeeper.drafts.models import Draft
from kinkeeper.families.models import Family, Household, Membership
from kinkeeper.files.models import StoredFile
from kinkeeper.files.vault import accept, open_bytes, store
from kinkeeper.homes.models import Carer, Home
from kinkeeper.people.models import Document, Person
from kinkeeper.plans.models import Goal, Plan, Review
from kinkeeper.retention.models import Redaction
from kinkeeper.sharing.models import Partner
from kinkeeper.site import urls
from tests.conftest import Colleague, hire, live_in, open_case, register
from tests.posting import forms_in, knock_filled, overreach, own_account, rows_now
from tests.walk import Address, World, addresses, knock, marks_of
from tests.world import Canaries, known_by_seat, person, the_insider, the_paths, the_world  # noqa: F401  # fixtures

TODAY = date.today()
YESTERDAY = TODAY - timedelta(days=1)
Doors = list[tuple[Address, str]]


def another_story(unit: Unit, worker: Colleague, sing: Canaries) -> None:
    """One more child in a unit, with a family, a home, a plan, papers and a partner of their own."""
    child = person(unit, sing)
    case = open_case(child, worker)
    family = Family.objects.create(unit=unit, name=sing())
    Membership.objects.create(family=family, person=child)
    Household.objects.create(family=family, name=sing(), address=sing())
    Contact.objects.create(case=case, happened_on=YESTERDAY, seen=Contact.Seen.ALONE, note=sing(), by=worker.user)
    home = Home.objects.create(unit=unit, name=sing(), kind=Home.Kind.FOSTER, capacity=3, address=sing())
    Carer.objects.create(home=home, person=person(unit, sing), is_main=True, starts_on=YESTERDAY)
    live_in(home, child, since=YESTERDAY)
    plan = Plan.objects.create(case=case, drafted_on=YESTERDAY)
    Goal.objects.create(plan=plan, domain="health", words=sing(), target_on=TODAY)
    Review.objects.create(child=child, case=case, held_on=YESTERDAY, participation="PN1", summary=sing())
    paper = store(accept(f"Dear child, {sing()}".encode(), "letter.txt"))
    Document.objects.create(person=child, kind=Document.Kind.LETTER, title=sing(), file=paper, added_by=worker.user)
    Partner.objects.create(unit=unit, name=sing(), kind=Partner.Kind.values[0])


@pytest.fixture
def wanda(village: Unit) -> Colleague:
    """Somebody with every seat of care work in the village, and none elsewhere."""
    return hire("Wanda Worker", (Role.CASEWORKER, village), (Role.YOUTH_WORKER, village), (Role.SUPERVISOR, village))


@pytest.fixture
def strangers(world: World, village: Unit, other_unit: Unit, bruno: Colleague) -> list[Model]:
    """Rows that no page about Noor may reach: those of a child of another unit, and those of another child of the village."""
    before = {(type(row), row.pk) for row in rows_now()}
    sing = Canaries(0xB0B000)
    another_story(other_unit, bruno, sing)
    elsewhere = [row for row in rows_now() if (type(row), row.pk) not in before]
    world.canaries = {mark for mark in marks_of(elsewhere) if mark.startswith("QZB0B")}
    assert len(world.canaries) > 15
    another_story(village, hire("Petra Pair", (Role.CASEWORKER, village)), sing)
    made = [row for row in rows_now() if (type(row), row.pk) not in before and row._meta.app_label != "access"]
    return [*made, other_unit, bruno.user]


def without_a_code() -> Doors:
    """The addresses that take no code: lists, the search, what is taken out, one’s own account."""
    return [(address, f"/{address.route}") for address in addresses() if not address.keys]


def one_of_each(paths: Doors) -> Doors:
    """The first path of each address."""
    first: dict[str, tuple[Address, str]] = {}
    for address, path in paths:
        first.setdefault(address.route, (address, path))
    return list(first.values())


# ---- nested ids, and what is sent along ------------------------------------------------------------------------------


def test_nested_id_from_other_parent(wanda: Colleague, paths: Doors, strangers: list[Model], world: World) -> None:
    """Every form of the village, sent with rows of another unit and with rows of another child: nothing points to them.

    The same sendings carry a field for every key of every table and for every right, and change neither rows nor rights.
    """
    sent: list[str] = []
    found = list(overreach(wanda, one_of_each(paths), strangers, world, sent))
    assert not found, "\n".join(found[:40])
    assert len(sent) > 60
    assert sum("=" in what for what in sent) > 5


def test_an_address_with_two_keys_tells_nothing_of_a_pair_that_does_not_belong_together(
    amina: Colleague, bruno: Colleague, world: World
) -> None:
    """Generated: whatever address takes two keys is asked for one that is one’s own and one that is not."""
    nested = [address for address in addresses() if len(address.keys) > 1]
    own = Draft.objects.get()
    foreign = str(Case.objects.get().code)
    assert {address.name for address in nested} == {"draft", "decide_alike"}  # a new one needs a pair of its own below
    # Its second word is no record but a way of choosing some.
    (alike,) = (address for address in nested if address.name == "decide_alike")
    nested.remove(alike)
    code = Redaction.objects.get().code
    assert bruno.browser.get(alike.at({"code": code, "among": "record"})).status_code == 404
    pairs = {"draft": [{"deed": own.deed, "subject": foreign}, {"deed": "record_death", "subject": foreign}]}
    for address in nested:
        for values in pairs[address.name]:
            unknown = {**values, address.keys[-1]: "K7QF2M9XT3HD"}
            answers = [bruno.browser.get(address.at(keys)) for keys in (values, unknown)]
            told, nothing = ({**one.json(), "now": "", "token": ""} for one in answers)
            assert (answers[0].status_code, told) == (answers[1].status_code, nothing)
    # Amina’s own draft about this case, under another deed: the drawer is empty.
    assert (
        own.content["note"][0]
        in amina.browser.get(nested[0].at({"deed": own.deed, "subject": foreign})).content.decode()
    )
    assert own.content["note"][0] not in amina.browser.get(nested[0].at(pairs["draft"][1])).content.decode()


# ---- own rights ------------------------------------------------------------------------------------------------------

RIGHTS: dict[str, Any] = {"roles": [{"value": "administrator"}], "groups": [{"value": "1"}], "role": "administrator"}
RIGHTS |= {
    "seats": ["administrator"],
    "entitlements": [{"value": "all"}],
    "is_superuser": True,
    "unit": "1",
    "password": "x" * 20,
}


def test_self_update_allow_list(amina: Colleague, rosa: Colleague, eve: Colleague, settings: Any) -> None:
    """Nobody changes their own seats, role, unit or account by sending it along: in a form, or through the directory."""
    for colleague in (amina, rosa, eve):
        assert list(overreach(colleague, without_a_code(), [], World())) == []
    settings.SCIM_TOKEN = "a token that is long enough for anybody to guess at"
    told = {"userName": amina.user.email, "displayName": amina.user.name, **RIGHTS}
    before = own_account(amina.user)
    for method, body in (
        ("PUT", told),
        ("PATCH", {"Operations": [{"op": "replace", "value": RIGHTS}]}),
        *(("PATCH", {"Operations": [{"op": "add", "path": name, "value": value}]}) for name, value in RIGHTS.items()),
    ):
        Client().generic(
            method,
            f"/scim/v2/Users/{amina.user.code}",
            json.dumps(body),
            "application/scim+json",
            headers={"authorization": f"Bearer {settings.SCIM_TOKEN}"},
        )
        assert own_account(amina.user) == before, (method, body)


# ---- files, search, exports, small counts ----------------------------------------------------------------------------


def test_file_by_foreign_id(bruno: Colleague, world: World) -> None:
    """The bytes of papers and pictures under every code there is of a file, a paper or a person: 404, and not a byte."""
    doors = [
        (address, address.at({address.keys[0]: code}))
        for address in addresses()
        if address.name in {"open_document", "person_photo", "download_file", "shared", "share_sheet"}
        for table in (
            "files.storedfile",
            "people.document",
            "people.person",
            "retention.accessrequest",
            "sharing.share",
        )
        for code in world.codes[table]
    ]
    assert len({address.name for address, _path in doors}) == 5
    assert list(knock("a stranger", bruno.browser, doors, world)) == []


LISTS = {"caseload", "homes", "units", "referrals", "partners", "transfers", "my_day", "access_requests"}


def asked(world: World) -> Doors:
    """The search and the lists, asked for what is there: by code, and by the beginning of a name."""
    tables = ("people.person", "cases.case", "homes.home", "families.family", "access.unit")
    words = [*(code for table in tables for code in world.codes[table][:2]), "QZA11C", "canary"]
    child, unit = world.codes["people.person"][0], world.codes["access.unit"][0]
    by_name = {address.name: address for address in addresses() if not address.keys}
    lists = [(by_name[name], f"/{by_name[name].route}?q={child}&child={child}&unit={unit}") for name in sorted(LISTS)]
    return [*lists, *((by_name["search"], f"/{by_name['search'].route}?q={word}") for word in words)]


def lists_and_exports(who: str, colleague: Colleague, world: World) -> Iterator[str]:
    """What somebody reads by searching, filtering and taking out."""
    yield from knock(who, colleague.browser, asked(world), world, ("get",))
    yield from knock_filled(who, colleague, without_a_code(), world)


def test_search_and_exports_are_scoped(bruno: Colleague, eve: Colleague, village: Unit, world: World) -> None:
    carl = hire("Carl Colleague", (Role.CASEWORKER, village))
    world.known = known_by_seat()
    everybody = {"a stranger": bruno, "someone with no seat": eve, "a colleague of the same unit": carl}
    found = [line for who, one in everybody.items() for line in lists_and_exports(who, one, world)]
    assert not found, "\n".join(found[:40])


def pages_of_a_monitor(mona: Colleague, unit: Unit, paths: Doors) -> dict[str, str]:
    """What a monitoring officer reads on every page without a code, and on that of the unit."""
    mine = [path for address, path in paths if not address.keys] + [reverse("unit", args=[unit.code])]
    pages = {path: mona.browser.get(path).content.decode("utf-8", "replace") for path in mine}
    changing = (
        r'nonce="[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"|"token": "[^"]+"|data-[\w-]+="[^"]*"|[A-Za-z0-9]{32,}'
    )
    return {path: re.sub(changing, "", page) for path, page in pages.items()}


def small_counts_told(mona: Colleague, amina: Colleague, unit: Unit, home: Home) -> list[str]:
    """The pages that differ between one child in care and four."""
    names = ["units", "my_day", "homes", "caseload", "search"]
    paths = [(Address(name, "", ()), reverse(name)) for name in names]
    told: list[dict[str, str]] = []
    for number in (1, 3):
        for _each in range(number):
            child = register(unit, f"Child {Person.objects.count()}", "Saleh")
            open_case(child, amina)
            live_in(home, child, since=YESTERDAY)
        told.append(pages_of_a_monitor(mona, unit, paths))
    return [path for path, page in told[0].items() if page != told[1][path]]


@pytest.mark.parametrize("is_planted", [False, True])
def test_a_small_cell_is_not_disclosed(
    amina: Colleague, village: Unit, okafors: Home, monkeypatch: pytest.MonkeyPatch, is_planted: bool
) -> None:
    """One child or four: a monitoring officer reads the same pages, word for word."""
    mona = hire("Mona Monitor", (Role.MONITOR, village))
    if is_planted:
        monkeypatch.setattr(desk, "FEW", 0)
    assert bool(small_counts_told(mona, amina, village, okafors)) is is_planted


# ---- planted bugs ----------------------------------------------------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], object]
FORM = '<form method="post"><select name="family"><option value="{code}"></select></form>'


def planted_at(patch: pytest.MonkeyPatch, view: Callable[[HttpRequest], HttpResponse]) -> None:
    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", view, name="planted")])
    clear_url_caches()


def a_family_taken_by_its_bare_code(patch: pytest.MonkeyPatch) -> None:
    """Noor’s case is asked for through the gate, the family beside it is not."""

    def change(request: HttpRequest) -> HttpResponse:
        case = Case.objects.order_by("pk")[0]
        family = Family.objects.filter(code=request.POST.get("family", "")).first()
        if request.method == "POST" and family:
            Case.objects.filter(pk=case.pk).update(family=family)
        return HttpResponse(FORM.format(code=Family.objects.order_by("pk")[0].code))

    planted_at(patch, change)


def a_form_that_saves_whatever_it_is_sent(patch: pytest.MonkeyPatch) -> None:
    def save(request: HttpRequest) -> HttpResponse:
        sent = {name: value for name, value in request.POST.items() if name in {"family_id", "unit_id", "worker_id"}}
        Case.objects.filter(pk=Case.objects.order_by("pk")[0].pk).update(**sent) if sent else None
        return HttpResponse('<form method="post"><input name="note"></form>')

    planted_at(patch, save)


def a_profile_that_saves_whatever_it_is_sent(patch: pytest.MonkeyPatch) -> None:
    def save(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            User.objects.filter(pk=request.user.pk or 0).update(external_id=request.POST.get("external_id", ""))
        return HttpResponse('<form method="post"><input name="language" value="en"></form>')

    planted_at(patch, save)


def a_profile_that_takes_a_role(patch: pytest.MonkeyPatch) -> None:
    def save(request: HttpRequest) -> HttpResponse:
        if "role" in request.POST:
            Seat.objects.filter(user=request.user.pk, role=Role.YOUTH_WORKER).update(role=Role.CASEWORKER)
        return HttpResponse('<form method="post"><input name="language" value="en"></form>')

    planted_at(patch, save)


PLANTED_IN_FORMS: list[Plant] = [
    a_family_taken_by_its_bare_code,
    a_form_that_saves_whatever_it_is_sent,
    a_profile_that_saves_whatever_it_is_sent,
    a_profile_that_takes_a_role,
]


@pytest.mark.usefixtures("one_wall")
def test_planted_overreach_is_found(
    wanda: Colleague, strangers: list[Model], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for plant in PLANTED_IN_FORMS:
        with monkeypatch.context() as patch:
            plant(patch)
            found = list(overreach(wanda, [(Address("planted", "planted/", ()), "/planted/")], strangers, world))
        clear_url_caches()
        assert found, f"Nobody noticed {plant.__name__}."


def a_search_without_scope(patch: pytest.MonkeyPatch) -> None:
    def search(actor: Actor, text: str) -> object:
        found = Person.objects.filter(code__iexact=text)
        return desk.Found([(one, None) for one in found], [], [])

    patch.setattr(desk, "search", search)


def a_list_taken_out_without_scope(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(desk, "_wished", lambda actor, wishes: Case.objects.select_related("child", "unit", "worker"))


def a_file_under_its_bare_code(patch: pytest.MonkeyPatch) -> None:
    def hand_out(request: HttpRequest, code: str) -> HttpResponse:
        file = StoredFile.objects.filter(code=code).first()
        return HttpResponse(b"".join(open_bytes(file)) if file else b"", status=200 if file else 404)

    pattern = django_path("files/<str:code>/", hand_out, name="planted")
    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, pattern])
    clear_url_caches()


@pytest.mark.usefixtures("one_wall")
def test_planted_lists_and_files_are_found(bruno: Colleague, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = Address("planted", "files/<str:code>/", ("code",))
    doors = [(address, address.at({"code": code})) for code in world.codes["files.storedfile"]]
    for plant in (a_search_without_scope, a_list_taken_out_without_scope, a_file_under_its_bare_code):
        with monkeypatch.context() as patch:
            plant(patch)
            lists = lists_and_exports("a stranger", bruno, world)
            files = (line for line in knock("a stranger", bruno.browser, doors, world) if " reads " in line)
            found = next(files if plant is a_file_under_its_bare_code else lists, "")
        clear_url_caches()
        assert found, f"Nobody noticed {plant.__name__}."


def test_forms_are_read_as_a_browser_would() -> None:
    page = """<form method="get"><input name="q"></form><form method="post" action="/x/"><select name="home"><option value="">
    <option value="A"></select><textarea name="note"></textarea><input type="checkbox" name="sure" value="yes"></form>"""
    (form,) = forms_in(page)
    assert (form.action, form.values, form.offers) == (
        "/x/",
        {"note": ["Some words."]},
        {"home": ["", "A"], "sure": ["yes"]},
    )
