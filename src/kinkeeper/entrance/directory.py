"""Single sign-on: the association’s directory (OpenID Connect) says who somebody is; seats still say what they may do.

The exchange with the directory is django-allauth’s. Nobody gets an account by coming from there: only an account that was
invited or provisioned is opened, found by the directory’s own key of the person, the first time by a verified address.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from kinkeeper.access import limits
from kinkeeper.access.models import User
from kinkeeper.entrance import actions, door, queries
from kinkeeper.lib.refusals import Refused

PROVIDER = "directory"
WANTED = "directory-next"
# What a directory says when it asked for more than a password (RFC 8176).
STRONG = frozenset({"mfa", "hwk", "fpt", "face", "otp", "sc"})


def name() -> str:
    """What people call the directory; empty where there is none."""
    return str(settings.DIRECTORY["name"]) if settings.DIRECTORY else ""


class Reception(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth comes without types
    """Whatever goes wrong on the way leads back to the sign-in page, with the same sentence each time."""

    def on_authentication_error(self, request: HttpRequest, provider: Any, **why: Any) -> None:
        """Never a page of allauth’s."""
        raise ImmediateHttpResponse(_back(request, _("The directory did not let you in. Try once more.")))

    def get_requests_session(self) -> Any:
        """What is asked of the directory is answered where it was asked, never somewhere else it points to."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """No account is ever made here."""
        return False


class Directory(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth comes without types
    """The exchange with the directory, which ends in our own door."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the directory says of itself; one that calls itself something else than we do is another one."""
        config: dict[str, Any] = super().openid_config
        known: Any = settings.DIRECTORY
        if str(config["issuer"]).rstrip("/") != known["settings"]["server_url"].rstrip("/"):
            raise ValueError("The directory calls itself by another name than the settings do.")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Our own address."""
        return str(request.build_absolute_uri(reverse("directory_callback")))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Read who it is, as signed by the directory, and go to the door."""
        try:
            claims = self._signed_claims(app, kwargs["response"]["id_token"])
            if "email" not in claims:
                more = self._fetch_user_info(token.token)
                claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The directory’s answer cannot be read.") from error
        raise ImmediateHttpResponse(_welcome(request, claims))

    def _signed_claims(self, app: Any, id_token: str) -> dict[str, Any]:
        # Not only what came over TLS: the signature counts, whoever stands between.
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


def leave(request: HttpRequest) -> HttpResponseBase:
    """Go to the directory; the page that was wanted waits in the session."""
    _insist_on_a_directory()
    request.session[WANTED] = door.wanted_page(request, settings.LOGIN_REDIRECT_URL)
    provider = get_adapter(request).get_provider(request, provider=PROVIDER)
    provider.oauth2_adapter_class = Directory
    try:
        answer: HttpResponseBase = provider.redirect(request, "login")
    except (RequestException, ImmediateHttpResponse, KeyError, ValueError):
        return _back(request, _("The directory does not answer. Try later, or sign in with your password."))
    return answer


def come_back(request: HttpRequest) -> HttpResponseBase:
    """Come back from the directory with its answer."""
    _insist_on_a_directory()
    if limits.is_resting(request, PROVIDER):
        return _back(request, limits.wait_a_while())
    view = OAuth2CallbackView.adapter_view(Directory(request, PROVIDER))
    try:
        answer: HttpResponseBase = view(request)
    except (KeyError, ValueError):
        return _back(request, _("The directory did not let you in. Try once more."))
    return answer


def _insist_on_a_directory() -> None:
    if not settings.DIRECTORY:
        raise Http404


def _welcome(request: HttpRequest, claims: dict[str, Any]) -> HttpResponseBase:
    actor = door.the_directory()
    try:
        user = queries.user_of_directory(actor, **_who(claims))
        if user is None:
            raise Refused(_("There is no account for you here yet. Ask your administrator for an invitation."))
        if user.external_id is None:
            user = actions.tie_to_directory(actor, user, subject=str(claims["sub"]))
    except Refused as refusal:
        return _back(request, str(refusal))
    to = request.session.pop(WANTED, None) or settings.LOGIN_REDIRECT_URL
    return _let_in(request, user, to, claims)


def _let_in(request: HttpRequest, user: User, to: str, claims: dict[str, Any]) -> HttpResponseBase:
    methods = claims.get("amr")
    if isinstance(methods, list) and STRONG & {str(method) for method in methods}:
        return door.let_in(request, user, to=to, factor=PROVIDER)
    return door.knock(request, user, to=to)


def _who(claims: dict[str, Any]) -> dict[str, str]:
    verified = claims.get("email_verified") in (True, "true")
    return {"subject": str(claims["sub"]), "email": str(claims.get("email", "")) if verified else ""}


def _back(request: HttpRequest, sentence: str) -> HttpResponseBase:
    limits.note_wrong(request, PROVIDER)
    door.note(request, "The directory did not open the door.")
    messages.error(request, sentence)
    return redirect("sign_in")
