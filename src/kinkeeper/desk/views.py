"""The pages of the desk: ask, answer. Every deed has its page in its own room."""

from __future__ import annotations

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest
from kinkeeper.desk import actions, calendar, duties, queries
from kinkeeper.desk.forms import CaseloadFilter, DownloadCaseloadForm, HomesFilter
from kinkeeper.desk.homes import home_page, list_of_homes
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.notices.queries import behind_the_feed
from kinkeeper.ui.forms import deed_page


def my_day(request: ActorRequest) -> HttpResponse:
    """What there is to do today."""
    return render(request, "desk/my_day.html", {"day": duties.my_day(request.actor)})


def caseload(request: ActorRequest) -> HttpResponse:
    """The cases of the actor, found, filtered and sorted."""
    form = _caseload_filter(request)
    page = queries.caseload(request.actor, form.wishes(), request.GET.get("page"))
    return render(request, "desk/caseload.html", {"page": page, "form": form})


@freshly_confirmed
def download_caseload(request: ActorRequest) -> HttpResponse:
    """The same list as a table for a spreadsheet, taken out for a purpose."""
    association = queries.association_of(request.actor)
    form = DownloadCaseloadForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            wishes = _caseload_filter(request).wishes()
            return _spreadsheet(
                actions.download_caseload(request.actor, association, wishes=wishes, **form.particulars)
            )
    verdict = actions.download_caseload.verdict(request.actor, association)
    return deed_page(request, "desk/download_caseload.html", {"form": form, "verdict": verdict})


def _spreadsheet(table: list[list[str]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="caseload.csv"'
    # A spreadsheet on Windows takes the file for UTF-8 only when it begins with this mark.
    response.write("\ufeff")
    csv.writer(response).writerows(table)
    return response


def _caseload_filter(request: ActorRequest) -> CaseloadFilter:
    return CaseloadFilter(
        request.GET, workers=queries.workers(request.actor), units=queries.units_of_cases(request.actor)
    )


def homes(request: ActorRequest) -> HttpResponse:
    """Homes with their places."""
    form = HomesFilter(request.GET, units=queries.units(request.actor))
    page = list_of_homes(request.actor, form.wishes(), request.GET.get("page"))
    return render(request, "desk/homes.html", {"page": page, "form": form})


def home(request: ActorRequest, code: str) -> HttpResponse:
    """One home."""
    page = home_page(request.actor, code)
    remember_look(request.actor, page.line.home, "home")
    return render(request, "desk/home.html", {"page": page})


def units(request: ActorRequest) -> HttpResponse:
    """The units of the actor; where there is one, its page."""
    rows = list(queries.units(request.actor))
    if len(rows) == 1:
        return redirect(rows[0])
    return render(request, "desk/units.html", {"units": rows, "figures": queries.figures(request.actor)})


def unit(request: ActorRequest, code: str) -> HttpResponse:
    """One unit."""
    page = queries.unit_page(request.actor, code)
    team = duties.team_of(request.actor, page.unit)
    return render(request, "desk/unit.html", {"page": page, "team": team})


def search(request: ActorRequest) -> HttpResponse:
    """People, homes and cases by name or code; while somebody types, only the list is sent."""
    text = request.GET.get("q", "").strip()[:100]
    template = "desk/found.html" if request.headers.get("HX-Request") else "desk/search.html"
    return render(request, template, {"found": queries.search(request.actor, text), "text": text})


def calendar_feed(request: ActorRequest, token: str) -> HttpResponse:
    """What is due for the owner of a calendar feed, for the calendar that knows its secret address."""
    owner = behind_the_feed(request.actor, token)
    if owner is None:
        raise Http404
    text = calendar.feed(duties.own_duties(owner), request.build_absolute_uri)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")
