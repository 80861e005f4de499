"""Whether a consent stands: the child’s own from the age of the pack on, an adult’s until the child is of age."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Association, Unit
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Consent, Person
from kinkeeper.people.queries import consents_needed, consents_of, missing_consent, people_without_consent
from tests.conftest import LONG_AGO, Colleague, register

TODAY = date.today()
LAST_MONTH = TODAY - timedelta(days=30)
YESTERDAY = TODAY - timedelta(days=1)


def years_ago(years: int) -> date:
    """A day on which somebody was born who is surely so many years old today."""
    return TODAY - timedelta(days=years * 366)


def answer(person: Person, giver: Person | None = None, **particulars: Any) -> Consent:
    """An answer as the table keeps one: yes to photographs last month, for a year, unless said otherwise."""
    usual: dict[str, Any] = {
        "purpose": "PHOTO", "answer": Consent.Answer.GIVEN, "explained": "With pictures.", "given_on": LAST_MONTH,
        "until": TODAY + timedelta(days=335),
    }  # fmt: skip
    return Consent.objects.create(person=person, given_by=giver, by_child=giver is None, **{**usual, **particulars})


def aged(person: Person, years: int | None) -> Person:
    """The same person at another age; None where the birth is unknown."""
    born = years_ago(years) if years is not None else None
    person.birth, person.born_from = born.isoformat() if born else "", born
    person.save()
    return person


def test_below_the_age_the_consent_of_a_responsible_adult_is_enough(
    amina: Colleague, noor: Person, layla: Person
) -> None:
    assert missing_consent(amina.actor, noor, "PHOTO") == (
        "Nobody with legal responsibility for Noor Saleh has agreed to “Taking and keeping photographs”. "
        "Ask, and record the answer."
    )
    answer(noor, layla)
    assert missing_consent(amina.actor, noor, "PHOTO") == ""
    assert "Nobody with legal responsibility" in missing_consent(amina.actor, noor, "TRACING")


def test_assent_never_takes_the_place_of_the_adults_consent(amina: Colleague, noor: Person) -> None:
    answer(noor)
    assert "Nobody with legal responsibility" in missing_consent(amina.actor, noor, "PHOTO")


def test_from_the_age_on_both_are_needed(amina: Colleague, noor: Person, layla: Person) -> None:
    aged(noor, 10)
    answer(noor, layla)
    assert missing_consent(amina.actor, noor, "PHOTO") == (
        "Noor Saleh has not been asked about “Taking and keeping photographs”. From the age of 10 the child’s own "
        "consent is needed: ask, and record the answer."
    )
    answer(noor)
    assert missing_consent(amina.actor, noor, "PHOTO") == ""


def test_the_pack_sets_the_age(amina: Colleague, noor: Person, layla: Person) -> None:
    aged(noor, 11)
    answer(noor, layla)
    assert "From the age of 10" in missing_consent(amina.actor, noor, "PHOTO")
    Association.objects.update(pack="flanders")
    assert missing_consent(amina.actor, noor, "PHOTO") == ""


def test_bekzod_is_asked_from_his_tenth_birthday_on(amina: Colleague, noor: Person) -> None:
    Association.objects.update(pack="uzbekistan")
    noor.birth, noor.born_from = "2016-04-02", date(2016, 4, 2)
    noor.save()
    assert missing_consent(amina.actor, noor, "PLACEMENT", on=date(2026, 4, 1)) == ""
    assert "has not been asked" in missing_consent(amina.actor, noor, "PLACEMENT", on=date(2026, 4, 3))


def test_an_unknown_birth_counts_as_old_enough_to_be_asked_and_as_a_child(
    amina: Colleague, noor: Person, layla: Person
) -> None:
    aged(noor, None)
    answer(noor, layla)
    assert "has not been asked" in missing_consent(amina.actor, noor, "PHOTO")
    Consent.objects.all().delete()
    answer(noor)
    assert "Nobody with legal responsibility" in missing_consent(amina.actor, noor, "PHOTO")


def test_of_age_only_their_own_answer_counts(amina: Colleague, noor: Person, layla: Person) -> None:
    aged(noor, 18)
    answer(noor, layla)
    assert "has not been asked" in missing_consent(amina.actor, noor, "PHOTO")
    answer(noor)
    assert missing_consent(amina.actor, noor, "PHOTO") == ""


def test_where_the_pack_wants_no_guardian_the_childs_answer_is_enough(amina: Colleague, noor: Person) -> None:
    assert missing_consent(amina.actor, noor, "PLACEMENT") == ""
    aged(noor, 12)
    assert "has not been asked" in missing_consent(amina.actor, noor, "PLACEMENT")
    answer(noor, purpose="PLACEMENT")
    assert missing_consent(amina.actor, noor, "PLACEMENT") == ""


@pytest.mark.parametrize(
    ("particulars", "sentence"),
    [
        ({"answer": Consent.Answer.REFUSED}, "does not agree"),
        ({"withdrawn_on": TODAY}, "no longer agrees"),
        ({"until": YESTERDAY}, "has run out"),
        ({"given_on": TODAY + timedelta(days=1)}, "Nobody with legal responsibility"),
    ],
)
def test_a_refused_withdrawn_or_expired_answer_does_not_stand(
    particulars: dict[str, Any], sentence: str, amina: Colleague, noor: Person, layla: Person
) -> None:
    answer(noor, layla, **particulars)
    assert sentence in missing_consent(amina.actor, noor, "PHOTO")


@pytest.mark.parametrize(
    "particulars", [{"until": TODAY}, {"until": None}, {"withdrawn_on": TODAY + timedelta(days=1)}]
)
def test_the_last_day_still_counts(particulars: dict[str, Any], amina: Colleague, noor: Person, layla: Person) -> None:
    answer(noor, layla, **particulars)
    assert missing_consent(amina.actor, noor, "PHOTO") == ""


def test_the_latest_answer_of_each_counts(amina: Colleague, noor: Person, layla: Person) -> None:
    answer(noor, layla, answer=Consent.Answer.REFUSED, given_on=LAST_MONTH - timedelta(days=1))
    answer(noor, layla)
    assert missing_consent(amina.actor, noor, "PHOTO") == ""
    answer(noor, layla, answer=Consent.Answer.REFUSED, given_on=YESTERDAY)
    assert "does not agree" in missing_consent(amina.actor, noor, "PHOTO")
    assert missing_consent(amina.actor, noor, "PHOTO", on=YESTERDAY - timedelta(days=1)) == ""


def test_a_child_and_an_adult_who_differ_need_a_best_interest_decision(
    amina: Colleague, noor: Person, layla: Person
) -> None:
    answer(noor, layla)
    answer(noor, answer=Consent.Answer.REFUSED)
    sentence = missing_consent(amina.actor, noor, "PHOTO")
    assert sentence.startswith("Noor Saleh and a responsible adult differ about “Taking and keeping photographs”.")
    assert "best-interest decision" in sentence
    aged(noor, 12)
    assert missing_consent(amina.actor, noor, "PHOTO") == sentence
    Consent.objects.all().delete()
    answer(noor)
    answer(noor, layla, answer=Consent.Answer.REFUSED)
    assert missing_consent(amina.actor, noor, "PHOTO") == sentence


def test_one_responsible_adult_who_says_no_is_enough_for_a_no(
    amina: Colleague, noor: Person, layla: Person, village: Unit
) -> None:
    father = register(village, "Sami", "Saleh")
    tie = Kinship.objects.create(
        person=father, kind=Kinship.Kind.PARENT, relative=noor, legally_responsible=True, starts_on=LONG_AGO
    )
    answer(noor, layla)
    answer(noor, father, answer=Consent.Answer.REFUSED)
    assert "does not agree" in missing_consent(amina.actor, noor, "PHOTO")
    tie.responsible_until = YESTERDAY
    tie.save()
    assert missing_consent(amina.actor, noor, "PHOTO") == ""


def test_a_consent_towards_the_house_covers_nobody_else(amina: Colleague, noor: Person, layla: Person) -> None:
    answer(noor, layla, purpose="SHARING")
    assert missing_consent(amina.actor, noor, "SHARING") == ""
    assert "(Embassy of Syria)" in missing_consent(amina.actor, noor, "SHARING", recipient="Embassy of Syria")
    answer(noor, layla, purpose="SHARING", recipient="Red  Cross")
    assert missing_consent(amina.actor, noor, "SHARING", recipient="red cross ") == ""
    assert missing_consent(amina.actor, noor, "SHARING", recipient="Embassy of Syria") != ""


def test_many_people_cost_what_one_costs(
    amina: Colleague, dalia: Colleague, noor: Person, layla: Person, village: Unit, django_assert_num_queries
) -> None:
    answer(noor, layla)
    others = [register(village, f"Child {number}", "Saleh") for number in range(2)]
    actor = dalia.actor
    for some, without in (([noor], []), ([noor, *others], others)):
        with django_assert_num_queries(2):
            assert set(people_without_consent(actor, some, "PHOTO")) == {child.pk for child in without}


def test_answers_are_seen_with_the_person(amina: Colleague, bruno: Colleague, noor: Person, layla: Person) -> None:
    first = answer(noor, layla)
    second = answer(noor, given_on=TODAY)
    assert list(consents_of(amina.actor, noor)) == [second, first]
    assert list(consents_of(bruno.actor, noor)) == []


def test_the_pack_says_which_consents_a_deed_needs(amina: Colleague, noor: Person) -> None:
    assert consents_needed(amina.actor, noor, "photo") == ["PHOTO"]
    assert consents_needed(amina.actor, noor, "sharing") == ["SHARING"]
    assert consents_needed(amina.actor, noor, "dancing") == []


# ---- where everybody is asked ----------------------------------------------------------------------------------------


@pytest.fixture
def both(noor: Person, layla: Person, village: Unit) -> tuple[Person, Person]:
    """Noor of fourteen in Flanders, who agreed; her mother and her father, who both have legal responsibility."""
    Association.objects.update(pack="flanders")
    father = register(village, "Karim", "Saleh", born=date(1984, 1, 1))
    Kinship.objects.create(person=father, relative=noor, kind=Kinship.Kind.PARENT, legally_responsible=True)
    answer(aged(noor, 14), purpose="PLACEMENT")
    return layla, father


def test_where_the_pack_asks_everybody_one_parent_is_not_enough(
    amina: Colleague, noor: Person, both: tuple[Person, Person]
) -> None:
    mother, father = both
    answer(noor, mother, purpose="PLACEMENT")
    assert missing_consent(amina.actor, noor, "PLACEMENT") == (
        "Everybody with legal responsibility for Noor Saleh must agree to “Agreement to a placement”: no answer of Karim "
        "Saleh counts today. Ask, and record the answer, or how they were looked for and not reached."
    )
    answer(noor, father, purpose="PLACEMENT")
    assert missing_consent(amina.actor, noor, "PLACEMENT") == ""


def test_a_parent_who_could_not_be_reached_is_excused_as_long_as_an_answer_counts(
    amina: Colleague, noor: Person, both: tuple[Person, Person]
) -> None:
    mother, father = both
    answer(noor, mother, purpose="PLACEMENT")
    answer(noor, father, purpose="PLACEMENT", answer=Consent.Answer.UNREACHED)
    assert missing_consent(amina.actor, noor, "PLACEMENT") == ""
    Consent.objects.filter(given_by=father).update(until=YESTERDAY)
    assert "no answer of Karim Saleh counts" in missing_consent(amina.actor, noor, "PLACEMENT")


def test_parents_who_could_not_be_reached_have_not_agreed(
    amina: Colleague, noor: Person, both: tuple[Person, Person]
) -> None:
    for parent in both:
        answer(noor, parent, purpose="PLACEMENT", answer=Consent.Answer.UNREACHED)
    assert "Nobody with legal responsibility" in missing_consent(amina.actor, noor, "PLACEMENT")


def test_what_a_court_orders_asks_the_child_alone(amina: Colleague, noor: Person, both: tuple[Person, Person]) -> None:
    assert missing_consent(amina.actor, noor, "PLACEMENT", own=True) == ""
    Consent.objects.filter(by_child=True).delete()
    assert "has not been asked" in missing_consent(amina.actor, noor, "PLACEMENT", own=True)
