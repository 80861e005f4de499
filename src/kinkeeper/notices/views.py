"""The page of one’s own notices."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kinkeeper.access.gate import ActorRequest, one
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
