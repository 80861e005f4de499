"""A case is registered: who the child is, on what ground we keep records, who is responsible, whom to call."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.actions import take_in_child
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Kinship
from kinkeeper.intake.actions import Measure, register_case, screen_in
from kinkeeper.intake.models import Mentioned, Referral, Registration
from kinkeeper.intake.queries import registrations
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Consent, LegalStatus, Person, SpokenLanguage
from tests.conftest import Colleague, hire, register
from tests.intake.conftest import TAKEN

KNOWN: dict[str, Any] = {
    "sex": "F",
    "birth": PartialDate(2014, 3, 2),
    "basis": "public_task",
    "basis_source": "Agreement with the commission of 2026-01-12",
    "guardian": "none",
    "location": "At home with her mother",
    "emergency_contact": "Aunt Vera, 555 0101",
    "language": "ru",
}


@pytest.fixture
def case(amina: Colleague, village: Unit) -> Case:
    """The case of Dasha at intake, opened without a referral."""
    return take_in_child(amina.actor, village, given="Dasha", family="Volkova", opened_on=amina.actor.today)


def still_at_intake(case: Case) -> bool:
    """Whether nothing was registered, and nothing of the child was changed."""
    child = Person.objects.get(pk=case.child_id)
    same = (child.birth, child.sex) == ("", "U") and not SpokenLanguage.objects.exists()
    return same and Case.objects.get(pk=case.pk).state == "intake" and not Registration.objects.exists()


def test_a_case_is_registered_and_remembered(amina: Colleague, case: Case) -> None:
    done = register_case(amina.actor, case, **KNOWN, risk="low", needs_interpreter=True, interpreter="Mrs Petrova")
    stored = Registration.objects.get()
    assert (stored, stored.case, stored.basis, stored.guardian) == (done, case, "public_task", "none")
    assert (stored.location, stored.emergency_contact) == (KNOWN["location"], KNOWN["emergency_contact"])
    assert (stored.registered_on, stored.by, stored.referral) == (amina.actor.today, amina.user, None)
    child = Person.objects.get(pk=case.child_id)
    assert (child.birth, child.sex, child.birth_by) == ("2014-03-02", "F", "")
    now = Case.objects.get()
    assert (now.state, now.risk) == ("assessment", "low")
    tongue = SpokenLanguage.objects.get()
    assert (tongue.tag, tongue.mother_tongue, tongue.needs_interpreter) == ("ru", True, True)
    entry = Entry.objects.get(act="intake.register_case")
    assert (entry.subject_code, entry.facts["subject"]) == (done.code, case.code)
    assert "Vera" not in str(entry.facts)
    assert registrations(amina.actor).get(case=now) == stored


TOMORROW = PartialDate.of(date.today() + timedelta(days=1))


@pytest.mark.guard("G-BASIS", "fires")
@pytest.mark.guard("G-AGE", "fires")
@pytest.mark.parametrize(
    ("changed", "guard", "field"),
    [
        ({"birth": None}, "G-AGE", "birth"),
        ({"birth": TOMORROW}, "G-TIME", "birth"),
        ({"birth": PartialDate(2014, estimated=True)}, "G-AGE", "age_method"),
        ({"birth": PartialDate(2001)}, "G-AGE", "over_age_reason"),
        ({"sex": "U"}, "G-CODE", "sex"),
        ({"basis": ""}, "G-BASIS", "basis"),
        ({"basis_source": " "}, "G-BASIS", "basis_source"),
        ({"basis": "consent"}, "G-CONSENT", "basis"),
        ({"guardian": "known"}, "G-KIN", "guardian"),
        ({"guardian": ""}, "G-CODE", "guardian"),
        ({"location": " "}, "G-REASON", "location"),
        ({"emergency_contact": ""}, "G-REASON", "emergency_contact"),
        ({"language": ""}, "G-REASON", "language"),
        ({"needs_interpreter": True}, "G-REASON", "interpreter"),
        ({"measure": Measure("NO_SUCH", date(2026, 1, 5))}, "G-CODE", "status"),
        ({"measure": Measure("INTERIM", date(2026, 1, 5), appeal_until=date(2026, 1, 4))}, "G-TIME", "appeal_until"),
    ],
)
def test_what_is_missing_is_refused(
    amina: Colleague, case: Case, changed: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        register_case(amina.actor, case, **{**KNOWN, **changed})
    assert (refused.value.guard, refused.value.field) == (guard, field)
    assert still_at_intake(case)


@pytest.mark.guard("G-BASIS", "passes")
@pytest.mark.guard("G-AGE", "passes")
@pytest.mark.parametrize(
    "changed",
    [
        {"birth": PartialDate(2014, estimated=True), "age_method": "medical"},
        {"birth": PartialDate(2001), "over_age_reason": "Finishes school in June"},
        {"birth": PartialDate(date.today().year - 18)},
        {"basis": "vital_interest", "basis_source": ""},
    ],
)
def test_the_nearest_legal_case_is_registered(amina: Colleague, case: Case, changed: dict[str, Any]) -> None:
    register_case(amina.actor, case, **{**KNOWN, **changed})
    assert Case.objects.get().state == "assessment"
    assert Person.objects.get(pk=case.child_id).birth_by == changed.get("age_method", "")


def consent(child: Person, **more: Any) -> Consent:
    """An answer to the question of services."""
    told = {"person": child, "purpose": "SERVICES", "answer": "given", "explained": "talked", "given_on": date.today()}
    return Consent.objects.create(**{**told, **more})


def test_consent_is_a_ground_once_child_and_guardian_agree(amina: Colleague, village: Unit, case: Case) -> None:
    mother = register(village, "Olga", "Volkova")
    Kinship.objects.create(person=mother, kind="parent", relative=case.child, legally_responsible=True)
    known = {**KNOWN, "basis": "consent", "guardian": "known"}
    consent(case.child, by_child=True)
    refusal = consent(case.child, by_child=False, given_by=mother, answer="refused")
    with pytest.raises(Refused) as refused:
        register_case(amina.actor, case, **known)
    assert refused.value.guard == "G-CONSENT"
    assert still_at_intake(case)
    Consent.objects.filter(pk=refusal.pk).update(answer="given")
    register_case(amina.actor, case, **known)
    assert Registration.objects.get().basis == "consent"


def test_a_legal_status_is_recorded_with_its_order_and_appeal(amina: Colleague, case: Case) -> None:
    measure = Measure("INTERIM", date(2026, 1, 5), "District court", "12/2026", date(2026, 2, 5))
    register_case(amina.actor, case, **KNOWN, measure=measure)
    status = LegalStatus.objects.get()
    assert (status.person_id, status.status, status.starts_on) == (case.child_id, "INTERIM", date(2026, 1, 5))
    assert (status.authority, status.order_number, status.appeal_until) == (
        "District court", "12/2026", date(2026, 2, 5),
    )  # fmt: skip


def test_the_referral_and_the_risk_stay_with_the_case(amina: Colleague, volkovas: Referral) -> None:
    screen_in(amina.actor, volkovas, **TAKEN)
    case = Mentioned.objects.get(given="Dasha").case
    assert case is not None
    register_case(amina.actor, case, **KNOWN)
    assert Registration.objects.get().referral == volkovas
    assert Case.objects.get(pk=case.pk).risk == "medium"


def test_a_case_is_registered_once(amina: Colleague, case: Case) -> None:
    register_case(amina.actor, case, **KNOWN)
    with pytest.raises(Refused, match="at intake") as refused:
        register_case(amina.actor, Case.objects.get(), **KNOWN)
    assert (refused.value.guard, Registration.objects.count()) == ("G-STEP", 1)


def test_strangers_and_directors_do_not_register(bruno: Colleague, village: Unit, case: Case) -> None:
    director = hire("Dina Director", (Role.DIRECTOR, village))
    with pytest.raises(Unseen):
        register_case(bruno.actor, case, **KNOWN)
    with pytest.raises(Refused, match="Only the worker of this case"):
        register_case(director.actor, case, **KNOWN)
    assert bruno.browser.get(reverse("register_case", args=[case.code])).status_code == 404
    assert still_at_intake(case)


def typed(case: Case, **changed: str) -> dict[str, Any]:
    """What somebody fills in."""
    told = {**KNOWN, "birth": "2014-03-02", "version": case.version, "risk": "", "age_method": ""}
    return {**told, **changed}


def test_the_page_registers_and_leads_to_the_case(amina: Colleague, case: Case) -> None:
    address, browser = reverse("register_case", args=[case.code]), amina.browser
    page = browser.get(address).content.decode()
    assert "data-draft" in page
    status = {"legal_status": "INTERIM", "authority": "Court", "order_number": "12"}
    answer = browser.post(address, typed(case, **status))
    assert answer.context["form"].errors.keys() == {"starts_on"}
    answer = browser.post(address, typed(case, **status, starts_on="2026-01-05", appeal_until="2026-02-05"))
    assert answer["Location"] == case.get_absolute_url()
    assert LegalStatus.objects.get().order_number == "12"
    row = Registration.objects.get()
    page = browser.get(row.get_absolute_url()).content.decode()
    assert KNOWN["location"] in page
    assert "task given by an authority" in page


@pytest.mark.guard("G-BASIS", "answers_409")
@pytest.mark.guard("G-AGE", "answers_409")
@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        ({"basis": ""}, "G-BASIS"),
        ({"birth": ""}, "G-AGE"),
        ({"language": ""}, "G-REASON"),
        ({"basis": "consent"}, "G-CONSENT"),
        ({"birth": str(TOMORROW)}, "G-TIME"),
        ({"birth": "~2014"}, "G-AGE"),
    ],
)
def test_the_page_refuses_with_the_code(amina: Colleague, case: Case, changed: dict[str, str], guard: str) -> None:
    answer = amina.browser.post(reverse("register_case", args=[case.code]), typed(case, **changed))
    assert answer.status_code == 409
    assert f"Rule: {guard}" in answer.content.decode()
    assert still_at_intake(case)


def test_the_page_says_why_a_case_is_not_registered_twice(amina: Colleague, case: Case) -> None:
    register_case(amina.actor, case, **KNOWN)
    page = amina.browser.get(reverse("register_case", args=[case.code])).content.decode()
    assert "Only a case at intake can be registered." in page
    assert "Rule: G-STEP" in page


def test_the_case_page_offers_the_registration(amina: Colleague, case: Case) -> None:
    page = amina.browser.get(case.get_absolute_url()).content.decode()
    assert reverse("register_case", args=[case.code]) in page
