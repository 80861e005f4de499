"""Legal responsibility has an end, contact has a rule, and consent comes from whoever is responsible that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.families import actions, queries
from kinkeeper.families.models import Family, Kinship
from kinkeeper.families.policy import _consent_without_responsibility
from kinkeeper.journal.models import Entry
from kinkeeper.lib.objections import objection_to
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.consenting import Side, Standing, State
from kinkeeper.people.models import Consent, Person
from tests.conftest import Colleague, hire, register

TODAY = date.today()
LAST_WEEK, YESTERDAY, TOMORROW = (TODAY + timedelta(days=days) for days in (-7, -1, 1))


@pytest.fixture
def motherhood(amina: Colleague, noor: Person, layla: Person, salehs: Family) -> Kinship:
    """Layla is Noor’s mother and legally responsible."""
    return actions.tie_kin(amina.actor, noor, relative=layla, kind="parent", legally_responsible=True)


def test_legal_responsibility_ends_on_a_day_and_the_tie_stays(
    amina: Colleague, noor: Person, layla: Person, motherhood: Kinship
) -> None:
    assert queries.legally_responsible_for(amina.actor, noor, TODAY) == [layla]
    tie = actions.end_legal_responsibility(amina.actor, motherhood, ended_on=YESTERDAY)
    stored = Kinship.objects.get()
    assert (stored.responsible_until, stored.legally_responsible, stored.ends_on) == (YESTERDAY, True, None)
    assert queries.legally_responsible_for(amina.actor, noor, LAST_WEEK) == [layla]
    assert queries.legally_responsible_for(amina.actor, noor, YESTERDAY) == []
    assert (stored.is_responsible_on(LAST_WEEK), stored.is_responsible_on(YESTERDAY)) == (True, False)
    entry = Entry.objects.get(act="families.end_legal_responsibility")
    assert (entry.subject_code, entry.facts) == (tie.code, {"ended_on": YESTERDAY.isoformat()})
    with pytest.raises(Refused, match="carries no legal responsibility"):
        actions.end_legal_responsibility(amina.actor, tie, ended_on=TODAY)


def test_responsibility_runs_from_the_elder_within_the_tie_only(amina: Colleague, noor: Person, layla: Person) -> None:
    tie = Kinship.objects.create(
        person=layla, kind="guardian", relative=noor, legally_responsible=True, starts_on=LAST_WEEK, ends_on=YESTERDAY
    )
    held = [day for day in (LAST_WEEK - timedelta(days=1), LAST_WEEK, YESTERDAY) if tie.is_responsible_on(day)]
    asked = [
        day for day in (LAST_WEEK - timedelta(days=1), LAST_WEEK, YESTERDAY)
        if Kinship.objects.filter(Kinship.responsible_on(day)).exists()
    ]  # fmt: skip
    assert held == asked == [LAST_WEEK]
    assert queries.legally_responsible_for(amina.actor, layla, LAST_WEEK) == []


def test_a_tie_between_equals_does_not_say_who_is_responsible(dalia: Colleague, noor: Person, omar: Person) -> None:
    with pytest.raises(Refused, match="as guardian as well") as refusal:
        actions.tie_kin(dalia.actor, noor, relative=omar, kind="sibling", legally_responsible=True)
    assert refusal.value.guard == "G-KIN"
    assert Kinship.objects.count() == 0
    actions.tie_kin(dalia.actor, noor, relative=omar, kind="sibling")
    actions.tie_kin(dalia.actor, noor, relative=omar, kind="guardian", legally_responsible=True)
    assert queries.legally_responsible_for(dalia.actor, noor, TODAY) == [omar]


@pytest.mark.parametrize("day", [TOMORROW, date(2001, 1, 1)])
def test_a_day_to_come_or_before_the_birth_is_refused(day: date, amina: Colleague, motherhood: Kinship) -> None:
    with pytest.raises(Refused) as refusal:
        actions.end_legal_responsibility(amina.actor, motherhood, ended_on=day)
    assert refusal.value.guard == "G-TIME"
    assert Kinship.objects.get().responsible_until is None


def test_responsibility_does_not_end_before_its_tie_begins(amina: Colleague, noor: Person, layla: Person) -> None:
    tie = Kinship.objects.create(
        person=layla, kind="guardian", relative=noor, legally_responsible=True, starts_on=YESTERDAY
    )
    with pytest.raises(Refused, match="cannot end before"):
        actions.end_legal_responsibility(amina.actor, tie, ended_on=LAST_WEEK)


def test_a_rule_on_contact_is_written_with_its_decision(amina: Colleague, motherhood: Kinship) -> None:
    tie = actions.set_contact_rule(amina.actor, motherhood, contact="supervised", court_ref=" 12/2026 ")
    stored = Kinship.objects.get()
    assert (stored.contact, stored.court_ref) == ("supervised", "12/2026")
    entry = Entry.objects.get(act="families.set_contact_rule")
    assert (entry.subject_code, entry.facts) == (tie.code, {})
    with pytest.raises(Refused, match="Choose one from the list"):
        actions.set_contact_rule(amina.actor, tie, contact="weekly")
    assert Kinship.objects.get().contact == "supervised"


def test_others_change_neither(amina: Colleague, bruno: Colleague, motherhood: Kinship) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, motherhood.relative.unit.programme))
    deeds = [
        lambda who: actions.end_legal_responsibility(who.actor, motherhood, ended_on=TODAY),
        lambda who: actions.set_contact_rule(who.actor, motherhood, contact="none"),
    ]
    for deed in deeds:
        with pytest.raises(Unseen):
            deed(bruno)
        with pytest.raises(Refused, match="Only workers of this unit"):
            deed(director)
    stored = Kinship.objects.get()
    assert (stored.responsible_until, stored.contact) == (None, "")


def test_a_stale_page_changes_nothing(amina: Colleague, motherhood: Kinship) -> None:
    Kinship.objects.update(version=7)
    with pytest.raises(Stale):
        actions.end_legal_responsibility(amina.actor, motherhood, ended_on=TODAY)
    with pytest.raises(Stale):
        actions.set_contact_rule(amina.actor, motherhood, contact="none")


def test_the_pages(amina: Colleague, noor: Person, motherhood: Kinship) -> None:
    contact = f"/ties/{motherhood.code}/set-contact-rule/"
    assert "Layla Saleh: mother of Noor Saleh" in amina.browser.get(contact).content.decode()
    answer = amina.browser.post(contact, {"version": "1", "contact": "none", "court_ref": "12/2026"})
    assert (answer.status_code, answer["Location"]) == (302, noor.get_absolute_url())
    wrong = amina.browser.post(contact, {"version": "1", "contact": "free"})
    assert (wrong.status_code, "Rule: G-STALE" in wrong.content.decode()) == (409, True)
    assert 'value="12/2026"' in amina.browser.get(contact).content.decode()
    ending = f"/ties/{motherhood.code}/end-legal-responsibility/"
    refused = amina.browser.post(ending, {"version": "2", "ended_on": TOMORROW.isoformat()})
    assert refused.status_code == 409
    assert "still to come" in refused.content.decode()
    assert "Rule: G-TIME" in refused.content.decode()
    assert Kinship.objects.get().responsible_until is None
    answer = amina.browser.post(ending, {"version": "2", "ended_on": TODAY.isoformat()})
    assert (answer.status_code, answer["Location"]) == (302, noor.get_absolute_url())
    assert Kinship.objects.get().responsible_until == TODAY
    assert "carries no legal responsibility" in amina.browser.get(ending).content.decode()


def test_others_do_not_find_the_pages(bruno: Colleague, motherhood: Kinship) -> None:
    for page in ("set-contact-rule", "end-legal-responsibility"):
        assert bruno.browser.get(f"/ties/{motherhood.code}/{page}/").status_code == 404


# ---- who may consent -------------------------------------------------------------------------------------------------


@dataclass
class AConsent:
    """A consent that is not stored yet, as the room below hands it over."""

    person: Person
    given_by: Person | None
    by_child: bool = False
    given_on: date = TODAY


def test_the_child_and_the_responsible_may_consent(noor: Person, layla: Person, motherhood: Kinship) -> None:
    for consent in (AConsent(noor, layla), AConsent(noor, noor), AConsent(noor, None, by_child=True)):
        assert objection_to("record_consent", consent) == _consent_without_responsibility(consent) == ""


def test_who_lost_the_responsibility_may_no_longer_consent(
    amina: Colleague, noor: Person, layla: Person, motherhood: Kinship
) -> None:
    actions.end_legal_responsibility(amina.actor, motherhood, ended_on=YESTERDAY)
    assert objection_to("record_consent", AConsent(noor, layla, given_on=LAST_WEEK)) == ""
    for day in (YESTERDAY, TODAY):
        assert objection_to("record_consent", AConsent(noor, layla, given_on=day)) == (
            "Layla Saleh no longer has legal responsibility for Noor Saleh. Ask the child, or whoever has it now."
        )


def test_who_never_had_it_or_has_it_for_another_may_not_consent(
    noor: Person, layla: Person, omar: Person, village: Unit
) -> None:
    Kinship.objects.create(person=layla, kind="parent", relative=omar, legally_responsible=True)
    Kinship.objects.create(person=layla, kind="parent", relative=noor)
    for stranger in (layla, register(village, "Some", "Body")):
        assert "has no legal responsibility for Noor Saleh on record" in objection_to(
            "record_consent", AConsent(noor, stranger)
        )
    assert "Say who gave this consent" in objection_to("record_consent", AConsent(noor, None))


def test_a_responsibility_that_begins_later_does_not_count_yet(noor: Person, layla: Person) -> None:
    Kinship.objects.create(person=layla, kind="guardian", relative=noor, legally_responsible=True, starts_on=YESTERDAY)
    assert "has no legal responsibility" in objection_to("record_consent", AConsent(noor, layla, given_on=LAST_WEEK))
    assert objection_to("record_consent", AConsent(noor, layla)) == ""


def test_what_another_may_does_not_count_for_a_stranger(
    noor: Person, layla: Person, motherhood: Kinship, village: Unit
) -> None:
    stranger = register(village, "Some", "Body")
    assert "has no legal responsibility for Noor Saleh" in objection_to("record_consent", AConsent(noor, stranger))


# ---- where everybody must agree ----------------------------------------------------------------------------------------


def asked_of(child: Person, *answers: tuple[Person | None, State]) -> str:
    """What stands in the way of relying on these answers."""
    sides = [
        Side(False, True, state, Consent(person=child, given_by=giver) if giver else None) for giver, state in answers
    ]
    return objection_to(
        "rely_on_consent", Standing(child, "PLACEMENT", "Agreement to a placement", "", tuple(sides), "", TODAY)
    )


def test_everybody_who_is_responsible_for_this_child_is_asked(
    noor: Person, layla: Person, omar: Person, motherhood: Kinship, village: Unit, other_unit: Unit
) -> None:
    omars = register(village, "Father", "Of Omar")
    Kinship.objects.create(person=omars, kind="parent", relative=omar, legally_responsible=True)
    dead = register(village, "Karim", "Saleh")
    Kinship.objects.create(person=dead, kind="parent", relative=noor, legally_responsible=True)
    Person.objects.filter(pk=dead.pk).update(died_on=LAST_WEEK)
    for state in (State.AGREED, State.UNREACHED):
        assert asked_of(noor, (layla, state)) == ""
    for state in (State.REFUSED, State.WITHDRAWN, State.EXPIRED):
        assert "no answer of Layla Saleh counts today" in asked_of(noor, (layla, state))
    assert "no answer of Layla Saleh counts today" in asked_of(noor, (None, State.MISSING))


def test_whoever_another_unit_keeps_is_not_named(
    noor: Person, layla: Person, motherhood: Kinship, other_unit: Unit
) -> None:
    elsewhere = register(other_unit, "Rustam", "Elsewhere")
    Kinship.objects.create(person=elsewhere, kind="parent", relative=noor, legally_responsible=True)
    said = asked_of(noor, (layla, State.AGREED))
    assert ("no answer of somebody you do not see counts today" in said, "Rustam" in said) == (True, False)
