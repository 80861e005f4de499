"""Sessions and their devices: each sign-in begins one, it ends by itself or is ended, and its key changes on the way.

Whoever signs in, by whichever door, passes Django’s `login()`: there a session gets its times and its row in the list of
devices, so that no door can forget it. The times lie inside the session, because they are asked on every page.
"""

from __future__ import annotations

import re
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from kinkeeper.access.models import SignedInDevice, User
from kinkeeper.lib.standing import passing

BEGAN, SEEN, CONFIRMED, FACTOR = "began", "seen", "confirmed", "factor"
# How exactly a session knows when it was last seen: one write in a minute at most.
SEEN_EVERY_SECONDS = 60
CONFIRMED_FOR_SECONDS = 5 * 60


@receiver(user_logged_in)
def begin(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    """Write the times into a session that begins, and the device into the list."""
    now = int(time.time())
    request.session.update({BEGAN: now, SEEN: now, CONFIRMED: now})
    if request.session.session_key is None:  # after another session was thrown away
        request.session.create()
    devices = SignedInDevice.objects.filter(user=user)
    devices.exclude(session_key__in=_running().values("session_key")).delete()
    agent = request.META.get("HTTP_USER_AGENT", "")[:300]
    SignedInDevice.objects.update_or_create(
        session_key=request.session.session_key, defaults={"user": user, "agent": agent}
    )


def is_over(request: HttpRequest) -> bool:
    """Whether the session was idle for too long or lasts too long; one without times is over as well."""
    now = int(time.time())
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:
        return True
    return bool(now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE)


def note_seen(request: HttpRequest) -> None:
    """Remember that the session is being used."""
    now = int(time.time())
    if now - request.session[SEEN] >= SEEN_EVERY_SECONDS:
        request.session[SEEN] = now


def is_freshly_confirmed(request: HttpRequest) -> bool:
    """Whether whoever sits here has shown within the last five minutes that it is they."""
    return bool(0 <= int(time.time()) - request.session.get(CONFIRMED, 0) <= CONFIRMED_FOR_SECONDS)


@passing("door")
def confirm(request: HttpRequest) -> None:
    """Remember a fresh confirmation; the session goes on under a new key."""
    old = request.session.session_key
    request.session.cycle_key()
    request.session[CONFIRMED] = int(time.time())
    SignedInDevice.objects.filter(session_key=old).update(session_key=request.session.session_key)


def end(devices: QuerySet[SignedInDevice]) -> int:
    """End the sessions of these devices at once; returns how many."""
    keys = list(devices.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    devices.filter(session_key__in=keys).delete()
    return len(keys)


def end_all(user: User, *, but: str | None = None) -> int:
    """End every session of a user, except the one with this key."""
    devices = SignedInDevice.objects.filter(user=user)
    return end(devices.exclude(session_key=but) if but else devices)


def last_seen(devices: list[SignedInDevice]) -> dict[int, int]:
    """When each running session was last seen, in seconds since 1970, by the key of its device. One query."""
    running = {row.session_key: row for row in _running().filter(pk__in=[one.session_key for one in devices])}
    seen = {one.pk: running[one.session_key].get_decoded().get(SEEN) for one in devices if one.session_key in running}
    return {key: at for key, at in seen.items() if at is not None and _counts(at)}


def _counts(seen: int) -> bool:
    return time.time() - seen <= settings.SESSION_IDLE_SECONDS


def _running() -> QuerySet[Session]:
    return Session.objects.filter(expire_date__gt=timezone.now())


# The first that fits: browsers name those they descend from as well.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/|FxiOS", "Firefox"), ("Chrom|CriOS", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device_in_words(agent: str) -> str:
    """Which browser on which system, as far as the browser says it."""
    browser = next((name for sign, name in _BROWSERS if re.search(sign, agent)), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser that does not say what it is")
