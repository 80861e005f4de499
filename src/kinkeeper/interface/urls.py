"""Addresses of the interface, of its documentation and of the pages of tokens."""

from __future__ import annotations

from django.urls import path

# Each half declares its operations by being imported.
from kinkeeper.interface import reading, views, writing
from kinkeeper.interface.api import api

HALVES = (reading, writing)

urlpatterns = [
    path("api/", views.interface, name="interface"),
    path("api/v1/", api.urls),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.make_token, name="make_token"),
    path("tokens/<str:code>/revoke/", views.revoke_token, name="revoke_token"),
    path("devices/", views.devices, name="devices"),
    path("devices/new/", views.make_device_token, name="make_device_token"),
]
