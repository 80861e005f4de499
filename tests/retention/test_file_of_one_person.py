"""Everything about one person: asked for, proven, collected, weighed, released by a second person, fetched for a while."""

from __future__ import annotations

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import User
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.files import vault
from kinkeeper.journal.models import Entry, Look
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Consent, Document, Person
from kinkeeper.retention import bundle, queries
from kinkeeper.retention.actions import (
    collect,
    decide_redaction,
    download_file,
    prove_identity,
    receive_request,
    refuse_request,
    release_file,
)
from kinkeeper.retention.collecting import BLACK, LEFT_OUT, ways
from kinkeeper.retention.models import AccessRequest, Redaction
from tests.conftest import PASSWORD, Colleague, register

TODAY = timezone.localdate()


@pytest.fixture
def asked(dalia: Colleague, omar: Person) -> AccessRequest:
    """Omar asked for his file."""
    return receive_request(dalia.actor, omar, asked_on=TODAY, asker="self")


@pytest.fixture
def proven(dalia: Colleague, asked: AccessRequest) -> AccessRequest:
    """Dalia knows that it is Omar."""
    return prove_identity(dalia.actor, asked, proof="known")


def decide_all(dalia: Colleague, asked: AccessRequest, choice: str) -> AccessRequest:
    """Collect, and decide about everything the same."""
    asked = collect(dalia.actor, asked)
    for item in queries.redactions(dalia.actor, asked):
        decide_redaction(dalia.actor, item, choice=choice, reason="Weighed.")
    return AccessRequest.objects.get(pk=asked.pk)


def opened(content: bytes) -> tuple[dict[str, Any], zipfile.ZipFile]:
    """The JSON of a file, and the ZIP."""
    archive = zipfile.ZipFile(BytesIO(content))
    return json.loads(archive.read("file.json")), archive


def test_every_table_that_leads_to_a_person_is_in_the_file_or_left_out_with_a_reason() -> None:
    labels = {model._meta.label for model in ways()}
    assert set(LEFT_OUT) <= labels, "A reason for a table that leads to nobody."
    assert all(reason.endswith(".") for reason in LEFT_OUT.values())
    inside = labels - set(LEFT_OUT)
    known = {"cases.Contact", "cases.Assignment", "people.Document", "families.Kinship", "placements.Episode"}
    assert known | {"leaving.Aftercare", "plans.Wish", "homes.Training", "sharing.Transfer"} <= inside
    for model in ways():
        if model._meta.label not in LEFT_OUT:
            assert hasattr(model, "code"), f"{model._meta.label} has no code by which it could be decided about."


@pytest.mark.parametrize(("on", "due"), [(date(2026, 1, 31), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 4, 1))])
def test_a_request_is_due_within_the_month(dalia: Colleague, omar: Person, on: date, due: date) -> None:
    row = receive_request(dalia.actor, omar, asked_on=on, asker="guardian", asker_name=" Lina ")
    assert (row.state, row.asked_on, row.due_on, row.asker, row.asker_name, row.received_by) == (
        "received", on, due, "guardian", "Lina", dalia.user,
    )  # fmt: skip
    entry = Entry.objects.get(act="retention.receive_request")
    assert entry.facts == {"subject": omar.code, "asked_on": on.isoformat()}


def test_a_request_is_not_written_down_twice_nor_for_tomorrow(
    amina: Colleague,
    dalia: Colleague,
    bruno: Colleague,
    eve: Colleague,
    asked: AccessRequest,
    omar: Person,
    noor: Person,
) -> None:
    with pytest.raises(Refused, match="asked for already"):
        receive_request(dalia.actor, omar, asked_on=TODAY, asker="self")
    with pytest.raises(Refused, match="still to come"):
        receive_request(amina.actor, noor, asked_on=TODAY + timedelta(days=1), asker="self")
    with pytest.raises(Refused, match="Say why"):
        receive_request(amina.actor, noor, asked_on=TODAY, asker="lawyer")
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            receive_request(stranger.actor, noor, asked_on=TODAY, asker="self")
    assert AccessRequest.objects.count() == 1


def test_who_asks_is_proven(amina: Colleague, dalia: Colleague, asked: AccessRequest, noor: Person) -> None:
    with pytest.raises(Refused, match="First it has to be proven"):
        collect(dalia.actor, asked)
    row = prove_identity(dalia.actor, asked, proof="questions")
    assert (row.state, row.proof, row.proven_by, row.proven_on) == ("proven", "questions", dalia.user, TODAY)
    with pytest.raises(Stale):
        prove_identity(dalia.actor, asked, proof="paper")
    other = receive_request(amina.actor, noor, asked_on=TODAY, asker="lawyer", asker_name="L. Berg")
    with pytest.raises(Refused, match="a paper and a mandate"):
        prove_identity(amina.actor, other, proof="known")
    assert prove_identity(amina.actor, other, proof="mandate").proof == "mandate"


def test_what_may_speak_of_others_is_listed(dalia: Colleague, amina: Colleague, proven: AccessRequest) -> None:
    with pytest.raises(Unseen):
        collect(amina.actor, proven)
    mother = register(proven.person.unit, "Salma", "Haddock")
    Kinship.objects.create(person=mother, relative=proven.person, kind="parent")
    collect(dalia.actor, proven)
    items = {(row.table, row.field): row for row in Redaction.objects.all()}
    assert items["cases.contact", "note"].text == "His uncle Samir hit him."
    assert items["families.kinship", ""].is_about_others
    assert "Salma Haddock" in items["families.kinship", ""].text
    assert ("people.identifier", "value") not in items
    assert all(row.choice == "" for row in items.values())


def test_what_changed_is_decided_anew(dalia: Colleague, proven: AccessRequest) -> None:
    again = decide_all(dalia, proven, "release")
    contact = Contact.objects.get()
    write(contact, note="His uncle Tarek hit him.")
    collect(dalia.actor, again)
    changed = Redaction.objects.get(table="cases.contact", field="note")
    assert (changed.text, changed.choice, changed.decided_by) == ("His uncle Tarek hit him.", "", None)
    assert Redaction.objects.exclude(pk=changed.pk).exclude(choice="release").count() == 0


def test_a_decision_has_a_reason_and_somebody(dalia: Colleague, amina: Colleague, proven: AccessRequest) -> None:
    collect(dalia.actor, proven)
    item = Redaction.objects.get(table="cases.contact", field="note")
    with pytest.raises(Refused, match="Say why"):
        decide_redaction(dalia.actor, item, choice="release", reason="")
    with pytest.raises(Refused, match="Choose what"):
        decide_redaction(dalia.actor, item, choice="", reason="R")
    with pytest.raises(Unseen):
        decide_redaction(amina.actor, item, choice="release", reason="R")
    row = decide_redaction(dalia.actor, item, choice="black_out", reason="The uncle.")
    assert (row.choice, row.reason, row.decided_by) == ("black_out", "The uncle.", dalia.user)
    assert "reason" not in Entry.objects.get(act="retention.decide_redaction").facts
    with pytest.raises(Stale):
        decide_redaction(dalia.actor, item, choice="release", reason="Old page")


def test_what_the_worker_does_not_see_is_only_left_out(
    dalia: Colleague, other_unit: Any, proven: AccessRequest
) -> None:
    stranger = register(other_unit, "Zed", "Elsewhere")
    Consent.objects.create(
        person=stranger, purpose="SERVICES", answer="yes", by_child=False, given_by=proven.person, explained="At home.",
        given_on=TODAY,
    )  # fmt: skip
    collect(dalia.actor, proven)
    item = Redaction.objects.get(table="people.consent")
    assert "At home." not in dalia.browser.get(f"/retention/redactions/{item.code}/").content.decode()
    with pytest.raises(Refused, match="can only be left out"):
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    assert decide_redaction(dalia.actor, item, choice="withhold", reason="R").choice == "withhold"


def test_a_second_person_releases(dalia: Colleague, karim: Colleague, proven: AccessRequest) -> None:
    with pytest.raises(Refused, match="Nothing has been collected"):
        release_file(karim.actor, proven)
    half = collect(dalia.actor, proven)
    with pytest.raises(Refused, match="not decided yet"):
        release_file(karim.actor, half)
    ready = decide_all(dalia, half, "release")
    with pytest.raises(Refused, match="Somebody else has to release") as refused:
        release_file(dalia.actor, ready)
    assert (refused.value.guard, AccessRequest.objects.get().state) == ("G-TWO", "proven")
    row = release_file(karim.actor, ready)
    assert (row.state, row.answered_by, row.answered_on, row.expires_on) == (
        "released", karim.user, TODAY, TODAY + timedelta(days=14),
    )  # fmt: skip
    assert Entry.objects.filter(act="retention.release_file", user_id=karim.user.pk).count() == 1


def test_the_file_holds_everything_as_it_was_decided(
    dalia: Colleague, karim: Colleague, proven: AccessRequest, noor: Person
) -> None:
    stored = vault.store(vault.accept(b"A letter to Omar.", "letter.txt"))
    Document.objects.create(person=proven.person, kind="letter", title="Letter", file=stored)
    ready = decide_all(dalia, proven, "release")
    note = Redaction.objects.get(table="cases.contact", field="note")
    decide_redaction(dalia.actor, note, choice="black_out", reason="The uncle.")
    row = release_file(karim.actor, AccessRequest.objects.get(pk=ready.pk))
    said, archive = opened(bundle.packed(row, *queries.file_of(dalia.actor, row)))
    assert (said["format"], said["person"], said["left_out"]) == (bundle.FORMAT, proven.person.code, 0)
    told = {record["table"]: record["fields"] for record in said["records"]}
    assert told["people.person"]["name"] == {"label": "Name", "value": "Omar Haddock"}
    assert told["people.person"]["religion"]["value"] == "Sunni"
    assert told["people.identifier"]["value"]["value"] == "AB 123"
    assert told["cases.contact"]["note"]["value"] == str(BLACK)
    assert told["cases.case"]["closed_on"]["value"] == "1990-02-03"
    assert archive.read(told["people.document"]["file"]["file"]) == b"A letter to Omar."
    assert archive.read("file.pdf").startswith(b"%PDF-")
    whole = json.dumps(said)
    assert "Samir" not in whole
    assert "Noor" not in whole


def test_what_was_written_after_the_decision_stays_out(
    dalia: Colleague, karim: Colleague, proven: AccessRequest
) -> None:
    row = release_file(karim.actor, decide_all(dalia, proven, "release"))
    write(Contact.objects.get(), note="Salma told us where she lives.")
    said, _archive = opened(bundle.packed(row, *queries.file_of(dalia.actor, row)))
    assert "Salma" not in json.dumps(said)
    assert said["left_out"] == 1


def test_a_script_without_a_typeface_does_not_stop_the_paper(
    dalia: Colleague, karim: Colleague, proven: AccessRequest
) -> None:
    write(Contact.objects.get(), note="He wrote: 😀 ሰላም.")
    row = release_file(karim.actor, decide_all(dalia, proven, "release"))
    said, archive = opened(bundle.packed(row, *queries.file_of(dalia.actor, row)))
    assert "😀 ሰላም" in json.dumps(said, ensure_ascii=False)
    assert archive.read("file.pdf").startswith(b"%PDF-")


def test_a_caseworker_receives_and_proves_and_no_more(amina: Colleague, noor: Person) -> None:
    row = prove_identity(amina.actor, receive_request(amina.actor, noor, asked_on=TODAY, asker="self"), proof="known")
    with pytest.raises(Refused, match="Only a supervisor of this unit"):
        collect(amina.actor, row)
    for deed, words in ((refuse_request, {"why_refused": "R"}), (release_file, {})):
        with pytest.raises(Refused, match="Only a supervisor or director"):
            deed(amina.actor, row, **words)
    assert AccessRequest.objects.get().state == "proven"


def test_a_request_is_refused_with_a_reason(dalia: Colleague, amina: Colleague, asked: AccessRequest) -> None:
    with pytest.raises(Unseen):
        refuse_request(amina.actor, asked, why_refused="R")
    with pytest.raises(Refused, match="Say why"):
        refuse_request(dalia.actor, asked, why_refused="")
    row = refuse_request(dalia.actor, asked, why_refused="Nobody proved who asks.")
    assert (row.state, row.why_refused, row.answered_by) == ("refused", "Nobody proved who asks.", dalia.user)
    with pytest.raises(Refused, match="answered already"):
        refuse_request(dalia.actor, row, why_refused="Again")


def test_the_file_is_fetched_by_whoever_confirmed_freshly_until_it_expires(
    dalia: Colleague, karim: Colleague, amina: Colleague, proven: AccessRequest
) -> None:
    row = release_file(karim.actor, decide_all(dalia, proven, "release"))
    with pytest.raises(Refused, match="Only a supervisor"):
        download_file(karim.actor, row)
    with pytest.raises(Unseen):
        download_file(amina.actor, row)
    user = User.objects.get(pk=dalia.user.pk)
    user.set_password(PASSWORD)
    user.save()
    browser = Client()
    browser.force_login(user)
    address = f"/retention/requests/{row.code}/file/"
    session = browser.session
    session["confirmed"] = 0
    session.save()
    asked_first = browser.post(address, {"version": row.version})
    assert asked_first["Content-Type"].startswith("text/html")
    proof = {"confirming-method": "POST", "confirming-password": PASSWORD, "version": row.version}
    answer = browser.post(address, proof)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    assert opened(answer.content)[0]["person"] == proven.person.code
    assert Entry.objects.filter(act="retention.download_file", user_id=dalia.user.pk).count() == 1
    over = write(row, expires_on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="time to fetch this file is over"):
        download_file(dalia.actor, over)


@pytest.mark.parametrize("others", [0, 2])
def test_the_lists_ask_the_same_number_of_questions(
    amina: Colleague, dalia: Colleague, proven: AccessRequest, village: Any, others: int, django_assert_num_queries
) -> None:
    for number in range(others):
        receive_request(dalia.actor, register(village, f"P{number}", "X"), asked_on=TODAY, asker="self")
    collect(dalia.actor, proven)
    browser = dalia.browser
    browser.get("/retention/requests/")
    with django_assert_num_queries(8):
        assert "Omar Haddock" in browser.get("/retention/requests/").content.decode()


def test_the_pages(dalia: Colleague, bruno: Colleague, proven: AccessRequest, noors_case: Case) -> None:
    answer = dalia.browser.post(f"/retention/requests/{proven.code}/collect/", {"version": proven.version})
    assert answer.status_code == 302
    page = dalia.browser.get(f"/retention/requests/{proven.code}/").content.decode()
    item = Redaction.objects.get(table="cases.contact", field="note")
    assert f"/retention/redactions/{item.code}/" in page
    assert f"contact · what happened and what was said · {item.row}" in page
    assert "His uncle Samir" in dalia.browser.get(f"/retention/redactions/{item.code}/").content.decode()
    assert Look.objects.filter(page="decide_redaction").count() == 1
    answer = dalia.browser.post(
        f"/retention/redactions/{item.code}/", {"choice": "withhold", "reason": "The uncle", "version": item.version}
    )
    assert (answer.status_code, Redaction.objects.get(pk=item.pk).choice) == (302, "withhold")
    for address in (f"/retention/requests/{proven.code}/", f"/retention/redactions/{item.code}/"):
        assert bruno.browser.get(address).status_code == 404
    child = dalia.browser.get(noors_case.child.get_absolute_url(), follow=True).content.decode()
    assert f"/retention/people/{noors_case.child.code}/" in child
