"""Addresses of the deeds about where a child lives."""

from __future__ import annotations

from django.urls import path

from kinkeeper.placements import views

urlpatterns = [
    path("children/<str:code>/start-placement/", views.start_placement, name="start_placement"),
    path("children/<str:code>/place-siblings/", views.place_siblings, name="place_siblings"),
    path("placements/<str:code>/review-exemption/", views.review_exemption, name="review_exemption"),
    path("children/<str:code>/move/", views.move_child, name="move_child"),
    path("children/<str:code>/change-legal-status/", views.change_legal_status, name="change_legal_status"),
    path("children/<str:code>/end-placement/", views.end_placement, name="end_placement"),
    path("children/<str:code>/report-absence/", views.report_absence, name="report_absence"),
    path("absences/<str:code>/record-return/", views.record_return, name="record_return"),
]
