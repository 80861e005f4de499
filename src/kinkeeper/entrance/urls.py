"""Addresses of signing in and out, of passwords, of second factors and of one’s own sessions."""

from __future__ import annotations

from django.urls import path

from kinkeeper.entrance import scim, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/passkey/", views.sign_in_with_passkey, name="sign_in_with_passkey"),
    path("sign-in/second-factor/", views.second_factor, name="second_factor"),
    path("sign-in/directory/", views.go_to_directory, name="go_to_directory"),
    path("sign-in/directory/callback/", views.directory_callback, name="directory_callback"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("welcome/<str:token>/", views.accept_invitation, name="accept_invitation"),
    path("new-password/<str:token>/", views.choose_new_password, name="choose_new_password"),
    path("language/", views.choose_language, name="choose_language"),
    path("password/", views.change_password, name="change_password"),
    path("my-sign-in/", views.my_sign_in, name="my_sign_in"),
    path("my-sign-in/passkey/", views.add_passkey, name="add_passkey"),
    path("my-sign-in/app/", views.add_app, name="add_app"),
    path("my-sign-in/recovery-codes/", views.renew_recovery_codes, name="renew_recovery_codes"),
    path("my-sign-in/factors/<str:factor>/remove/", views.remove_factor, name="remove_factor"),
    path("my-devices/", views.my_devices, name="my_devices"),
    path("my-devices/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("my-devices/<str:code>/end/", views.end_session, name="end_session"),
    path("scim/v2/ServiceProviderConfig", scim.about, name="scim_about"),
    path("scim/v2/Users", scim.users, name="scim_users"),
    path("scim/v2/Users/<str:code>", scim.user, name="scim_user"),
]
