"""Addresses of the deeds on families; the pages that show families belong to upper rooms."""

from __future__ import annotations

from django.urls import path

from kinkeeper.families import views

urlpatterns = [
    path("people/<str:code>/add-relative/", views.add_relative, name="add_relative"),
    path("people/<str:code>/tie-kin/", views.tie_kin, name="tie_kin"),
    path("people/<str:code>/add-support/", views.add_support, name="add_support"),
    path("people/<str:code>/consents/", views.consents, name="consents"),
    path("people/<str:code>/record-consent/", views.record_consent, name="record_consent"),
    path("consents/<str:code>/withdraw/", views.withdraw_consent, name="withdraw_consent"),
    path("supports/<str:code>/end/", views.end_support, name="end_support"),
    path("ties/<str:code>/end/", views.end_tie, name="end_tie"),
    path("ties/<str:code>/end-legal-responsibility/", views.end_legal_responsibility, name="end_legal_responsibility"),
    path("ties/<str:code>/set-contact-rule/", views.set_contact_rule, name="set_contact_rule"),
    path("units/<str:code>/found-family/", views.found_family, name="found_family"),
    path("families/<str:code>/add-member/", views.add_member, name="add_member"),
    path("families/<str:code>/set-up-household/", views.set_up_household, name="set_up_household"),
]
