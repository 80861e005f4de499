"""Addresses of the door."""

from __future__ import annotations

from django.urls import path

from kinkeeper.intake import views

urlpatterns = [
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/<str:code>/", views.referral, name="referral"),
    path("units/<str:code>/receive-referral/", views.receive_referral, name="receive_referral"),
    path("referrals/<str:code>/mention-person/", views.mention_person, name="mention_person"),
    path("referrals/<str:code>/screen-in/", views.screen_in, name="screen_in"),
    path("referrals/<str:code>/screen-out/", views.screen_out, name="screen_out"),
    path("referrals/<str:code>/tell-authority/", views.tell_authority, name="tell_authority"),
    path("referrals/<str:code>/give-feedback/", views.give_feedback, name="give_feedback"),
    path("mentioned/<str:code>/correct/", views.correct_mentioned, name="correct_mentioned"),
    path("mentioned/<str:code>/compare/", views.compare_person, name="compare_person"),
    path("cases/<str:code>/register-case/", views.register_case, name="register_case"),
    path("registrations/<str:code>/", views.registration, name="registration"),
]
