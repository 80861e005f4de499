"""Addresses of the deeds on homes."""

from __future__ import annotations

from django.urls import path

from kinkeeper.homes import views

urlpatterns = [
    path("units/<str:code>/open-home/", views.open_home, name="open_home"),
    path("homes/<str:code>/describe/", views.describe_home, name="describe_home"),
    path("homes/<str:code>/close/", views.close_home, name="close_home"),
    path("homes/<str:code>/appoint-carer/", views.appoint_carer, name="appoint_carer"),
    path("carers/<str:code>/end/", views.end_carer, name="end_carer"),
    path("homes/<str:code>/add-house-member/", views.add_house_member, name="add_house_member"),
    path("house-members/<str:code>/end/", views.end_house_member, name="end_house_member"),
    path("homes/<str:code>/approve/", views.approve_home, name="approve_home"),
    path("approvals/<str:code>/suspend/", views.suspend_approval, name="suspend_approval"),
    path("approvals/<str:code>/lift-suspension/", views.lift_suspension, name="lift_suspension"),
    path("approvals/<str:code>/end/", views.end_approval, name="end_approval"),
    path("homes/<str:code>/record-background-check/", views.record_background_check, name="record_background_check"),
    path("homes/<str:code>/record-training/", views.record_training, name="record_training"),
]
