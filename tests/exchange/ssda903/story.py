"""Five children over two years of the return, in order in every row; a test changes one row and sees what happens."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kinkeeper.exchange.ssda903.judging import Judgement, judge
from kinkeeper.exchange.ssda903.reading import read_folder
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row
from kinkeeper.exchange.ssda903.tables import TABLES

TODAY = date(2026, 1, 15)
NOOR, LEYLA, TARIQ, MILO, ANA = "900001", "900002", "900003", "900004", "900005"
HOMES = {"HOME_POST": "LS11 6BW", "PL_POST": "LS10 1EW", "URN": "SC100001"}

_22, _23 = "2022_23", "2023_24"
_HEADERS = (
    f"{NOOR} 1 04/05/2012 WBRI A000000000001",
    f"{LEYLA} 2 10/02/2010 APKN A000000000002 0",
    f"{TARIQ} 1 10/07/2006 OOTH UN3",
    f"{MILO} 2 20/02/2020 MWBC UN1 0",
)
STORY: dict[tuple[str, str], tuple[str, ...]] = {
    (_22, "Header"): (*_HEADERS, f"{ANA} 2 12/08/2004 WBRI A000000000005 0"),
    (_22, "Episodes"): (
        f"{NOOR} 04/05/2022 S V2 N1 U6 PR4 10/06/2022 X1 CARPL",
        f"{NOOR} 10/06/2022 P V2 N1 U4 PR5",
        f"{LEYLA} 01/06/2021 S C2 N5 K2 PR5",
        f"{TARIQ} 03/01/2023 S V2 N8 U6 PR5",
        f"{MILO} 01/05/2022 S C1 N1 U6 PR5 01/11/2022 X1",
        f"{MILO} 01/11/2022 L E1 N1 U6 PR5",
        f"{ANA} 01/03/2019 P C2 N1 U4 PR5 12/08/2022 E17",
    ),
    (_22, "Reviews"): (
        f"{NOOR} 04/05/2012 30/05/2022 PN1",
        f"{LEYLA} 10/02/2010 11/10/2022 PN6",
        f"{MILO} 20/02/2020 20/05/2022 PN0",
    ),
    (_22, "UASC"): (f"{TARIQ} 1 10/07/2006 10/07/2024",),
    (_22, "OC2"): (f"{LEYLA} 10/02/2010 14 - 0 - 1 1 1 0",),
    (_22, "PlacedAdoption"): (f"{MILO} 20/02/2020 01/10/2022",),
    (_22, "PrevPerm"): (
        f"{NOOR} 04/05/2012 Z1",
        f"{TARIQ} 10/07/2006 Z1",
        f"{MILO} 20/02/2020 P2 383 ZZ/06/2021",
    ),
    (_22, "Missing"): (f"{LEYLA} 10/02/2010 M 30/03/2023",),
    (_23, "Header"): (*_HEADERS, f"{ANA} 2 12/08/2004 WBRI A000000000005"),
    (_23, "Episodes"): (
        f"{NOOR} 10/06/2022 P V2 N1 U4 PR5 01/09/2023 X1",
        f"{NOOR} 01/09/2023 L C2 N1 U4 PR5 01/02/2024 E4A",
        f"{NOOR} 01/03/2024 S V2 N1 U6 PR4",
        f"{LEYLA} 01/06/2021 S C2 N5 K2 PR5",
        f"{TARIQ} 03/01/2023 S V2 N8 U6 PR5 10/05/2023 X1",
        f"{TARIQ} 10/05/2023 P V2 N8 T1 - 20/05/2023 X1",
        f"{TARIQ} 20/05/2023 P V2 N8 U6 PR5",
        f"{MILO} 01/11/2022 L E1 N1 U6 PR5 01/06/2023 X1 CARPL",
        f"{MILO} 01/06/2023 P E1 N1 A6 PR5 15/01/2024 E12",
    ),
    (_23, "Reviews"): (f"{NOOR} 04/05/2012 02/05/2023 PN1", f"{LEYLA} 10/02/2010 05/04/2023 PN2"),
    (_23, "UASC"): (f"{TARIQ} 1 10/07/2006 10/07/2024",),
    (_23, "OC2"): (f"{LEYLA} 10/02/2010 - SDQ2 0 - 1 1 1 1 0 1",),
    (_23, "OC3"): (f"{ANA} 12/08/2004 YES F1 U1",),
    (_23, "AD1"): (f"{MILO} 20/02/2020 01/10/2022 01/05/2023 0 2 MF L11",),
    (_23, "PlacedAdoption"): (f"{MILO} 20/02/2020 01/10/2022",),
    (_23, "PrevPerm"): (f"{NOOR} 04/05/2012 Z1",),
    (_23, "Missing"): (
        f"{LEYLA} 10/02/2010 M 30/03/2023 02/04/2023",
        f"{LEYLA} 10/02/2010 A 05/05/2023 07/05/2023",
    ),
    (_23, "SWEpisodes"): (
        f"{LEYLA} 10/02/2010 SW1234567 01/06/2021 15/09/2023 FCONTA",
        f"{LEYLA} 10/02/2010 SW7654321 15/09/2023 - LEFTRL",
    ),
}
_MOVED = {(NOOR, "U4"): "LS10 1LA", (TARIQ, "T1"): "LS9 7TF", (MILO, "A6"): "LS12 1TE"}


@dataclass(frozen=True)
class Outcome:
    """What became of all rows of a story."""

    read: int
    landed: list[Row]
    quarantined: list[BadRow]
    warnings: list[Fault]
    judgements: dict[str, Judgement]

    def faults(self) -> dict[str, Fault]:
        """The first fault of each row in quarantine that has one of its own, by its place."""
        return {row.place: row.faults[0] for row in self.quarantined if row.faults[0].code != "WAITS"}

    def waiting(self) -> dict[str, Fault]:
        """Rows that are in order and only wait for another."""
        return {row.place: row.faults[0] for row in self.quarantined if row.faults[0].code == "WAITS"}


class Story:
    """The story as lists of rows that a test may change before they are written."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], list[dict[str, str]]] = {
            key: [_row(key[1], line) for line in lines] for key, lines in STORY.items()
        }

    def change(self, year: str, table: str, line: int, **cells: str) -> str:
        """Change cells of the row in a line of a file (the first row is in line 2); returns the row’s place."""
        self.tables[year, table][line - 2].update(cells)
        return f"{year}/{table}.csv:{line}"

    def add(self, year: str, table: str, **cells: str) -> str:
        """Add a row at the end of a table; returns its place."""
        rows = self.tables.setdefault((year, table), [])
        rows.append(dict.fromkeys(TABLES[table].header, "") | cells)
        return f"{year}/{table}.csv:{len(rows) + 1}"

    def drop(self, year: str, table: str, line: int) -> dict[str, str]:
        return self.tables[year, table].pop(line - 2)

    def copy(self, year: str, table: str, line: int) -> dict[str, str]:
        return deepcopy(self.tables[year, table][line - 2])

    def write(self, folder: Path) -> Path:
        for (year, table), rows in self.tables.items():
            (folder / year).mkdir(exist_ok=True)
            with (folder / year / f"{table}.csv").open("w", newline="", encoding="utf-8") as handle:
                writer = csv.DictWriter(handle, TABLES[table].header)
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def outcome(self, folder: Path) -> Outcome:
        """Write the story, read it back and judge every child."""
        return judged(self.write(folder))


def judged(folder: Path) -> Outcome:
    """Read a folder and judge every child in it."""
    rows: dict[str, list[Row]] = defaultdict(list)
    bad: dict[str, list[BadRow]] = defaultdict(list)
    for item in read_folder(folder):
        if isinstance(item, Row):
            rows[item.child].append(item)
        elif isinstance(item, BadRow):
            bad[item.child].append(item)
    judgements = {child: judge(rows[child], bad[child], today=TODAY) for child in sorted({*rows, *bad})}
    return Outcome(
        read=sum(len(rows[child]) + len(bad[child]) for child in judgements),
        landed=[row for found in judgements.values() for row in found.landed],
        quarantined=[*_all(bad), *(row for found in judgements.values() for row in found.quarantined)],
        warnings=[fault for found in judgements.values() for fault in found.warnings],
        judgements=judgements,
    )


def _all(bad: dict[str, list[BadRow]]) -> Iterator[BadRow]:
    for rows in bad.values():
        yield from rows


def _row(table: str, line: str) -> dict[str, str]:
    cells = ["" if cell == "-" else cell for cell in line.split()]
    row = dict.fromkeys(TABLES[table].header, "") | dict(zip(TABLES[table].header, cells, strict=False))
    if table == "Episodes":
        temporary = row["PLACE"].startswith("T")
        row |= {
            "HOME_POST": "" if row["CHILD"] == TARIQ else HOMES["HOME_POST"],
            "PL_POST": _MOVED.get((row["CHILD"], row["PLACE"]), HOMES["PL_POST"]),
            "URN": "" if temporary else HOMES["URN"],
        }
    return row
