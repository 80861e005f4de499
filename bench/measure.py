"""Measure one installation: pages and deeds, how many queries each asks and how long each takes.

python -m bench.measure --rounds 40 → one JSON object on standard output. The installation is the one that
KINKEEPER_DATA and KINKEEPER_DATABASE_URL name; it must have been filled by `kinkeeper generate`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import django

Deed = Callable[[int], object]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked inside the block."""
    from django.db import connection

    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield asked


def timed(name: str, deed: Deed, rounds: int) -> dict[str, Any]:
    """Run a deed `rounds` times after two warm-up rounds: queries, median and 95th percentile in milliseconds."""
    for number in range(2):
        deed(number)
    spent: list[float] = []
    worked: list[float] = []
    queries: list[int] = []
    for number in range(2, rounds + 2):
        with counted() as asked:
            start, of_processor = time.perf_counter(), time.process_time()
            deed(number)
            spent.append((time.perf_counter() - start) * 1000)
            worked.append((time.process_time() - of_processor) * 1000)
        queries.append(len(asked))
    p95 = statistics.quantiles(spent, n=20)[-1]
    return {
        "what": name,
        "rounds": rounds,
        "queries": [min(queries), max(queries)],
        "p50_ms": round(statistics.median(spent), 1),
        "p95_ms": round(p95, 1),
        "processor_ms": round(statistics.median(worked), 1),
    }


class Scene:
    """The people of the measurement: a supervisor and the caseworkers of the unit with the most children in care."""

    def __init__(self) -> None:
        from django.db.models import Count, F
        from django.test import Client

        from kinkeeper.access.models import Role, Seat, User
        from kinkeeper.cases.models import Case
        from kinkeeper.placements.models import PeriodOfCare

        open_cases = Case._base_manager.filter(closed_on=None)
        in_care = PeriodOfCare._base_manager.filter(ended_on=None).values(unit=F("child__unit"))
        unit = in_care.annotate(size=Count("pk")).order_by("-size", "unit")[0]["unit"]
        self.unit_id = unit
        supervisor = Seat._base_manager.filter(unit_id=unit, role=Role.SUPERVISOR).order_by("pk")[0].user
        self.supervisor: User = supervisor
        worker = open_cases.filter(unit_id=unit).exclude(worker=None).values("worker").annotate(n=Count("pk"))
        self.worker = User._base_manager.get(pk=worker.order_by("-n", "worker")[0]["worker"])
        self.children = list(open_cases.filter(unit_id=unit).order_by("pk").values_list("child__code", flat=True)[:400])
        self.own_cases = list(open_cases.filter(worker=self.worker, unit_id=unit).order_by("pk")[:40])
        self.by_supervisor = self._browser(supervisor, Client())
        self.by_worker = self._browser(self.worker, Client())

    def _browser(self, user: Any, client: Any) -> Any:
        client.force_login(user)
        return client

    def get(self, client: Any, path: str) -> None:
        """Open a page and insist that it opened."""
        response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}.")


def names_to_search(scripts: dict[str, str], count: int) -> dict[str, list[str]]:
    """Names as people remember them: taken from the installation, by script, every second one with a slip."""
    from kinkeeper.people.models import Name

    picked: dict[str, list[str]] = {}
    for script, words in scripts.items():
        rows = Name._base_manager.filter(script=script).order_by("pk").values_list("given", "family")[: count * 5]
        texts = [f"{given} {family}".strip() for given, family in list(rows)[::5]]
        if texts:
            picked[words] = [slip(text) if number % 2 else text for number, text in enumerate(texts)]
    return picked


def slip(text: str) -> str:
    """The text without its middle letter."""
    place = len(text) // 2
    return text[:place] + text[place + 1 :]


def pages(scene: Scene, rounds: int) -> list[dict[str, Any]]:
    """The pages people open all day."""
    from urllib.parse import quote

    chosen = random.Random(1).sample(scene.children, min(len(scene.children), rounds + 2))
    found = [
        timed("my day, caseworker", lambda n: scene.get(scene.by_worker, "/"), rounds),
        timed("caseload, caseworker", lambda n: scene.get(scene.by_worker, "/caseload/"), rounds),
        timed("caseload, supervisor, first page", lambda n: scene.get(scene.by_supervisor, "/caseload/"), rounds),
        timed(
            "child’s page",
            lambda n: scene.get(scene.by_supervisor, f"/children/{chosen[n % len(chosen)]}/"),
            rounds,
        ),
    ]
    scripts = {"Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic"}
    for script, texts in names_to_search(scripts, rounds + 2).items():

        def look_up(number: int, texts: list[str] = texts) -> None:
            scene.get(scene.by_supervisor, f"/search/?q={quote(texts[number % len(texts)])}")

        found.append(timed(f"name search, {script}", look_up, rounds))
    return found


def deeds(scene: Scene, rounds: int) -> list[dict[str, Any]]:
    """The deeds people do all day, through their acts."""
    from kinkeeper.access.gate import actor_for
    from kinkeeper.cases import actions as cases
    from kinkeeper.cases.models import Contact

    actor = actor_for(scene.worker)

    def visit(number: int) -> None:
        case = scene.own_cases[number % len(scene.own_cases)]
        case.refresh_from_db()
        cases.record_contact(
            actor,
            case,
            kind=Contact.Kind.VISIT,
            happened_on=actor.today - timedelta(days=1),
            seen=Contact.Seen.ALONE,
            note="We read a book and walked to the river.",
        )

    move, children = mover(scene)
    # A child moves once a day at most, so a small association gives fewer rounds.
    return [timed("record a visit", visit, rounds), timed("move a child", move, min(rounds, children - 2))]


def mover(scene: Scene) -> tuple[Deed, int]:
    """A deed that moves one child of the unit after the other to a roomy home, and how many children there are."""
    from kinkeeper.access.gate import actor_for
    from kinkeeper.cases.models import Case
    from kinkeeper.decisions.models import Decision
    from kinkeeper.families.queries import siblings_of_each
    from kinkeeper.homes.models import Approval, Home
    from kinkeeper.lib.packs import load_pack
    from kinkeeper.placements import actions as placements
    from kinkeeper.placements.models import Episode, PeriodOfCare

    actor = actor_for(scene.supervisor)
    today = actor.today
    fresh = Episode._base_manager.filter(started_on__gte=today).values("period_id")
    periods = PeriodOfCare._base_manager.filter(ended_on=None, child__unit_id=scene.unit_id).exclude(pk__in=fresh)
    mine = list(periods.filter(started_on__lt=today).select_related("child").order_by("pk")[:800])
    siblings = siblings_of_each(actor, [period.child for period in mine])
    # Brothers and sisters may only be parted by a decision of its own, which is not measured here.
    chosen = [period for period in mine if not siblings[period.child_id]][:400]
    pack = load_pack(actor_pack())
    reason = next(iter(pack.reasons_for_change))
    # A foster family takes children of every age.
    care_type = "U6" if "U6" in pack.care_types else "FOSTER_ST"
    homes = [
        Home._base_manager.create(unit_id=scene.unit_id, name=f"Measured {letter}", kind=Home.Kind.FOSTER, capacity=500)
        for letter in "AB"
    ]
    for home in homes:
        Approval._base_manager.create(home=home, care_types=[care_type], starts_on=date(2000, 1, 1), authority="Panel")
    decided = {"kind": "alternative_care", "decided_by": "panel", "authority": "Panel", "reasons": "Measured."}
    cases = Case._base_manager.filter(child__in=[period.child_id for period in chosen], closed_on=None)
    Case._base_manager.filter(pk__in=cases.values("pk")).update(state=Case.State.ACTIVE)
    days = {"decided_on": date(2000, 1, 1), "starts_on": date(2000, 1, 1)}
    rows = [Decision(case=case, care_type=care_type, **days, **decided) for case in cases]
    Decision._base_manager.bulk_create(rows)
    with_case = {row.case.child_id for row in rows}
    keys = [period.pk for period in chosen if period.child_id in with_case]

    def move(number: int) -> None:
        period = PeriodOfCare._base_manager.get(pk=keys[number])
        placements.move_child(
            actor,
            period,
            home=homes[number % 2],
            moved_on=today,
            care_type=care_type,
            leave_reason=reason,
        )

    return move, len(keys)


def actor_pack() -> str:
    """The pack of the association."""
    from kinkeeper.access.models import Association

    return Association._base_manager.get().pack


def sizes() -> dict[str, int]:
    """How much the installation holds."""
    from kinkeeper.cases.models import Case, Contact
    from kinkeeper.people.models import NameKey, Person
    from kinkeeper.placements.models import Episode

    return {
        "persons": Person._base_manager.count(),
        "open cases": Case._base_manager.filter(closed_on=None).count(),
        "contacts": Contact._base_manager.count(),
        "episodes": Episode._base_manager.count(),
        "name keys": NameKey._base_manager.count(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS.append("testserver")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    scene = Scene()
    answer = {
        "engine": connection.vendor,
        "sizes": sizes(),
        "cases_of_the_unit": len(scene.children),
        "figures": [*pages(scene, rounds), *deeds(scene, rounds)],
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
