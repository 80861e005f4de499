"""Every address of the house: each room brings its own, the desk has the first page."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"kinkeeper.{room}.urls"))
    for room in ["ui", *settings.ROOMS]
    if find_spec(f"kinkeeper.{room}.urls")
]

handler500 = "kinkeeper.site.errors.broke"
