"""Addresses of the deeds on reviews."""

from __future__ import annotations

from django.urls import path

from kinkeeper.plans import views

urlpatterns = [path("children/<str:code>/record-review/", views.record_review, name="record_review")]
