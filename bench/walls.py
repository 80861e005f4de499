"""Measure what the second wall costs: the same pages, asked in turn behind it and without it, in one process.

python -m bench.walls [--rounds 40] [--write] → one JSON object on standard output; with --write also the part of
docs/reference/performance.md. The installation is the one that KINKEEPER_DATA and
KINKEEPER_DATABASE_URL name; it must be on PostgreSQL, and whoever signs in must be a member of the application’s role.
Asking in turn makes the ratio fair on a machine on which other work runs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import django

from bench.measure import Scene, names_to_search, sizes
from bench.run import PAGE, WALL, machine
from bench.run import page as page_of


def in_turn(name: str, page: Callable[[int], object], rounds: int) -> dict[str, Any]:
    """Milliseconds of a page behind the wall and without it, and their ratio; the median of each."""
    from kinkeeper.lib.standing import Standing, _stands, standing
    from kinkeeper.site import middleware

    house: Any = middleware

    def without(_actor: Any) -> Any:
        return _stands(Standing(errand="one wall", as_application=False))

    spent: dict[Any, list[float]] = {standing: [], without: []}
    for number in range(rounds + 2):
        for wall, times in spent.items():
            house.standing = wall
            start = time.perf_counter()
            page(number)
            times.append((time.perf_counter() - start) * 1000)
    house.standing = standing
    behind, alone = (statistics.median(times[2:]) for times in spent.values())
    return {
        "what": name,
        "behind_ms": round(behind, 1),
        "without_ms": round(alone, 1),
        "ratio": round(behind / alone, 2),
    }


def part(told: dict[str, Any]) -> list[str]:
    """The part of the page of figures."""
    held = ", ".join(f"{number:,} {what}".replace(",", " ") for what, number in told["sizes"].items())
    return [
        f"Measured on {datetime.now(tz=UTC).date()} on {machine()}. Other work may run meanwhile: it meets both alike.",
        "",
        "The same pages behind the second wall of PostgreSQL (what is asked for the reader) and without it (what is asked as",
        f"the owner of the tables), in turn, {told['rounds']} times each. The installation held {held}.",
        "",
        "| what | behind the wall, p50 ms | without it, p50 ms | ratio |",
        "|---|---|---|---|",
        *(f"| {one['what']} | {one['behind_ms']} | {one['without_ms']} | {one['ratio']} |" for one in told["pages"]),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--write", action="store_true", help="write the part of the page")
    asked = parser.parse_args()
    rounds = asked.rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from kinkeeper.access import mason

    settings.ALLOWED_HOSTS.append("testserver")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    mason.build(connection)
    if not mason.who_asks(connection):
        raise SystemExit("Whoever signs in here goes around the wall.")
    scene = Scene()
    chosen = random.Random(1).sample(scene.children, min(len(scene.children), rounds + 2))
    texts = next(iter(names_to_search({"Latn": "Latin"}, rounds + 2).values()))
    pages: dict[str, Callable[[int], object]] = {
        "my day, caseworker": lambda n: scene.get(scene.by_worker, "/"),
        "caseload, caseworker": lambda n: scene.get(scene.by_worker, "/caseload/"),
        "caseload, supervisor, first page": lambda n: scene.get(scene.by_supervisor, "/caseload/"),
        "child’s page": lambda n: scene.get(scene.by_supervisor, f"/children/{chosen[n % len(chosen)]}/"),
        "name search, Latin": lambda n: scene.get(scene.by_supervisor, f"/search/?q={quote(texts[n % len(texts)])}"),
    }
    told = {"sizes": sizes(), "rounds": rounds, "pages": [in_turn(name, page, rounds) for name, page in pages.items()]}
    json.dump(told, sys.stdout)
    if asked.write:
        PAGE.write_text(page_of(PAGE.read_text(), {WALL: part(told)}))


if __name__ == "__main__":
    main()
