"""What is written lies sealed, reads like any other field, and opens nowhere but where it was written."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from kinkeeper.access.models import Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Case, Conference, Contact, Task
from kinkeeper.drafts.models import Draft
from kinkeeper.homes.models import Home
from kinkeeper.keys.fields import MarkField, NotSealed, Sealed, SealedJSONField, SealedTextField, holder_of
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import CannotOpen, Holder, keyring
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.people.models import Identifier, Person
from kinkeeper.site.checks import faults_of_sealing
from tests.conftest import Colleague, open_case, put, register

WORDS = "She said: “I am afraid of Sundays.” Она боится."


def contact(case: Case, **texts: str) -> Contact:
    return Contact.objects.create(case=case, happened_on="2026-05-01", seen="alone", **({"note": WORDS} | texts))


def lies(table: str, column: str, pk: int) -> Any:
    """What lies in the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def lay(table: str, column: str, pk: int, value: str) -> None:
    """Change what lies in the database, as somebody from outside could."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


def test_a_text_reads_as_it_was_written_and_lies_sealed(noors_case: Case) -> None:
    row = contact(noors_case)
    stored = Contact.objects.get()
    assert (stored.note, stored.child_said, row.note) == (WORDS, "", WORDS)
    raw = lies("cases_contact", "note", row.pk)
    key = DataKey.objects.get(holder_type="people.person")
    assert raw.startswith(f"kk1:{key.code}:")
    assert "Sundays" not in raw
    assert key.holder_code == noors_case.child.code
    assert lies("cases_contact", "child_said", row.pk) == ""


def test_each_child_has_one_key_and_no_value_lies_twice_the_same(
    noors_case: Case, amina: Colleague, village: Unit
) -> None:
    one, two = contact(noors_case), contact(noors_case)
    other = contact(open_case(register(village, "Sami", "Saleh"), amina))
    raw = [lies("cases_contact", "note", row.pk) for row in (one, two, other)]
    assert len(set(raw)) == 3
    keys = [text.split(":")[1] for text in raw]
    assert keys[0] == keys[1] != keys[2]
    assert DataKey.objects.count() == 2


def test_json_reads_as_it_was_written(amina: Colleague) -> None:
    said = {"note": ["Где мама?", "7"], "seen": ["alone"]}
    draft = Draft.objects.create(owner=amina.user, deed="record_contact", subject_code="X", content=said)
    empty = Draft.objects.create(owner=amina.user, deed="record_contact", subject_code="Y")
    assert Draft.objects.get(pk=draft.pk).content == said
    assert lies("drafts_draft", "content", draft.pk).startswith("kk1:")
    assert (lies("drafts_draft", "content", empty.pk), Draft.objects.get(pk=empty.pk).content) == ("{}", {})
    changed = Draft.objects.get(pk=draft.pk)
    changed.content["note"] = ["Changed in place"]
    changed.save()
    assert Draft.objects.get(pk=draft.pk).content["note"] == ["Changed in place"]


@pytest.mark.asvs("11.3.3")
@pytest.mark.parametrize("where", ["row", "column", "table", "child"])
def test_a_value_that_was_moved_does_not_open(noors_case: Case, amina: Colleague, village: Unit, where: str) -> None:
    other_case = open_case(register(village, "Sami", "Saleh"), amina) if where == "child" else noors_case
    one, two = contact(noors_case), contact(other_case, note="Two", child_said="x")
    raw = lies("cases_contact", "note", one.pk)
    moved: models.Model = two
    name = "child_said" if where == "column" else "note"
    if where == "table":
        moved, name = (
            Conference.objects.create(case=noors_case, held_on="2026-05-01", discussed="x", agreed="x"),
            "agreed",
        )
    if where == "column":
        moved = one
        lay("cases_contact", "child_said", one.pk, raw)
    else:
        lay(moved._meta.db_table, name, moved.pk, raw)
    with pytest.raises(CannotOpen, match="changed or moved"):
        getattr(type(moved)._base_manager.get(pk=moved.pk), name)


@pytest.mark.asvs("11.3.3")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: raw[:-6] + ("AAAAAA" if raw[-6:] != "AAAAAA" else "BBBBBB"), "changed or moved"),
        (lambda raw: "She said it in plain words.", "never sealed"),
        (lambda raw: raw.replace(raw.split(":")[1], "ZZZZZZZZZZZZ"), "no key ZZZZ"),
        (lambda raw: raw[:40] + "*" + raw[41:], "changed or moved"),
    ],
)
def test_a_value_that_was_changed_is_never_handed_out(noors_case: Case, change: Any, sentence: str) -> None:
    row = contact(noors_case)
    lay("cases_contact", "note", row.pk, change(lies("cases_contact", "note", row.pk)))
    with pytest.raises(CannotOpen, match=sentence):
        assert Contact.objects.get().note is None


def test_a_key_that_was_given_to_another_child_does_not_open(noors_case: Case, village: Unit) -> None:
    contact(noors_case)
    DataKey.objects.update(holder_code=register(village, "Sami", "Saleh").code)
    with pytest.raises(Exception, match="changed from outside"):
        assert Contact.objects.get().note is None


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_deeds_and_changes_seal_too(amina: Colleague, noors_case: Case) -> None:
    task = actions.add_task(
        amina.actor, noors_case, title="Call the clinic", due_on=amina.actor.today, owner=amina.user
    )
    actions.finish_task(amina.actor, task, done_on=amina.actor.today, outcome="They will call back")
    stored = Task.objects.get()
    assert (stored.title, stored.outcome) == ("Call the clinic", "They will call back")
    assert lies("cases_task", "outcome", task.pk).startswith("kk1:")


def test_what_is_unchanged_keeps_the_form_it_lay_in(noors_case: Case) -> None:
    pk = contact(noors_case, place="The park").pk
    note, place = lies("cases_contact", "note", pk), lies("cases_contact", "place", pk)
    row = Contact.objects.get()
    assert row.note == WORDS
    row.place = "The school"
    row.save()
    assert lies("cases_contact", "note", pk) == note
    assert lies("cases_contact", "place", pk) != place
    assert Contact.objects.get().place == "The school"


def test_a_copy_under_another_code_is_sealed_anew(noors_case: Case) -> None:
    contact(noors_case)
    copy = Contact.objects.get()
    with pytest.raises(CannotOpen), transaction.atomic():
        # Not opened before it got another code: loud, not lost.
        Contact.objects.create(case=noors_case, happened_on="2026-05-02", seen="alone", note=copy.__dict__["note"])
    text = copy.note
    copy.pk, copy.code, copy._state.adding = None, "COPYCOPYCOPY", True
    copy.save()
    assert Contact.objects.get(code="COPYCOPYCOPY").note == text


def test_a_plain_text_is_never_written_past_the_row(noors_case: Case) -> None:
    row = contact(noors_case)
    with pytest.raises(NotSealed, match="cannot be written by update"), transaction.atomic():
        Contact.objects.update(note="Open words")
    with pytest.raises(NotSealed), transaction.atomic():
        Contact.objects.bulk_update([row], ["note"])
    assert Contact.objects.update(note="") == 1
    assert Contact.objects.get().note == ""


def test_a_text_that_is_too_long_is_refused_with_its_limit(noors_case: Case) -> None:
    contact(noors_case, place="x" * 200)
    with pytest.raises(Refused, match="201 characters; 200 is the limit") as refusal, transaction.atomic():
        contact(noors_case, place="x" * 201)
    assert refusal.value.field == "place"
    assert Contact.objects.count() == 1


def test_a_key_that_was_undone_with_its_deed_seals_nothing(noors_case: Case) -> None:
    with keyring():
        with transaction.atomic():
            contact(noors_case)
            transaction.set_rollback(True)
        assert DataKey.objects.count() == 0
        contact(noors_case)
    assert Contact.objects.get().note == WORDS


def test_a_row_without_its_relations_in_hand_asks_once(noors_case: Case, django_assert_num_queries: Any) -> None:
    contact(noors_case)
    bare = Contact(case_id=noors_case.pk, happened_on="2026-05-02", seen="alone", note="a", child_said="b", place="c")
    # Whose child, its key, the row.
    with keyring(), transaction.atomic(), django_assert_num_queries(3):
        bare.save()
    assert holder_of(bare) == Holder("people.person", noors_case.child.code)


# ---- asking ----------------------------------------------------------------------------------------------------------


def test_the_database_answers_whether_something_is_empty_and_nothing_else(noors_case: Case) -> None:
    contact(noors_case, child_said="")
    assert Contact.objects.filter(child_said="").count() == 1
    assert Contact.objects.exclude(note="").count() == 1
    assert Contact.objects.filter(note__isnull=False).count() == 1
    for lookup in ("note", "note__icontains", "note__in", "note__gt", "note__startswith"):
        with pytest.raises(FieldError, match="is sealed"):
            Contact.objects.filter(**{lookup: WORDS}).exists()


def test_a_value_without_its_row_says_nothing(noors_case: Case) -> None:
    contact(noors_case)
    value: Any = Contact.objects.values_list("note", flat=True).get()
    assert isinstance(value, Sealed)
    with pytest.raises(CannotOpen, match="from its row"):
        str(value)
    assert repr(value) == "<sealed>"


@pytest.mark.parametrize("number", [1, 3])
def test_the_keys_of_many_children_come_with_one_question(
    number: int, amina: Colleague, village: Unit, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        contact(open_case(register(village, f"Child {place}", "Saleh"), amina), child_said="Yes")
    with keyring(), django_assert_num_queries(2):
        assert [(row.note, row.child_said) for row in Contact.objects.all()] == [(WORDS, "Yes")] * number
    with keyring(), django_assert_num_queries(2):
        assert len([row.note for row in Contact.objects.all()]) == number


def test_a_text_that_is_not_read_by_itself_is_fetched_and_opened(noors_case: Case) -> None:
    contact(noors_case)
    assert Contact.objects.only("happened_on").get().note == WORDS
    assert Contact.objects.defer("note").get().note == WORDS
    row = Contact.objects.get()
    row.refresh_from_db()
    assert row.note == WORDS


# ---- marks -----------------------------------------------------------------------------------------------------------


def test_numbers_are_found_by_their_mark(noor: Person) -> None:
    row = Identifier.objects.create(person=noor, scheme="national", value="AB 12345")
    assert Identifier.objects.get(value_mark="AB 12345").value == "AB 12345"
    assert not Identifier.objects.filter(value_mark="AB 12346").exists()
    mark = lies("people_identifier", "value_mark", row.pk)
    assert len(mark) == 32
    assert Identifier.objects.filter(value_mark__in=["x", "AB 12345"]).count() == 1
    write(Identifier.objects.get(), value="CD 1")
    assert Identifier.objects.get(value_mark="CD 1").value == "CD 1"
    put(Identifier.objects.get(), value="EF 2", value_mark="")
    assert Identifier.objects.get(value_mark="EF 2").value == "EF 2"


def test_a_mark_belongs_to_its_column_and_its_installation(noor: Person, village: Unit) -> None:
    one = Identifier._meta.get_field("value_mark")
    two = Home._meta.get_field("postcode_mark")
    assert isinstance(one, MarkField)
    assert isinstance(two, MarkField)
    mark = one.marked("1000")
    assert (mark, one.marked("")) != (two.marked("1000"), mark)
    assert one.marked("") == ""
    DataKey.objects.get(holder_type="association").delete()
    assert one.marked("1000") != mark


# ---- the rule that nobody can forget ---------------------------------------------------------------------------------


def faults(model: type[models.Model]) -> list[str | None]:
    return [fault.id for fault in faults_of_sealing(model)]


@isolate_apps("kinkeeper.people")
def test_words_that_lie_open_are_found() -> None:
    class Open(models.Model):
        note = s3(models.TextField())
        lines = s3(models.JSONField())
        kind = s3(models.CharField(max_length=3, choices=[("a", "a")]))
        status = s3(models.CharField(max_length=3), coded="a code of the pack")
        name = s2(models.CharField(max_length=100))
        sure = s3(models.BooleanField())

        class Meta:
            app_label = "people"

    assert [fault.msg.split()[0] for fault in faults_of_sealing(Open)] == ["people.Open.note", "people.Open.lines"]
    assert faults(Open) == ["kinkeeper.E004", "kinkeeper.E004"]


@isolate_apps("kinkeeper.people", "kinkeeper.access")
def test_a_sealed_table_says_whose_key_and_does_not_sort_by_what_is_sealed() -> None:
    class Nobodys(models.Model):
        code = s1(models.CharField(max_length=16))
        note = s3(SealedTextField(db_index=True))
        values_of = s3(SealedJSONField())

        class Meta:
            app_label = "people"
            ordering = ("-note",)

    class Perhaps(models.Model):
        sealed_for = "of"
        code = s1(models.CharField(max_length=16))
        of = s1(models.ForeignKey(Nobodys, models.CASCADE, null=True))
        note = s3(SealedTextField())

        class Meta:
            app_label = "people"

    class Well(models.Model):
        sealed_for = "of"
        code = s1(models.CharField(max_length=16))
        of = s1(models.ForeignKey(Nobodys, models.CASCADE))
        note = s3(SealedTextField())

        class Meta:
            app_label = "people"

    assert faults(Nobodys) == ["kinkeeper.E005", "kinkeeper.E006"]
    assert faults(Perhaps) == ["kinkeeper.E005"]
    assert faults(Well) == []
