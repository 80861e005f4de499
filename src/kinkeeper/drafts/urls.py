"""The address of a draft: the deed and the code of the record it is about."""

from __future__ import annotations

from django.urls import path

from kinkeeper.drafts import views

urlpatterns = [path("drafts/<str:deed>/<str:subject>/", views.draft, name="draft")]
