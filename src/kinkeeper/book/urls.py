"""Addresses of the book: one page for a child, a relative or carer, a family, a case."""

from __future__ import annotations

from django.urls import path

from kinkeeper.book import views

urlpatterns = [
    path("children/<str:code>/", views.child, name="child"),
    path("children/<str:code>/family/", views.family_picture, name="family_picture"),
    path("children/<str:code>/care-sheet/", views.care_sheet, name="care_sheet"),
    path("people/<str:code>/", views.person, name="person"),
    path("families/<str:code>/", views.family, name="family"),
    path("cases/<str:code>/", views.case, name="case"),
    path("people/<str:code>/before/", views.person_before, name="person_before"),
    path("cases/<str:code>/before/", views.case_before, name="case_before"),
    path("unusual-reading/", views.unusual_reading, name="unusual_reading"),
    path("unusual-reading/<str:code>/", views.looks_of_a_reader, name="looks_of_a_reader"),
]
