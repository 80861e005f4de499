"""Addresses of the administrator’s pages, the pack, openings and emergencies."""

from __future__ import annotations

from django.urls import path

from kinkeeper.access import views

urlpatterns = [
    path("administration/", views.administration, name="administration"),
    path("administration/programmes/new/", views.open_programme, name="open_programme"),
    path("administration/programmes/<str:code>/open-unit/", views.open_unit, name="open_unit"),
    path("administration/users/", views.users, name="users"),
    path("administration/users/<str:code>/", views.user, name="user"),
    path("administration/users/<str:code>/give-seat/", views.give_seat, name="give_seat"),
    path("administration/users/<str:code>/close/", views.suspend_user, name="suspend_user"),
    path("administration/users/<str:code>/restore/", views.restore_user, name="restore_user"),
    path("administration/users/<str:code>/let-back-in/", views.let_back_in, name="let_back_in"),
    path("administration/users/<str:code>/take-factors-away/", views.take_factors_away, name="take_factors_away"),
    path("administration/seats/<str:code>/end/", views.end_seat, name="end_seat"),
    path("administration/invitations/", views.invitations, name="invitations"),
    path("administration/invitations/new/", views.invite, name="invite"),
    path("administration/invitations/<str:code>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("pack/", views.pack, name="pack"),
    path("pack/choose/", views.choose_pack, name="choose_pack"),
    path("emergencies/", views.emergencies, name="emergencies"),
    path("emergencies/declare/", views.declare_emergency, name="declare_emergency"),
    path("emergencies/<str:code>/end/", views.end_emergency, name="end_emergency"),
    path("openings/", views.openings, name="openings"),
    path("openings/new/", views.open_record, name="open_record"),
    path("openings/<str:code>/close/", views.close_opening, name="close_opening"),
    path("openings/<str:code>/review/", views.review_opening, name="review_opening"),
]
