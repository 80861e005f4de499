"""Addresses of the deeds on leaving and after-care, and of the pages that show them."""

from __future__ import annotations

from django.urls import path

from kinkeeper.leaving import views

urlpatterns = [
    path("cases/<str:code>/decide-closing/", views.decide_closing, name="decide_closing"),
    path("cases/<str:code>/withdraw-closing/", views.withdraw_closing, name="withdraw_closing"),
    path("cases/<str:code>/hand-over/", views.hand_over, name="hand_over"),
    path("cases/<str:code>/close-for-good/", views.close_for_good, name="close_for_good"),
    path("cases/<str:code>/record-followup/", views.record_followup, name="record_followup"),
    path("cases/<str:code>/start-aftercare/", views.start_aftercare, name="start_aftercare"),
    path("cases/<str:code>/extend-support/", views.extend_support, name="extend_support"),
    path("cases/<str:code>/end-aftercare/", views.end_aftercare, name="end_aftercare"),
    path("cases/<str:code>/record-unplanned-return/", views.record_unplanned_return, name="record_unplanned_return"),
    path("closings/<str:code>/", views.closing, name="closing"),
    path("aftercare/<str:code>/", views.aftercare, name="aftercare"),
    path("aftercare/<str:code>/door-open/", views.door_open, name="door_open"),
    path("aftercare/<str:code>/allow-emergency-stay/", views.allow_emergency_stay, name="allow_emergency_stay"),
    path("unplanned-returns/<str:code>/assess/", views.assess_unplanned_return, name="assess_unplanned_return"),
    path("unplanned-returns/<str:code>/decide/", views.decide_unplanned_return, name="decide_unplanned_return"),
]
