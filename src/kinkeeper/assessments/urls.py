"""Addresses of assessments."""

from __future__ import annotations

from django.urls import path

from kinkeeper.assessments import views

urlpatterns = [
    path("cases/<str:code>/complete-assessment/", views.complete_assessment, name="complete_assessment"),
    path("cases/<str:code>/reassess/", views.reassess, name="reassess"),
    path("assessments/<str:code>/", views.assessment, name="assessment"),
    path("assessments/<str:code>/compare/", views.compare_assessments, name="compare_assessments"),
]
