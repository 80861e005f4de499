"""The drawer of one’s own drafts, opened by the script of the forms: read, keep, throw away."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_http_methods

from kinkeeper.access.gate import ActorRequest
from kinkeeper.drafts import queries, tasks
from kinkeeper.lib.refusals import Refused


def _written_at(request: ActorRequest) -> datetime | None:
    """When the browser says that the words were written; None where it says nothing that can be read."""
    try:
        moment = datetime.fromisoformat(request.headers.get("X-Written-At", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: ActorRequest, deed: str, subject: str) -> HttpResponse:
    """Answer with the draft of this deed on this record, keep it, or throw it away."""
    if request.method == "GET":
        drawer = queries.drawer(request.actor, deed, subject)
        return JsonResponse({**drawer, "token": get_token(request)})
    if request.method == "DELETE":
        tasks.discard_draft(request.actor, deed, subject)
        return HttpResponse(status=204)
    try:
        tasks.keep_draft(request.actor, deed, subject, request.body, _written_at(request))
    except Refused as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=413 if refusal.guard == "G-SIZE" else 400)
    return HttpResponse(status=204)
