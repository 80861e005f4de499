"""What is due about records: answers to requests for a file, each with its next step, and erasures that wait for a second."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.standing import passing
from kinkeeper.retention import queries
from kinkeeper.retention.models import AccessRequest, Disposal, Redaction
from kinkeeper.retention.policy import RECEIVERS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REQUEST = "access_request"
ERASURE = "erasure"


@passing("what is left to decide")
def access_requests_due(actor: Actor, on: date | None = None) -> list[Duty]:
    """The answers that are owed and whose next step the actor may do, soonest due first. One question."""
    if not actor.units(*RECEIVERS):
        return []
    things = Redaction.objects.filter(request=OuterRef("pk"))
    rows = queries.access_requests(actor).filter(state__in=AccessRequest.OPEN)
    rows = rows.annotate(
        left=_count(things.filter(choice="")),
        decided_by_me=Exists(things.filter(decided_by_id=actor.user_id)),
    )
    source = pack_in_force().limit("access_request").source
    found = []
    for row in rows.order_by("due_on", "pk"):
        words = _next_step(actor, row)
        if words and (on is None or row.due_on <= on):
            found.append(
                Duty(
                    REQUEST,
                    row.person,
                    row.due_on,
                    None,
                    "access_request",
                    row.code,
                    source=source,
                    words=words,
                    icon="file-text",
                )
            )
    return found


def _count(rows: QuerySet[Redaction]) -> Coalesce:
    counted = rows.order_by().values("request").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _next_step(actor: Actor, row: Any) -> str | _StrPromise:
    """What comes next in a request, if the actor may do it."""
    if row.state == AccessRequest.State.RECEIVED:
        return _("Prove who asks for the file") if actor.sits_any(RECEIVERS, row.unit_id) else ""
    supervises = actor.sits(Role.SUPERVISOR, row.unit_id)
    if row.collected_on is None:
        return _("Collect the file that was asked for") if supervises else ""
    if row.left:
        words = ngettext_lazy("%(n)s thing of a file to weigh", "%(n)s things of a file to weigh", row.left)
        return words % {"n": row.left} if supervises else ""
    mine = row.decided_by_me or row.proven_by_id == actor.user_id
    return _("Release the file") if actor.sits_any(OVERSEERS, row.unit_id) and not mine else ""


def erasures_waiting(actor: Actor, on: date | None = None) -> list[Duty]:
    """Erasures that one confirmed and that wait for the actor as the second. They have no last day: they wait today."""
    if not actor.units(*OVERSEERS):
        return []
    rows = queries.disposals(actor).filter(state=Disposal.State.CONFIRMED).exclude(first_by_id=actor.user_id)
    return [
        Duty(
            ERASURE,
            row.person,
            actor.today,
            None,
            "retention_of",
            row.person.code,
            icon="x",
            words=_("Confirm or decline an erasure"),
        )
        for row in rows
    ]
