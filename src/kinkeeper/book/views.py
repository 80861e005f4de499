"""The pages of the book. Each one writes down who read it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from kinkeeper.access.gate import ActorRequest
from kinkeeper.book import before, queries, reading, relatives, sheet
from kinkeeper.cases.models import Case
from kinkeeper.journal.queries import remember_look, remember_looks
from kinkeeper.people.models import Person
from kinkeeper.retention.queries import standing_of


def child(request: ActorRequest, code: str) -> HttpResponse:
    """The page of one of our children."""
    row, ours = queries.child_or_relative(request.actor, code)
    if not ours:
        return redirect("person", code)
    remember_look(request.actor, row, "child")
    book = queries.book_of(request.actor, row)
    kind = request.GET.get("kind", "")
    words = {
        "book": book,
        "kind": kind,
        "story": queries.story_of(request.actor, book, kind, request.GET.get("page")),
        "readers": queries.readers_of(request.actor, row),
        "standing": standing_of(request.actor, row),
    }
    return render(request, "book/child.html", words)


def family_picture(request: ActorRequest, code: str) -> HttpResponse:
    """The family of one of our children and the people who matter to it, as pictures and as lists."""
    row, ours = queries.child_or_relative(request.actor, code)
    if not ours:
        return redirect("person", code)
    remember_look(request.actor, row, "family_picture")
    return render(request, "book/family_picture.html", {"page": relatives.family_picture(request.actor, row)})


def care_sheet(request: ActorRequest, code: str) -> HttpResponse:
    """What whoever looks after one of our children from day to day needs to know, on a sheet to print."""
    row, ours = queries.child_or_relative(request.actor, code)
    if not ours:
        return redirect("person", code)
    remember_look(request.actor, row, "care_sheet")
    return render(request, "book/care_sheet.html", {"sheet": sheet.sheet_of(request.actor, row)})


def person(request: ActorRequest, code: str) -> HttpResponse:
    """The page of a relative or carer; a child of ours has a page of its own."""
    row, ours = queries.child_or_relative(request.actor, code)
    if ours:
        return redirect("child", code)
    remember_look(request.actor, row, "person")
    words = {
        "portrait": relatives.portrait_of(request.actor, row),
        "readers": queries.readers_of(request.actor, row),
        "standing": standing_of(request.actor, row),
    }
    return render(request, "book/person.html", words)


def family(request: ActorRequest, code: str) -> HttpResponse:
    """The page of a family."""
    page = relatives.family_page(request.actor, code)
    remember_look(request.actor, page.family, "family")
    return render(request, "book/family.html", {"page": page})


def case(request: ActorRequest, code: str) -> HttpResponse:
    """The page of a case; it is about a child, so the look is written on the child."""
    page = queries.case_page(request.actor, code, request.GET.get("page"))
    remember_look(request.actor, page.case.child, "case")
    return render(request, "book/case.html", {"page": page})


def person_before(request: ActorRequest, code: str) -> HttpResponse:
    """What a person’s record was before."""
    page = before.what_it_was(request.actor, Person, code, request.GET.get("page"))
    remember_look(request.actor, page.about, "person_before")
    return render(request, "book/before.html", {"before": page, "title": page.about.name})


def case_before(request: ActorRequest, code: str) -> HttpResponse:
    """What a case was before; it is about a child, so the look is written on the child."""
    page = before.what_it_was(request.actor, Case, code, request.GET.get("page"))
    remember_look(request.actor, page.about, "case_before")
    return render(request, "book/before.html", {"before": page, "title": page.about.name})


def unusual_reading(request: ActorRequest) -> HttpResponse:
    """Reading that is unusual in the units one supervises; reading this page is a look at those units."""
    page = reading.unusual_page(request.actor, request.GET.get("page"))
    remember_looks(request.actor, reading.units_of(request.actor), reading.PAGE)
    return render(request, "book/unusual_reading.html", {"page": page, "rules": reading.rules()})


def looks_of_a_reader(request: ActorRequest, code: str) -> HttpResponse:
    """What one colleague read; reading this page is a look at the colleague."""
    looks = reading.looks_of(request.actor, code, request.GET.get("page"))
    remember_look(request.actor, looks.reader, reading.LOOKS)
    return render(request, "book/looks_of_a_reader.html", {"looks": looks})
