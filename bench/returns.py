"""Write the SSDA903 returns of many invented children, three collection years, without an installation.

python -m bench.returns FOLDER --children 71000 [--seed 1] → FOLDER/2022_23 and so on, and one JSON object on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import django

YEARS = (2022, 2023, 2024)


def write(folder: Path, children: int, seed: int) -> None:
    """Write three years of returns; children are invented anew for each year, which costs less than keeping them."""
    from kinkeeper.exchange.ssda903.writing import write_year
    from kinkeeper.site.demo.histories import histories

    for year in YEARS:
        records = (plan.record for plan in histories(seed, children, len(YEARS), YEARS[0]))
        write_year(folder / f"{year}_{(year + 1) % 100}", year, records)


def main() -> None:
    """Write and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--children", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    write(asked.folder, asked.children, asked.seed)
    files = list(asked.folder.rglob("*.csv"))
    json.dump({"files": len(files), "mb": round(sum(file.stat().st_size for file in files) / 1e6)}, sys.stdout)


if __name__ == "__main__":
    main()
