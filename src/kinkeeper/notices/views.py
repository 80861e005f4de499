"""The pages of one’s own notices and of one’s own calendar feed."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.queries import oneself
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices import actions, queries

AT_ONCE = 50


def notices(request: ActorRequest) -> HttpResponse:
    """What others did that the reader should know of, newest first."""
    page = Paginator(queries.notices_for(request.actor), AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "notices/notices.html", {"page": page})


@require_POST
def put_notice_away(request: ActorRequest, code: str) -> HttpResponse:
    """Put one notice away."""
    notice = one(queries.notices_for(request.actor), code=code)
    try:
        actions.put_notice_away(request.actor, notice)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("notices")


def calendar(request: ActorRequest) -> HttpResponse:
    """Whether a calendar feed is open, and what it shows."""
    return render(request, "notices/calendar.html", {"feed": queries.open_feed_of(request.actor)})


@require_POST
@freshly_confirmed
def open_calendar_feed(request: ActorRequest) -> HttpResponse:
    """Open a calendar feed, and show its address this once."""
    token = secrets.token_urlsafe(32)
    feed = actions.open_calendar_feed(request.actor, oneself(request.actor), token=token)
    link = request.build_absolute_uri(f"/calendar/{token}.ics")
    return render(request, "notices/calendar.html", {"feed": feed, "link": link})


@require_POST
def close_calendar_feed(request: ActorRequest, code: str) -> HttpResponse:
    """Close a calendar feed."""
    feed = one(queries.feeds_of(request.actor), code=code)
    try:
        actions.close_calendar_feed(request.actor, feed)
        messages.success(request, _("The calendar feed is closed. Its address answers nobody any more."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("calendar")
