"""The outermost ring around every request: its number, its line in the log, its count; and the pulse of the service.

The pulse (`/health/live`, `/health/ready`, `/metrics`) is answered here, before hosts, sessions and sign-in are looked at:
it is asked by machines of the same host, and says nothing to anybody else but that it is well or not.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from kinkeeper.lib.codes import new_code
from kinkeeper.site.errors import RETRY_SECONDS
from kinkeeper.site.figures import counter, exposition

Answer = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("kinkeeper.request")


class WatchMiddleware:
    """Number, count and write down every request: which page, how it ended, how long it took, for whom; nothing else."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pulse = PULSE.get(request.path_info)
        if pulse:
            return pulse(request)
        began = time.perf_counter()
        request.request_id = new_code()  # type: ignore[attr-defined]
        response = self.answer(request)
        seconds = time.perf_counter() - began
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        view = request.resolver_match.view_name if request.resolver_match else "none"
        counter.note(view, response.status_code, seconds)
        log.info(
            "answered",
            extra={
                "view": view,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "actor": getattr(getattr(request, "actor", None), "name", "nobody"),
                "request_id": request.request_id,  # type: ignore[attr-defined]
            },
        )
        return response


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _plain("ok")


def ready(_request: HttpRequest) -> HttpResponse:
    """The process answers, the database does, and the tables are those of this version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        well = _tables_are_ours()
    except DatabaseError:
        well = False
    return _plain("ok") if well else _plain("not ok", 503)


_known: list[bool] = []


def _tables_are_ours() -> bool:
    """Asked until it is so; a running process does not lose its tables again."""
    if not _known:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _known.append(True)
    return True


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for a monitoring system, for whoever has the token, or sits on this machine where there is none."""
    if not _may_measure(request):
        return _plain("not found", 404)
    try:
        text = exposition()
    except DatabaseError:
        return _plain("not ok", 503)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8", headers=NOT_KEPT)


def _may_measure(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # Behind a web server everybody seems to come from this machine; such a server says that it passes somebody on.
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    return is_this_machine(request.META.get("REMOTE_ADDR", ""))


def is_this_machine(address: str) -> bool:
    """Whether an address is one of this machine; some servers put the port behind it."""
    bare = address
    if address.startswith("["):
        bare = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        bare = address.partition(":")[0]
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def _plain(word: str, status: int = 200) -> HttpResponse:
    later = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    return HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8", headers=NOT_KEPT | later)


PULSE: dict[str, Answer] = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}
