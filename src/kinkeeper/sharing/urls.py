"""Addresses of partners, shares, referrals to partners and transfers."""

from __future__ import annotations

from django.urls import path

from kinkeeper.sharing import views

urlpatterns = [
    path("partners/", views.partners, name="partners"),
    path("partners/<str:code>/", views.partner, name="partner"),
    path("partners/<str:code>/describe/", views.describe_partner, name="describe_partner"),
    path("partners/<str:code>/close/", views.close_partner, name="close_partner"),
    path("units/<str:code>/add-partner/", views.add_partner, name="add_partner"),
    path("cases/<str:code>/sharing/", views.sharing_of_case, name="sharing_of_case"),
    path("cases/<str:code>/share/", views.share, name="share"),
    path("shares/<str:code>/", views.shared, name="shared"),
    path("shares/<str:code>/sheet/", views.share_sheet, name="share_sheet"),
    path("shares/<str:code>/acknowledge/", views.acknowledge_share, name="acknowledge_share"),
    path("shares/<str:code>/revoke/", views.revoke_share, name="revoke_share"),
    path("cases/<str:code>/refer-to-partner/", views.refer_to_partner, name="refer_to_partner"),
    path("partner-referrals/<str:code>/", views.partner_referral, name="partner_referral"),
    path("partner-referrals/<str:code>/answer/", views.answer_referral, name="answer_referral"),
    path("partner-referrals/<str:code>/record-attendance/", views.record_attendance, name="record_attendance"),
    path("partner-referrals/<str:code>/record-feedback/", views.record_feedback, name="record_feedback"),
    path("transfers/", views.transfers, name="transfers"),
    path("transfers/<str:code>/", views.transfer, name="transfer"),
    path("cases/<str:code>/offer-transfer/", views.offer_transfer, name="offer_transfer"),
    path("transfers/<str:code>/accept/", views.accept_transfer, name="accept_transfer"),
    path("transfers/<str:code>/decline/", views.decline_transfer, name="decline_transfer"),
    path("transfers/<str:code>/withdraw/", views.withdraw_transfer, name="withdraw_transfer"),
]
