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
]
