"""Pages of tokens (one’s own, those of devices) and of the documentation of the interface."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.queries import oneself
from kinkeeper.interface import actions, forms, guide, queries
from kinkeeper.interface.api import api
from kinkeeper.interface.models import Token
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page

AT_ONCE = 50


def _drawn() -> str:
    return f"kk_{secrets.token_urlsafe(32)}"


def interface(request: ActorRequest) -> HttpResponse:
    """What other programs can read and write, drawn from the OpenAPI document."""
    document = api.get_openapi_schema()
    return render(request, "interface/interface.html", {"chapters": guide.chapters(document), "about": guide.about()})


# ---- one's own tokens ------------------------------------------------------------------------------------------------


def tokens(request: ActorRequest) -> HttpResponse:
    """The tokens that speak for oneself."""
    me = oneself(request.actor)
    page = Paginator(queries.own_tokens(request.actor), AT_ONCE).get_page(request.GET.get("page"))
    verdict = actions.make_token.verdict(request.actor, me)
    return render(request, "interface/tokens.html", {"page": page, "may_make_token": verdict})


def make_token(request: ActorRequest) -> HttpResponse:
    """Make a token, and show it this once."""
    me = oneself(request.actor)
    form = forms.TokenForm(request.POST or None).at(me)
    verdict = actions.make_token.verdict(request.actor, me)
    if form.is_valid():
        secret = _drawn()
        with refusals_on(form):
            token = actions.make_token(request.actor, me, token=secret, **form.particulars)
            return render(request, "interface/token_made.html", {"token": token, "secret": secret})
    return deed_page(request, "interface/make_token.html", {"form": form, "verdict": verdict})


def revoke_token(request: ActorRequest, code: str) -> HttpResponse:
    """Revoke a token of one’s own, or as an administrator any."""
    token = one(queries.tokens(request.actor), code=code)
    form = DeedForm(request.POST or None).at(token)
    back = _page_of(request, token)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.revoke_token(request.actor, token)
            messages.success(request, _("The token is revoked. Whoever holds it is a stranger from now on."))
            return redirect(back)
    verdict = actions.revoke_token.verdict(request.actor, token)
    words = {"form": form, "token": token, "verdict": verdict, "back_to": back}
    return deed_page(request, "interface/revoke_token.html", words)


def _page_of(request: ActorRequest, token: Token) -> str:
    return "tokens" if token.owner_id is not None and token.owner_id == request.actor.user_id else "devices"


# ---- devices ---------------------------------------------------------------------------------------------------------


def devices(request: ActorRequest) -> HttpResponse:
    """The devices that were let in, and the tokens of people that run."""
    page = Paginator(queries.devices(request.actor), AT_ONCE).get_page(request.GET.get("page"))
    verdict = actions.make_device_token.verdict(request.actor, queries.association(request.actor))
    personal = queries.tokens_of_people(request.actor)
    words = {"page": page, "personal": personal, "may_make_device_token": verdict}
    return render(request, "interface/devices.html", words)


def make_device_token(request: ActorRequest) -> HttpResponse:
    """Let a device in, and show its token this once."""
    association = queries.association(request.actor)
    form = forms.DeviceTokenForm(request.POST or None, places=queries.places(request.actor)).at(association)
    if form.is_valid():
        secret = _drawn()
        with refusals_on(form):
            token = actions.make_device_token(request.actor, association, token=secret, **form.particulars)
            return render(request, "interface/token_made.html", {"token": token, "secret": secret})
    return deed_page(request, "interface/make_device_token.html", {"form": form})
