"""A workbook as an association might bring it: children with mothers, households, stays and visits, so many rows in all.

python -m bench.sheets --rows 10000 lists.xlsx
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django
import xlsxwriter

LETTERS = "aeiomnrtks"
HOMES = 40


def word(number: int) -> str:
    """A name for a number; near numbers have unlike names."""
    digits = f"{number * 7919 % 1_000_003:06d}"
    return "".join(LETTERS[int(digit)] for digit in digits).capitalize()


def rows_of(total: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by table: five for each child, and the homes."""
    sheets: dict[str, list[dict[str, Any]]] = {key: [] for key in ("persons", "families", "homes", "stays", "contacts")}
    sheets["homes"] = [{"number": f"H{n}", "name": f"Home {n}", "kind": "foster"} for n in range(HOMES)]
    for number in range((total - HOMES) // 5):
        child, mother, family = str(number), f"M{number}", word(number + 500_000)
        born = date(2010, 1, 1) + timedelta(days=number % 3000)
        sheets["persons"] += [
            {"number": child, "given": word(number), "family": family, "birth": born.isoformat(), "sex": "F",
             "case_opened_on": "2023-01-10"},
            {"number": mother, "given": word(number + 250_000), "family": family, "birth": "1990", "sex": "F"},
        ]  # fmt: skip
        sheets["families"].append(
            {
                "family": child,
                "family_name": family,
                "person": mother,
                "household": "Home",
                "kin": "parent",
                "relative": child,
            }
        )
        sheets["stays"].append(
            {"child": child, "home": f"H{number % HOMES}", "started_on": "2023-02-01", "care_type": "FOSTER_LT",
             "legal_status": "VOLUNTARY"}
        )  # fmt: skip
        sheets["contacts"].append({"child": child, "happened_on": "2023-03-05", "kind": "visit", "seen": "alone"})
    return sheets


def write(path: Path, total: int) -> None:
    """Write the workbook."""
    from kinkeeper.exchange.sheets.columns import TABLES

    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    for key, rows in rows_of(total).items():
        columns = TABLES[key].columns
        sheet = book.add_worksheet(TABLES[key].title)
        sheet.write_row(0, 0, [column.title for column in columns])
        for line, row in enumerate(rows, 1):
            sheet.write_row(line, 0, [row.get(column.key, "") for column in columns])
    book.close()


def main() -> None:
    """Write a workbook of so many rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("path", type=Path)
    asked = parser.parse_args()
    django.setup()
    write(asked.path, asked.rows)


if __name__ == "__main__":
    main()
