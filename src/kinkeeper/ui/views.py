"""The gallery of components, for those who build pages; it exists while developing only."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kinkeeper.ui.examples import GalleryForm, examples


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component once, with made-up words."""
    wrong = GalleryForm({"version": "1", "on": "tomorrow", "kind": "a"}).at(SimpleNamespace(version=1))
    return render(request, "ui/gallery.html", {**examples(), "form": GalleryForm(), "wrong": wrong})
