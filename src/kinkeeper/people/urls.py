"""Addresses of the deeds on persons; the pages that show people belong to upper rooms."""

from __future__ import annotations

from django.urls import path

from kinkeeper.people import views

urlpatterns = [
    path("units/<str:code>/register-person/", views.register_person, name="register_person"),
    path("people/<str:code>/describe/", views.describe_person, name="describe_person"),
    path("people/<str:code>/culture/", views.describe_culture, name="describe_culture"),
    path("people/<str:code>/name/", views.name_person, name="name_person"),
    path("people/<str:code>/language/", views.record_language, name="record_language"),
    path("people/<str:code>/number/", views.record_identifier, name="record_identifier"),
    path("people/<str:code>/contact-point/", views.record_contact_point, name="record_contact_point"),
    path("people/<str:code>/legal-status/", views.record_legal_status, name="record_legal_status"),
    path("people/<str:code>/add-document/", views.add_document, name="add_document"),
    path("people/<str:code>/set-photo/", views.set_photo, name="set_photo"),
    path("people/<str:code>/photo/", views.person_photo, name="person_photo"),
    path("names/<str:code>/end/", views.end_name, name="end_name"),
    path("legal-statuses/<str:code>/end/", views.end_legal_status, name="end_legal_status"),
    path("documents/<str:code>/", views.open_document, name="open_document"),
    path("documents/<str:code>/withdraw/", views.withdraw_document, name="withdraw_document"),
]
