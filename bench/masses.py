"""Fill an installation with very many persons, past the acts: families, cases, contacts, plans and care, by bulk inserts.

python -m bench.masses --persons 1000000 --contacts-per-person 10 → fills the set-up installation that KINKEEPER_DATA and
KINKEEPER_DATABASE_URL name until it has so many persons, and prints one JSON object; a filled one grows. The rows are true ones: every sealed field is sealed with the key
of its own holder by `keys.ring.seal`, every name stands in the index of names, every case has its worker. What acts leave
beside the rows is missing: journal entries, history, links of the chain. So is the check of each act.

Four persons at a time, with two children, of whom one has a running case and one a closed one: a family with both parents
and two children, then two mothers with a child each. A unit has 400 running cases and ten workers (`bench/duties.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from binascii import b2a_base64
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from random import Random
from types import SimpleNamespace
from typing import Any

import django

from bench.bulk import Codes, Table, set_aside
from bench.duties import DAY, STEPS, UNIT, WORKER, Place
from bench.naming import family_name, keys_of, named, sound_of

Rows = dict[str, list[list[Any]]]
MOST_OF_A_BLOCK = 400  # rows of one table; the index of names has most of them
BLOCKS = 200  # of four persons, written at a time
SCRIPTS = ("Latn", "Cyrl", "Latn", "Cyrl", "Arab")
NOTES = (
    b"We baked together in the kitchen and spoke about school. Reading has become easier. We agreed on the next visit.",
    b"Quiet visit. Football was missed this week because of a cold. The carers would like help with the evenings.",
    b"We looked at photos of the family. There was the question when the brothers and sisters can come to stay. I will find out.",
    b"A hard week after the call with the mother. The carers stayed calm and kept to the usual evening.",
)
SAID = b"I want to see my brother on Sunday."
TABLES = {
    "keys": "DataKey",
    "people": "Person Name NameKey ContactPoint LegalStatus",
    "families": "Family Membership Household HouseholdMember Kinship",
    "cases": "Case Assignment Contact",
    "plans": "Plan Goal",
    "decisions": "Decision",
    "placements": "PeriodOfCare Placement Episode",
}


Portion = tuple[int, int, Place]  # the first block, the one after the last, and the unit


class Masses:
    """What is written, table by table, and the keys in hand for the block that is being written."""

    def __init__(self, contacts_per_person: int, today: date) -> None:
        from django.apps import apps

        from kinkeeper.keys import master

        if contacts_per_person * 4 > MOST_OF_A_BLOCK:
            raise SystemExit(f"At most {MOST_OF_A_BLOCK // 4} contacts for each person.")
        self.random = Random()
        self.codes = Codes(self.random)
        self.today, self.contacts = today, contacts_per_person * 2  # two persons for each child
        self.now = datetime.combine(today, datetime.min.time()).isoformat(" ")
        self.tables = {
            name: Table(apps.get_model(room, name), self.codes, self.now)
            for room, names in TABLES.items()
            for name in names.split()
        }
        self.master = master.current()

    def add(self, model: str, **values: Any) -> int:
        """Keep a row of this model."""
        return self.tables[model].add(**values)

    def sealed(self, model: str, holder: Any, code: str, **texts: str) -> dict[str, str]:
        """These texts of a row with this code, as they lie."""
        from kinkeeper.keys.ring import Place, seal

        table = self.tables[model].name
        return {name: seal(text, Place(table, name, code), holder) for name, text in texts.items()}

    def key_for(self, kind: str, code: str) -> Any:
        """A new holder with a key of its own, which is in hand until the next block."""
        from django.db import connection

        from kinkeeper.keys import master
        from kinkeeper.keys.ring import Holder, Key, at_hand

        holder, secret = Holder(kind, code), os.urandom(32)
        # What `lock` needs of a DataKey: making a million model instances takes longer than locking them.
        row: Any = SimpleNamespace(code=self.codes(), holder_type=kind, holder_code=code)
        master.lock(row, secret, self.master)
        lying = {"code": row.code, "wrapped": row.wrapped, "master": row.master, "made_at": self.now}
        self.add("DataKey", holder_type=kind, holder_code=code, **lying)
        at_hand().holders[holder] = (Key(row.code, holder, secret), connection.run_on_commit)
        return holder

    def sealer(self, model: str, column: str, holder: Any) -> Callable[[str, bytes], str]:
        """What seals the texts of one column of one holder, for many rows: `seal` without looking for the key each time."""
        from kinkeeper.keys.ring import FORMAT, NONCE, Place, at_hand

        table, ring = self.tables[model].name, at_hand()
        key = ring.key_of(holder)
        encrypt = ring.cipher(key, Place(table, column, "")).encrypt
        bound, head = f"{table}|{column}|{holder.type}|{holder.code}|", f"{FORMAT}:{key.code}:"

        def sealed(code: str, text: bytes) -> str:
            nonce = os.urandom(NONCE)
            return head + b2a_base64(nonce + encrypt(nonce, text, (bound + code).encode()), newline=False).decode()

        return sealed

    def begin_at(self, block: int) -> None:
        """Draw from this block on, and number rows so that no other portion has the same keys: they leave gaps."""
        self.random.seed(block)
        for table in self.tables.values():
            table.next = table.first + block * MOST_OF_A_BLOCK

    def taken(self) -> Rows:
        """What was kept, by model; nothing is kept any more."""
        rows = {name: table.rows for name, table in self.tables.items()}
        for table in self.tables.values():
            table.rows = []
        return rows

    def store(self, rows: Rows) -> None:
        """Write these rows."""
        for name, some in rows.items():
            self.tables[name].store(some)


def fill(
    persons: int, contacts_per_person: int, today: date, helpers: int = 0, minutes: float = 1e9
) -> dict[str, float]:
    """Fill the installation until it has so many persons or so many minutes are over; returns the seconds of each stage."""
    from django.db import transaction

    began = time.perf_counter()
    there, blocks = _there(), persons // 4
    masses = Masses(contacts_per_person, today)
    done = there
    with set_aside([table.name for table in masses.tables.values()]):
        for done, rows in _made(masses, _portions(there, blocks, began + minutes * 60, today), helpers):
            with transaction.atomic():
                masses.store(rows)
            spent = time.perf_counter() - began
            sys.stderr.write(f"{done * 4} persons, {spent:.0f} s, {time.process_time():.0f} s of a processor\n")
        written = time.perf_counter()
    ended = time.perf_counter()
    by_helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "persons": done * 4,
        "persons_before": there * 4,
        "rows_s": round(written - began, 1),
        "indexes_s": round(ended - written, 1),
        "fill_processor_s": round(time.process_time() + by_helpers.ru_utime + by_helpers.ru_stime, 1),
    }


def _portions(there: int, blocks: int, ends: float, today: date) -> Iterator[Portion]:
    """What is made at a time, with its unit, until the time is over. A portion lies in one unit."""
    start = there
    while start < blocks and time.perf_counter() < ends:
        stop = min(start + BLOCKS, blocks, (start // UNIT + 1) * UNIT)
        yield start, stop, Place.of(start // UNIT, today)
        start = stop


def _made(masses: Masses, portions: Iterator[Portion], helpers: int) -> Iterator[tuple[int, Rows]]:
    """The rows of each portion and where it ends; helping processes make them, none of which runs far ahead of the writing."""
    if not helpers:
        yield from ((portion[1], _portion(masses, portion)) for portion in portions)
        return
    # The helpers inherit what is in hand: they ask the database nothing and only make rows.
    _inherited.append(masses)
    with get_context("fork").Pool(helpers) as pool:
        waiting: deque[tuple[int, Any]] = deque()
        for portion in portions:
            waiting.append((portion[1], pool.apply_async(_help, (portion,))))
            if len(waiting) > 2 * helpers:
                first, rows = waiting.popleft()
                yield first, rows.get()
        while waiting:
            first, rows = waiting.popleft()
            yield first, rows.get()
        pool.close()
        pool.join()
    _inherited.clear()


_inherited: list[Masses] = []


def _help(portion: Portion) -> Rows:
    return _portion(_inherited[0], portion)


def _portion(masses: Masses, portion: Portion) -> Rows:
    """The rows of some blocks; their keys and codes follow from where they start, whoever makes them."""
    from kinkeeper.keys.ring import keyring

    start, stop, place = portion
    masses.begin_at(start)
    with keyring():
        for number in range(start, stop):
            _block(masses, number, place)
    return masses.taken()


def _there() -> int:
    """How many blocks of four were filled in before."""
    from kinkeeper.people.models import Person

    return Person._base_manager.count() // 4


def _block(masses: Masses, number: int, office: Place) -> None:
    """Four persons: one family with two children, or two mothers with a child each."""
    script = SCRIPTS[number % len(SCRIPTS)]
    names = named(masses.random)
    if number % 2:
        mother, father = (_adult(masses, number, office, script, names, sex) for sex in "FM")
        children = [_child(masses, number, office, script, names, place) for place in range(2)]
        _family(masses, office, names, [mother, father], children)
    else:
        for place in range(2):
            mother = _adult(masses, number + place, office, script, names, "F")
            child = _child(masses, number, office, script, names, place)
            _family(masses, office, names, [mother], [child])
            names = named(masses.random)


def _person(masses: Masses, office: Place, script: str, names: int, code: str, **known: Any) -> int:
    from kinkeeper.lib.names import fold
    from tests.lib.invented_names import GIVEN

    spelled = GIVEN[int(masses.random.random() ** 1.5 * len(GIVEN))]
    keys: set[str] = set()
    rows = []
    # Whoever is written in other letters first is known in Latin ones as well.
    for written in dict.fromkeys((script, "Latn")):
        given = spelled[("Latn", "Cyrl", "Arab").index(written)].split()[0]
        family = family_name(names, written)
        rows.append({"given": given, "family": family, "script": written})
        keys |= keys_of(given) | keys_of(family) | {sound_of(given + family)}
    first = rows[0]
    shown = {"name": f"{first['given']} {first['family']}", "sort_name": fold(f"{first['family']} {first['given']} ")}
    person = masses.add("Person", code=code, unit_id=office.unit, is_invented=1, **shown, **known)
    for row in rows:
        masses.add("Name", person_id=person, **row)
    masses.tables["NameKey"].add_all([(person, key) for key in keys], "person_id", "key")
    return person


def _adult(masses: Masses, number: int, office: Place, script: str, names: int, sex: str) -> int:
    code = masses.codes()
    year = masses.today.year - 25 - number % 30
    person = _person(masses, office, script, names, code, sex=sex, birth=str(year), born_from=f"{year}-01-01")
    if number % 4:
        return person
    point, holder = masses.codes(), masses.key_for("people.person", code)
    telephone = masses.sealed("ContactPoint", holder, point, value=f"+00 {number:09d}")
    masses.add("ContactPoint", code=point, person_id=person, kind="phone", **telephone)
    return person


def _family(masses: Masses, office: Place, names: int, adults: list[int], children: list[int]) -> None:
    family = masses.add("Family", unit_id=office.unit, name=family_name(names, "Latn"))
    code = masses.codes()
    address = {}
    if len(adults) > 1:
        holder = masses.key_for("families.household", code)
        address = masses.sealed("Household", holder, code, address=f"{names % 200 + 1} Harbour Street")
    household = masses.add("Household", code=code, family_id=family, name="Home", **address)
    for person in [*adults, *children]:
        masses.add("Membership", family_id=family, person_id=person)
        masses.add("HouseholdMember", household_id=household, person_id=person)
    for adult in adults:
        for child in children:
            masses.add("Kinship", person_id=adult, kind="parent", relative_id=child, legally_responsible=1)


def _child(masses: Masses, number: int, office: Place, script: str, names: int, place: int) -> int:
    """A child with a running case, or with a closed one."""
    code, today = masses.codes(), masses.today
    born = date(today.year - 1 - number % 17, 1 + number % 12, 1 + number % 28).isoformat()
    child = _person(masses, office, script, names, code, sex="FM"[place], birth=born, born_from=born)
    holder = masses.key_for("people.person", code)
    worker = office.workers[number % UNIT // WORKER]
    runs = place == 0
    opened = today - ((30 + number % 900) if runs else (1000 + number % 1500)) * DAY
    over = None if runs else opened + 700 * DAY
    state = STEPS[number % 20] if runs else "closed"
    case = masses.add(
        "Case", child_id=child, unit_id=office.unit, worker_id=worker, state=state, risk="medium",
        opened_on=opened.isoformat(), closed_on=over and over.isoformat(), close_reason="" if runs else "reached",
    )  # fmt: skip
    days = {"starts_on": opened.isoformat(), "ends_on": over and over.isoformat()}
    masses.add("Assignment", case_id=case, worker_id=worker, **days)
    _contacts(masses, case, holder, worker, opened, over or today)
    if state in {"active", "review"}:
        _at_work(masses, number, (child, case, worker), holder, office, opened)
    return child


def _contacts(masses: Masses, case: int, holder: Any, worker: int, opened: date, until: date) -> None:
    """Contacts spread over the time of the case; every fourth holds words of the child as well."""
    codes, whole = masses.codes, (until - opened).days
    note, words = masses.sealer("Contact", "note", holder), masses.sealer("Contact", "child_said", holder)
    rows = []
    for one in range(masses.contacts):
        code, on = codes(), opened + timedelta(days=whole * one // masses.contacts)
        said = words(code, SAID) if one % 4 == 0 else ""
        kind = "call" if one % 3 == 1 else "visit"
        rows.append((code, case, kind, on.isoformat(), "alone", worker, note(code, NOTES[one % 4]), said))
    columns = ("code", "case_id", "kind", "happened_on", "seen", "by_id", "note", "child_said")
    masses.tables["Contact"].add_all(rows, *columns)


def _at_work(masses: Masses, number: int, who: tuple[int, int, int], holder: Any, office: Place, opened: date) -> None:
    """A plan in force with a goal; two of three children are in care as well."""
    child, case, worker = who
    today = masses.today
    approved = max(opened + 20 * DAY, today - (number % 150) * DAY)
    plan = masses.add(
        "Plan", case_id=case, state="approved", drafted_on=approved.isoformat(), approved_on=approved.isoformat(),
        approved_by_id=worker, child_consulted="yes", review_on=(approved + 90 * DAY).isoformat(),
    )  # fmt: skip
    code = masses.codes()
    words = masses.sealed("Goal", holder, code, words="I read every evening.")
    target = (approved + 120 * DAY).isoformat()
    masses.add("Goal", code=code, plan_id=plan, domain="SCHOOL", target_on=target, **words)
    if number % 3 == 0:
        return
    started = min(opened + 10 * DAY, today).isoformat()
    code = masses.codes()
    masses.add(
        "Decision", code=code, case_id=case, kind="alternative_care", decided_on=started, starts_on=started,
        care_type="FOSTER_ST", decided_by="panel", review_on=(today + (number % 90 - 20) * DAY).isoformat(),
        **masses.sealed("Decision", holder, code, authority="Panel", reasons="Both agree that home is not safe yet."),
    )  # fmt: skip
    period = masses.add("PeriodOfCare", child_id=child, started_on=started)
    home = office.homes[number % len(office.homes)]
    status = masses.add("LegalStatus", person_id=child, status="VOLUNTARY", starts_on=started)
    placement = masses.add("Placement", period_id=period, home_id=home, care_type="FOSTER_ST")
    masses.add(
        "Episode", period_id=period, started_on=started, reason="S", legal_status_id=status, placement_id=placement
    )


def main() -> None:
    """Fill and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--contacts-per-person", type=int, default=10)
    parser.add_argument(
        "--helpers", type=int, default=2, help="processes that make rows beside the one that writes them"
    )
    parser.add_argument(
        "--minutes", type=float, default=1e9, help="stop after so long, with as many persons as there are then"
    )
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    from django.utils import timezone

    told: dict[str, Any] = fill(
        args.persons, args.contacts_per_person, timezone.localdate(), args.helpers, args.minutes
    )
    told["fill_peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
