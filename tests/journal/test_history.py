"""What a row held before is kept by the database, for every table of the house, whoever writes and from wherever."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState

from kinkeeper.access.models import User
from kinkeeper.journal import history
from kinkeeper.journal.models import Entry, Erasure, History, Link, Look, Refusal
from kinkeeper.people.models import Name, Person
from kinkeeper.site.checks import tables_of_the_house
from tests.conftest import Colleague


def former(row: models.Model) -> list[History]:
    return list(History.objects.filter(table=row._meta.db_table, row=row.pk).order_by("pk"))


def test_a_change_leaves_what_was_there(noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(name="Nur Saleh")
    kept = former(noor)
    assert [(one.operation, one.old["name"], one.old["sex"]) for one in kept] == [("update", "Noor Saleh", "F")]
    field = Person._meta.get_field("born_from")
    assert field.to_python(kept[0].old["born_from"]) == noor.born_from
    assert set(kept[0].old) == {one.column for one in Person._meta.local_concrete_fields}


def test_a_deletion_leaves_what_was_there(noor: Person) -> None:
    name = Name.objects.get(person=noor)
    Name.objects.filter(pk=name.pk).delete()
    assert [(one.operation, one.old["given"]) for one in former(name)] == [("delete", "Noor")]


def test_raw_statements_are_kept_too(noor: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET sex = 'M' WHERE id = %s", [noor.pk])
        cursor.execute("UPDATE people_person SET sex = 'X'")
    assert [one.old["sex"] for one in former(noor)] == ["F", "M"]


def test_writing_the_same_again_is_no_change(noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(sex=noor.sex)
    assert former(noor) == []


def test_passwords_are_never_kept_but_their_change_is(amina: Colleague) -> None:
    User.objects.filter(pk=amina.user.pk).update(password="another")
    (kept,) = former(amina.user)
    assert "password" not in kept.old
    assert kept.old["email"] == "amina@example.org"


def test_signing_in_changes_nothing_worth_remembering(amina: Colleague) -> None:
    User.objects.filter(pk=amina.user.pk).update(last_login="2026-01-01T10:00:00Z")
    assert former(amina.user) == []


# ---- the one rule ----------------------------------------------------------------------------------------------------


def test_every_table_is_kept_unless_it_says_why_not() -> None:
    left_out = {model._meta.label for model in tables_of_the_house()} - {
        model._meta.label for model in history.kept_tables().values()
    }
    reasons = {model._meta.label: getattr(model, "without_history", "") for model in apps.get_models()}
    assert {label for label in left_out if not label.startswith("journal.")} == {
        "drafts.Draft",
        "access.SignInFailure",
        "access.SignedInDevice",
        "interface.KeptAnswer",
        "keys.DataKey",
        "upkeep.Backup",
        "upkeep.Chore",
        "upkeep.Worker",
        "people.NameKey",
    }
    assert all(reasons[label].endswith(".") for label in left_out if not label.startswith("journal."))


def test_a_table_of_tomorrow_is_included_by_itself() -> None:
    class Toy(models.Model):
        class Meta:
            app_label = "people"

    Toy.__module__ = "kinkeeper.people.models"
    assert history._is_kept(Toy)
    Toy.without_history = "It is a toy."  # type: ignore[attr-defined]
    assert not history._is_kept(Toy)
    del apps.all_models["people"]["toy"]
    apps.clear_cache()


def test_columns_of_secrets_are_known_by_their_names() -> None:
    found = {
        f"{table}.{column}"
        for table, model in history.kept_tables().items()
        for column in history.columns_of(model)
        if history.is_secret(column)
    }
    assert found >= {
        "access_user.password",
        "access_invitation.token_hash",
        "notices_calendarfeed.token_hash",
        "files_storedfile.wrapped_key",
    }


def test_every_table_fits_the_triggers() -> None:
    for table, model in history.kept_tables().items():
        assert isinstance(model._meta.pk, models.AutoField | models.BigIntegerField | models.OneToOneField), table
        # A function of SQLite takes 127 arguments.
        assert len(model._meta.local_concrete_fields) <= 60, table


# ---- the triggers are there, and come back ---------------------------------------------------------------------------


def test_all_triggers_are_there(db: None) -> None:
    assert history.missing_triggers() == []


def drop(name: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def test_a_trigger_that_is_gone_or_disarmed_is_missed(db: None) -> None:
    names = list(history._on_sqlite() if connection.vendor == "sqlite" else history._on_postgresql())
    gone = next(name for name in names if name.startswith("history_of_people_person"))
    drop(gone, "people_person")
    assert history.missing_triggers() == [gone]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER {gone} AFTER UPDATE ON people_person BEGIN SELECT 1; END")
        else:
            cursor.execute(
                f"CREATE TRIGGER {gone} AFTER UPDATE ON people_person FOR EACH ROW "
                "EXECUTE FUNCTION journal_keep_history('id', '', '')"
            )
    assert history.missing_triggers() == [gone]
    history.install(connection)
    assert history.missing_triggers() == []


class Rebuilding(migrations.Migration):
    """Changes for which SQLite makes a table anew and drops the old one with its triggers."""

    operations = [
        migrations.AlterField("person", "name", models.CharField(max_length=401)),
        migrations.AlterField("history", "table", models.CharField(max_length=64)),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_rebuild_the_tables_and_the_triggers_come_back() -> None:
    state = ProjectState.from_apps(apps)
    plan = [(Rebuilding("0009_rebuilding", "people"), False)]
    emit_pre_migrate_signal(0, False, "default", plan=plan)
    with connection.schema_editor() as editor:
        Rebuilding.operations[0].database_forwards("people", editor, state, _after(state, "people", 0))
        Rebuilding.operations[1].database_forwards("journal", editor, state, _after(state, "journal", 1))
    assert len(history.missing_triggers()) > 100
    emit_post_migrate_signal(0, False, "default", plan=plan)
    assert history.missing_triggers() == []
    assert Entry.objects.get().facts == {"steps": ["people.0009_rebuilding"]}


def _after(state, app, operation):
    after = state.clone()
    Rebuilding.operations[operation].state_forwards(app, after)
    return after


# ---- the journal is only added to ------------------------------------------------------------------------------------


@pytest.mark.asvs("16.4.2")
@pytest.mark.parametrize("model", [Entry, Refusal, Look, History, Erasure, Link])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_nothing_of_the_journal_is_changed_or_deleted(
    amina: Colleague, noor: Person, model: type[models.Model], statement: str
) -> None:
    one_of(model, amina, noor)
    before = list(model._base_manager.values())
    with pytest.raises(DatabaseError, match=history.ADDED_ONLY), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=model._meta.db_table, column=model._meta.pk.column))
    assert list(model._base_manager.values()) == before != []


def one_of(model: type[models.Model], amina: Colleague, noor: Person) -> None:
    """One row in this table of the journal."""
    Person.objects.filter(pk=noor.pk).update(sex="X")
    if model is Entry:
        Entry.objects.create(actor="machine:test", act="t", subject_type="people.person", subject_id=1)
    elif model is Refusal:
        Refusal.objects.create(actor="machine:test", act="t")
    elif model is Look:
        Look.objects.create(user=amina.user, subject_type="people.person", subject_id=noor.pk, page="child")
    elif model is Erasure:
        Erasure.objects.create(history=History.objects.get(), actor="machine:test", rule="test")
    elif model is Link:
        Link.objects.create(seq=1, kind="entry", row=1, digest=b"1", hash=b"1")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot empty a table at one stroke")
@pytest.mark.parametrize("table", ["journal_entry", "journal_link", "homes_training"])
def test_no_table_is_emptied_at_one_stroke(db: None, table: str) -> None:
    with pytest.raises(DatabaseError, match=history.ADDED_ONLY), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_content_of_a_former_state_is_emptied_only_after_its_erasure(noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(sex="X")
    kept = History.objects.get()
    with pytest.raises(DatabaseError, match=history.ADDED_ONLY), transaction.atomic():
        History.objects.update(old={})
    Erasure.objects.create(history=kept, actor="machine:test", rule="test")
    for change in ({"old": {"sex": "F"}}, {"old": {}, "row": 7}, {"old": {}, "at": "2020-01-01T00:00:00Z"}):
        with pytest.raises(DatabaseError, match=history.ADDED_ONLY), transaction.atomic():
            History.objects.update(**change)
    History.objects.update(old={})
    assert History.objects.get().old == {}
