"""Check exports of the SSDA903 return with the validator package, year by year, each year beside the one before.

Runs in the environment of the package (requirements-validator.txt), never in Kinkeeper’s own:

    python tools/validate_903.py EXPORT_DIR_2022_23 EXPORT_DIR_2023_24 …

A folder is named after its collection year. Prints JSON: errors by rule and what was excused and why. Exits 1 on any
error that EXCUSES does not cover, 2 when a folder cannot be validated. An excuse is about a row, not about a rule: the
row must show that the package is wrong about it.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import importlib
import json
import logging
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

TABLES = (
    "Header",
    "Episodes",
    "Reviews",
    "UASC",
    "OC2",
    "OC3",
    "AD1",
    "PlacedAdoption",
    "PrevPerm",
    "Missing",
    "SWEpisodes",
)


class Year:
    """One year’s export: its tables as the package reads them, and those of every year before."""

    def __init__(self, folder: Path, earlier: list[Year]) -> None:
        match = re.search(r"(20\d\d)[-_]?(?:20)?(\d\d)$", folder.name)
        if not match:
            raise SystemExit(f"{folder}: name the folder after its collection year, such as 2022_23.")
        self.folder = folder
        self.start = int(match[1])
        self.earlier = earlier
        self.tables: dict[str, Any] = {}
        self._by_child: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def rows_of(self, table: str, child: str) -> list[dict[str, Any]]:
        """The rows of one child in a table; the table is sorted by child once."""
        if table not in self._by_child:
            rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in self.tables[table].to_dict("records"):
                rows[row["CHILD"]].append(row)
            self._by_child[table] = rows
        return self._by_child[table].get(child, [])

    @property
    def pack(self) -> str:
        return f"lac{self.start}_{(self.start + 1) % 100:02d}"

    def files(self, description: str) -> list[dict[str, Any]]:
        return [
            {
                "name": f"{name}.csv",
                "description": description,
                "file_content": (self.folder / f"{name}.csv").read_bytes(),
            }
            for name in TABLES
            if (self.folder / f"{name}.csv").exists()
        ]


@dataclass(frozen=True)
class Excuse:
    """Why an error of the package is the package’s own. `holds` must be true of the row."""

    rule: str
    reason: str
    holds: Callable[[Any, Year], bool]


def _worker_all_along(row: Any, year: Year) -> bool:
    """Whether the child’s social-worker episodes cover all days in care of the year without a gap."""
    workers = year.rows_of("SWEpisodes", row["CHILD"])
    covered = sorted((_day(worker["SW_DECOM"]), _day(worker["SW_DEC"]) or "9999") for worker in workers)
    for episode in year.rows_of("Episodes", row["CHILD"]):
        day = max(_day(episode["DECOM"]), f"{year.start}-04-01")
        for start, end in covered:
            if start <= day <= end:
                day = end
        if day < (_day(episode["DEC"]) or f"{year.start + 1}-03-31"):
            return False
    return True


def _left_care_earlier(row: Any, year: Year) -> bool:
    """Whether an earlier export shows 13 weeks in care after 14, some of it after 16, all of it over before."""
    born = _day(row["DOB"])
    days: dict[str, tuple[str, str]] = {}
    for export in (*year.earlier, year):
        for episode in export.rows_of("Episodes", row["CHILD"]):
            if episode["LS"] not in {"V3", "V4"}:
                days[_day(episode["DECOM"])] = (_day(episode["DEC"]), episode["REC"])
    last = max(days, default=None)
    if last is None or not days[last][0] or days[last][1] in {"E11", "E12", "E2", "E3"}:
        return False
    after_14 = sum(_days(max(start, _years_on(born, 14)), end) for start, (end, _rec) in days.items() if end)
    after_16 = sum(_days(max(start, _years_on(born, 16)), end) for start, (end, _rec) in days.items() if end)
    return after_14 >= 91 and after_16 >= 1


def _sex_last_year(row: Any, year: Year) -> str:
    return next((str(last["SEX"]) for last in year.earlier[-1].rows_of("Header", row["CHILD"])), "")


EXCUSES = (
    Excuse(
        "SW12STG2",
        "The rule compares every episode with every social-worker episode of the child, so it flags each open episode "
        "that is not the first of its period, and each child with two periods or an earlier worker. Excused where the "
        "workers of the year cover all days in care, which is what the rule asks for.",
        _worker_all_along,
    ),
    Excuse(
        "1001",
        "The rule only knows this year and the last (its own note), and it never counts the days of young people who "
        "are 20 or older. Excused where the earlier exports show 13 weeks in care after 14 and some after 16.",
        _left_care_earlier,
    ),
    Excuse(
        "1002",
        "The rule only knows this year and the last (its own note). Excused where an export of an earlier year has the "
        "episodes.",
        _left_care_earlier,
    ),
    Excuse(
        "202",
        "SEX is 1 or 2 until 2023/24 and M or F since; the rule compares the two returns letter by letter. Excused where "
        "both say the same sex.",
        lambda row, year: year.start == 2024 and row["SEX"] == {"1": "M", "2": "F"}.get(_sex_last_year(row, year), ""),
    ),
    Excuse(
        "146",
        "The 2024/25 rules spell the code K3 as k3, so a valid K3 is flagged (domain reference 6.4).",
        lambda row, year: year.start == 2024 and row["PLACE"] == "K3",
    ),
)
CANNOT_RUN = {
    (2024, "231"): "reads a column UASC_STATUS that CSV files do not have",
    (2025, "231"): "reads a column UASC_STATUS that CSV files do not have",
    (2025, "233"): "reads a column DATE_EPISODE_CEASED that no table has",
}


def validate(year: Year, authority: str, *, alone: bool = False) -> dict[str, Any]:
    """Run one year’s rule pack and sort its errors into excused ones and real ones."""
    files = year.files("This year") + (year.earlier[-1].files("Prev year") if year.earlier else [])
    validator = _run(
        files, {"collectionYear": str(year.start + 1), "localAuthority": authority}, year.pack, alone=alone
    )
    year.tables = {name: table.copy() for name, table in validator.dfs.items() if name in TABLES}
    errors: Counter[str] = Counter()
    excused: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for name, table in validator.ds_results.items():
        if name not in TABLES:
            continue
        for column in [column for column in table.columns if column.startswith("ERR_")]:
            rule = column[4:]
            for _index, row in table[table[column].fillna(False).astype(bool)].iterrows():
                if any(excuse.rule == rule and excuse.holds(row, year) for excuse in EXCUSES):
                    excused[rule] += 1
                else:
                    errors[rule] += 1
                    examples.setdefault(rule, f"{name}: CHILD {row['CHILD']}")
    failed = [rule for rule in validator.fails if (year.start, rule) not in CANNOT_RUN]
    return {
        "year": year.pack[3:],
        "rows": {name: len(table) for name, table in year.tables.items()},
        "rules_run": len(validator.dones),
        "rules_skipped": sorted(validator.skips),
        "rules_that_cannot_run": {rule: CANNOT_RUN.get((year.start, rule), "unexpected") for rule in validator.fails},
        "errors": dict(sorted(errors.items())),
        "examples": examples,
        "excused": dict(sorted(excused.items())),
        "clean": not errors and not failed,
    }


def _run(files: list[dict[str, Any]], metadata: dict[str, str], pack: str, *, alone: bool) -> Any:
    """The package’s result. Its rules share one copy of the data and some write into it; `alone` gives each its own."""
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(sys.stderr):
        registry = importlib.import_module(f"lac_validator.rules.{pack}").registry
        package: Any = importlib.import_module("lac_validator.lac_validator")
        if alone:
            package.copy_datastore = copy.deepcopy
        return package.LacValidator(metadata=metadata, files=files, registry=registry)


def _day(text: Any) -> str:
    """dd/mm/yyyy as yyyy-mm-dd, which sorts; empty cells as an empty string."""
    if not isinstance(text, str) or not text:
        return ""
    day, month, year = text.split("/")
    return f"{year}-{month}-{day}"


def _years_on(day: str, years: int) -> str:
    return f"{int(day[:4]) + years:04d}{day[4:]}"


def _days(start: str, end: str) -> int:
    return max(0, (date.fromisoformat(end) - date.fromisoformat(start)).days) if start < end else 0


def main() -> int:
    """Validate every folder in the order of its year."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="EXPORT_DIR")
    parser.add_argument("--authority", default="E08000035", help="code of the placing local authority (default: Leeds)")
    parser.add_argument("--alone", action="store_true", help="give each rule its own copy of the data")
    options = parser.parse_args()
    years: list[Year] = []
    reports = []
    for folder in sorted(options.folders, key=lambda path: path.name):
        year = Year(folder, list(years))
        reports.append(validate(year, options.authority, alone=options.alone))
        years.append(year)
    reasons = {excuse.rule: excuse.reason for excuse in EXCUSES}
    json.dump({"years": reports, "excuses": reasons}, sys.stdout, indent=1)
    print()
    return 0 if all(report["clean"] for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
