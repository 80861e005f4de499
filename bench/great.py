"""The great bench: a million persons with ten million contacts, one and sixteen people over HTTP, on both databases.

python -m bench.great [--persons 10000,100000,1000000] [--contacts-per-person 10] [--engines sqlite,postgresql]
                      [--rounds 40] [--clients 1,16] [--seconds 60] [--sheet-rows 10000,100000,1000000] [--data FOLDER]

The rows come by bulk inserts, not through acts (`bench/masses.py` says what they are and what they lack); pages and deeds
are the house’s own. With `--data` everything filled and measured stays in that folder, and is taken again the next time
instead of being made anew: remove what shall be measured again. What is asked for with nothing is not measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from bench.run import CROWD, GREAT, KINKEEPER, PAGE, Figures, database, growth, machine, page, run
from tools.envelopes import for_installation

UNIT = "family_strengthening:social_centre:Harbour"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PORTS = {"sqlite": 8907, "postgresql": 8908}
TOLD_OF_ROWS = [
    "As above (*Pages and deeds*), in one process, for a worker of one unit among more and more of them: 400 running cases",
    "and ten workers in each, four persons for each running case, and ten contacts for each person. One installation grows",
    "from size to size; the seconds of a fill are those of its step. The rows were written past the acts, by bulk inserts: sealed fields are",
    "sealed with the key of their own person or household, every name stands in the index of names, but the journal, the",
    "history and the chain hold only what the measuring itself did. *Processor* is the time that the process worked (on SQLite",
    "the database with it, on PostgreSQL without its server), not waited: on a busy machine it is the figure to compare.",
]
TOLD_OF_CROWD = [
    "`kinkeeper serve` as it is installed: one process that answers, with its threads, and the worker beside it. Each client is a",
    "caseworker of another unit with a session of its own, and asks for the next page as soon as the last has come: of nineteen",
    "deeds four are my day, four the caseload, seven a child’s page, three a search and one a visit recorded by its form.",
    "Nobody works like that, so one client stands for several people. Clients, server and database share the two cores.",
]


def log(text: str) -> None:
    """Say on the way what is being done: it takes hours."""
    print(text, file=sys.stderr, flush=True)


def kept(path: Path, make: Callable[[], Figures]) -> Figures:
    """The figures in this file; measured now where they are not there."""
    if not path.exists():
        path.write_text(json.dumps(make(), indent=1))
    figures: Figures = json.loads(path.read_text())
    return figures


def set_up(env: dict[str, str]) -> Figures:
    """An installation with nobody in it."""
    for_installation(env)
    setup = [str(KINKEEPER), "setup", "--name", "Measured", "--country", "UN", "--admin-name", "Rosa"]
    _out, seconds, _peak = run([*setup, "--admin-email", "rosa@example.org", "--unit", UNIT], env)
    return {"seconds": round(seconds, 1)}


def told(module: str, env: dict[str, str], **asked: object) -> Figures:
    """What one part of the bench says of the installation, asked with these words."""
    words = [word for name, value in asked.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    out, _seconds, _peak = run([sys.executable, "-W", "ignore", "-m", f"bench.{module}", *words], env)
    figures: Figures = json.loads(out)
    return figures


def measure(engine: str, persons: int, data: Path, args: argparse.Namespace) -> Figures:
    """Let the installation of this engine grow to this size, and measure it."""
    folder = data / engine
    env = database(engine, folder, "great")
    env["KINKEEPER_ADMIN_PASSWORD"] = "kind horses walk at night"  # of an installation that is thrown away
    env["KINKEEPER_LOG_LEVEL"] = "WARNING"
    kept(folder / "set-up.json", lambda: set_up(env))
    log(f"{engine}: {persons} persons")
    found: Figures = {
        "engine": engine,
        "filled": grown(engine, env, persons, folder, args.contacts_per_person, args.minutes),
    }
    if args.rounds:
        found["pages"] = kept(folder / f"pages-{persons}.json", lambda: told("measure", env, rounds=args.rounds))
    found["crowds"] = []
    for clients in (int(text) for text in args.clients.split(",") if text):
        work = partial(told, "crowd", env, clients=clients, seconds=args.seconds, port=PORTS[engine])
        found["crowds"].append(kept(folder / f"crowd-{persons}-{clients}.json", work))
    return found


def grown(
    engine: str, env: dict[str, str], persons: int, folder: Path, contacts_per_person: int, minutes: float
) -> Figures:
    """Let the installation grow to this size; what that took."""

    def grow() -> Figures:
        figures = told("masses", env, persons=persons, contacts_per_person=contacts_per_person, minutes=minutes)
        return {**figures, "database_mb": size(engine, env)}

    return kept(folder / f"filled-{persons}.json", grow)


def size(engine: str, env: dict[str, str]) -> int:
    """How large the database is, in MB."""
    if engine == "sqlite":
        return round((Path(env["KINKEEPER_DATA"]) / "kinkeeper.sqlite3").stat().st_size / 1e6)
    with psycopg.connect(env["KINKEEPER_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return round(int(row[0]) / 1e6) if row else 0


def pages_part(found: list[Figures]) -> Iterable[str]:
    """The pages and deeds of one worker, as the installation grows."""
    yield from TOLD_OF_ROWS
    for engine in dict.fromkeys(f["engine"] for f in found):
        mine = [f for f in found if f["engine"] == engine]
        yield f"\n### {NAMES[engine]}, as it grows\n"
        heads = [f"{spaced(f['filled']['persons'])} persons: p50 / p95 / processor ms" for f in mine]
        yield f"| what | queries | {' | '.join(heads)} | growth: p50 / processor |"
        yield "|---|---|" + "---|" * (len(mine) + 1)
        ratio = mine[-1]["filled"]["persons"] / mine[0]["filled"]["persons"]
        for number, line in enumerate(mine[-1]["pages"]["figures"]):
            rows = [f["pages"]["figures"][number] for f in mine]
            cells = [f"{row['p50_ms']} / {row['p95_ms']} / {row['processor_ms']}" for row in rows]
            queries = [query for row in rows for query in row["queries"]]
            grown = " / ".join(growth(rows[0][unit], rows[-1][unit], ratio) for unit in ("p50_ms", "processor_ms"))
            yield f"| {line['what']} | {min(queries)}–{max(queries)} | {' | '.join(cells)} | {grown} |"
        yield ""
        yield from (told_of_fill(f) for f in mine)


def told_of_fill(f: Figures) -> str:
    """What the installation holds at a size, and what filling it took."""
    held = ", ".join(f"{spaced(count)} {what}" for what, count in f["pages"]["sizes"].items())
    filled = f["filled"]
    took = (
        f"{filled['fill_processor_s']} s of processors, {filled['fill_peak_mb']} MB in the process that writes"
        if "fill_peak_mb" in filled
        else filled["note"]
    )
    return (
        f"* {held}: {spaced(filled['database_mb'])} MB on the disk. From {spaced(filled['persons_before'])} persons on, the "
        f"rows took {filled['rows_s']} s and their indexes and foreign keys {filled['indexes_s']} s ({took}). The process "
        f"that measures held at most {f['pages']['peak_memory_mb']} MB."
    )


def crowd_part(found: list[Figures]) -> Iterable[str]:
    """The same over HTTP: one column for each size and number of clients."""
    yield from TOLD_OF_CROWD
    for engine in dict.fromkeys(f["engine"] for f in found):
        runs = [(f["filled"]["persons"], crowd) for f in found if f["engine"] == engine for crowd in f["crowds"]]
        yield f"\n### {NAMES[engine]}, over HTTP\n"
        heads = [f"{spaced(persons)} persons, {people(crowd['clients'])}: p50 / p95 ms" for persons, crowd in runs]
        yield f"| what | {' | '.join(heads)} |"
        yield "|---|" + "---|" * len(runs)
        for kind in dict.fromkeys(kind for _persons, crowd in runs for kind in crowd["kinds"]):
            cells = [crowd["kinds"].get(kind) for _persons, crowd in runs]
            told = [f"{cell['p50_ms']} / {cell['p95_ms']}" if cell else "–" for cell in cells]
            yield f"| {kind} | {' | '.join(told)} |"
        yield ""
        for persons, crowd in runs:
            wrong = ", ".join(f"{count} × {what}" for what, count in crowd["errors"].items()) or "none"
            yield (
                f"* {spaced(persons)} persons, {people(crowd['clients'])}: {crowd['requests']} requests in "
                f"{crowd['seconds']} s, {crowd['per_second']} in a second, {crowd['processor_ms']} ms of a processor for each; errors: {wrong}; the process that answers held at most "
                f"{max(crowd['memory_mb']['answering'], default=0)} MB, the worker beside it "
                f"{max(crowd['memory_mb']['beside'], default=0)} MB."
            )


def people(clients: int) -> str:
    """So many clients, in words."""
    return "1 client" if clients == 1 else f"{clients} clients"


def spaced(number: int) -> str:
    """A number with a space between thousands."""
    return f"{number:,}".replace(",", " ")


def write(found: list[Figures], load: str) -> None:
    """Write the parts of the page that were measured."""
    on = [f"Measured until {datetime.now(tz=UTC).date().isoformat()} on {machine()}. {load}".strip(), ""]
    parts = {}
    if with_pages := [f for f in found if "pages" in f]:
        parts[GREAT] = [*on, *pages_part(with_pages)]
    if with_crowds := [f for f in found if f["crowds"]]:
        parts[CROWD] = [*on, *crowd_part(with_crowds)]
    PAGE.write_text(page(PAGE.read_text() if PAGE.exists() else "", parts))


def main() -> None:
    """Measure what is asked and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="10000,100000,1000000")
    parser.add_argument("--contacts-per-person", type=int, default=10)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", default="1,16")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=1e9, help="let a fill end after so long, however far it came")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--load", default="", help="a sentence for the page on what else the machine did meanwhile")
    args = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="kinkeeper-great-") as scratch:
        for engine in args.engines.split(","):
            sizes = sorted(int(text) for text in args.persons.split(",") if text)
            found += [measure(engine, persons, args.data or Path(scratch), args) for persons in sizes]
    write(found, args.load)


if __name__ == "__main__":
    main()
