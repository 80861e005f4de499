"""Support after leaving: it begins, an emergency stay is allowed, and it ends in the young person’s own words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.leaving import actions, queries
from kinkeeper.leaving.models import Aftercare, FollowUp
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, TODAY, follow, on
from tests.leaving.test_decide_closing import in_care
from tests.walk import state_of_the_house

ENDING: dict[str, Any] = {
    "ended_on": TODAY,
    "end": "NREQ",
    "statement": "I no longer want contact.",
    "last_contact_on": TODAY,
    "door_open_on": TODAY,
}


@pytest.fixture
def supported(dalia: Colleague, jasurs_case: Case) -> Aftercare:
    """Jasur in after-care since he came of age."""
    return actions.start_aftercare(dalia.actor, jasurs_case, starts_on=date(2026, 9, 1), mentor="Rustam")


def refused(deed: Any, *args: Any, **particulars: Any) -> Refused:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        deed(*args, **particulars)
    assert state_of_the_house() == before
    return refusal.value


# ---- it begins -------------------------------------------------------------------------------------------------------


def test_aftercare_begins(supported: Aftercare, jasurs_case: Case) -> None:
    case = Case.objects.get(pk=jasurs_case.pk)
    assert (case.state, supported.kind, supported.mentor) == ("aftercare", "of_age", "Rustam")
    facts = Entry.objects.get(act="leaving.start_aftercare").facts
    assert facts == {"subject": case.code, "starts_on": "2026-09-01"}


@pytest.mark.parametrize(
    "born, guard", [(date(2010, 1, 1), "G-AGE"), (date(2001, 1, 1), "G-AGE"), (date(2004, 1, 1), "")]
)
def test_it_is_for_young_adults(dalia: Colleague, jasurs_case: Case, born: date, guard: str) -> None:
    Person.objects.filter(pk=jasurs_case.child_id).update(birth=born.isoformat(), born_from=born)
    if guard:
        assert refused(actions.start_aftercare, dalia.actor, jasurs_case, starts_on=TODAY).guard == guard
    else:
        assert actions.start_aftercare(dalia.actor, jasurs_case, starts_on=TODAY).starts_on == TODAY


def test_it_begins_again_through_the_open_door(dalia: Colleague, amina: Colleague, supported: Aftercare) -> None:
    actions.end_aftercare(dalia.actor, supported.case, **ENDING)
    closed = Case.objects.get(pk=supported.case_id)
    early = refused(actions.start_aftercare, dalia.actor, closed, starts_on=TODAY - DAY)
    assert (early.guard, early.field) == ("G-TIME", "starts_on")
    again = actions.start_aftercare(dalia.actor, closed, starts_on=TODAY)
    case = Case.objects.get(pk=closed.pk)
    assert (case.state, case.closed_on, case.close_reason, case.worker) == ("aftercare", None, "", amina.user)
    assert queries.aftercare_of(dalia.actor, case) == again
    assert Assignment.objects.filter(case=case, ends_on=None).count() == 1


def test_only_the_supervisor_and_only_once(
    amina: Colleague, bruno: Colleague, dalia: Colleague, supported: Aftercare
) -> None:
    case = Case.objects.get(pk=supported.case_id)
    assert refused(actions.start_aftercare, amina.actor, case, starts_on=TODAY).guard == "G-MAY"
    assert refused(actions.start_aftercare, dalia.actor, case, starts_on=TODAY).guard == "G-STEP"
    with pytest.raises(Unseen):
        actions.start_aftercare(bruno.actor, case, starts_on=TODAY)


# ---- an emergency stay (scenario 4) ----------------------------------------------------------------------------------

AT_TWENTY = date(2028, 10, 2)


def stay(dalia: Colleague, begun: Aftercare, **changes: Any) -> Aftercare:
    asked: dict[str, Any] = {
        "care_type": "SIL", "starts_on": AT_TWENTY, "until": AT_TWENTY + 30 * DAY, "reason": "He lost his room.",
    }  # fmt: skip
    return actions.allow_emergency_stay(on(dalia.actor, AT_TWENTY), begun, **(asked | changes))


def test_thirty_days_in_supervised_living_are_allowed(dalia: Colleague, supported: Aftercare) -> None:
    Association.objects.update(pack="uzbekistan")
    refusal = refused(stay, dalia, supported, care_type="SGH")
    assert (refusal.guard, refusal.field) == ("G-AGE", "care_type")
    allowed = stay(dalia, supported)
    assert (allowed.emergency_stay_from, allowed.emergency_stay_until, allowed.emergency_stay_type) == (
        AT_TWENTY, AT_TWENTY + 30 * DAY, "SIL",
    )  # fmt: skip
    assert Entry.objects.get(act="leaving.allow_emergency_stay").subject_code == supported.code


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"until": AT_TWENTY + 31 * DAY}, "G-TIME", "until"),
        ({"until": AT_TWENTY}, "G-TIME", "until"),
        ({"starts_on": date(2026, 8, 31)}, "G-AGE", "care_type"),
        ({"care_type": "TENT"}, "G-CODE", "care_type"),
        ({"care_type": "RES"}, "G-AGE", "care_type"),
        ({"reason": " "}, "G-REASON", "reason"),
    ],
)
def test_an_emergency_stay_is_short(
    dalia: Colleague, supported: Aftercare, changes: dict[str, Any], guard: str, field: str
) -> None:
    refusal = refused(stay, dalia, supported, **changes)
    assert (refusal.guard, refusal.field) == (guard, field)


def test_one_emergency_stay_follows_the_other(dalia: Colleague, supported: Aftercare) -> None:
    begun = stay(dalia, supported)
    assert refused(stay, dalia, begun, starts_on=AT_TWENTY + 29 * DAY, until=AT_TWENTY + 40 * DAY).guard == "G-TIME"
    later = AT_TWENTY + 30 * DAY
    assert stay(dalia, begun, starts_on=later, until=later + DAY).emergency_stay_from == later


def test_who_may_not_allow_it(amina: Colleague, bruno: Colleague, supported: Aftercare) -> None:
    assert refused(stay, amina, supported).guard == "G-MAY"
    with pytest.raises(Unseen):
        stay(bruno, supported)


# ---- it ends ---------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-AFTER", "passes")
def test_it_ends_in_the_young_persons_own_words(dalia: Colleague, supported: Aftercare) -> None:
    told = actions.end_aftercare(dalia.actor, supported.case, **ENDING)
    case = Case.objects.get(pk=supported.case_id)
    assert (told.ends_on, told.end, told.statement, told.door_open_on) == (
        TODAY, "NREQ", "I no longer want contact.", TODAY,
    )  # fmt: skip
    assert (case.state, case.closed_on, case.close_reason) == ("closed", TODAY, "enough")
    assert Assignment.objects.get(case=case).ends_on == TODAY
    # The file stays.
    assert dalia.browser.get(told.get_absolute_url()).status_code == 200


@pytest.mark.guard("G-AFTER", "fires")
@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"statement": " "}, "G-AFTER", "statement"),
        ({"last_contact_on": None}, "G-AFTER", "last_contact_on"),
        ({"door_open_on": None}, "G-AFTER", "door_open_on"),
        ({"door_open_on": TODAY + DAY}, "G-TIME", "door_open_on"),
        ({"end": "LOST"}, "G-CODE", "end"),
        ({"end": "lost"}, "G-AFTER", "end"),
        ({"end": "ready"}, "G-AFTER", "end"),
        ({"ended_on": date(2026, 8, 31)}, "G-TIME", "ended_on"),
        ({"ended_on": TODAY + DAY}, "G-TIME", "ended_on"),
    ],
)
def test_a_refusal_changes_nothing(
    dalia: Colleague, supported: Aftercare, changes: dict[str, Any], guard: str, field: str
) -> None:
    refusal = refused(actions.end_aftercare, dalia.actor, supported.case, **(ENDING | changes))
    assert (refusal.guard, refusal.field) == (guard, field)


def test_at_twenty_one_it_may_end_because_he_is_ready(dalia: Colleague, supported: Aftercare) -> None:
    day = date(2029, 9, 1)
    ending = ENDING | {"end": "ready", "ended_on": day}
    assert refused(
        actions.end_aftercare, on(dalia.actor, day), supported.case, **(ending | {"ended_on": day - DAY})
    ).guard == "G-AFTER"  # fmt: skip
    assert actions.end_aftercare(on(dalia.actor, day), supported.case, **ending).end == "ready"


@pytest.mark.parametrize(
    "ways, fits", [("call message call", True), ("call call call", False), ("call message", False)]
)
def test_who_cannot_be_found_need_not_say_anything(
    dalia: Colleague, supported: Aftercare, ways: str, fits: bool
) -> None:
    for way in ways.split():
        FollowUp.objects.create(case=supported.case, happened_on=TODAY, way=way, in_touch=False, lives="unknown")
    ending = {"ended_on": TODAY, "end": "lost", "door_open_on": TODAY}
    if fits:
        assert actions.end_aftercare(dalia.actor, supported.case, **ending).end == "lost"  # type: ignore[arg-type]
        assert Case.objects.get(pk=supported.case_id).close_reason == "lost"
    else:
        assert refused(actions.end_aftercare, dalia.actor, supported.case, **ending).guard == "G-AFTER"


def test_of_the_dead_nothing_is_asked(dalia: Colleague, supported: Aftercare) -> None:
    actions.end_aftercare(dalia.actor, supported.case, ended_on=TODAY, end="died")
    case = Case.objects.get(pk=supported.case_id)
    assert (case.state, case.close_reason) == ("deceased", "died")


def test_a_return_is_followed_to_its_end(dalia: Colleague, at_home: Aftercare) -> None:
    refusal = refused(actions.end_aftercare, dalia.actor, at_home.case, **(ENDING | {"end": "ready"}))
    assert (refusal.guard, refusal.field) == ("G-AFTER", "end")
    long_ago = TODAY - timedelta(days=400)
    Aftercare.objects.filter(pk=at_home.pk).update(starts_on=long_ago)
    follow(at_home.case, TODAY)
    assert actions.end_aftercare(dalia.actor, at_home.case, **(ENDING | {"end": "ready"})).end == "ready"


def test_a_stay_in_care_ends_first(dalia: Colleague, supported: Aftercare, okafors: Home) -> None:
    in_care(supported.case.child, okafors, date(2026, 1, 5))
    assert refused(actions.end_aftercare, dalia.actor, supported.case, **ENDING).guard == "G-CLOSE"


def test_only_the_supervisor_ends_it(amina: Colleague, bruno: Colleague, supported: Aftercare) -> None:
    assert refused(actions.end_aftercare, amina.actor, supported.case, **ENDING).guard == "G-MAY"
    with pytest.raises(Unseen):
        actions.end_aftercare(bruno.actor, supported.case, **ENDING)


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-AFTER", "answers_409")
def test_the_pages_of_aftercare(dalia: Colleague, bruno: Colleague, supported: Aftercare) -> None:
    browser, case = dalia.browser, Case.objects.get(pk=supported.case_id)
    page = browser.get(supported.get_absolute_url()).content.decode()
    assert "No follow-up yet" in page
    assert "Rustam" in page
    note = browser.get(reverse("door_open", args=[supported.code])).content.decode()
    title = note.split("<title>")[1].split("</title>")[0]
    assert (supported.code in title, "Jasur" in title) == (True, False)
    for name, code in (("aftercare", supported.code), ("end_aftercare", case.code)):
        assert bruno.browser.get(reverse(name, args=[code])).status_code == 404
    address = reverse("end_aftercare", args=[case.code])
    days = {name: TODAY.isoformat() for name in ("ended_on", "last_contact_on", "door_open_on")}
    typed = {**ENDING, **days, "version": case.version, "statement": ""}
    before = state_of_the_house()
    answer = browser.post(address, typed)
    assert (answer.status_code, "Rule: G-AFTER" in answer.content.decode()) == (409, True)
    assert state_of_the_house() == before
    assert browser.post(address, {**typed, "statement": "Enough."}).status_code == 302
    assert "No after-care is going on" in browser.get(address).content.decode()


def test_the_pages_begin_aftercare_and_allow_a_stay(dalia: Colleague, jasurs_case: Case) -> None:
    browser = dalia.browser
    address = reverse("start_aftercare", args=[jasurs_case.code])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": 1, "starts_on": "2026-01-01"}).status_code == 409
    assert browser.post(address, {"version": 1, "starts_on": "2026-09-01"}).status_code == 302
    begun = Aftercare.objects.get()
    address = reverse("allow_emergency_stay", args=[begun.code])
    typed = {"version": 1, "starts_on": TODAY.isoformat(), "until": (TODAY + DAY).isoformat(), "reason": "No room"}
    answer = browser.post(address, {**typed, "care_type": "SGH"})
    assert (answer.status_code, "Rule: G-AGE" in answer.content.decode()) == (409, True)
    assert browser.post(address, {**typed, "care_type": "SIL"}).status_code == 302
    assert "Supervised independent living" in browser.get(begun.get_absolute_url()).content.decode()
