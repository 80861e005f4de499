"""Addresses of imports, their quarantine and exports."""

from __future__ import annotations

from django.urls import path

from kinkeeper.exchange import views

urlpatterns = [
    path("exchange/", views.exchange, name="exchange"),
    path("exchange/import/", views.preview_import, name="preview_import"),
    path("exchange/sheets/", views.preview_sheets, name="preview_sheets"),
    path("exchange/template.xlsx", views.template, name="template"),
    path("exchange/export/", views.export, name="export"),
    path("exchange/imports/<str:code>/", views.one_import, name="import"),
    path("exchange/imports/<str:code>/progress/", views.import_progress, name="import_progress"),
    path("exchange/imports/<str:code>/land/", views.begin_landing, name="begin_landing"),
    path("exchange/imports/<str:code>/abandon/", views.abandon_import, name="abandon_import"),
    path("exchange/imports/<str:code>/columns/", views.match_columns, name="match_columns"),
    path("exchange/imports/<str:code>/people/", views.tell_apart, name="tell_apart"),
    path("exchange/imports/<str:code>/quarantine.csv", views.quarantine_list, name="quarantine_list"),
    path("exchange/imports/<str:code>/quarantine/", views.quarantine, name="quarantine"),
    path("exchange/rows/<str:code>/mend/", views.mend_row, name="mend_row"),
    path("exchange/rows/<str:code>/set-aside/", views.set_row_aside, name="set_row_aside"),
]
