"""Addresses of the administrator’s page about this installation."""

from __future__ import annotations

from django.urls import path

from kinkeeper.upkeep import views

urlpatterns = [
    path("installation/", views.installation, name="installation"),
    path("installation/try-jobs-again/", views.try_jobs_again, name="try_jobs_again"),
]
