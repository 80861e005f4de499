"""Before a child lives somewhere: each rule fires, lets the nearest legal case pass, and changes nothing where it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, Option, Separation
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import LegalStatus, Person, SpokenLanguage
from kinkeeper.placements import actions
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from kinkeeper.placements.outlook import outlook
from tests.conftest import Colleague, approve, decide, live_in, open_case, register
from tests.placements.conftest import JUNE, MAY, TODAY

DAY = timedelta(days=1)
NEVER = date(2099, 1, 1)


def begin(colleague: Colleague, child: Person, home: Home, **changes: Any) -> PeriodOfCare:
    particulars: dict[str, Any] = {"home": home, "started_on": MAY, "care_type": "FOSTER_ST"}
    particulars["legal_status_code"] = "VOLUNTARY"
    return actions.start_placement(colleague.actor, child, **(particulars | changes))


def refused(colleague: Colleague, child: Person, home: Home, **changes: Any) -> Refused:
    """The deed is refused, nothing is stored, and the page answers 409 with the same rule."""
    before = [model.objects.count() for model in (PeriodOfCare, Placement, Episode, LegalStatus, Entry)]
    with pytest.raises(Refused) as refusal:
        begin(colleague, child, home, **changes)
    typed = {"home": home.code, "started_on": "2024-05-06", "care_type": "FOSTER_ST", "legal_status_code": "VOLUNTARY"}
    typed |= {name: value.isoformat() if isinstance(value, date) else value for name, value in changes.items()}
    page = colleague.browser.post(reverse("start_placement", args=[child.code]), {"version": child.version, **typed})
    assert page.status_code == 409
    assert f"Rule: {refusal.value.guard}" in page.content.decode()
    assert [model.objects.count() for model in (PeriodOfCare, Placement, Episode, LegalStatus, Entry)] == before
    assert list(Refusal.objects.order_by("pk").values_list("guard", flat=True))[-2:] == [refusal.value.guard] * 2
    return refusal.value


# ---- decision --------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-DECISION", "fires", "passes", "answers_409")
def test_without_a_decision_nobody_is_placed(amina: Colleague, noor: Person, okafors: Home) -> None:
    refusal = refused(amina, noor, okafors)
    assert (refusal.guard, refusal.field) == ("G-DECISION", "care_type")
    assert str(refusal) == (
        "No decision in force allows Noor Saleh to live in “Short-term foster care” on 6 May 2024. "
        "Record the decision first."
    )
    decision = decide(noor, "FOSTER_ST")
    begin(amina, noor, okafors)
    stay = Placement.objects.get()
    assert (stay.decision, stay.planned) == (decision, True)


@pytest.mark.guard("G-DECISION", "fires", "answers_409")
@pytest.mark.parametrize(
    "care_type, particulars",
    [
        ("FOSTER_LT", {}),
        ("FOSTER_ST", {"starts_on": MAY + DAY}),
        ("FOSTER_ST", {"ends_on": MAY}),
        ("FOSTER_ST", {"withdrawn_on": MAY}),
        ("FOSTER_ST", {"kind": "family_support"}),
    ],
)
def test_the_decision_covers_the_form_and_the_day(
    amina: Colleague, noor: Person, okafors: Home, care_type: str, particulars: dict[str, Any]
) -> None:
    decide(noor, care_type, **particulars)
    assert refused(amina, noor, okafors).guard == "G-DECISION"


@pytest.mark.guard("G-DECISION", "passes")
def test_a_decision_holds_until_the_day_on_which_it_ends(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST", starts_on=MAY, ends_on=MAY + DAY)
    assert begin(amina, noor, okafors).started_on == MAY


@pytest.mark.parametrize("state", ["intake", "planning", "closing"])
def test_the_case_must_be_at_work(amina: Colleague, noors_case: Case, okafors: Home, state: str) -> None:
    noor = noors_case.child
    decide(noor, "FOSTER_ST")
    Case.objects.update(state=state)
    refusal = refused(amina, noor, okafors)
    assert refusal.guard == "G-STEP"
    assert "only an emergency goes before" in str(refusal)
    Case.objects.update(state="review")
    begin(amina, noor, okafors)


def test_an_emergency_goes_before_the_plan(amina: Colleague, noors_case: Case, okafors: Home) -> None:
    noor = noors_case.child
    Case.objects.update(state="assessment")
    decide(noor, "FOSTER_EMG", kind="emergency", decided_on=TODAY - 3 * DAY)
    begin(amina, noor, okafors, started_on=TODAY, care_type="FOSTER_EMG")
    assert Placement.objects.get().planned is False


@pytest.mark.guard("G-EMERGENCY", "fires", "passes", "answers_409")
def test_after_an_emergency_what_is_best_is_weighed_in_time(amina: Colleague, noors_case: Case, okafors: Home) -> None:
    noor = noors_case.child
    decided_on = TODAY - 4 * DAY
    decide(noor, "FOSTER_EMG", kind="emergency", decided_on=decided_on)
    refusal = refused(amina, noor, okafors, care_type="FOSTER_EMG")
    assert refusal.guard == "G-EMERGENCY"
    weigh(noors_case, done_on=decided_on)
    begin(amina, noor, okafors, care_type="FOSTER_EMG")


def weigh(case: Case, **particulars: Any) -> BestInterest:
    return BestInterest.objects.create(case=case, kind="assessment", recommendation="alternative_care", **particulars)


@pytest.mark.guard("G-SUIT", "fires", "passes", "answers_409")
def test_a_facility_comes_after_every_family_was_tried(amina: Colleague, noors_case: Case, village: Unit) -> None:
    noor = noors_case.child
    big = Home.objects.create(unit=village, name="Big house", kind=Home.Kind.RESIDENTIAL, capacity=20)
    approve(big, "RES")
    weighed = weigh(noors_case, done_on=MAY)
    decide(noor, "RES", best_interest=weighed)
    family = Option.objects.create(best_interest=weighed, care_type="FOSTER_ST")
    Option.objects.create(best_interest=weighed, care_type="RES", chosen=True)
    assert refused(amina, noor, big, care_type="RES").guard == "G-SUIT"
    write(family, tried=True)
    begin(amina, noor, big, care_type="RES")


@pytest.mark.parametrize("care_type", ["CUSTODY", "NONE", "HEALTH_EDU"])
def test_what_happens_to_a_child_needs_no_decision_and_no_approval(
    amina: Colleague, noor: Person, village: Unit, care_type: str
) -> None:
    place = Home.objects.create(unit=village, name="Elsewhere", kind=Home.Kind.OTHER)
    begin(amina, noor, place, care_type=care_type)
    assert Placement.objects.get().decision is None


def test_relatives_without_an_order_need_a_decision_but_no_approval(
    amina: Colleague, noor: Person, village: Unit
) -> None:
    aunt = Home.objects.create(unit=village, name="The aunt", kind=Home.Kind.RELATIVES)
    assert refused(amina, noor, aunt, care_type="KIN_INF").guard == "G-DECISION"
    decide(noor, "KIN_INF")
    decide(noor, "KIN_FOR")
    assert refused(amina, noor, aunt, care_type="KIN_FOR").guard == "G-CARER"
    begin(amina, noor, aunt, care_type="KIN_INF")


def test_a_child_comes_back_from_a_short_stay_on_the_old_decision(
    amina: Colleague, noor: Person, okafors: Home, village: Unit
) -> None:
    decision = decide(noor, "FOSTER_ST", ends_on=JUNE)
    lodge = Home.objects.create(unit=village, name="The Lodge", kind=Home.Kind.FOSTER, capacity=4)
    approve(lodge, "RESPITE")
    period = begin(amina, noor, okafors)
    period = actions.move_child(amina.actor, period, home=lodge, moved_on=JUNE, care_type="RESPITE")
    back = JUNE + 7 * DAY
    actions.move_child(amina.actor, period, home=okafors, moved_on=back, care_type="FOSTER_ST")
    assert [stay.decision for stay in Placement.objects.order_by("pk")] == [decision] * 3


# ---- carers and checks -----------------------------------------------------------------------------------------------


@pytest.mark.guard("G-CARER", "fires", "answers_409")
@pytest.mark.parametrize(
    "changes, words",
    [
        ({"care_types": ["SOS_FAM"]}, "The Okafors is not approved for “Short-term foster care”"),
        ({"ends_on": MAY}, "ended on 6 May 2024"),
        ({"suspended_on": MAY}, "is on hold since 6 May 2024"),
        ({"starts_on": MAY + DAY}, "is not approved"),
    ],
)
def test_the_home_is_approved_for_this_form_of_care(
    amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any], words: str
) -> None:
    decide(noor, "FOSTER_ST")
    write(Approval.objects.get(), **changes)
    refusal = refused(amina, noor, okafors)
    assert (refusal.guard, refusal.field) == ("G-CARER", "home")
    assert words in str(refusal)


@pytest.mark.guard("G-CARER", "passes")
@pytest.mark.parametrize("changes", [{"ends_on": MAY + DAY}, {"suspended_on": MAY + DAY}, {"starts_on": MAY}])
def test_an_approval_that_just_holds_is_enough(
    amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any]
) -> None:
    decide(noor, "FOSTER_ST")
    write(Approval.objects.get(), **changes)
    begin(amina, noor, okafors)


@pytest.mark.guard("G-CARER", "fires", "passes", "answers_409")
def test_mandatory_training_is_not_overdue(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST")
    grace = Carer.objects.get().person
    due = Training.objects.create(home=okafors, person=grace, topic="First aid", due_on=MAY - DAY, mandatory=True)
    refusal = refused(amina, noor, okafors)
    assert refusal.guard == "G-CARER"
    assert "“First aid” of Grace Okafor was due on 5 May 2024" in str(refusal)
    write(due, due_on=MAY)
    begin(amina, noor, okafors)


def test_a_training_done_again_is_not_overdue(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST")
    grace = Carer.objects.get().person
    first = date(2022, 1, 1)
    Training.objects.create(
        home=okafors, person=grace, topic="First aid", done_on=first, due_on=date(2024, 1, 1), mandatory=True
    )
    assert refused(amina, noor, okafors).guard == "G-CARER"
    Training.objects.create(home=okafors, person=grace, topic="First Aid", done_on=date(2023, 12, 1), due_on=NEVER)
    begin(amina, noor, okafors)


@pytest.mark.guard("G-CHECK", "fires", "passes", "answers_409")
@pytest.mark.parametrize("changes", [{"ends_on": MAY}, {"result": "concern"}, {"issued_on": MAY + DAY}])
def test_every_adult_has_a_clear_check(amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any]) -> None:
    decide(noor, "FOSTER_ST")
    check = BackgroundCheck.objects.get()
    write(check, **changes)
    refusal = refused(amina, noor, okafors)
    assert (refusal.guard, refusal.field) == ("G-CHECK", "home")
    assert str(refusal) == "Grace Okafor lives in The Okafors without a clear background check in force."
    write(check, ends_on=MAY + DAY, issued_on=MAY, result="clear")
    begin(amina, noor, okafors)


@pytest.mark.guard("G-CHECK", "fires", "passes", "answers_409")
def test_who_else_is_of_age_in_the_house_is_checked_too(
    amina: Colleague, noor: Person, okafors: Home, village: Unit
) -> None:
    decide(noor, "FOSTER_ST")
    son = register(village, "Ike", "Okafor", born=date(MAY.year - 18, MAY.month, MAY.day))
    member = HouseMember.objects.create(home=okafors, person=son, starts_on=MAY)
    assert refused(amina, noor, okafors).guard == "G-CHECK"
    write(son, born_from=date(MAY.year - 18, MAY.month, MAY.day) + DAY)
    assert begin(amina, noor, okafors).started_on == MAY
    assert member.person == son


# ---- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-CAP", "fires", "passes", "answers_409")
def test_more_than_the_approval_allows_are_refused_with_the_numbers(
    amina: Colleague, noor: Person, samir: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    write(Approval.objects.get(), capacity=1)
    live_in(okafors, samir, since=MAY)
    refusal = refused(amina, noor, okafors)
    assert (refusal.guard, refusal.field) == ("G-CAP", "home")
    assert str(refusal) == ("2 children would live in The Okafors; 1 are allowed (approval by Board of Riverside).")
    write(Approval.objects.get(), capacity=2)
    begin(amina, noor, okafors)


@pytest.mark.guard("G-CAP", "fires", "passes", "answers_409")
@pytest.mark.parametrize("changes", [{"age_to": 4}, {"age_from": 12}, {"sex": "M"}])
def test_the_terms_of_the_approval_hold(amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any]) -> None:
    decide(noor, "FOSTER_ST")
    write(Approval.objects.get(), **changes)
    assert refused(amina, noor, okafors).guard == "G-CAP"
    write(Approval.objects.get(), age_from=0, age_to=17, sex="F")
    begin(amina, noor, okafors)


def test_brothers_and_sisters_may_be_one_more_until_it_is_looked_at_again(
    amina: Colleague, dalia: Colleague, noor: Person, samir: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    write(okafors, capacity=1)
    live_in(okafors, samir, since=MAY)
    latest = date(2024, 9, 3)
    exempt = {"started_on": JUNE, "exemption_review_on": latest}
    refusal = refused(amina, noor, okafors, **exempt)
    assert (refusal.guard, refusal.field) == ("G-CAP", "exemption_review_on")
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=samir)
    assert refused(amina, noor, okafors, **exempt | {"exemption_review_on": latest + DAY}).guard == "G-CAP"
    begin(amina, noor, okafors, **exempt)
    stay = Placement.objects.get(period__child=noor)
    assert stay.exemption_review_on == latest
    with pytest.raises(Refused, match="Only a supervisor"):
        actions.review_exemption(amina.actor, stay, exemption_review_on=TODAY + 30 * DAY)
    with pytest.raises(Refused) as again:
        actions.review_exemption(dalia.actor, stay)
    assert again.value.guard == "G-CAP"
    stay = actions.review_exemption(dalia.actor, stay, exemption_review_on=TODAY + 30 * DAY)
    assert Placement.objects.get(pk=stay.pk).exemption_review_on == TODAY + 30 * DAY
    write(okafors, capacity=2)
    address = reverse("review_exemption", args=[stay.code])
    assert dalia.browser.get(address).status_code == 200
    assert dalia.browser.post(address, {"version": stay.version}).status_code == 302
    assert Placement.objects.get(pk=stay.pk).exemption_review_on is None


def test_an_exemption_that_is_not_needed_is_not_kept(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST")
    begin(amina, noor, okafors, exemption_review_on=JUNE)
    assert Placement.objects.get().exemption_review_on is None


# ---- small children --------------------------------------------------------------------------------------------------


@pytest.fixture
def group(village: Unit) -> Home:
    """A small group home, approved."""
    home = Home.objects.create(unit=village, name="The Grove", kind=Home.Kind.SMALL_GROUP, capacity=6)
    approve(home, "SGH")
    return home


@pytest.mark.guard("G-U3", "fires", "passes", "answers_409")
def test_the_exceptions_for_a_small_child(amina: Colleague, noor: Person, samir: Person, group: Home) -> None:
    write(noor, born_from=MAY - timedelta(days=700))
    decision = decide(noor, "SGH")
    assert refused(amina, noor, group, care_type="SGH").guard == "G-U3"
    write(decision, exception="sibling")
    assert refused(amina, noor, group, care_type="SGH").guard == "G-U3"
    write(decision, exception="short", return_on=MAY + 31 * DAY)
    refusal = refused(amina, noor, group, care_type="SGH")
    assert (refusal.guard, "until 5 June 2024 at most" in str(refusal)) == ("G-U3", True)
    write(decision, return_on=MAY + 30 * DAY)
    begin(amina, noor, group, care_type="SGH")


def test_a_small_child_stays_with_brothers_and_sisters(
    amina: Colleague, noor: Person, samir: Person, group: Home
) -> None:
    write(noor, born_from=MAY - timedelta(days=700))
    decide(noor, "SGH", exception="sibling")
    live_in(group, samir, since=MAY, care_type="SGH")
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=samir)
    begin(amina, noor, group, care_type="SGH")


def test_on_the_third_birthday_no_exception_is_needed(amina: Colleague, noor: Person, group: Home) -> None:
    write(noor, born_from=MAY.replace(year=MAY.year - 3))
    decide(noor, "SGH")
    begin(amina, noor, group, care_type="SGH")


def test_on_ones_own_from_the_age_of_the_pack(amina: Colleague, noor: Person, village: Unit) -> None:
    flat = Home.objects.create(unit=village, name="Court flats", kind=Home.Kind.FLAT, capacity=4)
    approve(flat, "SIL")
    decide(noor, "SIL")
    write(noor, born_from=MAY.replace(year=MAY.year - 16) + DAY)
    assert refused(amina, noor, flat, care_type="SIL").guard == "G-AGE"
    write(noor, born_from=MAY.replace(year=MAY.year - 16))
    begin(amina, Person.objects.get(pk=noor.pk), flat, care_type="SIL")


# ---- brothers and sisters --------------------------------------------------------------------------------------------


@pytest.fixture
def yara(amina: Colleague, noor: Person, house_three: Home) -> Person:
    """Noor’s sister, in care in House Three."""
    sister = register(noor.unit, "Yara", "Saleh", born=TODAY - timedelta(days=6 * 366))
    open_case(sister, amina)
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=sister)
    live_in(house_three, sister, since=MAY, care_type="SOS_FAM")
    return sister


def separate(one: Person, other: Person, **changes: Any) -> Separation:
    first, second = sorted((one, other), key=lambda person: person.pk)
    known = {"reason": "NEEDS", "decided_by": "Panel", "decided_on": MAY, "review_on": JUNE} | changes
    return Separation.objects.create(child=first, sibling=second, words="…", contact="weekly", **known)


@pytest.mark.guard("G-SIB", "fires", "passes", "answers_409")
def test_a_sibling_in_care_elsewhere_is_not_left_apart(
    amina: Colleague, noor: Person, yara: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    refusal = refused(amina, noor, okafors)
    assert (refusal.guard, refusal.field) == ("G-SIB", "home")
    assert str(refusal) == (
        "Yara Saleh and Noor Saleh would live apart. Place them together in one home, or decide first that they are "
        "separated, why, and how they meet."
    )
    apart = separate(noor, yara, decided_on=MAY + DAY)
    assert refused(amina, noor, okafors).guard == "G-SIB"
    write(apart, decided_on=MAY, ended_on=MAY)
    assert refused(amina, noor, okafors).guard == "G-SIB"
    write(apart, ended_on=None)
    begin(amina, noor, okafors)


def test_where_the_sibling_lives_is_the_first_way_out(
    amina: Colleague, noor: Person, yara: Person, house_three: Home
) -> None:
    decide(noor, "SOS_FAM")
    write(house_three, capacity=2)
    begin(amina, noor, house_three, care_type="SOS_FAM")


def test_a_sibling_who_waits_for_a_place_is_not_left_behind(
    amina: Colleague, noor: Person, samir: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=samir)
    assert refused(amina, noor, okafors).guard == "G-SIB"
    Decision.objects.filter(case__child=samir).update(withdrawn_on=MAY)
    begin(amina, noor, okafors)


def test_home_to_the_parents_goes_whoever_stays(amina: Colleague, noor: Person, yara: Person, village: Unit) -> None:
    parents = Home.objects.create(unit=village, name="The Salehs", kind=Home.Kind.PARENTS)
    decide(noor, "HOME")
    begin(amina, noor, parents, care_type="HOME")


# ---- beforehand ------------------------------------------------------------------------------------------------------


def test_the_page_says_beforehand_what_speaks_against_it(
    amina: Colleague, noor: Person, okafors: Home, house_three: Home
) -> None:
    BackgroundCheck.objects.all().delete()
    address, browser = reverse("start_placement", args=[noor.code]), amina.browser
    text = browser.get(address).content.decode()
    assert "No decision in force" in text
    assert "Grace Okafor lives in The Okafors without a clear background check in force." in text
    typed = {"version": noor.version, "home": okafors.code, "started_on": "2024-05-06", "care_type": "FOSTER_ST"}
    part = browser.post(address, typed, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert [f"Rule: {guard}" in part for guard in ("G-DECISION", "G-CHECK", "G-CAP")] == [True, True, False]
    decide(noor, "FOSTER_ST")
    approve(okafors, "FOSTER_ST")
    part = browser.post(address, typed, headers={"HX-Request": "true"}).content.decode()
    assert "Nothing speaks against it." in part
    complete = {**typed, "legal_status_code": "VOLUNTARY"}
    browser.post(address, complete, headers={"HX-Request": "true"})
    assert not PeriodOfCare.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    amina: Colleague, noor: Person, okafors: Home, village: Unit, number: int, django_assert_num_queries: Any
) -> None:
    for n in range(number):
        approve(Home.objects.create(unit=village, name=f"House {n}", kind="foster", capacity=2), "FOSTER_ST")
    browser = amina.browser
    with django_assert_num_queries(17):
        assert browser.get(reverse("start_placement", args=[noor.code])).status_code == 200


def test_what_should_be_bridged_is_a_warning_and_never_a_reason_to_refuse(
    amina: Colleague, noor: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    grace = Carer.objects.get().person
    write(noor, religion="Islam")
    write(grace, religion="Christianity")
    SpokenLanguage.objects.create(person=noor, tag="uz-Latn")
    english = SpokenLanguage.objects.create(person=grace, tag="en")
    stay = {"home": okafors, "day": MAY, "care_type": "FOSTER_ST"}
    found = outlook(amina.actor, noor, None, stay)
    assert found is not None
    assert found.against == []
    assert found.to_bridge == [
        "Nobody who cares there speaks the child’s language: Uzbek.",
        "The carers have another religion than the child.",
    ]
    SpokenLanguage.objects.filter(pk=english.pk).update(tag="uz-Cyrl")
    assert len(outlook(amina.actor, noor, None, stay).to_bridge) == 1  # type: ignore[union-attr]
    typed = {"version": noor.version, "home": okafors.code, "started_on": "2024-05-06", "care_type": "FOSTER_ST"}
    typed |= {"legal_status_code": "VOLUNTARY"}
    page = amina.browser.post(reverse("start_placement", args=[noor.code]), typed, follow=True)
    assert "The carers have another religion than the child." in page.content.decode()
    assert Placement.objects.get().mitigation == ""


@pytest.fixture
def differing(noor: Person, okafors: Home) -> SpokenLanguage:
    """Noor speaks Uzbek and Grace, who would care for her, English; she may live there."""
    decide(noor, "FOSTER_ST")
    SpokenLanguage.objects.create(person=noor, tag="uz")
    return SpokenLanguage.objects.create(person=Carer.objects.get().person, tag="en")


def asked(colleague: Colleague, child: Person, home: Home, **more: str) -> str:
    """What the page says about this stay while it is filled in."""
    typed = {"version": child.version, "home": home.code, "started_on": "2024-05-06", "care_type": "FOSTER_ST"}
    address = reverse("start_placement", args=[child.code])
    return colleague.browser.post(address, {**typed, **more}, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.guard("G-MATCH", "fires", "does_not_block")
def test_a_difference_is_a_warning_on_the_page_and_blocks_nothing(
    amina: Colleague, noor: Person, okafors: Home, differing: SpokenLanguage
) -> None:
    page = asked(amina, noor, okafors)
    assert "Rule: G-MATCH" in page
    assert "Nobody who cares there speaks the child’s language: Uzbek." in page
    assert "Nothing speaks against it." in page
    begin(amina, noor, okafors)
    assert (Placement.objects.get().mitigation, Refusal.objects.count()) == ("", 0)


@pytest.mark.guard("G-MATCH", "passes")
def test_who_speaks_the_language_or_says_how_it_is_bridged_is_not_warned(
    amina: Colleague, noor: Person, okafors: Home, differing: SpokenLanguage
) -> None:
    assert "G-MATCH" not in asked(amina, noor, okafors, mitigation="An interpreter comes every day.")
    SpokenLanguage.objects.create(person=differing.person, tag="uz-Cyrl")
    assert "G-MATCH" not in asked(amina, noor, okafors)


def test_a_note_on_how_it_is_bridged_is_kept(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST")
    begin(amina, noor, okafors, mitigation=" The mosque is near, Grace cooks halal. ")
    assert Placement.objects.get().mitigation == "The mosque is near, Grace cooks halal."
    assert "mitigation" not in Entry.objects.get(act="placements.start_placement").facts
