"""What somebody reads who has the database alone: every table and every byte of it, and none of what was written."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest
from django.db import connection, models

from kinkeeper.cases.models import Contact
from kinkeeper.homes.models import Home
from kinkeeper.keys.fields import SealedField, SealedJSONField
from kinkeeper.keys.ring import keyring
from kinkeeper.people.models import Identifier
from kinkeeper.site.checks import tables_of_the_house
from kinkeeper.site.demo.making import Wish, fill

# Long enough to be a sentence of its own and no name of a thing that other columns may say.
A_SENTENCE = 30


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    return [field for field in model._meta.local_fields if isinstance(field, SealedField)]


def everything_that_lies_there() -> str:
    """Every value of every table as text; on SQLite also the bytes of the file, with what was deleted in them."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [str(value) for row in cursor.fetchall() for value in row]
    if connection.vendor == "sqlite":
        parts.append(connection.connection.serialize().decode("utf-8", "replace"))
    return "\n".join(parts)


def sing_in_every_sealed_field() -> dict[str, str]:
    """Put a word that stands nowhere else into each sealed field of a row of each table; words by their field."""
    words = {f"QZ{number:05}ZQ": number for number in range(500)}
    fresh = iter(words)
    sung = {}
    for model in tables_of_the_house():
        row = model._base_manager.order_by("pk").first() if sealed_fields(model) else None
        if row is None:
            continue
        for field in sealed_fields(model):
            word = next(fresh)
            setattr(row, field.name, {"x": word} if isinstance(field, SealedJSONField) else word[: field.max_length])
            sung[str(field)] = word
        row.save()
    return sung


@pytest.fixture
def demo(db: None) -> None:
    """A small demo: children with homes, notes, plans and decisions."""
    with keyring():
        fill(Wish(children=41, seed=3, years=1, until=date(2026, 3, 31)), tell=lambda _done, _of: None)


@pytest.mark.asvs("14.2.4")
def test_no_word_of_a_narrative_address_or_number_can_be_read(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[str] = set()
    rows = count()
    with keyring():
        for model in tables_of_the_house():
            for row in model._base_manager.all() if sealed_fields(model) else ():
                for field in sealed_fields(model):
                    text = str(getattr(row, field.attname) or "")
                    said |= {text} if len(text) >= A_SENTENCE else set()
                    next(rows)
        # What the demo says of itself, and what stands in the columns that are meant to be read.
        addresses = {home.address for home in Home.objects.all() if home.address}
        numbers = {row.value for row in Identifier.objects.all() if len(row.value) >= 8}
        sung = sing_in_every_sealed_field()
    assert len(said) > 100
    assert len(sung) > 80
    there = everything_that_lies_there()
    assert [text for text in said if text in there] == []
    assert [text for text in addresses | numbers if text in there] == []
    assert {field: word for field, word in sung.items() if word in there} == {}
    # And it would be found: one field that writes what it is given, as if nobody had sealed it.
    note = Contact._meta.get_field("note")
    monkeypatch.setattr(note, "pre_save", lambda row, add: models.Value("QZOPENZQ", models.TextField()))
    contact = Contact.objects.first()
    assert contact is not None
    contact.save()
    assert "QZOPENZQ" in everything_that_lies_there()
