"""Addresses of the desk: my day, the caseload, homes, units, search."""

from __future__ import annotations

from django.urls import path

from kinkeeper.desk import views

urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("caseload/", views.caseload, name="caseload"),
    path("caseload/download/", views.download_caseload, name="download_caseload"),
    path("homes/", views.homes, name="homes"),
    path("homes/<str:code>/", views.home, name="home"),
    path("units/", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
    path("search/", views.search, name="search"),
    path("calendar/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
]
