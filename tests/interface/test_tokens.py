"""Tokens: made by whom, kept how, for how long; revoked at once; counted; never a way into pages, as no session is into here."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from kinkeeper.access import actions as access
from kinkeeper.access.models import Association, Role, Unit, User
from kinkeeper.interface import tasks
from kinkeeper.interface.actions import make_device_token, make_token, revoke_token, revoke_tokens_of
from kinkeeper.interface.models import DeviceSeat, Token
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague, hire
from tests.interface.conftest import IN_A_MONTH, TODAY, Program, Story, program_of, token_behind, told

DAY = timedelta(days=1)


def typed(**more: object) -> dict[str, object]:
    return {"name": "Health register", "scope": "read", "ends_on": IN_A_MONTH.isoformat(), **more}


def secret_on(page: str) -> str:
    found = re.search(r'<code id="secret">(kk_[\w-]{43})</code>', page)
    assert found, page
    return found[1]


# ---- made ------------------------------------------------------------------------------------------------------------


def test_a_worker_makes_a_token_and_sees_it_once(amina: Colleague) -> None:
    page = amina.browser.post("/tokens/new/", {"version": amina.user.version, **typed(scope="write")}).content.decode()
    secret = secret_on(page)
    token = Token.objects.get()
    assert (token.owner, token.name, token.may_write, token.ends_on) == (
        amina.user,
        "Health register",
        True,
        IN_A_MONTH,
    )
    assert (secret in str(vars(token)), token.token_hash) == (False, Token.hash_of(secret))
    assert Program(secret).read("/token")["speaks_for"] == f"user:{amina.user.code}"
    listed = amina.browser.get("/tokens/").content.decode()
    assert ("Health register" in listed, secret in listed, token.token_hash in listed) == (True, False, False)
    entry = Entry.objects.get(act="interface.make_token")
    assert entry.facts == {"subject": amina.user.code, "may_write": True, "ends_on": IN_A_MONTH.isoformat()}
    assert (entry.user, secret in str(vars(entry))) == (amina.user, False)


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [(TODAY - DAY, "This day has passed"), (add_months(TODAY, 12) + DAY, "a year at most")],
)
def test_a_token_runs_from_today_for_a_year_at_most(amina: Colleague, ends_on: date, words: str) -> None:
    answer = amina.browser.post("/tokens/new/", {"version": amina.user.version, **typed(ends_on=ends_on.isoformat())})
    assert (answer.status_code, words in answer.content.decode(), Token.objects.exists()) == (409, True, False)
    assert Refusal.objects.get().guard == "G-TIME"
    longest = {"version": amina.user.version, **typed(ends_on=add_months(TODAY, 12).isoformat())}
    assert amina.browser.post("/tokens/new/", longest).status_code == 200
    assert Token.objects.count() == 1


def test_who_has_no_seat_makes_no_token(eve: Colleague) -> None:
    assert "Without a seat you see nothing" in eve.browser.get("/tokens/new/").content.decode()
    with pytest.raises(Refused, match="Without a seat"):
        make_token(eve.actor, eve.user, name="x", may_write=False, ends_on=TODAY, token="x")
    assert not Token.objects.exists()


def test_nobody_makes_a_token_for_somebody_else_nor_sees_theirs(amina: Colleague, dalia: Colleague) -> None:
    with pytest.raises(Refused, match="Only the person themselves"):
        make_token(dalia.actor, amina.user, name="x", may_write=False, ends_on=TODAY, token="x")
    token = token_behind(program_of(amina))
    assert dalia.browser.get(f"/tokens/{token.code}/revoke/").status_code == 404
    assert "A program" not in dalia.browser.get("/tokens/").content.decode()
    assert dalia.browser.get("/devices/").status_code == 404


def test_a_token_makes_no_token(amina: Colleague) -> None:
    from kinkeeper.interface.queries import behind_the_secret

    found = behind_the_secret(amina.actor, program_of(amina).secret)
    assert found is not None
    with pytest.raises(Refused, match="Only the person themselves"):
        make_token(found[1], amina.user, name="x", may_write=False, ends_on=TODAY, token="x")


# ---- devices ---------------------------------------------------------------------------------------------------------


def test_an_administrator_lets_a_device_in(rosa: Colleague, village: Unit, association: Association) -> None:
    path = "/devices/new/"
    chosen = typed(role="supervisor", places=[f"unit-{village.code}"], version=association.version)
    program = Program(secret_on(rosa.browser.post(path, chosen).content.decode()))
    token = Token.objects.get()
    assert (token.owner, token.made_by) == (None, rosa.user)
    seat = DeviceSeat.objects.get()
    assert (seat.role, seat.unit, seat.programme) == ("supervisor", village, None)
    mine = program.read("/token")
    assert mine["speaks_for"] == f"device:{token.code}"
    assert mine["seats"] == [{"role": "supervisor", "unit": village.code}]
    page = rosa.browser.get("/devices/").content.decode()
    assert ("Health register" in page, "Unit supervisor · Riverside" in page, token.code in page) == (True, True, True)
    again = rosa.browser.post(path, chosen)
    assert (again.status_code, "has a token" in again.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("role", "places", "words"),
    [
        ("supervisor", [], "Choose at least one place"),
        ("supervisor", ["association"], "This role is held in one unit"),
        ("administrator", ["association"], "Select a valid choice"),
    ],
)
def test_a_device_gets_a_seat_that_exists(
    rosa: Colleague, village: Unit, association: Association, role: str, places: list[str], words: str
) -> None:
    chosen = typed(role=role, places=places, version=association.version)
    page = rosa.browser.post("/devices/new/", chosen).content.decode()
    assert (words in page, Token.objects.exists()) == (True, False), page


def test_only_administrators_let_devices_in(dalia: Colleague, association: Association, village: Unit) -> None:
    assert dalia.browser.get("/devices/new/").status_code == 404
    with pytest.raises(Refused, match="Only an administrator"):
        make_device_token(
            dalia.actor, association, name="x", role=Role.SUPERVISOR, places=[village], may_write=False,
            ends_on=TODAY, token="x",
        )  # fmt: skip
    assert not DeviceSeat.objects.exists()


def test_a_device_without_a_place_is_refused_by_the_deed_itself(rosa: Colleague, association: Association) -> None:
    with pytest.raises(Refused, match="Choose at least one place") as refused:
        let_in(rosa)
    assert (refused.value.guard, refused.value.field, Token.objects.exists()) == ("G-SEAT", "places", False)


def let_in(rosa: Colleague, *places: object, role: str = Role.SUPERVISOR, may_write: bool = True) -> Program:
    """A device with these seats."""
    make_device_token(
        rosa.actor, Association.objects.get(), name=f"Device {role}", role=role, places=places,  # type: ignore[arg-type]
        may_write=may_write, ends_on=IN_A_MONTH, token=f"secret-of-{role}",
    )  # fmt: skip
    return Program(f"secret-of-{role}")


def test_a_device_sees_with_its_seats_alone_and_its_looks_are_shown(
    rosa: Colleague, story: Story, other_unit: Unit, amina: Colleague
) -> None:
    device = let_in(rosa, story.case.unit)
    elsewhere = let_in(rosa, other_unit, role=Role.CASEWORKER)
    assert [each["code"] for each in device.read("/cases")["items"]] == [story.case.code]
    assert elsewhere.read("/cases")["items"] == []
    assert elsewhere.get(f"/persons/{story.child.code}").status_code == 404
    assert device.read(f"/persons/{story.child.code}")["name"] == "Noor Saleh"
    page = amina.browser.get(f"/children/{story.child.code}/").content.decode()
    assert f"Device {token_behind(device).code}" in page
    assert token_behind(elsewhere).code not in page


def test_what_a_device_does_is_written_down_under_its_code(rosa: Colleague, story: Story) -> None:
    device = let_in(rosa, story.case.unit)
    visit = {"happened_on": TODAY.isoformat(), "seen": "alone", "note": "By the machine."}
    assert device.post(f"/cases/{story.case.code}/contacts", visit).status_code == 201
    entry = Entry.objects.filter(act="cases.record_contact").latest("pk")
    assert (entry.actor, entry.user) == (f"device:{token_behind(device).code}", None)


# ---- ended -----------------------------------------------------------------------------------------------------------


def test_a_revoked_token_is_a_stranger_at_once(amina: Colleague) -> None:
    program = program_of(amina)
    token = token_behind(program)
    assert program.get("/cases").status_code == 200
    token.refresh_from_db()
    answer = amina.browser.post(f"/tokens/{token.code}/revoke/", {"version": token.version})
    assert (answer.status_code, answer["Location"]) == (302, "/tokens/")
    refused = program.get("/cases")
    assert (refused.status_code, refused["WWW-Authenticate"][:6], told(refused)["code"]) == (401, "Bearer", "token")
    entry = Entry.objects.get(act="interface.revoke_token")
    assert (entry.subject_code, entry.user) == (token.code, amina.user)
    with pytest.raises(Refused, match="revoked already"):
        revoke_token(amina.actor, Token.objects.get())


def test_an_administrator_revokes_anybodys_token(amina: Colleague, rosa: Colleague) -> None:
    program = program_of(amina)
    token = token_behind(program)
    assert "A program" in rosa.browser.get("/devices/").content.decode()
    answer = rosa.browser.post(f"/tokens/{token.code}/revoke/", {"version": token.version})
    assert (answer.status_code, answer["Location"]) == (302, "/devices/")
    assert program.get("/cases").status_code == 401


def test_the_page_of_revoking_changes_nothing_until_it_is_sent(amina: Colleague) -> None:
    program = program_of(amina)
    assert amina.browser.get(f"/tokens/{token_behind(program).code}/revoke/").status_code == 200
    assert program.get("/cases").status_code == 200


def test_a_token_that_is_over_opens_nothing(amina: Colleague) -> None:
    program = program_of(amina, ends_on=TODAY)
    assert program.get("/cases").status_code == 200
    with time_machine.travel(TODAY + DAY + timedelta(hours=12)):
        assert program.get("/cases").status_code == 401


def test_closing_an_account_ends_its_tokens_at_once_and_for_good(amina: Colleague, rosa: Colleague) -> None:
    program = program_of(amina)
    access.suspend_user(rosa.actor, amina.user)
    assert program.get("/cases").status_code == 401
    run_due_jobs()
    assert Token.objects.get().revoked_at is not None
    access.restore_user(rosa.actor, User.objects.get(pk=amina.user.pk))
    assert program.get("/cases").status_code == 401
    assert Entry.objects.filter(act="interface.revoke_tokens_of").count() == 1


def test_nobody_revokes_all_tokens_of_an_account_by_hand(amina: Colleague, rosa: Colleague) -> None:
    program_of(amina)
    with pytest.raises(Refused):
        revoke_tokens_of(rosa.actor, amina.user)
    assert Token.objects.get().revoked_at is None


@pytest.mark.asvs("8.3.2")
def test_a_token_has_the_seats_of_today(amina: Colleague, story: Story) -> None:
    program = program_of(amina)
    assert program.get(f"/persons/{story.child.code}").status_code == 200
    amina.user.seats.update(ends_on=TODAY - DAY)
    assert program.get(f"/persons/{story.child.code}").status_code == 404


def test_a_record_opened_in_an_emergency_is_open_on_pages_alone(bruno: Colleague, story: Story) -> None:
    access.open_record(bruno.actor, record=story.child.code, reason="The police called about this child tonight.")
    assert bruno.browser.get(f"/people/{story.child.code}/").status_code in {200, 302}
    assert program_of(bruno).get(f"/persons/{story.child.code}").status_code == 404


# ---- what it opens ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/caseload/", "/tokens/", "/api/"])
def test_a_token_reaches_no_page(amina: Colleague, path: str) -> None:
    headers = {"Authorization": f"Bearer {program_of(amina).secret}"}
    answer = Client().get(path, headers=headers)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.asvs("3.5.2")
def test_a_session_reaches_nothing_here(amina: Colleague, story: Story) -> None:
    browser = amina.browser
    visit = {"happened_on": TODAY.isoformat(), "seen": "alone"}
    path = f"/api/v1/cases/{story.case.code}/contacts"
    sent = browser.post(path, visit, content_type="application/json", headers={"Idempotency-Key": "abcdefgh"})
    assert (browser.get("/api/v1/cases").status_code, sent.status_code) == (401, 401)
    assert story.case.contacts.count() == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", "kk_x", "Bearer \udcff"])
def test_anything_else_is_no_token(db: None, header: str) -> None:
    from django.test import RequestFactory

    from kinkeeper.interface.api import reads
    from kinkeeper.interface.problems import Problem

    request = RequestFactory().get("/api/v1/cases")
    request.META["HTTP_AUTHORIZATION"] = header
    with pytest.raises(Problem) as problem:
        reads(request)
    assert problem.value.status == 401


def test_a_token_that_only_reads_does_nothing(amina: Colleague, story: Story) -> None:
    program = program_of(amina, may_write=False)
    visit = {"happened_on": TODAY.isoformat(), "seen": "alone"}
    refused = program.post(f"/cases/{story.case.code}/contacts", visit)
    assert (refused.status_code, told(refused)["code"]) == (403, "scope")
    assert story.case.contacts.count() == 1


def test_the_actor_of_a_token_that_only_reads_is_refused_by_every_act(amina: Colleague, story: Story) -> None:
    from kinkeeper.cases.actions import record_contact
    from kinkeeper.interface.queries import behind_the_secret

    found = behind_the_secret(amina.actor, program_of(amina, may_write=False).secret)
    assert found is not None
    with pytest.raises(Refused, match="may only read"):
        record_contact(found[1], story.case, kind="visit", happened_on=TODAY, seen="alone")
    assert story.case.contacts.count() == 1


# ---- how often -------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("2.4.1")
def test_calls_are_counted_by_the_minute(amina: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CALLS_A_MINUTE", 3)
    program, other = program_of(amina), program_of(amina)
    with time_machine.travel("2026-11-27 10:00:50+00:00", tick=False):
        assert [program.get("/token").status_code for _call in range(4)] == [200, 200, 200, 429]
        refused = program.get("/token")
        assert (refused.status_code, refused["Retry-After"], told(refused)["code"]) == (429, "11", "rate")
        assert other.get("/token").status_code == 200
    with time_machine.travel("2026-11-27 10:01:01+00:00", tick=False):
        assert program.get("/token").status_code == 200
    assert token_behind(program).last_used_at is not None


def test_lists_of_tokens_ask_the_same_number_of_questions(
    rosa: Colleague, amina: Colleague, village: Unit, django_assert_num_queries
) -> None:
    browser, hers = rosa.browser, amina.browser
    for _round, names in ((1, ["a"]), (3, ["b", "c"])):
        for name in names:
            program_of(amina)
            program_of(hire(f"{name} colleague", (Role.CASEWORKER, village)))
            make_device_token(
                rosa.actor, Association.objects.get(), name=name, role=Role.SUPERVISOR, places=[village],
                may_write=False, ends_on=IN_A_MONTH, token=f"s{name}",
            )  # fmt: skip
        with django_assert_num_queries(14):
            browser.get("/devices/")
        with django_assert_num_queries(9):
            hers.get("/tokens/")
