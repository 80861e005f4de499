"""Rows written in bulk past the models: by executemany on SQLite, by COPY on PostgreSQL, with their keys given here.

Not here: which rows (`bench/masses.py`). Sealed values come sealed; codes, keys and indexes are those of the house. While
rows are written, indexes and foreign keys of these tables lie aside; they are put back, and PostgreSQL then checks each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Field, Model

NULL = r"\N"


class Codes:
    """Public codes as `lib/codes.py` makes them, ten times as fast: three characters at a time, with their part of the check."""

    def __init__(self, random: Random) -> None:
        from kinkeeper.lib.codes import ALPHABET, LENGTH, is_code

        base = len(ALPHABET)
        self.bits = random.getrandbits
        threes = [(one, two, three) for one in range(base) for two in range(base) for three in range(base)]
        self.count = len(threes)
        self.texts = ["".join(ALPHABET[digit] for digit in digits) for digits in threes]
        self.sums = [
            [sum((start + place) * digit for place, digit in enumerate(digits, 1)) % base for digits in threes]
            for start in (0, 3, 6)
        ]
        self.twos = [ALPHABET[one] + ALPHABET[two] for one in range(base) for two in range(base)]
        self.tail = [(10 * one + 11 * two) % base for one in range(base) for two in range(base)]
        self.check = [ALPHABET[-total * pow(LENGTH, -1, base) % base] for total in range(base)]
        assert all(is_code(self()) for _try in range(100))

    def __call__(self) -> str:
        drawn, count = self.bits(72), self.count
        drawn, one = divmod(drawn, count)
        drawn, two = divmod(drawn, count)
        drawn, three = divmod(drawn, count)
        last = drawn % len(self.twos)
        total = self.sums[0][one] + self.sums[1][two] + self.sums[2][three] + self.tail[last]
        text = self.texts
        return f"{text[one]}{text[two]}{text[three]}{self.twos[last]}{self.check[total % 29]}"


class Table:
    """The rows of one model on their way: what a row does not say has the value that the model gives it."""

    def __init__(self, model: type[Model], codes: Codes, now: str) -> None:
        from django.db import connection

        self.model, self.codes = model, codes
        self.name = model._meta.db_table
        fields = model._meta.local_concrete_fields
        self.columns = [str(field.column) for field in fields]
        self.places = {name: place for place, field in enumerate(fields) for name in {field.name, field.attname}}
        self.plain = [_default(field, now, connection) for field in fields]
        self.coded = self.places.get("code")
        self.key = self.places[str(model._meta.pk.attname)]
        last = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        self.first = self.next = (last or 0) + 1
        self.rows: list[list[Any]] = []

    def add(self, **values: Any) -> int:
        """Keep a row; returns its key."""
        row = self.plain.copy()
        places = self.places
        for name, value in values.items():
            row[places[name]] = value
        if self.coded is not None and row[self.coded] is None:
            row[self.coded] = self.codes()
        key = self.next
        row[self.key] = key
        self.next = key + 1
        self.rows.append(row)
        return key

    def add_all(self, rows: Sequence[Sequence[Any]], *names: str) -> None:
        """Keep many rows of which these columns are told, the code among them where there is one."""
        places, plain = [self.places[name] for name in names], self.plain
        for number, told in enumerate(rows, self.next):
            row = plain.copy()
            row[self.key] = number
            for place, value in zip(places, told, strict=True):
                row[place] = value
            self.rows.append(row)
        self.next += len(rows)

    def store(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows that were kept here or by another process."""
        from django.db import connection

        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f'COPY "{self.name}" ({columns}) FROM STDIN') as copy:
                    for start in range(0, len(rows), 5000):
                        copy.write("".join(map(_line, rows[start : start + 5000])))
            else:
                marks = ", ".join("?" * len(self.columns))
                # The raw connection: Django’s own rewrites every statement and its placeholders.
                connection.connection.executemany(f'INSERT INTO "{self.name}" ({columns}) VALUES ({marks})', rows)


def _default(field: Field[Any, Any], now: str, connection: Any) -> Any:
    if field.name == "code":
        return None  # drawn for each row
    if getattr(field, "auto_now_add", False) or field.name == "recorded_at":
        return now
    value = field.get_default()
    if field.get_internal_type() == "JSONField":
        return "[]" if value == [] else value
    return field.get_db_prep_save(value, connection) if value is not None else None


def _line(row: Sequence[Any]) -> str:
    return "\t".join([NULL if value is None else _cell(value) for value in row]) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return (
            value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            if "\\" in value or "\n" in value
            else value
        )
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value)


@contextmanager
def set_aside(tables: Sequence[str]) -> Iterator[None]:
    """Keep indexes and foreign keys of these tables away while rows are written, and put them back."""
    from django.db import connection

    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            # In a test, which is one transaction, what is still to be checked would keep tables from being altered.
            connection.check_constraints()
        else:
            _hurry(connection)
        put_back = _keys_and_indexes(cursor, tables) if postgresql else _indexes(cursor, tables)
        for away, _back in put_back:
            cursor.execute(away)
    yield
    with connection.cursor() as cursor:
        if postgresql:
            connection.check_constraints()
            cursor.execute("SET maintenance_work_mem = '256MB'")
            _set_sequences(cursor, tables)
        for _away, back in reversed(put_back):
            cursor.execute(back)
        if not postgresql and not connection.in_atomic_block:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("ANALYZE")


def _hurry(connection: Any) -> None:
    """Wait for no disk: what is interrupted is thrown away. In a test, which is one transaction, nothing of this happens."""
    if connection.in_atomic_block:
        return
    for pragma in ("foreign_keys = OFF", "synchronous = OFF", "journal_mode = OFF", "cache_size = -400000"):
        connection.connection.execute(f"PRAGMA {pragma}")


def _indexes(cursor: Any, tables: Sequence[str]) -> list[tuple[str, str]]:
    marks = ", ".join(["%s"] * len(tables))
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
        list(tables),
    )
    return [(f'DROP INDEX "{name}"', sql) for name, sql in cursor.fetchall()]


def _keys_and_indexes(cursor: Any, tables: Sequence[str]) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(tables)],
    )
    found = [
        (f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {told}')
        for table, name, told in cursor.fetchall()
    ]
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s) AND i.schemaname = current_schema() "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        [list(tables)],
    )
    return found + [(f'DROP INDEX "{name}"', told) for name, told in cursor.fetchall()]


def _set_sequences(cursor: Any, tables: Sequence[str]) -> None:
    for table in tables:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT coalesce(max(id), 1) FROM \"{table}\"))"
        )
