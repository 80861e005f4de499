"""Run every measurement and write docs/reference/performance.md.

python -m bench.run [--persons 1000,10000,100000] [--cases 1000,10000,100000] [--engines sqlite,postgresql]
                    [--rounds 40] [--import-children 10000] [--memory-rows 10000] [--sheet-rows 1000,10000]

What is asked for with nothing (`--persons ""`, `--import-children 0`, `--memory-rows 0`) is not measured, and its part of the page stays.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.envelopes import for_installation

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "performance.md"
FIGURES = ROOT / "build" / "bench.json"
KINKEEPER = Path(sys.executable).parent / "kinkeeper"
# The generator makes about this many persons (kin, carers, staff aside) for each child it is asked for.
PERSONS_PER_CHILD = 4.0

Figures = dict[str, Any]


def run(command: list[str], env: dict[str, str]) -> tuple[str, float, int]:
    """Run a command; returns its output, seconds and peak memory in MB (children of this process, by their own count)."""
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile("r", suffix=".rss") as report:
        timed = ["/usr/bin/env", "python3", "-c", _METER, report.name, *command]
        done = subprocess.run(timed, env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False)
        peak = int(report.read() or 0)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}.")
    return done.stdout, time.perf_counter() - start, peak // 1024


_METER = (
    "import resource,subprocess,sys;"
    "code=subprocess.call(sys.argv[2:]);"
    "open(sys.argv[1],'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss));"
    "sys.exit(code)"
)


def database(engine: str, folder: Path, name: str) -> dict[str, str]:
    """The environment of a new, empty installation."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = {**os.environ, "KINKEEPER_DATA": str(folder), "KINKEEPER_SECOND_FACTOR": "offered"}
    env.pop("KINKEEPER_DATABASE_URL", None)
    if engine == "postgresql":
        script = str(ROOT / "tools" / "postgres.sh")
        subprocess.run([script, "start", "--durable"], check=True, stdout=subprocess.DEVNULL)
        url = subprocess.run([script, "url", name, "--durable"], check=True, text=True, stdout=subprocess.PIPE).stdout
        env["KINKEEPER_DATABASE_URL"] = url.strip()
    return env


def measure(engine: str, persons: int, rounds: int, seed: int, keep: Path | None) -> Figures:
    """Fill an installation of about this size, or take the one that was kept, and measure it."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-bench-") as scratch:
        folder = keep / f"{engine}-{persons}" if keep else Path(scratch)
        env = database(engine, folder, f"bench{persons}")
        filled = folder / "filled.json"
        if not filled.exists():
            filled.write_text(json.dumps(fill(persons, seed, env)))
        out, _seconds, _peak = run([sys.executable, "-m", "bench.measure", "--rounds", str(rounds)], env)
        figures: Figures = json.loads(out)
        figures.update(json.loads(filled.read_text()))
        if engine == "sqlite":
            figures["database_mb"] = round((folder / "kinkeeper.sqlite3").stat().st_size / 1e6)
    return figures


def fill(persons: int, seed: int, env: dict[str, str]) -> Figures:
    """Fill an empty installation with about this many persons."""
    children = max(20, round(persons / PERSONS_PER_CHILD))
    command = [str(KINKEEPER), "generate", "--children", str(children), "--seed", str(seed), "--years", "3"]
    _out, seconds, peak = run(command, env)
    return {"asked": persons, "children": children, "fill_s": round(seconds, 1), "fill_peak_mb": peak}


def import_speed(engine: str, children: int, seed: int) -> Figures:
    """Write the returns of three years, import them into an empty installation, import them again."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-bench-") as folder:
        base = Path(folder)
        target = database(engine, base / "target", "benchtarget")
        write = [
            sys.executable,
            "-m",
            "bench.returns",
            str(base / "out"),
            "--children",
            str(children),
            "--seed",
            str(seed),
        ]
        run(write, target)
        command = [str(KINKEEPER), "import", "ssda903", str(base / "out"), "--json"]
        first, seconds, peak = run(command, target)
        again, seconds_again, _peak = run(command, target)
        read, landed = json.loads(first)["read"], json.loads(first)["landed"]
        return {
            "engine": engine,
            "children": children,
            "read": read,
            "landed": landed,
            "quarantined": len(json.loads(first)["quarantined"]),
            "seconds": round(seconds, 1),
            "rows_per_second": round(read / seconds),
            "peak_memory_mb": peak,
            "again_landed": json.loads(again)["landed"],
            "again_seconds": round(seconds_again, 1),
        }


def sheets_speed(engine: str, rows: int) -> Figures:
    """Bring a workbook of so many rows into an empty installation, then the same once more."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-bench-") as folder:
        base = Path(folder)
        target = database(engine, base / "target", f"benchsheets{rows}")
        target["DJANGO_SETTINGS_MODULE"] = "kinkeeper.site.settings"
        for_installation(target)
        secret = base / "password"
        secret.write_text("seven quiet herons by the weir\n")
        setup = [
            "--name",
            "Bench",
            "--country",
            "XK",
            "--unit",
            "family_care:village:Bench",
            "--password-file",
            str(secret),
        ]
        run([str(KINKEEPER), "setup", *setup, "--admin-name", "B", "--admin-email", "b@example.org"], target)
        book = base / "lists.xlsx"
        run([sys.executable, "-m", "bench.sheets", "--rows", str(rows), str(book)], target)
        command = [str(KINKEEPER), "import", "sheets", str(book), "--source", "Bench", "--json"]
        _told, looking, _peak = run([*command, "--preview"], target)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        first, seconds, peak = run(command, target)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        again, seconds_again, _peak = run(command, target)
        told = json.loads(first)
        return {
            "engine": engine, "rows": told["read"], "landed": told["landed"], "quarantined": len(told["quarantined"]),
            "preview_seconds": round(looking, 1), "seconds": round(seconds, 1),
            "rows_per_second": round(told["read"] / seconds), "peak_memory_mb": peak,
            "processor_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
            "again_landed": json.loads(again)["landed"], "again_seconds": round(seconds_again, 1),
        }  # fmt: skip


def duties(engine: str, cases: int, rounds: int) -> Figures:
    """Fill an empty installation with this many running cases and measure what is due in it."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-bench-") as folder:
        env = database(engine, Path(folder) / "data", f"benchduties{cases}")
        env["KINKEEPER_ADMIN_PASSWORD"] = "kind horses walk at night"
        for_installation(env)
        setup = [str(KINKEEPER), "setup", "--name", "Measured", "--country", "UN", "--admin-name", "Rosa"]
        run([*setup, "--admin-email", "rosa@example.org", "--unit", "family_strengthening:social_centre:Harbour"], env)
        asked = ["--cases", str(cases), "--rounds", str(rounds)]
        out, _seconds, peak = run([sys.executable, "-W", "ignore", "-m", "bench.duties", *asked], env)
        return {**json.loads(out), "fill_peak_mb": peak}


def memory(engine: str, rows: int) -> Figures:
    """Change this many rows of an empty installation at once, and some one by one, and follow the chain."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-bench-") as folder:
        env = database(engine, Path(folder) / "data", f"benchmemory{rows}")
        env["KINKEEPER_ADMIN_PASSWORD"] = "kind horses walk at night"
        for_installation(env)
        setup = [str(KINKEEPER), "setup", "--name", "Measured", "--country", "UN", "--admin-name", "Rosa"]
        run([*setup, "--admin-email", "rosa@example.org", "--unit", "family_strengthening:social_centre:Harbour"], env)
        out, _seconds, peak = run([sys.executable, "-m", "bench.memory", "--rows", str(rows)], env)
        return {**json.loads(out), "peak_memory_mb": peak}


def machine() -> str:
    """The shape of this machine in words."""
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    gigabytes = round(int(memory.group(1)) / 1024 / 1024) if memory else 0
    return f"{os.cpu_count()} cores, {gigabytes} GB of memory, {platform.system()}, Python {platform.python_version()}"


def growth(small: float, large: float, ratio: float) -> str:
    """The exponent k in time ∝ size^k between two sizes."""
    return f"{math.log(max(large, 0.01) / max(small, 0.01)) / math.log(ratio):+.2f}" if ratio > 1 else "–"


def tables(all_figures: list[Figures]) -> Iterable[str]:
    """The pages and deeds, one table for each engine, a line for each deed, sizes side by side."""
    for engine in dict.fromkeys(figures["engine"] for figures in all_figures):
        found = sorted((f for f in all_figures if f["engine"] == engine), key=lambda f: f["sizes"]["persons"])
        yield f"\n### {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}\n"
        heads = [f"{f['sizes']['persons']:,} persons".replace(",", " ") for f in found]
        yield "| what | queries | " + " | ".join(f"{head}: p50 / p95 ms" for head in heads) + " | growth |"
        yield "|---|---|" + "---|" * (len(found) + 1)
        for number, line in enumerate(found[-1]["figures"]):
            cells = [f"{f['figures'][number]['p50_ms']} / {f['figures'][number]['p95_ms']}" for f in found]
            queries = [q for f in found for q in f["figures"][number]["queries"]]
            span = f"{min(queries)}–{max(queries)}" if min(queries) != max(queries) else str(queries[0])
            ratio = found[-1]["sizes"]["persons"] / found[0]["sizes"]["persons"]
            grown = growth(found[0]["figures"][number]["p50_ms"], found[-1]["figures"][number]["p50_ms"], ratio)
            yield f"| {line['what']} | {span} | " + " | ".join(cells) + f" | {grown} |"
        yield ""
        for f in found:
            held = ", ".join(f"{count:,} {what}".replace(",", " ") for what, count in f["sizes"].items())
            yield (
                f"* {held}; filled in {f['fill_s']} s with a peak of {f['fill_peak_mb']} MB; "
                f"measuring process at most {f['peak_memory_mb']} MB."
            )


def duty_tables(found: list[Figures]) -> Iterable[str]:
    """What is due: one line for each page and engine, sizes side by side."""
    sizes = sorted({f["cases"] for f in found})
    yield (
        "| what | engine | queries | "
        + " | ".join(f"{size:,} cases: p50 / p95 ms".replace(",", " ") for size in sizes)
        + " | growth |"
    )
    yield "|---|---|---|" + "---|" * (len(sizes) + 1)
    for engine in dict.fromkeys(f["engine"] for f in found):
        mine = sorted((f for f in found if f["engine"] == engine), key=lambda f: f["cases"])
        for number, line in enumerate(mine[-1]["figures"]):
            rows = [f["figures"][number] for f in mine]
            queries = sorted({q for row in rows for q in row["queries"]})
            grown = growth(rows[0]["p50_ms"], rows[-1]["p50_ms"], mine[-1]["cases"] / mine[0]["cases"])
            cells = " | ".join(f"{row['p50_ms']} / {row['p95_ms']}" for row in rows)
            yield f"| {line['what']} | {engine} | {'–'.join(str(q) for q in queries)} | {cells} | {grown} |"
    yield ""
    for f in found:
        yield f"* {f['engine']}, {f['cases']:,} cases: filled in {f['fill_s']} s; the process took at most {f['fill_peak_mb']} MB.".replace(
            ",", " ", 1
        )


INTRODUCTION = """# Performance

Written by `make bench`, each part on the day and the machine it names. Times are those of that machine; what counts is
how they grow. *Growth* is the exponent k in time ∝ size^k between the smallest and the largest size: 0 means that the page
does not care how large the association is, 1 that twice the size takes twice as long. PostgreSQL runs with fsync on, SQLite
with `synchronous=FULL`.
"""
PAGES, DUE, IMPORTS = "Pages and deeds", "What is due", "Import of the SSDA903 return"
MEMORY = "Memory of what happened"
SHEETS = "Import of own spreadsheets"
# Measured by `bench/great.py`; what nobody has measured yet is told by hand.
GREAT, CROWD, OPEN = "Very many persons", "Sixteen people at once", "Not measured yet"
WALL = "What the second wall costs"


def sections(
    found: list[Figures],
    due: list[Figures],
    imports: list[Figures],
    kept: list[Figures],
    sheets: list[Figures],
) -> dict[str, list[str]]:
    """The parts of the page that were measured now."""
    day = datetime.now(tz=UTC).date().isoformat()
    on = [f"Measured on {day} on {machine()}.", ""]
    parts = {}
    if found:
        parts[PAGES] = [
            *on,
            "Pages are whole requests of a signed-in worker of the largest unit (sign-in, gate, queries, rendering, journal),",
            "in one process; deeds are whole acts.",
            *tables(found),
        ]
    if due:
        parts[DUE] = [
            *on,
            "*My day* of a worker with 40 running cases, and the page of a unit of 400 with its overdue duties, while the",
            "association around them grows by units of 400. Every duty is computed from the records when the page is opened.",
            "",
            *duty_tables(due),
        ]
    if imports:
        parts[IMPORTS] = [*on, *import_table(imports)]
    if kept:
        parts[MEMORY] = [*on, *memory_table(kept)]
    if sheets:
        parts[SHEETS] = [*on, *sheets_table(sheets)]
    return parts


def import_table(imports: list[Figures]) -> Iterable[str]:
    """The import: one line for each engine."""
    yield "Three collection years of invented children, written as returns and imported into an empty installation; then once more."
    yield ""
    yield "| engine | children | rows read | landed | quarantined | seconds | rows/s | peak MB | second run lands | second run s |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for f in imports:
        yield (
            f"| {f['engine']} | {f['children']} | {f['read']} | {f['landed']} | {f['quarantined']} | {f['seconds']} "
            f"| {f['rows_per_second']} | {f['peak_memory_mb']} | {f['again_landed']} | {f['again_seconds']} |"
        )


def memory_table(kept: list[Figures]) -> Iterable[str]:
    """Remembering: one line for each engine, µs for each row."""
    yield "Keeping what a row held before and sealing it in the chain, against the same change without either; then following"
    yield "the whole chain from its start. µs for each row; *at once* is one transaction, *one by one* a transaction each."
    yield ""
    yield "| engine | rows at once | plain | remembered | one by one | plain | remembered | links | following | peak MB |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for f in kept:
        yield (
            f"| {f['engine']} | {f['rows']} | {f['bulk_plain_us']} | {f['bulk_us']} | {f['deeds']} | {f['single_plain_us']} "
            f"| {f['single_us']} | {f['links']} | {f['follow_us']} | {f['peak_memory_mb']} |"
        )


def sheets_table(sheets: list[Figures]) -> Iterable[str]:
    """Own spreadsheets: one line for each size."""
    yield "One workbook of five sheets, previewed, landed in an empty installation (which looks through it again first), and"
    yield "brought in once more. *Processor* is how long the landing worked rather than waited for others on the same machine."
    yield ""
    yield "| engine | rows read | landed | quarantined | preview s | landing s | processor s | rows/s | peak MB | again lands | again s |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for f in sheets:
        yield (
            f"| {f['engine']} | {f['rows']} | {f['landed']} | {f['quarantined']} | {f['preview_seconds']} | {f['seconds']} | {f['processor_seconds']} "
            f"| {f['rows_per_second']} | {f['peak_memory_mb']} | {f['again_landed']} | {f['again_seconds']} |"
        )


def page(before: str, measured: dict[str, list[str]]) -> str:
    """The whole page: what was measured now takes the place of what stood there, the rest stays."""
    stood = dict(part.split("\n", 1) for part in re.split(r"^## ", before, flags=re.MULTILINE)[1:])
    told = {name: text.strip() for name, text in stood.items()}
    told |= {name: "\n".join(lines).strip() for name, lines in measured.items()}
    return INTRODUCTION + "".join(
        f"\n## {name}\n\n{told[name]}\n"
        for name in (PAGES, DUE, GREAT, CROWD, WALL, IMPORTS, MEMORY, SHEETS, OPEN)
        if name in told
    )


def main() -> None:
    """Measure what is asked and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="1000,10000,100000")
    parser.add_argument("--cases", default="1000,10000,100000")
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--import-children", type=int, default=10_000)
    parser.add_argument("--memory-rows", type=int, default=10_000)
    parser.add_argument("--sheet-rows", default="1000,10000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep the filled installations here and take them again next time")
    args = parser.parse_args()
    found: list[Figures] = []
    imports: list[Figures] = []
    due: list[Figures] = []
    kept: list[Figures] = []
    sheets: list[Figures] = []
    for engine in args.engines.split(","):
        for cases in (int(text) for text in args.cases.split(",") if text):
            print(f"{engine}: {cases} cases", file=sys.stderr, flush=True)
            due.append(duties(engine, cases, args.rounds))
        for persons in (int(text) for text in args.persons.split(",") if text):
            print(f"{engine}: about {persons} persons", file=sys.stderr, flush=True)
            found.append(measure(engine, persons, args.rounds, args.seed, args.keep))
        if args.import_children:
            print(f"{engine}: import of {args.import_children} children", file=sys.stderr, flush=True)
            imports.append(import_speed(engine, args.import_children, args.seed))
        if args.memory_rows:
            print(f"{engine}: {args.memory_rows} rows remembered", file=sys.stderr, flush=True)
            kept.append(memory(engine, args.memory_rows))
        for rows in (int(text) for text in args.sheet_rows.split(",") if text):
            print(f"{engine}: {rows} rows of own spreadsheets", file=sys.stderr, flush=True)
            sheets.append(sheets_speed(engine, rows))
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    measured = {"pages": found, "imports": imports, "duties": due, "memory": kept, "sheets": sheets}
    FIGURES.write_text(json.dumps(measured, indent=1))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    told = sections(found, due, imports, kept, sheets)
    PAGE.write_text(page(PAGE.read_text() if PAGE.exists() else "", told))
    print(f"Written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
