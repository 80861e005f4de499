"""Deeds over the interface: the acts of the pages, once for each key, on the version that was seen, or a problem that says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation
from django.utils.translation import gettext

from kinkeeper.access.models import Association
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Membership
from kinkeeper.homes.models import Home
from kinkeeper.intake.models import Referral
from kinkeeper.interface.models import KeptAnswer
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import ContactPoint, Person
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, decide, put
from tests.interface.conftest import TODAY, Program, Story, program_of, token_behind, told
from tests.walk import state_of_the_house

VISIT: dict[str, Any] = {"happened_on": TODAY.isoformat(), "seen": "alone", "note": "We walked to the river."}
KEPT = {"interface.token", "interface.keptanswer"}


def house() -> dict[str, Any]:
    """Every row of the house but the bookkeeping of calls."""
    return {table: rows for table, rows in state_of_the_house().items() if table not in KEPT}


# ---- each deed -------------------------------------------------------------------------------------------------------


def test_a_visit_is_written_down(aminas: Program, amina: Colleague, noors_case: Case) -> None:
    answer = aminas.post(f"/cases/{noors_case.code}/contacts", {**VISIT, "child_said": "I want to see my brother."})
    contact = Contact.objects.get()
    assert (answer.status_code, answer["Location"], answer["ETag"]) == (201, f"/api/v1/contacts/{contact.code}", '"1"')
    assert told(answer) == {"code": contact.code, "version": 1, "href": answer["Location"]}
    assert (contact.case, contact.by, contact.note) == (noors_case, amina.user, "We walked to the river.")
    entry = Entry.objects.get(act="cases.record_contact")
    assert (entry.user, "river" in str(entry.facts)) == (amina.user, False)
    assert aminas.read(f"/contacts/{contact.code}")["child_said"] == "I want to see my brother."


def test_a_referral_is_received(aminas: Program, noors_case: Case) -> None:
    said = {"given": "Mira", "family": "Kolar", "birth": "~2017", "birth_by": "visual", "number": "A 17"}
    sent = {
        "unit": noors_case.unit.code, "channel": "message", "source": "health", "known": "Bruises.",
        "immediate_danger": True, "urgency": "high", "received_at": "2026-01-02T03:04:05Z", "spoken_of": [said],
    }  # fmt: skip
    answer = aminas.post("/referrals", sent)
    referral = Referral.objects.get()
    assert (answer.status_code, told(answer)["code"], "Location" in answer) == (201, referral.code, False)
    assert (referral.unit, referral.immediate_danger, referral.urgency) == (noors_case.unit, True, "high")
    child = referral.mentioned.get()
    assert (child.name, child.birth, child.scheme, child.number) == ("Mira Kolar", "~2017", "other", "A 17")


def test_a_way_to_reach_somebody(aminas: Program, noor: Person) -> None:
    answer = aminas.post(
        f"/persons/{noor.code}/contact-points", {"kind": "phone", "value": " 044 1 ", "safe_to_use": False}
    )
    point = ContactPoint.objects.get()
    assert (answer.status_code, told(answer)["href"]) == (201, f"/api/v1/persons/{noor.code}")
    assert (point.person, point.value, point.safe_to_use) == (noor, "044 1", False)


def test_care_begins_and_ends(aminas: Program, noor: Person, okafors: Home) -> None:
    stay = {
        "home": okafors.code, "started_on": (TODAY - timedelta(days=9)).isoformat(), "care_type": "FOSTER_ST",
        "legal_status_code": "VOLUNTARY",
    }  # fmt: skip
    before = house()
    refused = aminas.post(f"/persons/{noor.code}/start-placement", stay)
    assert refused.status_code == 409, refused.content
    # What was refused stays written down, although the call brought nothing about.
    assert (house() == before, Refusal.objects.get().act) == (True, "placements.start_placement")
    decide(noor, "FOSTER_ST")
    begun = aminas.post(f"/persons/{noor.code}/start-placement", stay)
    period = PeriodOfCare.objects.get()
    assert (begun.status_code, told(begun)["code"]) == (201, period.code)
    end = {"ended_on": TODAY.isoformat(), "exit": "KIN"}
    path = f"/periods-of-care/{period.code}/end"
    assert aminas.post(path, end).status_code == 428
    ended = aminas.post(path, end, If_Match=begun["ETag"])
    assert ended.status_code == 200, ended.content
    period.refresh_from_db()
    assert (ended.status_code, ended["ETag"], period.ended_on, period.exit) == (200, '"2"', TODAY, "KIN")
    again = aminas.post(path, end, If_Match=ended["ETag"])
    assert (again.status_code, "has ended" in told(again)["detail"]) == (409, True)


def test_a_home_takes_more_children_and_keeps_the_rest(dalias: Program, okafors: Home) -> None:
    put(okafors, address="Mill Lane 5")
    Home.objects.update(age_to=9)
    answer = dalias.send("PATCH", f"/homes/{okafors.code}", {"places": 3}, If_Match='"1"')
    okafors.refresh_from_db()
    assert (answer.status_code, answer["ETag"], okafors.version) == (200, '"2"', 2)
    assert (okafors.capacity, okafors.age_to, okafors.address, okafors.name) == (3, 9, "Mill Lane 5", "The Okafors")
    dalias.send("PATCH", f"/homes/{okafors.code}", {"places": None}, If_Match='"2"')
    okafors.refresh_from_db()
    assert (okafors.capacity, okafors.age_to) == (None, 9)


# ---- no, and why -----------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_problem_with_its_rule_its_sentence_and_its_field(aminas: Program, noors_case: Case) -> None:
    before = house()
    sent = {**VISIT, "happened_on": (TODAY + timedelta(days=1)).isoformat()}
    answer = aminas.post(f"/cases/{noors_case.code}/contacts", sent, Accept_Language="en")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert told(answer) == {
        "type": "about:blank", "title": "Conflict", "status": 409, "code": "G-TIME", "field": "happened_on",
        "detail": "This day is still to come. Record it when it has happened.",
    }  # fmt: skip
    assert (house() == before, Refusal.objects.get().guard) == (True, "G-TIME")


def test_a_sentence_comes_in_the_language_of_the_program(aminas: Program, noors_case: Case) -> None:
    sent = {**VISIT, "happened_on": (TODAY + timedelta(days=1)).isoformat()}
    answer = aminas.post(f"/cases/{noors_case.code}/contacts", sent, Accept_Language="ru")
    with translation.override("ru"):
        expected = gettext("This day is still to come. Record it when it has happened.")
    assert (answer["Content-Language"], told(answer)["detail"]) == ("ru", expected)


def test_without_the_seat_the_answer_is_that_of_the_page(aminas: Program, okafors: Home) -> None:
    answer = aminas.send("PATCH", f"/homes/{okafors.code}", {"places": 9}, If_Match='"1"')
    assert (answer.status_code, told(answer)["code"]) == (409, "G-MAY")
    assert "Only a supervisor of this unit" in told(answer)["detail"]


@pytest.mark.parametrize("path", ["/cases/{}/contacts", "/persons/{}/contact-points", "/persons/{}/start-placement"])
def test_a_deed_on_a_record_out_of_sight_is_404(bruno: Colleague, noor: Person, noors_case: Case, path: str) -> None:
    body: dict[str, Any] = VISIT if "contacts" in path else {"kind": "phone", "value": "1"}
    if "placement" in path:
        body = {"home": "x", "started_on": "2026-01-01", "care_type": "x", "legal_status_code": "x"}
    before = house()
    answer = program_of(bruno).post(path.format(noors_case.code if "cases" in path else noor.code), body)
    after = {**house(), "journal.entry": before["journal.entry"]}
    assert (answer.status_code, told(answer)["code"], KeptAnswer.objects.exists()) == (404, "unseen", False)
    assert after == before


@pytest.mark.asvs("2.2.1", "15.3.3")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seen": "asleep"}, "body.seen"),
        ({"seen": None}, "body.seen"),
        ({"happened_on": "20.11.2026"}, "body.happened_on"),
        ({"happened_on": 0}, "body.happened_on"),
        ({"happened_on": "0001-01-01"}, "body.happened_on"),
        ({"happened_on": "2026-02-30"}, "body.happened_on"),
        ({"note": "x" * 10_001}, "body.note"),
        ({"note": "a\0b"}, "body.note"),
        ({"note": 5}, "body.note"),
        ({"by": "K7QF2M9XT3HD"}, "body.by"),
        ({"case": 1}, "body.case"),
    ],
)
def test_input_of_another_shape_is_refused_by_name_and_not_repeated(
    aminas: Program, noors_case: Case, change: dict[str, Any], field: str
) -> None:
    answer = aminas.post(f"/cases/{noors_case.code}/contacts", {**VISIT, **change})
    assert (answer.status_code, told(answer)["code"], told(answer)["field"]) == (422, "shape", field), answer.content
    assert b"We walked" not in answer.content
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", ["{", "\udcff", ""])
def test_what_is_no_json_is_refused(aminas: Program, noors_case: Case, body: str) -> None:
    from django.test import Client

    headers = {"Authorization": f"Bearer {aminas.secret}", "Idempotency-Key": "abcdefgh"}
    raw = body.encode("utf-8", "surrogateescape")
    path = f"/api/v1/cases/{noors_case.code}/contacts"
    answer = Client().generic("POST", path, raw, "application/json", headers=headers)
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"


# ---- the version that was seen ---------------------------------------------------------------------------------------


def test_a_stale_version_is_told_the_version_of_now(dalias: Program, okafors: Home) -> None:
    dalias.send("PATCH", f"/homes/{okafors.code}", {"places": 3}, If_Match='"1"')
    stale = dalias.send("PATCH", f"/homes/{okafors.code}", {"places": 4}, If_Match='"1"')
    assert (stale.status_code, stale["ETag"]) == (412, '"2"')
    assert (told(stale)["code"], told(stale)["current_version"]) == ("G-STALE", 2)
    okafors.refresh_from_db()
    assert okafors.capacity == 3
    assert dalias.send("PATCH", f"/homes/{okafors.code}", {"places": 4}, If_Match=stale["ETag"]).status_code == 200


def test_who_is_overtaken_between_reading_and_writing_is_told_so(
    dalias: Program, okafors: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writes after the version was compared and before the act locks the row."""
    from kinkeeper.interface import writing

    right = writing._anew

    def overtaken(home: Home, said: dict[str, Any]) -> dict[str, Any]:
        with passing("somebody else"):
            Home.objects.filter(pk=home.pk).update(version=7)
        return right(home, said)

    monkeypatch.setattr(writing, "_anew", overtaken)
    answer = dalias.send("PATCH", f"/homes/{okafors.code}", {"places": 5}, If_Match='"1"')
    assert (answer.status_code, told(answer)["current_version"]) == (412, 7)
    assert Home.objects.get().capacity == 2


def test_a_version_may_be_given_where_it_need_not_be(aminas: Program, noors_case: Case) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    assert aminas.post(path, VISIT, If_Match='"9"').status_code == 412
    assert aminas.post(path, VISIT, If_Match=f'"{noors_case.version}"').status_code == 201
    assert aminas.post(path, VISIT, If_Match="9").status_code == 422


# ---- once for each key -----------------------------------------------------------------------------------------------


def test_the_same_call_once_more_does_nothing_twice(aminas: Program, noors_case: Case) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    first = aminas.post(path, VISIT, key="visit-0001")
    # The same words in another order are the same call.
    again = aminas.post(path, dict(reversed(VISIT.items())), key="visit-0001")
    assert (again.status_code, again.content, again["ETag"]) == (201, first.content, first["ETag"])
    assert (again["Location"], again["Idempotency-Replayed"]) == (first["Location"], "true")
    assert "Idempotency-Replayed" not in first
    assert (Contact.objects.count(), Entry.objects.filter(act="cases.record_contact").count()) == (1, 1)


@pytest.mark.parametrize("other", ["body", "path", "version"])
def test_the_same_key_for_another_call_is_refused(aminas: Program, noors_case: Case, noor: Person, other: str) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    aminas.post(path, VISIT, key="visit-0001")
    body = {**VISIT, "note": "Something else."} if other == "body" else VISIT
    version = {"If_Match": f'"{noors_case.version}"'} if other == "version" else {}
    if other == "path":
        path, body = f"/persons/{noor.code}/contact-points", {"kind": "phone", "value": "1"}
    answer = aminas.post(path, body, key="visit-0001", **version)
    assert (answer.status_code, told(answer)["code"]) == (422, "key_reused")
    assert (Contact.objects.count(), ContactPoint.objects.count()) == (1, 0)


def test_two_tokens_may_use_the_same_key(aminas: Program, dalias: Program, noors_case: Case) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    answers = [program.post(path, VISIT, key="visit-0001").status_code for program in (aminas, dalias)]
    assert (answers, Contact.objects.count()) == ([201, 201], 2)


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "with space"])
def test_a_deed_needs_a_key(aminas: Program, noors_case: Case, key: str) -> None:
    answer = aminas.post(f"/cases/{noors_case.code}/contacts", VISIT, key=key)
    assert (answer.status_code, told(answer)["field"]) == (422, "header.Idempotency-Key")
    assert not Contact.objects.exists()


def test_a_refused_deed_gives_its_key_back(aminas: Program, noors_case: Case) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    tomorrow = TODAY + timedelta(days=1)
    sent = {**VISIT, "happened_on": tomorrow.isoformat()}
    assert aminas.post(path, sent, key="visit-0001").status_code == 409
    assert not KeptAnswer.objects.exists()
    with time_machine.travel(tomorrow + timedelta(hours=12)):
        assert aminas.post(path, sent, key="visit-0001").status_code == 201


def test_an_answer_is_kept_for_three_days_and_holds_nothing_that_was_written(aminas: Program, noors_case: Case) -> None:
    path = f"/cases/{noors_case.code}/contacts"
    aminas.post(path, VISIT, key="visit-0001")
    kept = KeptAnswer.objects.get()
    assert (kept.token, "river" in str(vars(kept)), set(kept.answer)) == (
        token_behind(aminas), False, {"code", "version", "href"},
    )  # fmt: skip
    with time_machine.travel(kept.kept_at + timedelta(days=2, hours=23)):
        aminas.post(path, VISIT, key="visit-0001")
    assert Contact.objects.count() == 1
    with time_machine.travel(kept.kept_at + timedelta(days=3, minutes=1)):
        aminas.post(path, VISIT, key="visit-0002")
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["visit-0002"]


@pytest.mark.asvs("15.3.3")
@pytest.mark.parametrize("table", [Association, Membership])
def test_nothing_else_is_written(aminas: Program, story: Story, table: Any) -> None:
    """Only what an operation is made for can be changed: no other address takes a deed."""
    before = list(table.objects.values_list())
    for method in ("PUT", "DELETE", "POST", "PATCH"):
        for path in ("/persons", "/families", f"/families/{story.family.code}", f"/cases/{story.case.code}", "/token"):
            assert aminas.send(method, path, {"name": "x"}).status_code == 405
    assert list(table.objects.values_list()) == before
