"""Addresses of holds, erasures and requests for a file."""

from __future__ import annotations

from django.urls import path

from kinkeeper.retention import views

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/people/<str:code>/", views.retention_of, name="retention_of"),
    path("retention/people/<str:code>/hold/", views.set_hold, name="set_hold"),
    path("retention/people/<str:code>/erase/", views.propose_erasure, name="propose_erasure"),
    path("retention/people/<str:code>/request/", views.receive_request, name="receive_request"),
    path("retention/holds/<str:code>/lift/", views.lift_hold, name="lift_hold"),
    path("retention/erasures/<str:code>/confirm/", views.confirm_erasure, name="confirm_erasure"),
    path("retention/erasures/<str:code>/decline/", views.decline_erasure, name="decline_erasure"),
    path("retention/requests/", views.access_requests, name="access_requests"),
    path("retention/requests/<str:code>/", views.access_request, name="access_request"),
    path("retention/requests/<str:code>/prove/", views.prove_identity, name="prove_identity"),
    path("retention/requests/<str:code>/collect/", views.collect, name="collect"),
    path("retention/requests/<str:code>/release/", views.release_file, name="release_file"),
    path("retention/requests/<str:code>/refuse/", views.refuse_request, name="refuse_request"),
    path("retention/requests/<str:code>/put-off/", views.extend_answer, name="extend_answer"),
    path("retention/requests/<str:code>/next/", views.next_redaction, name="next_redaction"),
    path("retention/requests/<str:code>/file/", views.download_file, name="download_file"),
    path("retention/redactions/<str:code>/", views.decide_redaction, name="decide_redaction"),
    path("retention/redactions/<str:code>/together/<str:among>/", views.decide_alike, name="decide_alike"),
]
