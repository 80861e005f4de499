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
    path("cases/<str:code>/hold-conference/", views.hold_conference, name="hold_conference"),
    path("cases/<str:code>/add-task/", views.add_task, name="add_task"),
    path("tasks/<str:code>/finish/", views.finish_task, name="finish_task"),
    path("tasks/<str:code>/drop/", views.drop_task, name="drop_task"),
    path("cases/<str:code>/open-tracing/", views.open_tracing, name="open_tracing"),
    path("tracings/<str:code>/end/", views.end_tracing, name="end_tracing"),
    path("cases/<str:code>/record-death/", views.record_death, name="record_death"),
    path("cases/<str:code>/mark-duplicate/", views.mark_duplicate, name="mark_duplicate"),
    path("cases/<str:code>/close/", views.close_case, name="close_case"),
    path("cases/<str:code>/reopen/", views.reopen_case, name="reopen_case"),
]
