"""Pages of bringing data in and taking it out: ask, act, answer."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.models import pack_in_force
from kinkeeper.exchange import actions, forms, queries, tasks
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.exchange.sheets import deliveries as sheet_deliveries
from kinkeeper.exchange.sheets.template import write_template
from kinkeeper.exchange.ssda903 import deliveries
from kinkeeper.exchange.ssda903.years import year_label
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.lib.spreadsheets import safe_text
from kinkeeper.ui.forms import DeedForm, deed_page

PER_PAGE = 50
IMPORTS_PER_PAGE = 20
PAIRS_PER_PAGE = 25
LIST_NAME = 'attachment; filename="quarantine.csv"'


def exchange(request: ActorRequest) -> HttpResponse:
    """What was brought in, and the ways in and out."""
    page = Paginator(queries.imports(request.actor), IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    may = bool(queries.units_to_import_into(request.actor).exists())
    return render(request, "exchange/exchange.html", {"page": page, "may_exchange": may})


def preview_import(request: ActorRequest) -> HttpResponse:
    """Bring files in and look at what would become of them."""
    units = queries.units_to_import_into(request.actor)
    form = forms.PreviewImportForm(request.POST or None, request.FILES or None, units=list(units))
    if form.is_valid():
        with refusals_on(form):
            chosen = form.cleaned_data
            unit = one(units, code=chosen["unit"])
            with deliveries.folder_of(chosen["uploads"], chosen["year"]) as folder:
                brought = actions.preview_import(request.actor, unit, folder=folder)
            return redirect(brought)
    return deed_page(request, "exchange/preview_import.html", {"form": form, "may_exchange": units.exists()})


def preview_sheets(request: ActorRequest) -> HttpResponse:
    """Bring own spreadsheets in and look at what would become of them."""
    units = queries.units_to_import_into(request.actor)
    known = [source.name for source in queries.sources(request.actor)]
    form = forms.PreviewSheetsForm(request.POST or None, request.FILES or None, units=list(units), sources=known)
    if form.is_valid():
        with refusals_on(form):
            chosen = form.cleaned_data
            with sheet_deliveries.folder_of(chosen["uploads"]) as folder:
                brought = actions.preview_sheets(
                    request.actor, one(units, code=chosen["unit"]), folder=folder, source=chosen["source"]
                )
            return redirect("match_columns", brought.code) if brought.summary["asks"] else redirect(brought)
    return deed_page(request, "exchange/preview_sheets.html", {"form": form, "may_exchange": units.exists()})


def template(request: ActorRequest) -> FileResponse:
    """The workbook to fill in, in the reader’s language."""
    book = tempfile.TemporaryFile(prefix="kinkeeper-template-")  # noqa: SIM115  # the response closes it
    write_template(book, pack_in_force())
    book.seek(0)
    return FileResponse(book, as_attachment=True, filename="kinkeeper.xlsx")


def match_columns(request: ActorRequest, code: str) -> HttpResponse:
    """Say what the columns and values of an import mean."""
    brought = one(queries.imports(request.actor).filter(format=Import.Format.SHEETS), code=code)
    form = forms.MatchColumnsForm(request.POST or None, summary=brought.summary).at(brought)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            brought = actions.match_columns(request.actor, brought, **form.answers)
            return redirect("match_columns", brought.code) if brought.summary["asks"] else redirect(brought)
    verdict = actions.match_columns.verdict(request.actor, brought)
    return deed_page(request, "exchange/match_columns.html", {"form": form, "brought": brought, "verdict": verdict})


def tell_apart(request: ActorRequest, code: str) -> HttpResponse:
    """Decide who of an import is recorded already."""
    brought = one(queries.imports(request.actor).filter(format=Import.Format.SHEETS), code=code)
    page = Paginator(queries.likely_duplicates(request.actor, brought), PAIRS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    seen = queries.people_in_sight(request.actor, [row.person_id for row in page])
    form = forms.TellApartForm(request.POST or None, rows=list(page), seen=seen).at(brought)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            brought = actions.tell_apart(request.actor, brought, answers=form.answers)
            more = queries.undecided(request.actor, brought)
            return redirect("tell_apart", brought.code) if more else redirect(brought)
    verdict = actions.tell_apart.verdict(request.actor, brought)
    words = {"form": form, "brought": brought, "verdict": verdict, "page": page}
    return deed_page(request, "exchange/tell_apart.html", words)


def one_import(request: ActorRequest, code: str) -> HttpResponse:
    """An import: what it would do, how far it is, or what came of it."""
    brought = one(queries.imports(request.actor), code=code)
    return render(request, "exchange/import.html", _about(request, brought))


def import_progress(request: ActorRequest, code: str) -> HttpResponse:
    """The moving part of an import’s page."""
    brought = one(queries.imports(request.actor), code=code)
    return render(request, "exchange/progress.html", _about(request, brought))


def _about(request: ActorRequest, brought: Import) -> dict[str, Any]:
    return {
        "brought": brought,
        "waiting_total": sum(row["rows"] for row in queries.waiting_by(request.actor, brought, "file")),
        "summary": brought.summary,
        "tables": queries.tables_of_import(request.actor, brought),
        "begin_landing": actions.begin_landing.verdict(request.actor, brought),
        "abandon_import": actions.abandon_import.verdict(request.actor, brought),
        "moves": brought.state == Import.State.LANDING,
        "sheets": queries.sheets_of_import(request.actor, brought) if brought.is_sheets else [],
        "undecided": queries.undecided(request.actor, brought) if brought.is_sheets else 0,
    }


def begin_landing(request: ActorRequest, code: str) -> HttpResponse:
    """Land a previewed import: a small one at once, a large one by the worker."""
    brought = one(queries.imports(request.actor), code=code)
    form = DeedForm(request.POST or None).at(brought)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            brought = tasks.begin(request.actor, brought)
            if brought.state == Import.State.FINISHED:
                messages.success(request, _("The import has landed."))
            return redirect(brought)
    verdict = actions.begin_landing.verdict(request.actor, brought)
    return deed_page(request, "exchange/begin_landing.html", {"form": form, "brought": brought, "verdict": verdict})


def abandon_import(request: ActorRequest, code: str) -> HttpResponse:
    """Give up a preview."""
    brought = one(queries.imports(request.actor), code=code)
    form = DeedForm(request.POST or None).at(brought)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.abandon_import(request.actor, brought)
            messages.success(request, _("The import was abandoned. Nothing of it is kept."))
            return redirect("exchange")
    verdict = actions.abandon_import.verdict(request.actor, brought)
    return deed_page(request, "exchange/abandon_import.html", {"form": form, "brought": brought, "verdict": verdict})


def quarantine(request: ActorRequest, code: str) -> HttpResponse:
    """The rows of an import that did not land, with their reasons."""
    brought = one(queries.imports(request.actor), code=code)
    form = forms.QuarantineFilter(
        request.GET or {"state": QuarantinedRow.State.WAITING},
        files=[row["file"] for row in queries.waiting_by(request.actor, brought, "file")],
        guards=[row["guard"] for row in queries.waiting_by(request.actor, brought, "guard")],
        states=QuarantinedRow.State.choices,
    )
    rows = queries.rows_in_quarantine(request.actor).filter(of=brought, **form.chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "exchange/quarantine.html", {"brought": brought, "form": form, "page": page})


def quarantine_list(request: ActorRequest, code: str) -> HttpResponse:
    """What has to be corrected in the files of an import, as a list to take along: where, and why; no cells."""
    brought = one(queries.imports(request.actor), code=code)
    answer = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": LIST_NAME})
    answer.write("\ufeff")
    sheet = csv.writer(answer)
    sheet.writerow([_("File"), _("Line"), _("Column"), _("Reason")])
    for row in tasks.quarantine_in_words(request.actor, brought):
        sheet.writerow([safe_text(str(row[name])) for name in ("file", "line", "field", "reason")])
    return answer


def mend_row(request: ActorRequest, code: str) -> HttpResponse:
    """Correct a row in quarantine so that it lands."""
    row = one(queries.rows_in_quarantine(request.actor), code=code)
    form = forms.MendRowForm(request.POST or None, table=row.table, values=row.values, sheets=row.of.is_sheets).at(row)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.mend_row(request.actor, row, values=form.cells)
            messages.success(request, _("The row has landed."))
            return redirect("quarantine", row.of.code)
    verdict = actions.mend_row.verdict(request.actor, row)
    return deed_page(request, "exchange/mend_row.html", {"form": form, "row": row, "verdict": verdict})


def set_row_aside(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a row needs no mending."""
    row = one(queries.rows_in_quarantine(request.actor), code=code)
    form = DeedForm(request.POST or None).at(row)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.set_row_aside(request.actor, row)
            messages.success(request, _("The row was set aside."))
            return redirect("quarantine", row.of.code)
    verdict = actions.set_row_aside.verdict(request.actor, row)
    return deed_page(request, "exchange/set_row_aside.html", {"form": form, "row": row, "verdict": verdict})


@freshly_confirmed
def export(request: ActorRequest) -> HttpResponseBase:
    """Take the return of a unit and a year out, as a ZIP of CSV files."""
    units = queries.units_to_import_into(request.actor)
    form = forms.ExportForm(request.POST or None, units=list(units))
    if form.is_valid():
        with refusals_on(form):
            unit = one(units, code=form.cleaned_data["unit"])
            return _zip_of(
                request, unit, **{name: form.cleaned_data[name] for name in ("year", "purpose", "recipient")}
            )
    return deed_page(request, "exchange/export.html", {"form": form, "may_exchange": units.exists()})


def _zip_of(request: ActorRequest, unit: Any, *, year: int, **why: Any) -> FileResponse:
    name = f"ssda903_{year_label(year).replace('/', '_')}"
    with tempfile.TemporaryDirectory(prefix="kinkeeper-export-") as place:
        actions.export(request.actor, unit, year=year, folder=Path(place) / name, **why)
        archive = tempfile.TemporaryFile(prefix="kinkeeper-export-")  # noqa: SIM115  # the response closes it
        deliveries.packed(Path(place) / name, archive)
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"{name}.zip")
