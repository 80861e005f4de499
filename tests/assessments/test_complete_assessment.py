"""The first assessment is completed: whole, with the child seen and heard, and the case goes on to the best interests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.assessments.actions import complete_assessment
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case, Contact
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person
from tests.assessments.conftest import MAY, TODAY, completed, learned, rated, typed
from tests.conftest import Colleague

TOMORROW = TODAY + timedelta(days=1)


def test_an_assessment_is_kept_and_takes_the_case_along(amina: Colleague, noors_case: Case) -> None:
    completed(amina, noors_case, findings=rated(FOOD=4), sources="  Noor and her aunt. ")
    row = Assessment.objects.get()
    assert (row.case, row.kind, row.assessed_on, row.by) == (noors_case, "full", MAY, amina.user)
    assert (row.seen, row.seen_on, row.sources, row.causes) == ("alone", MAY, "Noor and her aunt.", ["POVERTY"])
    assert (row.child_view, row.child_view_by) == ("I want to stay with my aunt.", "talk")
    found = {finding.domain: (finding.rating, finding.note) for finding in Finding.objects.all()}
    assert found == rated(FOOD=4)
    assert len(found) == 8
    case = Case.objects.get()
    assert (case.state, case.risk) == ("best_interest", "medium")


def test_the_day_on_which_the_child_was_seen_counts_as_a_visit(amina: Colleague, noors_case: Case) -> None:
    completed(amina, noors_case)
    visit = Contact.objects.get()
    assert (visit.kind, visit.happened_on, visit.seen, visit.by) == ("visit", MAY, "alone", amina.user)


def test_a_visit_that_is_written_down_is_not_written_twice(amina: Colleague, noors_case: Case) -> None:
    Contact.objects.create(case=noors_case, happened_on=MAY, seen="with_others", note="We talked.", by=amina.user)
    completed(amina, noors_case)
    assert Contact.objects.get().note == "We talked."


def test_where_the_child_was_not_seen_nothing_counts(amina: Colleague, noors_case: Case) -> None:
    completed(amina, noors_case, seen="not_seen", seen_on=None, not_seen_reason="In hospital abroad.")
    assert not Contact.objects.exists()


def test_it_is_remembered_without_its_words(amina: Colleague, noors_case: Case) -> None:
    row = completed(amina, noors_case)
    entry = Entry.objects.get(act="assessments.complete_assessment")
    assert (entry.user, entry.subject_code, entry.unit_id) == (amina.user, row.code, noors_case.unit_id)
    assert entry.facts == {"subject": noors_case.code, "assessed_on": "2024-05-06", "seen_on": "2024-05-06"}


@pytest.mark.guard("G-SEEN", "fires")
@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"assessed_on": TOMORROW}, "G-TIME", "assessed_on", "still to come"),
        ({"assessed_on": date(2001, 1, 1), "seen_on": date(2001, 1, 1)}, "G-TIME", "assessed_on", "before the birth"),
        ({"seen_on": MAY + timedelta(days=1)}, "G-TIME", "seen_on", "was seen later, on 7 May 2024"),
        ({"seen": "not_seen", "seen_on": None}, "G-SEEN", "not_seen_reason", "The child was not seen"),
        ({"seen": "with_others"}, "G-SEEN", "not_seen_reason", "From the age of 4"),
        ({"seen_on": None}, "G-SEEN", "seen_on", "on which day"),
        ({"seen": "perhaps"}, "G-CODE", "seen", "Choose one"),
        ({"child_view": " "}, "G-VIEW", "child_view", "what the child says and wishes"),
        ({"child_view_by": ""}, "G-CODE", "child_view_by", "Choose one"),
        ({"causes": []}, "G-DOMAINS", "causes", "root causes"),
        ({"causes": ["LAZINESS"]}, "G-CODE", "causes", "LAZINESS"),
        ({"risk": ""}, "G-CODE", "risk", "Choose one"),
        ({"risks": " "}, "G-DOMAINS", "risks", "This part of the assessment is empty: risks"),
        ({"conclusion": ""}, "G-DOMAINS", "conclusion", "conclusion"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    amina: Colleague, noors_case: Case, changes: dict[str, Any], guard: str, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        completed(amina, noors_case, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not Assessment.objects.exists()
    assert not Entry.objects.exists()
    assert Case.objects.get().state == "assessment"
    assert Refusal.objects.get().guard == guard


@pytest.mark.guard("G-DOMAINS", "fires")
@pytest.mark.parametrize(
    "finding, field, words",
    [
        (None, "rating_FOOD", "how the child does: Food and basic needs"),
        ((None, "Bread only."), "rating_FOOD", "how the child does: Food and basic needs"),
        ((3, "  "), "note_FOOD", "what was found: Food and basic needs"),
    ],
)
def test_a_blank_domain_is_named(
    amina: Colleague, noors_case: Case, finding: tuple[int | None, str] | None, field: str, words: str
) -> None:
    findings: dict[str, Any] = {code: value for code, value in rated().items() if code != "FOOD"}
    if finding is not None:
        findings["FOOD"] = finding
    with pytest.raises(Refused, match=words) as refusal:
        completed(amina, noors_case, findings=findings)
    assert (refusal.value.guard, refusal.value.field) == ("G-DOMAINS", field)
    assert not Finding.objects.exists()


def test_a_rating_beyond_the_scale_and_an_unknown_domain_are_refused(amina: Colleague, noors_case: Case) -> None:
    for findings, field in ((rated(FOOD=5), "rating_FOOD"), (rated(HUMOUR=1), "rating_HUMOUR")):
        with pytest.raises(Refused) as refusal:
            completed(amina, noors_case, findings=findings)
        assert (refusal.value.guard, refusal.value.field) == ("G-CODE", field)


@pytest.mark.guard("G-SEEN", "passes")
@pytest.mark.parametrize(
    "changes",
    [
        {"seen": "not_seen", "seen_on": None, "not_seen_reason": "She is in hospital abroad."},
        {"seen": "with_others", "not_seen_reason": "She would not let go of her aunt."},
        {"child_view": "", "child_view_by": "", "no_view_reason": "She does not speak yet with strangers."},
    ],
)
def test_a_reason_is_enough(amina: Colleague, noors_case: Case, changes: dict[str, Any]) -> None:
    completed(amina, noors_case, **changes)
    assert Case.objects.get().state == "best_interest"


@pytest.mark.guard("G-SEEN", "passes")
def test_a_small_child_is_seen_with_others_and_not_asked(amina: Colleague, noors_case: Case) -> None:
    young = {"birth": "2021", "born_from": date(2021, 1, 1)}
    Person.objects.filter(pk=noors_case.child_id).update(**young)
    completed(amina, noors_case, seen="with_others", child_view="", child_view_by="")
    assert Assessment.objects.get().child_view == ""


def test_a_child_of_unknown_age_counts_as_old_enough(amina: Colleague, noors_case: Case) -> None:
    Person.objects.filter(pk=noors_case.child_id).update(birth="", born_from=None)
    with pytest.raises(Refused) as refusal:
        completed(amina, noors_case, seen="with_others")
    assert refusal.value.guard == "G-SEEN"


@pytest.mark.guard("G-DOMAINS", "fires", "passes")
def test_where_a_family_is_strengthened_income_and_carers_are_asked(amina: Colleague, noors_case: Case) -> None:
    Case.objects.update(kind="family_strengthening")
    for answers, field in (({}, "income_covers_basics"), ({"income_covers_basics": True}, "caregiver_able")):
        with pytest.raises(Refused) as refusal:
            completed(amina, noors_case, **answers)
        assert (refusal.value.guard, refusal.value.field) == ("G-DOMAINS", field)
    row = completed(amina, noors_case, income_covers_basics=False, caregiver_able=True)
    assert (row.income_covers_basics, row.caregiver_able) == (False, True)


@pytest.mark.parametrize(
    "state, words",
    [("intake", "Register this case first"), ("best_interest", "Assess again"), ("active", "Assess again")],
)
def test_the_step_must_be_the_assessment(amina: Colleague, noors_case: Case, state: str, words: str) -> None:
    Case.objects.update(state=state)
    with pytest.raises(Refused, match=words) as refusal:
        completed(amina, noors_case)
    assert refusal.value.guard == "G-STEP"
    assert not Assessment.objects.exists()


def test_only_the_worker_and_the_supervisor_assess(
    bruno: Colleague, tess: Colleague, dalia: Colleague, noors_case: Case
) -> None:
    with pytest.raises(Unseen):
        completed(bruno, noors_case)
    with pytest.raises(Refused, match="Only the worker of this case") as refusal:
        completed(tess, noors_case)
    assert refusal.value.guard == "G-MAY"
    assert not Assessment.objects.exists()
    assert completed(dalia, noors_case).by == dalia.user


def test_a_stale_case_is_refused(amina: Colleague, noors_case: Case) -> None:
    Case.objects.update(version=7)
    with pytest.raises(Stale):
        complete_assessment(amina.actor, noors_case, **learned())
    assert not Assessment.objects.exists()


# ---- the page --------------------------------------------------------------------------------------------------------


def test_the_page_completes_it(amina: Colleague, noors_case: Case) -> None:
    address, browser = f"/cases/{noors_case.code}/complete-assessment/", amina.browser
    page = browser.get(address).content.decode()
    assert "Care and attachment" in page
    assert 'href="#part-care"' in page
    assert "data-draft=" in page
    response = browser.post(address, typed(noors_case))
    assert (response.status_code, response["Location"]) == (302, noors_case.get_absolute_url())
    row = Assessment.objects.get()
    assert (row.seen_on, row.risk, Finding.objects.count()) == (MAY, "medium", 8)
    again = browser.get(address)
    assert (again.status_code, "G-STEP" in again.content.decode()) == (200, True)


@pytest.mark.guard("G-DOMAINS", "answers_409")
def test_a_blank_domain_answers_409_with_its_code_and_keeps_what_was_typed(amina: Colleague, noors_case: Case) -> None:
    address = f"/cases/{noors_case.code}/complete-assessment/"
    response = amina.browser.post(address, typed(noors_case, note_FOOD="", risks="Nobody cooks."))
    page = response.content.decode()
    assert (response.status_code, "Rule: G-DOMAINS" in page, "Nobody cooks." in page) == (409, True, True)
    assert 'href="#id_note_FOOD"' in page
    assert "form-outline-wrong" in page
    assert not Assessment.objects.exists()


@pytest.mark.guard("G-SEEN", "answers_409")
def test_a_child_that_was_not_seen_answers_409(amina: Colleague, noors_case: Case) -> None:
    address = f"/cases/{noors_case.code}/complete-assessment/"
    response = amina.browser.post(address, typed(noors_case, seen="not_seen", seen_on=""))
    assert (response.status_code, "Rule: G-SEEN" in response.content.decode()) == (409, True)
    assert Case.objects.get().state == "assessment"


def test_a_stranger_finds_no_page(bruno: Colleague, noors_case: Case) -> None:
    assert bruno.browser.get(f"/cases/{noors_case.code}/complete-assessment/").status_code == 404


def test_the_household_is_taken_over_part_by_part_and_the_child_is_not(
    amina: Colleague, noors_case: Case, samirs_case: Case
) -> None:
    row = completed(amina, noors_case, findings=rated(HOME=4))
    address, browser = f"/cases/{samirs_case.code}/complete-assessment/", amina.browser
    page = browser.get(address).content.decode()
    assert "From the assessment of Noor Saleh" in page
    assert "I want to stay with my aunt." not in page
    assert ">Seen in HOME.</textarea>" not in page.replace("\n", "")
    asked = {"like": row.code, "part": ["note_HOME", "causes", "child_view", "risk"]}
    page = browser.get(address, asked).content.decode().replace("\n", "")
    assert ">Seen in HOME.</textarea>" in page
    assert ">Found in FOOD.</textarea>" not in page
    assert page.count(" checked") == page.split('value="POVERTY"')[1].split(">")[0].count(" checked") == 1
    assert "I want to stay with my aunt." not in page


def test_the_words_of_a_sibling_out_of_sight_are_not_offered(
    amina: Colleague, bruno: Colleague, noors_case: Case, samirs_case: Case
) -> None:
    completed(amina, noors_case)
    Case.objects.filter(pk=noors_case.pk).update(worker=bruno.user)
    page = amina.browser.get(f"/cases/{samirs_case.code}/complete-assessment/").content.decode()
    assert "From the assessment of" not in page
