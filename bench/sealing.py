"""Measure sealing: what a value, a page of notes and a change of the master key cost.

KINKEEPER_DATA=… python -m bench.sealing [--keys 10000] → one JSON object on standard output. It adds keys
to the installation that KINKEEPER_DATA and KINKEEPER_DATABASE_URL name and changes its master key: use one of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

ROUNDS = 2_000
NOTE = "She said that she is afraid of Sundays, when the house is full and nobody speaks. " * 5


def microseconds(deed: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """The mean of many rounds, in millionths of a second."""
    deed(0)
    start = time.perf_counter()
    for number in range(rounds):
        deed(number)
    return round((time.perf_counter() - start) / rounds * 1e6, 1)


def values() -> dict[str, float]:
    """A note of some 400 characters sealed and opened, with the key in hand and with another child’s key each time."""
    from django.db import transaction

    from kinkeeper.keys.ring import Holder, Place, keyring, seal, unseal

    place, holder = Place("bench", "note", "ROW"), Holder("bench.holder", "BENCH0")
    with transaction.atomic(), keyring() as hand:
        sealed = seal(NOTE, place, holder)
        many = [Holder("bench.holder", f"BENCH{number}") for number in range(ROUNDS)]
        hand.prepare(many)
        return {
            "seal_us": microseconds(lambda _number: seal(NOTE, place, holder)),
            "open_us": microseconds(lambda _number: unseal(sealed, place)),
            "seal_for_another_child_us": microseconds(lambda number: seal(NOTE, place, many[number])),
        }


def page_of_notes(notes: int = 20) -> dict[str, Any]:
    """The notes of one case read and opened, beside reading the same rows without opening any."""
    from bench.measure import counted
    from kinkeeper.cases.models import Case, Contact
    from kinkeeper.keys.ring import keyring

    case = Case._base_manager.order_by("pk")[0]
    for _number in range(notes):
        Contact._base_manager.create(case=case, happened_on="2026-01-01", seen="alone", note=NOTE, child_said=NOTE)
    rows = Contact._base_manager.filter(case=case).order_by("-pk")[:notes]

    def read(_number: int, opened: bool) -> None:
        with keyring():
            for row in rows.all():
                if opened:
                    assert row.note == row.child_said

    with counted() as asked:
        read(0, True)
    plain, full = (microseconds(lambda number, each=each: read(number, each), 200) for each in (False, True))  # type: ignore[misc]
    return {"notes": notes, "queries": len(asked), "closed_ms": plain / 1000, "opened_ms": full / 1000}


def change(keys: int) -> dict[str, Any]:
    """Every data key locked under a new master key."""
    from kinkeeper.keys.models import DataKey
    from kinkeeper.keys.ring import Holder, keyring
    from kinkeeper.keys.rotation import rotate

    with keyring() as hand:
        hand.prepare(Holder("bench.holder", f"BENCH{number}") for number in range(keys))
    start = time.perf_counter()
    moved = rotate()
    spent = time.perf_counter() - start
    return {
        "keys": moved,
        "seconds": round(spent, 2),
        "for_10000_s": round(spent / moved * 10_000, 2),
        "of": DataKey.objects.count(),
    }


def main() -> int:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--keys", type=int, default=10_000)
    known = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    json.dump({"values": values(), "page": page_of_notes(), "rotation": change(known.keys)}, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
