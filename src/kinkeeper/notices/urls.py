"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from kinkeeper.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<str:code>/put-away/", views.put_notice_away, name="put_notice_away"),
]
