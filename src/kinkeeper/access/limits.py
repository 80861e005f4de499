"""How often something may be tried, counted in the cache that every worker process shares.

The counting is django-allauth’s. A wrong try counts, a right one begins anew. An address at which nobody can sign in
counts like any other, so that the limit tells nothing.
"""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

# Tries / in this time / per what. A whole office may share one address on the network.
RATES = {
    "sign_in": "60/10m/ip",
    "second_factor": "5/15m/key",
    "confirm": "5/15m/key",
    "passkey": "60/10m/ip",
    "invitation": "30/10m/ip",
    "directory": "60/10m/ip",
}


def is_resting(request: HttpRequest, what: str, key: str = "") -> bool:
    """Whether this was tried so often lately that it has to wait."""
    return not ratelimit.consume(
        request, app="kinkeeper", action=what, config=RATES, key=key or None, dry_run=True, limit_get=True
    )


def takes_a_try(request: HttpRequest, what: str, key: str) -> bool:
    """Count a try before it is judged, so that many at once are not all let through; False where it has to wait."""
    return bool(ratelimit.consume(request, app="kinkeeper", action=what, config=RATES, key=key, limit_get=True))


def note_wrong(request: HttpRequest, what: str, key: str = "") -> None:
    """Count one wrong try."""
    ratelimit.consume(request, app="kinkeeper", action=what, config=RATES, key=key or None, limit_get=True)


def forget(request: HttpRequest, what: str, key: str) -> None:
    """Begin to count anew, because it went right."""
    ratelimit.clear(request, app="kinkeeper", action=what, config=RATES, key=key)


def wait_a_while() -> str:
    """What somebody reads who tried too often."""
    return _("Too many tries. Wait a quarter of an hour and try again.")
