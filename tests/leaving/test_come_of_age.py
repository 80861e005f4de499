"""Turning eighteen never closes a case: after-care begins by itself, once, unless the young person asked otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen, machine
from kinkeeper.access.models import Association, Role
from kinkeeper.cases.models import Case
from kinkeeper.intake.models import Registration
from kinkeeper.journal.models import Entry
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.leaving import actions, tasks
from kinkeeper.leaving.models import Aftercare, ExtendedSupport
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, TODAY, on
from tests.walk import state_of_the_house

BIRTHDAY = date(2026, 9, 1)


def test_aftercare_begins_by_itself_once(jasurs_case: Case, amina: Colleague, dalia: Colleague) -> None:
    Association.objects.update(pack="uzbekistan")
    assert tasks.come_of_age() == 1
    begun, case = Aftercare.objects.get(), Case.objects.get(pk=jasurs_case.pk)
    assert (begun.kind, begun.starts_on, begun.ends_on) == ("of_age", BIRTHDAY, None)
    assert (case.state, case.closed_on, case.worker) == ("aftercare", None, amina.user)
    entry = Entry.objects.get(act="leaving.come_of_age")
    assert (entry.actor, entry.user) == ("machine:calendar", None)
    while run_due_jobs():
        pass
    assert set(Notice.objects.values_list("to", "kind")) == {
        (amina.user.pk, "came_of_age"), (dalia.user.pk, "came_of_age"),
    }  # fmt: skip
    before = state_of_the_house()
    assert tasks.come_of_age() == 0
    assert state_of_the_house() == before


@pytest.mark.parametrize(
    "birth, state, kind, begins",
    [
        ("2008-09-01", "active", "youth", 1),
        ("2008-09-01", "review", "care", 1),
        ("2008-09-01", "closing", "youth", 0),
        ("2008-09-01", "planning", "youth", 0),
        ("2008-09-01", "active", "family_strengthening", 0),
        (f"{TODAY.year - 17}-01-01", "active", "youth", 0),
        # Born at some time in the year: of age for certain only when that year is over.
        (f"{TODAY.year - 18}", "active", "youth", int((TODAY.month, TODAY.day) == (12, 31))),
        (f"{TODAY.year - 19}", "active", "youth", 1),
        ("", "active", "youth", 0),
    ],
)
def test_for_whom_it_begins(jasurs_case: Case, birth: str, state: str, kind: str, begins: int) -> None:
    born = date(int(birth[:4]), 9 if len(birth) > 4 and "09" in birth else 1, 1) if birth else None
    Person.objects.filter(pk=jasurs_case.child_id).update(birth=birth, born_from=born)
    Case.objects.filter(pk=jasurs_case.pk).update(state=state, kind=kind)
    assert tasks.come_of_age() == begins
    assert Aftercare.objects.count() == begins


def test_not_a_day_too_early(jasurs_case: Case) -> None:
    actor = on(machine("calendar", Role.SUPERVISOR), BIRTHDAY - DAY)
    with pytest.raises(Refused) as refusal:
        actions.come_of_age(actor, jasurs_case)
    assert refusal.value.guard == "G-AGE"
    assert actions.come_of_age(on(actor, BIRTHDAY), jasurs_case).starts_on == BIRTHDAY


def test_nobody_does_it_by_hand(dalia: Colleague, jasurs_case: Case) -> None:
    with pytest.raises(Refused, match="by itself"):
        actions.come_of_age(dalia.actor, jasurs_case)
    assert Aftercare.objects.count() == 0


def test_who_asked_for_more_stays_in_care_until_then(dalia: Colleague, jasurs_case: Case) -> None:
    told = actions.extend_support(
        dalia.actor, jasurs_case, asked_on=TODAY, until=TODAY + 90 * DAY, wish="I want to finish school here."
    )
    assert (told.until, told.wish) == (TODAY + 90 * DAY, "I want to finish school here.")
    assert Entry.objects.get(act="leaving.extend_support").subject_code == told.code
    assert tasks.come_of_age() == 0
    ExtendedSupport.objects.update(asked_on=BIRTHDAY, until=TODAY)
    assert tasks.come_of_age() == 1
    assert Aftercare.objects.get().starts_on == TODAY


def test_who_was_over_age_from_the_beginning_stays_in_care(jasurs_case: Case) -> None:
    Registration.objects.create(case=jasurs_case, over_age_reason="Asked for it", registered_on=TODAY)
    assert tasks.come_of_age() == 0


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"wish": " "}, "G-REASON", "wish"),
        ({"until": TODAY}, "G-TIME", "until"),
        ({"asked_on": TODAY + DAY}, "G-TIME", "asked_on"),
        ({"until": date(2033, 9, 2)}, "G-AGE", "until"),
        ({"until": date(2033, 9, 1)}, "", ""),
    ],
)
def test_support_is_extended_within_the_pack(
    dalia: Colleague, jasurs_case: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    asked: dict[str, Any] = {"asked_on": TODAY, "until": TODAY + 90 * DAY, "wish": "More time"} | changes
    before = state_of_the_house()
    if not guard:
        assert actions.extend_support(dalia.actor, jasurs_case, **asked).until == asked["until"]
        return
    with pytest.raises(Refused) as refusal:
        actions.extend_support(dalia.actor, jasurs_case, **asked)
    assert (refusal.value.guard, refusal.value.field, state_of_the_house()) == (guard, field, before)


def test_the_page_extends_support(dalia: Colleague, amina: Colleague, bruno: Colleague, jasurs_case: Case) -> None:
    address = reverse("extend_support", args=[jasurs_case.code])
    assert "Only a supervisor" in amina.browser.get(address).content.decode()
    assert bruno.browser.get(address).status_code == 404
    typed = {"version": 1, "asked_on": TODAY.isoformat(), "until": TODAY.isoformat(), "wish": "More time"}
    answer = dalia.browser.post(address, typed)
    assert (answer.status_code, "Rule: G-TIME" in answer.content.decode()) == (409, True)
    assert dalia.browser.post(address, {**typed, "until": (TODAY + DAY).isoformat()}).status_code == 302
    assert ExtendedSupport.objects.count() == 1


def test_a_stranger_extends_nothing(bruno: Colleague, jasurs_case: Case) -> None:
    with pytest.raises(Unseen):
        actions.extend_support(bruno.actor, jasurs_case, asked_on=TODAY, until=TODAY + DAY, wish="x")
