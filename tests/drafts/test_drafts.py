"""What somebody is writing is kept for them alone, with a limit, for thirty days, and goes when the deed is done."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kinkeeper.access.gate import Unseen, machine, seen
from kinkeeper.cases.models import Case, Contact
from kinkeeper.drafts import queries
from kinkeeper.drafts.models import LONGEST_BYTES, Draft
from kinkeeper.drafts.tasks import forget_old_drafts, keep_draft
from kinkeeper.journal.models import Entry
from tests.conftest import Colleague

WRITTEN = {"note": ["She laughed — «ура» — ضحكت"], "seen": ["alone"], "topics": []}
AS_SCRIPT = {"accept": "application/json"}


def drawer(case: Case) -> str:
    return f"/drafts/record_contact/{case.code}/"


def keep(browser: Client, case: Case, content: object = WRITTEN) -> Any:
    return browser.post(drawer(case), json.dumps(content), content_type="application/json", headers=AS_SCRIPT)


def test_what_is_written_is_kept_and_given_back(amina: Colleague, noors_case: Case) -> None:
    assert keep(amina.browser, noors_case).status_code == 204
    draft = Draft.objects.get()
    assert (draft.owner, draft.deed, draft.subject_code) == (amina.user, "record_contact", noors_case.code)
    assert draft.content == WRITTEN
    answer = amina.browser.get(drawer(noors_case)).json()
    assert (answer["owner"], answer["content"]) == (f"user:{amina.user.code}", WRITTEN)
    assert answer["saved_at"] == draft.saved_at.isoformat()
    assert answer["token"]


def test_the_last_writing_takes_the_place_of_the_one_before(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    before = Draft.objects.get()
    keep(amina.browser, noors_case, {"note": ["She laughed a lot."]})
    draft = Draft.objects.get()
    assert (draft.pk, draft.content) == (before.pk, {"note": ["She laughed a lot."]})
    assert draft.saved_at > before.saved_at


@pytest.mark.parametrize(
    ("said", "counts"), [("2024-05-06T10:00:00.000Z", True), ("2999-01-01T00:00:00.000Z", False), ("soon", False)]
)
def test_a_save_that_comes_late_says_when_it_was_written(
    amina: Colleague, noors_case: Case, said: str, counts: bool
) -> None:
    headers = {**AS_SCRIPT, "x-written-at": said}
    body = json.dumps(WRITTEN)
    amina.browser.post(drawer(noors_case), body, content_type="application/json", headers=headers)
    saved_at = Draft.objects.get().saved_at
    assert (saved_at == datetime(2024, 5, 6, 10, tzinfo=UTC)) is counts
    assert saved_at <= timezone.now()


def test_it_is_thrown_away_at_will(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    keep(dalia.browser, noors_case)
    assert amina.browser.delete(drawer(noors_case)).status_code == 204
    assert [draft.owner for draft in Draft.objects.all()] == [dalia.user]
    assert amina.browser.get(drawer(noors_case)).json()["content"] is None
    assert amina.browser.delete(drawer(noors_case)).status_code == 204


def test_nobody_else_reads_it_whatever_their_seat(
    amina: Colleague, bruno: Colleague, dalia: Colleague, rosa: Colleague, eve: Colleague, noors_case: Case
) -> None:
    keep(amina.browser, noors_case)
    for colleague in (bruno, dalia, rosa, eve):
        assert list(seen(colleague.actor, Draft)) == []
        answer = colleague.browser.get(drawer(noors_case))
        assert (answer.json()["content"], "laughed" in answer.content.decode()) == (None, False)
        colleague.browser.delete(drawer(noors_case))
    assert list(seen(machine("worker"), Draft)) == []
    assert Draft.objects.get().content == WRITTEN


def test_the_journal_hears_nothing_of_it(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    amina.browser.delete(drawer(noors_case))
    assert not Entry.objects.exists()


def test_what_is_too_long_is_refused_and_the_last_stays(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    answer = keep(amina.browser, noors_case, {"note": ["x" * LONGEST_BYTES]})
    assert answer.status_code == 413
    assert answer.json()["sentence"].startswith("This is too long for a draft.")
    assert Draft.objects.get().content == WRITTEN
    assert keep(amina.browser, noors_case, {"note": ["x" * (LONGEST_BYTES - 100)]}).status_code == 204


@pytest.mark.parametrize(
    "body", ["", "[]", '{"note": "x"}', '{"note": [1]}', '{"note": ["\\u0000"]}', '{"a": ["\\ud800"]}']
)
def test_what_is_no_form_is_refused(amina: Colleague, noors_case: Case, body: str) -> None:
    answer = amina.browser.post(drawer(noors_case), body, content_type="application/json")
    assert (answer.status_code, Draft.objects.count()) == (400, 0)
    assert answer.json()["sentence"].startswith("A draft holds the fields of one form.")


@pytest.mark.parametrize(
    "path", ["/drafts/Record Contact/BCDF2345/", "/drafts/record_contact/a_b/", f"/drafts/{'x' * 61}/B/"]
)
def test_an_address_of_no_deed_is_not_found(amina: Colleague, path: str) -> None:
    assert amina.browser.post(path, "{}", content_type="application/json").status_code == 404
    assert not Draft.objects.exists()


def test_machines_write_no_drafts(db: None) -> None:
    with pytest.raises(Unseen):
        keep_draft(machine("worker"), "record_contact", "BCDF2345", b"{}")


def test_after_thirty_days_it_is_gone(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=29, hours=23))
    assert (forget_old_drafts(), queries.draft(amina.actor, "record_contact", noors_case.code)) == (
        0,
        Draft.objects.get(),
    )
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=30, minutes=1))
    assert queries.draft(amina.actor, "record_contact", noors_case.code) is None
    assert (forget_old_drafts(), Draft.objects.count()) == (1, 0)


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_when_the_session_has_ended_the_script_is_told(amina: Colleague, noors_case: Case, method: str) -> None:
    keep(amina.browser, noors_case)
    answer = getattr(Client(), method)(drawer(noors_case), headers=AS_SCRIPT)
    assert (answer.status_code, answer.json()) == (401, {"sentence": "Your session has ended. Sign in again."})
    assert Draft.objects.get().content == WRITTEN


def test_a_forged_request_keeps_nothing(amina: Colleague, noors_case: Case) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(amina.user)
    assert keep(browser, noors_case).status_code == 403
    token = browser.get(drawer(noors_case)).json()["token"]
    headers = {**AS_SCRIPT, "x-csrftoken": token}
    answer = browser.post(drawer(noors_case), json.dumps(WRITTEN), content_type="application/json", headers=headers)
    assert (answer.status_code, Draft.objects.count()) == (204, 1)


def test_the_key_of_a_device_is_ones_own_and_the_same_tomorrow(
    amina: Colleague, bruno: Colleague, settings: Any
) -> None:
    key = queries.device_key(amina.actor)
    assert len(b64decode(key)) == 32
    assert key == queries.device_key(amina.actor) != queries.device_key(bruno.actor)
    settings.SECRET_KEY = "another installation, another key, as it must be"
    assert queries.device_key(amina.actor) != key


# ---- the deed at the end -------------------------------------------------------------------------------------------------


def hand_in(browser: Client, case: Case, **changes: str) -> Any:
    filled = {
        "version": str(case.version),
        "kind": "visit",
        "happened_on": date.today().isoformat(),
        "seen": "alone",
        "note": "She laughed.",
        "kept_as": f"record_contact/{case.code}",
    }
    return browser.post(f"/cases/{case.code}/record-contact/", filled | changes)


def test_the_draft_goes_when_the_deed_is_done(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    keep(dalia.browser, noors_case)
    assert hand_in(amina.browser, noors_case).status_code == 302
    assert Contact.objects.get().note == "She laughed."
    assert [draft.owner for draft in Draft.objects.all()] == [dalia.user]


def test_the_draft_stays_when_the_deed_is_refused(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    assert hand_in(amina.browser, noors_case, happened_on=tomorrow).status_code != 302
    assert (Draft.objects.count(), Contact.objects.count()) == (1, 0)


def test_the_draft_stays_when_the_session_has_ended(amina: Colleague, noors_case: Case) -> None:
    keep(amina.browser, noors_case)
    answer = hand_in(Client(), noors_case)
    assert answer["Location"].startswith("/sign-in/?next=")
    assert (Draft.objects.get().content, Contact.objects.count()) == (WRITTEN, 0)


def test_the_page_tells_its_owner_what_is_kept_and_nobody_else(
    amina: Colleague, dalia: Colleague, noors_case: Case
) -> None:
    keep(amina.browser, noors_case, {"note": ["Only Amina knows this."]})
    page = f"/cases/{noors_case.code}/record-contact/"
    mine, hers = (colleague.browser.get(page).content.decode() for colleague in (amina, dalia))
    assert f'data-draft="{drawer(noors_case)}"' in mine
    assert f'name="kept_as" value="record_contact/{noors_case.code}"' in mine
    assert ("Only Amina knows this." in mine, "Only Amina knows this." in hers) == (True, False)
    assert "no-store" in amina.browser.get(page)["Cache-Control"]
