"""The gallery of components, while developing."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from kinkeeper.ui import views

urlpatterns: list[URLPattern] = [path("ui/", views.gallery, name="gallery")] if settings.DEBUG else []
