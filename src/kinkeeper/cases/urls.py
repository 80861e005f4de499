"""Addresses of the deeds on cases."""

from __future__ import annotations

from django.urls import path

from kinkeeper.cases import views

urlpatterns = [
    path("units/<str:code>/take-in-child/", views.take_in_child, name="take_in_child"),
    path("people/<str:code>/open-case/", views.open_case, name="open_case"),
    path("cases/<str:code>/assign-worker/", views.assign_worker, name="assign_worker"),
    path("cases/<str:code>/record-contact/", views.record_contact, name="record_contact"),
    path("cases/<str:code>/assess-risk/", views.assess_risk, name="assess_risk"),
    path("cases/<str:code>/close/", views.close_case, name="close_case"),
    path("cases/<str:code>/reopen/", views.reopen_case, name="reopen_case"),
]
