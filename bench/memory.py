"""What it costs to remember: keeping the old row, sealing it, and following the chain afterwards, in µs for each row.

python -m bench.memory --rows 10000 → makes so many people in the empty installation that KINKEEPER_DATA and
KINKEEPER_DATABASE_URL name, changes them all at once and one by one, and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable

import django


def seconds(does: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def measure(rows: int, deeds: int) -> dict[str, object]:
    """Every figure; the installation has one unit and nobody in it."""
    from django.db import connection, transaction

    from kinkeeper.access.models import Unit
    from kinkeeper.journal import history
    from kinkeeper.journal.chain import Following, remembered
    from kinkeeper.journal.models import History, Link
    from kinkeeper.people.models import Person

    unit = Unit.objects.get()
    Person.objects.bulk_create((Person(unit=unit, name=f"Person {n}") for n in range(rows)), batch_size=500)
    keys = list(Person.objects.values_list("pk", flat=True)[:deeds])

    def change(name: str) -> None:
        with remembered("machine:bench", "bench.change"):
            Person.objects.update(name=name)

    def one_by_one(name: str) -> None:
        for key in keys:
            with remembered("machine:bench", "bench.change"):
                Person.objects.filter(pk=key).update(name=name)

    def bare(name: str) -> None:
        for key in keys:
            with transaction.atomic():
                Person.objects.filter(pk=key).update(name=name)

    history.step_aside(connection)
    plain, single_plain = seconds(lambda: change("A")), seconds(lambda: bare("B"))
    history.install(connection)
    whole, single = seconds(lambda: change("C")), seconds(lambda: one_by_one("D"))
    walk = Following()
    faults: list[object] = []
    followed = seconds(lambda: faults.extend(walk.faults()))
    if faults or History.objects.count() != rows + deeds:
        raise SystemExit(f"The chain is not whole: {faults[:3]}")
    links = Link.objects.count()
    return {
        "engine": connection.vendor,
        "rows": rows,
        "deeds": deeds,
        "bulk_plain_us": round(plain / rows * 1e6),
        "bulk_us": round(whole / rows * 1e6),
        "single_plain_us": round(single_plain / deeds * 1e6),
        "single_us": round(single / deeds * 1e6),
        "links": links,
        "follow_us": round(followed / links * 1e6),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--deeds", type=int, default=200)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    json.dump(measure(args.rows, args.deeds), sys.stdout)


if __name__ == "__main__":
    main()
