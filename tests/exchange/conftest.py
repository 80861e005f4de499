"""Returns on paper: small folders of SSDA903 files, written by hand or by the generator."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.returns import write as write_returns
from kinkeeper.access.models import Association, Unit
from kinkeeper.exchange import actions, tasks
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.ssda903.tables import TABLES
from tests.conftest import Colleague

Rows = Sequence[Mapping[str, str]]

HEADER = {"CHILD": "K1", "SEX": "2", "DOB": "03/05/2012", "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": "0"}
EPISODE = {
    "CHILD": "K1",
    "DECOM": "10/06/2022",
    "RNE": "S",
    "LS": "C2",
    "CIN": "N1",
    "PLACE": "U6",
    "PLACE_PROVIDER": "PR1",
    "HOME_POST": "LS10 2AJ",
    "PL_POST": "LS10 1EW",
    "URN": "SC000001",
}
REVIEW = {"CHILD": "K1", "DOB": "03/05/2012", "REVIEW": "01/09/2022", "REVIEW_CODE": "PN1"}
# The same child a year on: moved, reviewed again, with a worker.
MOVED = {**EPISODE, "DEC": "20/07/2023", "REC": "X1", "REASON_PLACE_CHANGE": "CARPL"}
AFTER = {**EPISODE, "DECOM": "20/07/2023", "RNE": "P", "PL_POST": "LS11 0BL", "URN": "SC000002"}
WORKER = {"CHILD": "K1", "DOB": "03/05/2012", "SW_ID": "SW1", "SW_DECOM": "10/06/2022", "SW_REASON": "FCONTA"}


def write(folder: Path, **tables: Rows) -> Path:
    """One CSV per table with these rows; cells that are not given are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            sheet = csv.DictWriter(handle, TABLES[name].header, restval="")
            sheet.writeheader()
            sheet.writerows(rows)
    return folder


def year_one(folder: Path, **changes: Rows) -> Path:
    """The return of 2022/23 for one child."""
    tables: dict[str, Rows] = {"Header": [HEADER], "Episodes": [EPISODE], "Reviews": [REVIEW]}
    return write(folder / "2022_23", **{**tables, **changes}).parent


def year_two(folder: Path, **changes: Rows) -> Path:
    """The return of 2023/24 for the same child."""
    tables: dict[str, Rows] = {"Header": [HEADER], "Episodes": [MOVED, AFTER], "SWEpisodes": [WORKER]}
    return write(folder / "2023_24", **{**tables, **changes}).parent


def three_years(folder: Path, children: int, seed: int = 5) -> Path:
    """The returns of 2022/23 to 2024/25 for children of the generator."""
    write_returns(folder, children, seed)
    return folder


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    """Imports are kept in a folder of the test’s own."""
    settings.DATA = tmp_path / "data"


@pytest.fixture
def england(association: Association) -> Association:
    """The association works in England."""
    association.pack, association.country = "england", "GB"
    association.save()
    return association


@pytest.fixture
def land(dalia: Colleague, village: Unit) -> Callable[[Path], Import]:
    """Bring a folder in as Dalia and land all of it."""

    def landed(folder: Path) -> Import:
        brought = actions.preview_import(dalia.actor, village, folder=folder, look_through=False)
        return tasks.land(dalia.actor, brought)

    return landed


def counts(brought: Import) -> tuple[int, int, int, int]:
    """Rows read, landed, unchanged and in quarantine."""
    waiting = Import.objects.get(pk=brought.pk).quarantine.exclude(state="mended").count()
    return brought.rows_read, brought.rows_landed, brought.rows_unchanged, waiting
