"""Rows from before the columns were sealed: they are sealed by the migration, and opened again by its way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.homes.models import Home
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.keys.models import DataKey
from kinkeeper.sharing.models import Share

BEFORE = [
    ("access", "0003_declared_emergencies"),
    ("drafts", "0001_drafts_are_kept"),
    ("people", "0003_an_adult_who_could_not_be_reached"),
    ("families", "0002_supports_and_rules_of_contact"),
    ("cases", "0003_conferences_tasks_tracing_and_death"),
    ("intake", "0003_mentioned_births_name_their_method"),
    ("assessments", "0001_the_first_tables"),
    ("decisions", "0002_what_a_decision_remembers"),
    ("plans", "0004_the_plans_of_a_family_have_an_index"),
    ("homes", "0003_an_approval_names_its_limits"),
    ("placements", "0002_stays_name_their_decision"),
    ("leaving", "0002_a_closing_is_carried_out_and_support_goes_on"),
    ("sharing", "0002_sheets_are_kept_word_for_word"),
    ("exchange", "0001_the_first_tables"),
]
ADDRESS, NUMBER, WORDS = "Mill Lane 4, behind the school", "AB 12345", "He is afraid at night. “Ночью страшно”"
SHEET = [["Who", "Noor"], ["Health", {"asthma": True, "since": 2019}]]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    """The tables of the version before; afterwards those of today, whatever happened."""
    there = connection.introspection.table_names()
    if "django_migrations" not in there:
        pytest.skip("The tables of this run were made without migrations.")
    # The rules in the database step aside while tables change, as they do for the command.
    emit_pre_migrate_signal(0, False, "default")
    try:
        yield migrate(BEFORE)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        emit_post_migrate_signal(0, False, "default")


def lies(table: str, column: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return cursor.fetchone()[0]


def written_before(apps: Any) -> None:
    """A child with a number, a home, a referral, a shared sheet, and a note, as the version before wrote them."""
    make = lambda label, **values: apps.get_model(label)._base_manager.create(**values)  # noqa: E731
    association = make("access.Association", name="Kin", country="XK", pack="un")
    programme = make("access.Programme", association=association, name="Care", kind="family_care")
    unit = make("access.Unit", programme=programme, name="Riverside", kind="village")
    noor = make("people.Person", unit=unit, name="Noor", sort_name="noor", ethnicity="X1", religion="Islam")
    make("people.Identifier", person=noor, scheme="national", value=NUMBER)
    make("people.Identifier", person=noor, scheme="other", value="7")
    case = make("cases.Case", child=noor, unit=unit, opened_on="2024-01-01")
    for _number in range(3):
        make("cases.Contact", case=case, happened_on="2024-02-01", seen="alone", note=WORDS)
    make("homes.Home", unit=unit, name="H", kind="foster", capacity=1, address=ADDRESS, postcode="1000")
    referral = make(
        "intake.Referral",
        unit=unit,
        known=WORDS,
        causes=["POVERTY"],
        immediate_danger=False,
        received_at="2024-01-01T00:00Z",
    )
    make("intake.Mentioned", referral=referral, given="Sami", number=NUMBER)
    brought = make("exchange.Import", unit=unit, folder="imports/1", digest="0", summary={"faults": [WORDS]})
    make(
        "exchange.QuarantinedRow",
        of=brought,
        file="episodes.csv",
        line=2,
        table="Episodes",
        child_reference=NUMBER,
        reason=WORDS,
        values={"CHILD": NUMBER},
    )
    make("sharing.Share", case=case, sheet=SHEET, purpose="CARE", shared_on="2024-02-01")


def test_what_was_written_is_sealed_and_can_be_opened_again(before: Any) -> None:
    written_before(before)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    for table, column in (
        ("people_person", "religion"),
        ("people_identifier", "value"),
        ("cases_contact", "note"),
        ("homes_home", "address"),
        ("intake_referral", "known"),
        ("intake_mentioned", "number"),
        ("sharing_share", "sheet"),
        ("exchange_import", "summary"),
        ("exchange_quarantinedrow", "reason"),
        ("exchange_quarantinedrow", "child_reference"),
    ):
        assert lies(table, column).startswith("kk1:"), table
    assert lies("cases_contact", "child_said") == ""
    from kinkeeper.cases.models import Contact
    from kinkeeper.people.models import Identifier

    assert [row.note for row in Contact.objects.all()] == [WORDS] * 3
    assert Identifier.objects.get(value_mark=NUMBER).value == NUMBER
    assert Home.objects.get(postcode_mark="1000").address == ADDRESS
    assert (Referral.objects.get().known, Referral.objects.get().causes) == (WORDS, ["POVERTY"])
    assert (Mentioned.objects.get().number, Share.objects.get().sheet) == (NUMBER, SHEET)
    waits = QuarantinedRow.objects.get(child_mark=NUMBER)
    assert (waits.child_reference, waits.reason, waits.values) == (NUMBER, WORDS, {"CHILD": NUMBER})
    assert Import.objects.get().summary == {"faults": [WORDS]}
    holders = set(DataKey.objects.values_list("holder_type", flat=True))
    assert holders == {"people.person", "homes.home", "intake.referral", "exchange.import", "association"}
    apps = migrate(BEFORE)
    assert lies("homes_home", "address") == ADDRESS
    assert lies("cases_contact", "note") == WORDS
    assert lies("exchange_quarantinedrow", "reason") == WORDS
    assert lies("exchange_quarantinedrow", "child_reference") == NUMBER
    assert apps.get_model("exchange.Import")._base_manager.get().summary == {"faults": [WORDS]}
    sheet = apps.get_model("sharing.Share")._base_manager.get().sheet
    assert sheet == SHEET
    assert json.dumps(sheet)
