"""The page of a deed, the same in every room: its form, or why it cannot be done; and the deed done as its form says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from kinkeeper.access.gate import ActorRequest
from kinkeeper.journal.acts import Act
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page


def show(
    request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, /, *, template: str = "", **words: Any
) -> HttpResponse:
    """The page of a deed on a row, with its `form`, its `verdict` and these words; named after the deed."""
    page = {"form": form, "verdict": deed.verdict(request.actor, row), **words}
    return deed_page(request, template or f"{deed.name.replace('.', '/')}.html", page)


def do(
    request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, said: str, to: Any = None, /, **words: Any
) -> HttpResponse:
    """Do a deed as its form says, say so and lead on: `to` somewhere, or to what the deed returns. Else show its page."""
    if form.is_valid():
        with refusals_on(form):
            result = deed(request.actor, row, **form.particulars)
            messages.success(request, said)
            return redirect(to or result)
    return show(request, deed, row, form, **words)
