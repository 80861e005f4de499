"""Addresses of decisions and of the deeds that lead to them."""

from __future__ import annotations

from django.urls import path

from kinkeeper.decisions import views

urlpatterns = [
    path("cases/<str:code>/decisions/", views.decisions, name="decisions"),
    path("decisions/<str:code>/", views.decision, name="decision"),
    path("best-interests/<str:code>/", views.best_interest, name="best_interest"),
    path("cases/<str:code>/require-determination/", views.require_determination, name="require_determination"),
    path("cases/<str:code>/record-best-interest/", views.record_best_interest, name="record_best_interest"),
    path("cases/<str:code>/record-determination/", views.record_determination, name="record_determination"),
    path("cases/<str:code>/record-necessity/", views.record_necessity, name="record_necessity"),
    path("cases/<str:code>/decide-family-support/", views.decide_family_support, name="decide_family_support"),
    path("cases/<str:code>/decide-alternative-care/", views.decide_alternative_care, name="decide_alternative_care"),
    path("cases/<str:code>/decide-no-service/", views.decide_no_service, name="decide_no_service"),
    path("cases/<str:code>/authorise-emergency/", views.authorise_emergency, name="authorise_emergency"),
    path("decisions/<str:code>/withdraw/", views.withdraw_decision, name="withdraw_decision"),
    path("people/<str:code>/separate-siblings/", views.separate_siblings, name="separate_siblings"),
    path("separations/<str:code>/review/", views.review_separation, name="review_separation"),
    path("separations/<str:code>/end/", views.end_separation, name="end_separation"),
]
