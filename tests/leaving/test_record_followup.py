"""How somebody is after leaving; who is still at home; what was late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.keys.ring import keyring
from kinkeeper.leaving import actions, queries
from kinkeeper.leaving.models import Aftercare, FollowUp
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.models import Notice
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, TODAY, follow
from tests.leaving.test_decide_closing import in_care
from tests.walk import state_of_the_house

TOLD: dict[str, Any] = {"happened_on": TODAY, "way": "visit", "in_touch": True, "lives": "family", "wellbeing": "Well."}


def refused(colleague: Colleague, case: Case, **changes: Any) -> Refused:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        actions.record_followup(colleague.actor, case, **(TOLD | changes))
    assert state_of_the_house() == before
    return refusal.value


def test_a_followup_is_recorded(amina: Colleague, at_home: Aftercare) -> None:
    more = {"seen": True, "suitable": True, "activity": "school", "own_words": " I am happy. "}
    told = actions.record_followup(amina.actor, at_home.case, **TOLD, **more)  # type: ignore[arg-type]
    stored = FollowUp.objects.get()
    assert (stored.seen, stored.suitable, stored.activity, stored.own_words) == (True, True, "school", "I am happy.")
    assert (stored.lives, stored.concern, stored.by) == ("family", False, amina.user)
    assert list(queries.followups_of(amina.actor, at_home.case)) == [told]
    facts = Entry.objects.get(act="leaving.record_followup").facts
    assert facts == {
        "subject": at_home.case.code, "happened_on": TODAY.isoformat(), "in_touch": True, "seen": True, "suitable": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"happened_on": TODAY + DAY}, "G-TIME", "happened_on"),
        ({"happened_on": TODAY - DAY}, "G-TIME", "happened_on"),
        ({"lives": "moon"}, "G-CODE", "lives"),
        ({"way": "pigeon"}, "G-CODE", "way"),
        ({"activity": "sleep"}, "G-CODE", "activity"),
        ({"wellbeing": " "}, "G-REASON", "wellbeing"),
        ({"in_touch": False}, "G-SEEN", "in_touch"),
        ({"in_touch": False, "lives": "unknown", "seen": True}, "G-SEEN", "in_touch"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, at_home: Aftercare, changes: dict[str, Any], guard: str, field: str
) -> None:
    refusal = refused(amina, at_home.case, **changes)
    assert (refusal.guard, refusal.field) == (guard, field)


def test_an_attempt_in_vain_answers_nothing(amina: Colleague, at_home: Aftercare) -> None:
    actions.record_followup(amina.actor, at_home.case, happened_on=TODAY, way="call", in_touch=False, lives="unknown")
    assert FollowUp.objects.get().in_touch is False
    calendar = queries.followup_calendar(amina.actor, at_home)
    assert [each.done_on for each in calendar] == [None] * 5


def test_a_child_back_in_care_is_flagged_and_told(amina: Colleague, dalia: Colleague, at_home: Aftercare) -> None:
    told = actions.record_followup(amina.actor, at_home.case, **(TOLD | {"lives": "care"}))
    assert (told.back_in_care, told.concern) == (True, True)
    while run_due_jobs():
        pass
    notice = Notice.objects.get(kind="back_in_care")
    assert (notice.to, notice.subject_code) == (dalia.user, at_home.case.code)


def test_a_child_with_the_family_is_no_news(amina: Colleague, dalia: Colleague, at_home: Aftercare) -> None:
    actions.record_followup(amina.actor, at_home.case, **TOLD)
    while run_due_jobs():
        pass
    assert not Notice.objects.filter(kind="back_in_care").exists()


def test_followups_belong_to_aftercare(amina: Colleague, bruno: Colleague, reviewed: Case) -> None:
    assert refused(amina, reviewed).guard == "G-STEP"
    with pytest.raises(Unseen):
        actions.record_followup(bruno.actor, reviewed, **TOLD)


def left_on(at_home: Aftercare, day: date) -> Aftercare:
    Aftercare.objects.filter(pk=at_home.pk).update(starts_on=day)
    at_home.refresh_from_db()
    return at_home


def test_each_followup_is_on_time_or_late(amina: Colleague, at_home: Aftercare) -> None:
    begun = left_on(at_home, date(2025, 1, 10))
    follow(begun.case, date(2025, 1, 16))
    follow(begun.case, date(2025, 2, 14))
    found = queries.followup_calendar(amina.actor, begun)
    assert [(each.due_on, each.done_on, each.days_late) for each in found] == [
        (date(2025, 1, 17), date(2025, 1, 16), 0),
        (date(2025, 2, 10), date(2025, 2, 14), 4),
        (date(2025, 4, 10), None, 0),
        (date(2025, 7, 10), None, 0),
        (date(2026, 1, 10), None, 0),
    ]


@pytest.mark.parametrize(
    "day, lives, home",
    [
        (date(2026, 1, 12), "family", True),
        (date(2026, 1, 5), "kin", True),
        (date(2026, 1, 12), "care", False),
        (date(2026, 1, 12), "alone", False),
        (date(2026, 1, 12), "unknown", None),
        (date(2025, 7, 10), "family", None),
    ],
)
def test_who_is_still_at_home_after_a_year(
    amina: Colleague, at_home: Aftercare, day: date, lives: str, home: bool | None
) -> None:
    begun = left_on(at_home, date(2025, 1, 10))
    follow(begun.case, day, lives=lives)
    assert queries.still_at_home(amina.actor, begun.case, 12) is home


def test_a_child_placed_again_is_not_at_home(amina: Colleague, at_home: Aftercare, okafors: Home) -> None:
    begun = left_on(at_home, date(2025, 1, 10))
    in_care(begun.case.child, okafors, date(2025, 9, 1))
    assert queries.still_at_home(amina.actor, begun.case, 12) is False
    assert queries.still_at_home(amina.actor, begun.case, 3) is None


def test_of_a_case_without_aftercare_nobody_knows(amina: Colleague, noors_case: Case) -> None:
    assert queries.still_at_home(amina.actor, noors_case, 12) is None


def test_the_page_records_it(amina: Colleague, dalia: Colleague, at_home: Aftercare) -> None:
    address, browser = reverse("record_followup", args=[at_home.case.code]), amina.browser
    case = Case.objects.get(pk=at_home.case_id)
    page = browser.get(address).content.decode()
    assert "data-draft" in page
    typed = {"version": case.version, "happened_on": TODAY.isoformat(), "way": "visit", "in_touch": "on"}
    typed |= {"lives": "family", "suitable": "no", "wellbeing": ""}
    answer = browser.post(address, typed)
    assert (answer.status_code, FollowUp.objects.count()) == (409, 0)
    assert browser.post(address, {**typed, "wellbeing": "She sleeps well."}).status_code == 302
    assert FollowUp.objects.get().suitable is False
    shown = browser.get(at_home.get_absolute_url()).content.decode()
    assert "She sleeps well." in shown
    assert "housing not suitable" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_aftercare_asks_as_often_for_three(
    amina: Colleague, at_home: Aftercare, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        follow(at_home.case, TODAY)
    actor = amina.actor
    with keyring(), django_assert_num_queries(7):
        page = queries.aftercare_page(actor, at_home)
        assert len(page.story) == rows
