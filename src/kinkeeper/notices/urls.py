"""Addresses of notices and of one’s own calendar feed."""

from __future__ import annotations

from django.urls import path

from kinkeeper.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<str:code>/put-away/", views.put_notice_away, name="put_notice_away"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/open/", views.open_calendar_feed, name="open_calendar_feed"),
    path("calendar/<str:code>/close/", views.close_calendar_feed, name="close_calendar_feed"),
]
