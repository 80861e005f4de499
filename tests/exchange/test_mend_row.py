"""A row in quarantine is mended in the browser, lands, and takes the rows along that waited for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.exchange import actions
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode
from kinkeeper.plans.models import Review
from tests.conftest import Colleague
from tests.exchange.conftest import AFTER, MOVED, REVIEW, counts, year_one, year_two
from tests.walk import state_of_the_house

Land = Callable[[Path], Import]
State = QuarantinedRow.State


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Two years of one child; the second begins with a placement that ends before it began."""
    return year_two(tmp_path / "in", Episodes=[{**MOVED, "DEC": "20/07/2021"}, AFTER])


def test_a_mended_row_lands_with_those_that_waited(land: Land, dalia: Colleague, faulty: Path) -> None:
    brought = land(faulty)
    assert counts(brought) == (4, 2, 0, 2)
    bad = QuarantinedRow.objects.get(field="DEC")
    actions.mend_row(dalia.actor, bad, values={**bad.values, "DEC": "20/07/2023"})
    assert set(QuarantinedRow.objects.values_list("state", flat=True)) == {State.MENDED}
    assert Episode.objects.count() == 2
    assert counts(Import.objects.get()) == (4, 4, 0, 0)


def test_a_mended_row_stays_mended_when_the_files_come_again(land: Land, dalia: Colleague, faulty: Path) -> None:
    land(faulty)
    bad = QuarantinedRow.objects.get(field="DEC")
    actions.mend_row(dalia.actor, bad, values={**bad.values, "DEC": "20/07/2023"})
    assert counts(land(faulty)) == (4, 0, 4, 0)
    assert Import.objects.count() == 1


@pytest.mark.parametrize("value, field", [("20/07/2020", "DEC"), ("yesterday", "DEC")])
def test_a_row_that_is_still_wrong_is_refused_with_the_reason(
    land: Land, dalia: Colleague, faulty: Path, value: str, field: str
) -> None:
    land(faulty)
    bad = QuarantinedRow.objects.get(field="DEC")
    with pytest.raises(Refused) as refused:
        actions.mend_row(dalia.actor, bad, values={**bad.values, "DEC": value})
    assert refused.value.field == field
    assert QuarantinedRow.objects.get(pk=bad.pk).state == State.WAITING
    assert Episode.objects.count() == 0


@pytest.mark.guard("G-GAP", "fires", "passes", "answers_409")
def test_a_gap_in_care_is_kept_back_and_its_page_answers_409_until_it_is_closed(
    land: Land, dalia: Colleague, tmp_path: Path
) -> None:
    land(year_two(tmp_path / "in", Episodes=[MOVED, {**AFTER, "DECOM": "25/07/2023"}]))
    gap = QuarantinedRow.objects.get(guard="G-GAP")
    page, browser = f"/exchange/rows/{gap.code}/mend/", dalia.browser
    before = state_of_the_house()
    answer = browser.post(page, {**gap.values, "version": gap.version, "DECOM": "21/07/2023"})
    assert (answer.status_code, "Rule: G-GAP" in answer.content.decode()) == (409, True)
    assert state_of_the_house() == before
    assert browser.post(page, {**gap.values, "version": gap.version, "DECOM": "20/07/2023"}).status_code == 302
    assert Episode.objects.count() == 2


def test_a_row_may_be_given_to_the_child_it_belongs_to(land: Land, dalia: Colleague, tmp_path: Path) -> None:
    land(year_one(tmp_path / "one"))
    lost = {**REVIEW, "CHILD": "KI", "REVIEW": "01/12/2022"}
    brought = land(year_one(tmp_path / "two", Reviews=[lost]))
    row = QuarantinedRow.objects.get(of=brought)
    actions.mend_row(dalia.actor, row, values={**row.values, "CHILD": "K1"})
    assert Review.objects.count() == 2
    assert Person.objects.count() == 1


def test_a_row_set_aside_stays_aside(land: Land, dalia: Colleague, faulty: Path) -> None:
    land(faulty)
    for row in QuarantinedRow.objects.all():
        actions.set_row_aside(dalia.actor, row)
    brought = land(faulty)
    assert counts(brought) == (4, 0, 2, 2)
    assert set(QuarantinedRow.objects.values_list("state", flat=True)) == {State.SET_ASIDE}


def test_a_caseworker_neither_sees_nor_mends_the_quarantine(land: Land, amina: Colleague, faulty: Path) -> None:
    land(faulty)
    row = QuarantinedRow.objects.get(field="DEC")
    with pytest.raises(Unseen):
        actions.mend_row(amina.actor, row, values=row.values)
    assert amina.browser.get(f"/exchange/rows/{row.code}/mend/").status_code == 404
