"""Something is handed over for one purpose: only what it allows, on a ground it may rest on, after it was read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Consent, Document, Person
from kinkeeper.sharing.actions import acknowledge_share, preview_sheet, revoke_share
from kinkeeper.sharing.models import Partner, Share
from kinkeeper.sharing.queries import shares_of
from kinkeeper.sharing.sheet import digest_of, sheet_of
from tests.conftest import Colleague, register
from tests.sharing.conftest import DAY, TODAY, agree, hand_over


def guard_of(colleague: Colleague, case: Case, **changes: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        hand_over(colleague, case, **changes)
    assert Share.objects.count() == 0
    assert Refusal.objects.get().guard == refused.value.guard
    return refused.value.guard, refused.value.field


@pytest.mark.guard("G-SHARE", "passes")
def test_what_was_handed_over_is_kept_word_for_word(amina: Colleague, noors_case: Case) -> None:
    row = hand_over(amina, noors_case, ends_on=TODAY + 30 * DAY, child_told=True, child_wish=" Not my address. ")
    assert (row.case, row.recipient, row.purpose, row.basis) == (
        noors_case,
        "Court of Riverside",
        "AUTHORITY",
        "legal_duty",
    )
    assert (row.items, row.child_told, row.child_wish, row.guardian_told) == (
        ["code", "risk"],
        True,
        "Not my address.",
        False,
    )
    assert row.sheet == [["Code of the child", [noors_case.child.code]], ["Risk", ["not assessed"]]]
    assert (row.by, row.consent, row.ends_on) == (amina.user, None, TODAY + 30 * DAY)
    entry = Entry.objects.get(act="sharing.share")
    assert (entry.subject_code, entry.unit_id) == (row.code, noors_case.unit_id)
    assert "Court" not in str(entry.facts)
    assert "address" not in str(entry.facts)


@pytest.mark.guard("G-SHARE", "fires")
def test_too_much_for_the_purpose_is_refused(amina: Colleague, noors_case: Case) -> None:
    assert guard_of(amina, noors_case, items=["code", "story"]) == ("G-SHARE", "items")


def test_nothing_at_all_is_refused(amina: Colleague, noors_case: Case) -> None:
    assert guard_of(amina, noors_case, items=[]) == ("G-SHARE", "items")


def test_another_ground_is_refused(amina: Colleague, noors_case: Case) -> None:
    assert guard_of(amina, noors_case, basis="vital_interest") == ("G-SHARE", "basis")


def test_fundraising_gets_nothing(amina: Colleague, noors_case: Case) -> None:
    with pytest.raises(Refused, match="nothing of a child’s record may be handed over"):
        hand_over(amina, noors_case, purpose="FUNDRAISING", basis="consent", items=["name"])
    assert Refusal.objects.get().guard == "G-SHARE"


def test_a_purpose_that_the_pack_does_not_know_is_refused(amina: Colleague, noors_case: Case) -> None:
    assert guard_of(amina, noors_case, purpose="GOSSIP") == ("G-CODE", "purpose")


@pytest.mark.parametrize(
    "changes, guard",
    [
        ({"recipient": " "}, ("G-SHARE", "recipient")),
        ({"shared_on": TODAY + DAY}, ("G-TIME", "shared_on")),
        ({"shared_on": date(2024, 1, 14)}, ("G-TIME", "shared_on")),
        ({"ends_on": TODAY - DAY}, ("G-TIME", "ends_on")),
        ({"channel": "pigeon"}, ("G-CODE", "channel")),
    ],
)
def test_particulars_are_looked_at(
    amina: Colleague, noors_case: Case, changes: dict[str, Any], guard: tuple[str, str]
) -> None:
    assert guard_of(amina, noors_case, **changes) == guard


def test_a_former_or_foreign_partner_gets_nothing(
    dalia: Colleague, noors_case: Case, clinic: Partner, other_unit: Unit
) -> None:
    elsewhere = Partner.objects.create(unit=other_unit, name="Elsewhere", kind="health")
    with pytest.raises(Refused, match="partner of the unit of this case"):
        hand_over(dalia, noors_case, partner=elsewhere)
    Partner.objects.filter(pk=clinic.pk).update(closed_on=TODAY)
    clinic.refresh_from_db()
    with pytest.raises(Refused, match="no longer work"):
        hand_over(dalia, noors_case, partner=clinic)
    assert Share.objects.count() == 0


# ---- consent: the embassy of scenario 7 ------------------------------------------------------------------------------

EMBASSY = {
    "purpose": "EMBASSY",
    "basis": "consent",
    "items": ["name", "birth"],
    "recipient": "Embassy of Rivaria",
    "channel": "letter",
}


def test_the_embassy_learns_nothing_without_consent(amina: Colleague, noors_case: Case, mother: Person) -> None:
    assert guard_of(amina, noors_case, **EMBASSY) == ("G-CONSENT", "basis")


def test_consent_towards_somebody_else_is_not_enough(amina: Colleague, noors_case: Case, mother: Person) -> None:
    agree(noors_case.child, mother, recipient="River Clinic")
    assert guard_of(amina, noors_case, **EMBASSY) == ("G-CONSENT", "basis")


def test_a_withdrawn_consent_is_not_enough(amina: Colleague, noors_case: Case, mother: Person) -> None:
    agree(noors_case.child, mother, recipient="Embassy of Rivaria")
    Consent.objects.update(withdrawn_on=TODAY)
    assert guard_of(amina, noors_case, **EMBASSY) == ("G-CONSENT", "basis")


def test_the_embassy_learns_what_was_agreed(amina: Colleague, noors_case: Case, mother: Person) -> None:
    agree(noors_case.child, mother, recipient="embassy of rivaria")
    row = hand_over(amina, noors_case, **EMBASSY)
    assert row.consent is not None
    assert row.consent.recipient == "embassy of rivaria"
    assert [part[0] for part in row.sheet] == ["Name", "Date of birth"]


def test_the_embassy_never_learns_where_the_child_lives(amina: Colleague, noors_case: Case, mother: Person) -> None:
    agree(noors_case.child, mother, recipient="Embassy of Rivaria")
    assert guard_of(amina, noors_case, **EMBASSY | {"items": ["name", "placements"]}) == ("G-SHARE", "items")


def test_a_purpose_that_names_a_consent_asks_for_it_on_a_public_task_too(
    amina: Colleague, noors_case: Case, mother: Person, clinic: Partner
) -> None:
    asked = {"purpose": "HEALTH", "basis": "public_task", "items": ["code"], "partner": clinic, "recipient": ""}
    assert guard_of(amina, noors_case, **asked) == ("G-CONSENT", "basis")
    agree(noors_case.child, mother, recipient="River Clinic")
    assert hand_over(amina, noors_case, **asked).recipient == "River Clinic"


def test_to_save_a_life_nobody_is_asked(amina: Colleague, noors_case: Case, clinic: Partner) -> None:
    row = hand_over(amina, noors_case, purpose="HEALTH", basis="vital_interest", items=["needs"], partner=clinic)
    assert (row.partner, row.consent) == (clinic, None)


# ---- who -------------------------------------------------------------------------------------------------------------


def test_strangers_hand_nothing_over(bruno: Colleague, eve: Colleague, noors_case: Case) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            hand_over(stranger, noors_case)
        assert stranger.browser.get(f"/cases/{noors_case.code}/share/").status_code == 404
    assert Share.objects.count() == 0


def test_from_a_closed_case_nothing_is_handed_over(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="closed", closed_on=TODAY)
    noors_case.refresh_from_db()
    with pytest.raises(Refused, match="This case is closed"):
        hand_over(dalia, noors_case)


# ---- the sheet -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sami(village: Unit, noors_case: Case) -> Person:
    """Noor’s little brother, of whom the notes speak too."""
    brother = register(village, "Sami", "Saleh", born=TODAY - 5 * 366 * DAY)
    Kinship.objects.create(person=noors_case.child, kind=Kinship.Kind.SIBLING, relative=brother)
    return brother


def test_other_children_are_struck_out(dalia: Colleague, noors_case: Case, sami: Person, mother: Person) -> None:
    Contact.objects.create(
        case=noors_case,
        happened_on=TODAY,
        seen="alone",
        note="Noor and Sami Saleh quarrelled; SAMI cried, Samira did not.",
    )
    sheet = sheet_of(dalia.actor, noors_case, "TRANSFER", ["family", "story", "name"])
    text = str(sheet)
    assert "Noor and [another child] quarrelled; [another child] cried, Samira did not." in text
    assert ["Name", ["Noor Saleh"]] in sheet
    assert "brother or sister (not named)" in text
    assert "Leila Saleh" in text
    assert "Sami " not in text


def test_a_paper_for_a_school_never_says_care(amina: Colleague, noors_case: Case, village: Unit) -> None:
    Unit.objects.filter(pk=village.pk).update(name="Riverside Care Village")
    words = {"sources": "x", "risks": "x", "strengths": "x", "family_strengths": "x", "conclusion": "x"}
    found = Assessment.objects.create(case=noors_case, assessed_on=TODAY, seen="alone", risk="low", **words)
    Finding.objects.create(
        assessment=found, domain="EDUCATION", rating=3, note="Reads well. Since foster care began she is careful."
    )
    agree(noors_case.child, register(village, "Leila", "Saleh", born=date(1990, 1, 1)), recipient="River School")
    given = {"purpose": "SCHOOL", "basis": "public_task", "items": ["school", "contact"], "recipient": "River School"}
    row = hand_over(amina, noors_case, **given)
    page = amina.browser.get(f"/shares/{row.code}/sheet/")
    text = page.content.decode()
    assert "Reads well." in text
    assert "careful" in text
    assert " care " not in text.lower()
    assert "care village" not in text.lower()
    assert "foster" not in text.lower()
    assert page.headers["Content-Disposition"] == f'inline; filename="{row.code}.html"'
    assert noors_case.child.name not in text


def test_an_item_of_which_nothing_is_known_says_so(amina: Colleague, noors_case: Case) -> None:
    assert sheet_of(amina.actor, noors_case, "AUTHORITY", ["documents", "legal", "placements", "plan"]) == [
        ["Legal status", ["Nothing is recorded."]],
        ["Where the child lived", ["Nothing is recorded."]],
        ["Plan", ["Nothing is recorded."]],
        ["Documents", ["Nothing is recorded."]],
    ]
    assert Document.objects.count() == 0


# ---- the preview -----------------------------------------------------------------------------------------------------


def test_the_preview_is_remembered_and_hands_nothing_over(amina: Colleague, noors_case: Case) -> None:
    asked = {"purpose": "AUTHORITY", "basis": "legal_duty", "items": ["code"], "recipient": "Court"}
    sheet = preview_sheet(amina.actor, noors_case, **asked)  # type: ignore[arg-type]
    assert sheet == [["Code of the child", [noors_case.child.code]]]
    assert Entry.objects.get().act == "sharing.preview_sheet"
    assert Share.objects.count() == 0


def test_a_record_that_changed_since_the_preview_is_read_again(amina: Colleague, noors_case: Case) -> None:
    shown = digest_of(sheet_of(amina.actor, noors_case, "AUTHORITY", ["code", "risk"]))
    assert hand_over(amina, noors_case, shown=shown).items == ["code", "risk"]
    Case.objects.update(risk="high")
    with pytest.raises(Stale, match="Read it once more"):
        hand_over(amina, noors_case, shown=shown)
    assert Share.objects.count() == 1


def filled(case: Case, **changes: Any) -> dict[str, Any]:
    return {
        "version": case.version,
        "purpose": "AUTHORITY",
        "basis": "legal_duty",
        "items": ["code", "risk"],
        "recipient": "Court",
        "channel": "letter",
        "shared_on": TODAY.isoformat(),
        **changes,
    }


def test_the_page_shows_first_and_hands_over_then(amina: Colleague, noors_case: Case) -> None:
    page, browser = f"/cases/{noors_case.code}/share/", amina.browser
    assert "What is it for?" in browser.get(page).content.decode()
    offered = browser.get(f"{page}?purpose=SCHOOL").content.decode()
    assert 'value="school"' in offered
    assert 'value="story"' not in offered
    preview = browser.post(page, filled(noors_case))
    text = preview.content.decode()
    assert (preview.status_code, Share.objects.count()) == (200, 0)
    assert "This would be handed over" in text
    assert noors_case.child.code in text
    shown = digest_of(sheet_of(amina.actor, noors_case, "AUTHORITY", ["code", "risk"]))
    assert f'value="{shown}"' in text
    assert "This would be handed over" not in browser.post(page, filled(noors_case, change="yes")).content.decode()
    done = browser.post(page, filled(noors_case, shown=shown))
    row = Share.objects.get()
    assert (done.status_code, done.headers["Location"]) == (302, f"/shares/{row.code}/")
    assert row.recipient == "Court"


@pytest.mark.guard("G-SHARE", "answers_409")
def test_the_page_of_a_refusal_answers_409_with_its_rule(amina: Colleague, noors_case: Case) -> None:
    answer = amina.browser.post(f"/cases/{noors_case.code}/share/", filled(noors_case, items=["code", "story"]))
    text = answer.content.decode()
    assert (answer.status_code, Share.objects.count()) == (409, 0)
    assert "Rule: G-SHARE" in text
    assert "does not need this: What happened" in text
    assert Refusal.objects.get().guard == "G-SHARE"


# ---- what follows ----------------------------------------------------------------------------------------------------


def test_a_share_is_acknowledged_and_revoked(amina: Colleague, bruno: Colleague, noors_case: Case) -> None:
    row = hand_over(amina, noors_case)
    row = acknowledge_share(amina.actor, row, acknowledged_on=TODAY)
    assert row.acknowledged_on == TODAY
    with pytest.raises(Refused, match="confirmed already"):
        acknowledge_share(amina.actor, row, acknowledged_on=TODAY)
    with pytest.raises(Refused, match="It was handed over on"):
        revoke_share(amina.actor, row, revoked_on=TODAY - DAY)
    assert row.holds_on(TODAY)
    row = revoke_share(amina.actor, row, revoked_on=TODAY)
    assert (row.revoked_on, row.holds_on(TODAY)) == (TODAY, False)
    with pytest.raises(Refused, match="revoked already"):
        revoke_share(amina.actor, row, revoked_on=TODAY)
    with pytest.raises(Unseen):
        revoke_share(bruno.actor, row, revoked_on=TODAY)


def test_the_pages_of_a_share(amina: Colleague, bruno: Colleague, noors_case: Case) -> None:
    row = hand_over(amina, noors_case)
    browser = amina.browser
    assert noors_case.child.code in browser.get(row.get_absolute_url()).content.decode()
    assert "Court of Riverside" in browser.get(f"/cases/{noors_case.code}/sharing/").content.decode()
    day = {"version": row.version, "acknowledged_on": TODAY.isoformat()}
    assert browser.post(f"/shares/{row.code}/acknowledge/", day).status_code == 302
    day = {"version": row.version + 1, "revoked_on": TODAY.isoformat()}
    assert browser.post(f"/shares/{row.code}/revoke/", day).status_code == 302
    assert browser.post(f"/shares/{row.code}/revoke/", {**day, "version": row.version + 2}).status_code == 409
    for page in ("", "sheet/", "revoke/", "acknowledge/"):
        assert bruno.browser.get(f"/shares/{row.code}/{page}").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_a_case_asks_the_same_however_much_left_it(
    amina: Colleague, noors_case: Case, number: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(number):
        hand_over(amina, noors_case)
    assert shares_of(amina.actor, noors_case).count() == number
    browser = amina.browser
    browser.get(f"/cases/{noors_case.code}/sharing/")
    with django_assert_max_num_queries(18):
        browser.get(f"/cases/{noors_case.code}/sharing/")
