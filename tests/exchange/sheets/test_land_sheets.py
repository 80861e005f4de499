"""Own spreadsheets land: everything once, corrections as corrections, nothing over what people wrote here since."""

from __future__ import annotations

from datetime import date

from kinkeeper.cases.models import Case, Contact
from kinkeeper.exchange.models import Import, QuarantinedRow, ReportedFact, SourceRow
from kinkeeper.families.models import Family, HouseholdMember, Kinship, Membership
from kinkeeper.homes.models import Carer, Home
from kinkeeper.people.models import ContactPoint, Name, NameKey, Person
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from tests.exchange.sheets.conftest import (
    CHILD_OF,
    EVERYTHING,
    HOME,
    KIN,
    MINA,
    MOTHER,
    SECOND,
    STAY,
    VISIT,
    Preview,
    changed,
    counts,
    why,
)


def test_everything_lands(land_sheets: Preview) -> None:
    brought = land_sheets(EVERYTHING)
    assert why(brought) == []
    assert counts(brought) == (9, 9, 0, 0)
    assert Import.objects.get().state == Import.State.FINISHED
    mina = Person.objects.get(name="Mina Karimova")
    assert (mina.birth, mina.sex, mina.birth_by) == ("2014-05-17", "F", "document")
    assert Case.objects.get().child == mina
    assert Case.objects.get().opened_on == date(2023, 1, 10)
    tie = Kinship.objects.get()
    assert (tie.person.name, tie.kind, tie.relative, tie.legally_responsible) == (
        "Zarina Karimova",
        "parent",
        mina,
        True,
    )
    assert (Family.objects.get().name, Membership.objects.count(), HouseholdMember.objects.count()) == ("Karimov", 2, 2)
    assert Home.objects.get(name="The Yusupovs").capacity == 2
    assert Carer.objects.get().person.name == "Olga Yusupova"
    episode = Episode.objects.get()
    assert (episode.started_on, episode.placement.home.name) == (date(2023, 2, 1), "The Yusupovs")
    assert Contact.objects.get().note == "She showed her drawings."


def test_the_same_file_again_changes_nothing(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    before = _state()
    assert counts(land_sheets(EVERYTHING)) == (9, 0, 9, 0)
    assert _state() == before
    # Under another name the same rows are the rows of another source: everybody may be known already.
    assert Import.objects.count() == 1


def test_a_corrected_file_changes_what_was_corrected(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    corrected = changed(
        EVERYTHING,
        persons=[
            {**MINA, "given": "Amina", "birth": "2014-05-18", "phone": "+998 90 123", "given_other": "Амина"},
            MOTHER,
            EVERYTHING["persons"][2],
        ],
        families=[{**KIN, "since": "2014-05-18", "address": "14 Mill Lane"}, CHILD_OF],
        homes=[{**HOME, "capacity": "3"}, SECOND],
        stays=[{**STAY, "ended_on": "2024-01-01", "exit": "REUNIFIED"}],
        contacts=[{**VISIT, "note": "She showed two drawings."}],
    )
    brought = land_sheets(corrected)
    assert why(brought) == []
    assert counts(brought) == (9, 5, 4, 0)
    mina = Person.objects.get(name="Amina Karimova")
    assert (mina.birth, mina.born_from, mina.sort_name) == ("2014-05-18", date(2014, 5, 18), "karimova amina")
    assert NameKey.objects.filter(person=mina, key="e:amina").exists()
    assert Name.objects.filter(person=mina, given="Амина", script="Cyrl").exists()
    assert ContactPoint.objects.get().value == "+998 90 123"
    assert Home.objects.get(name="The Yusupovs").capacity == 3
    period = PeriodOfCare.objects.get()
    assert (period.ended_on, period.exit) == (date(2024, 1, 1), "REUNIFIED")
    assert Contact.objects.get().note == "She showed two drawings."
    assert HouseholdMember.objects.get(starts_on=date(2014, 5, 18)).household.address == "14 Mill Lane"
    assert (Person.objects.count(), Episode.objects.count(), Placement.objects.count()) == (3, 1, 1)


def test_what_people_wrote_here_since_is_not_overwritten(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    Home.objects.filter(name="The Yusupovs").update(capacity=4)
    brought = land_sheets(changed(EVERYTHING, homes=[{**HOME, "capacity": "3"}, SECOND]))
    assert why(brought) == [
        (
            "homes",
            "Places",
            "The record here says “4”, the file says “3”. Correct the record on its page, or the file.",
        )
    ]
    assert Home.objects.get(name="The Yusupovs").capacity == 4


def test_a_move_is_added_to_a_history_that_landed(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    moved = [
        {**STAY, "ended_on": "2024-03-01", "leave_reason": "PLAN"},
        {**STAY, "home": "H2", "started_on": "2024-03-01", "need": ""},
    ]
    brought = land_sheets(changed(EVERYTHING, stays=moved))
    assert why(brought) == []
    rows = Episode.objects.order_by("started_on").values_list("started_on", "reason", "placement__home__name")
    assert list(rows) == [(date(2023, 2, 1), "S", "The Yusupovs"), (date(2024, 3, 1), "P", "The Aliyevs")]
    assert PeriodOfCare.objects.get().ended_on is None
    assert Placement.objects.get(home__name="The Yusupovs").leave_reason == "PLAN"


def test_a_first_day_is_corrected_where_the_stay_has_a_number(land_sheets: Preview) -> None:
    land_sheets(changed(EVERYTHING, stays=[{**STAY, "number": "S1"}]))
    corrected = {**STAY, "number": "S1", "started_on": "2023-01-20", "home": "H2", "legal_status": "EMERGENCY"}
    brought = land_sheets(changed(EVERYTHING, stays=[corrected]))
    assert why(brought) == []
    episode = Episode.objects.get()
    assert (episode.started_on, episode.placement.home.name) == (date(2023, 1, 20), "The Aliyevs")
    assert (episode.legal_status.status, episode.legal_status.starts_on) == ("EMERGENCY", date(2023, 1, 20))
    assert PeriodOfCare.objects.get().started_on == date(2023, 1, 20)
    assert (PeriodOfCare.objects.count(), Placement.objects.count()) == (1, 1)


def test_two_periods_of_care_are_two(land_sheets: Preview) -> None:
    stays = [
        {**STAY, "ended_on": "2023-06-01", "exit": "REUNIFIED"},
        {**STAY, "started_on": "2024-01-01", "legal_status": "EMERGENCY"},
        {**STAY, "started_on": "2024-02-01"},
    ]
    brought = land_sheets(changed(EVERYTHING, stays=stays))
    assert why(brought) == []
    assert PeriodOfCare.objects.count() == 2
    # The law changed while the child stayed: one placement with two episodes.
    assert (Placement.objects.count(), Episode.objects.count()) == (2, 3)


def test_columns_that_nobody_matched_are_kept_word_for_word(land_sheets: Preview) -> None:
    mina = {**MINA, "Favourite animal": "=hedgehog", "Shoe size": 31}
    brought = land_sheets(changed(EVERYTHING, persons=[mina, *EVERYTHING["persons"][1:]]))
    fact = ReportedFact.objects.get()
    assert fact.values == {"Favourite animal": "=hedgehog", "Shoe size": "31"}
    assert fact.person.name == "Mina Karimova"
    assert counts(brought)[1] == 9
    land_sheets(changed(EVERYTHING, persons=[{**mina, "Shoe size": 32}, *EVERYTHING["persons"][1:]]))
    assert ReportedFact.objects.get().values["Shoe size"] == "32"


def test_a_mended_row_brings_along_those_that_waited(land_sheets: Preview, dalia) -> None:
    from kinkeeper.exchange import actions

    faulty = changed(EVERYTHING, persons=[{**MINA, "birth": "31.02.2014"}, *EVERYTHING["persons"][1:]])
    brought = land_sheets(faulty)
    assert [row[0] for row in why(brought)] == ["persons", "families", "families", "stays", "contacts"]
    row = QuarantinedRow.objects.get(table="persons")
    assert row.reason == "“31.02.2014” is no date. Write a day (2014-05-17), a month (2014-05) or a year (2014)."
    actions.mend_row(dalia.actor, row, values={**row.values, "birth": "17.05.2014"})
    assert set(QuarantinedRow.objects.values_list("state", flat=True)) == {"mended"}
    assert (Kinship.objects.count(), Episode.objects.count(), Contact.objects.count()) == (1, 1, 1)
    before = _state()
    assert counts(land_sheets(faulty)) == (9, 0, 9, 0)
    assert _state() == before


def test_imported_rows_of_a_source_are_told_apart_by_table(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    assert dict.fromkeys(SourceRow.objects.values_list("table", flat=True)).keys() == {
        "persons", "families", "family", "homes", "stays", "contacts",
    }  # fmt: skip


def _state() -> list[tuple[str, int, int]]:
    models = (Person, Name, Family, Membership, Kinship, HouseholdMember, Home, Carer, PeriodOfCare, Placement, Episode, Case,
        Contact, SourceRow, ReportedFact)  # fmt: skip
    return [(model.__name__, row.pk, row.version) for model in models for row in model.objects.order_by("pk")]
