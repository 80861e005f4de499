"""What the page frame needs on every page: who is signed in, where they may go, what waits for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Association, Opening, Role, User
from kinkeeper.access.policy import OVERSEERS, administers
from kinkeeper.drafts.queries import drawer
from kinkeeper.notices.models import Notice
from kinkeeper.ui.frame import Entry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

AT_WORK = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)


@dataclass(frozen=True)
class Place:
    """A place in the navigation: the name of its address, its words, its drawing, its key, and who goes there."""

    name: str
    text: str | _StrPromise
    icon: str
    keys: str = ""
    roles: tuple[str, ...] = ()
    administrators: bool = False

    def welcomes(self, actor: Actor) -> bool:
        """Whether it is worth showing this place to the actor; the gate decides again on the page itself."""
        if self.administrators:
            return administers(actor)
        return not self.roles or bool(actor.units(*self.roles)) or any(actor.oversees_all(role) for role in self.roles)


PLACES = (
    Place("my_day", _("My day"), "sun", "d"),
    Place("caseload", _("Caseload"), "folder", "c", AT_WORK),
    Place("search", _("People"), "users", "p", AT_WORK),
    Place("referrals", _("Referrals"), "door-enter", "r", AT_WORK),
    Place("homes", _("Homes"), "home-heart", "h", AT_WORK),
    Place("partners", _("Partners"), "heart-handshake", "r", AT_WORK),
    Place("units", _("Units"), "building-community", "u"),
    Place("openings", _("Opened records"), "shield-lock", "o", (Role.CASEWORKER, *OVERSEERS)),
    Place("unusual_reading", _("Unusual reading"), "eye", roles=OVERSEERS),
    Place("retention", _("Keeping and erasing"), "hourglass", roles=OVERSEERS),
    Place("exchange", _("Import and export"), "arrows-exchange", "e", (Role.SUPERVISOR, Role.DIRECTOR)),
    Place("devices", _("Devices"), "database-export", administrators=True),
    Place("administration", _("Administration"), "settings", "a", administrators=True),
    Place("installation", _("This installation"), "shield-check", "i", administrators=True),
)
OWN_PLACES = (
    Place("calendar", _("My calendar"), "calendar"),
    Place("pack", _("Jurisdiction pack"), "gavel", roles=AT_WORK),
    Place("my_sign_in", _("How I sign in"), "shield-lock"),
    Place("my_devices", _("Where I am signed in"), "world"),
    Place("tokens", _("Tokens for programs"), "database-export"),
    Place("change_password", _("Change the password"), "lock"),
)


@dataclass(frozen=True)
class OpenRecord:
    """A record that an opening shows to the reader now, and where to close it."""

    subject_code: str
    until: Any
    close: str


class Frame:
    """What the frame asks, each question only when a template needs its answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor | None = getattr(request, "actor", None)
        user = getattr(request, "user", None)
        self.me = user if isinstance(user, User) else None
        self.languages = settings.LANGUAGES
        self.query = request.GET.get("q", "")

    @cached_property
    def entries(self) -> list[Entry]:
        """The places this actor may go."""
        return self._entries(PLACES)

    @cached_property
    def own(self) -> list[Entry]:
        """What a user does with their own account."""
        return self._entries(OWN_PLACES)

    def _entries(self, places: tuple[Place, ...]) -> list[Entry]:
        actor = self.actor
        if actor is None or self.me is None:
            return []
        return [
            Entry(place.text, href, place.icon, here=self._here(href), keys=place.keys)
            for place in places
            if (href := address(place.name)) and place.welcomes(actor)
        ]

    def _here(self, href: str) -> bool:
        path = self.request.path
        return path == href or (href != "/" and path.startswith(href))

    @cached_property
    def unread(self) -> int:
        """How many notices wait unread."""
        if self.actor is None or self.actor.user_id is None:
            return 0
        return seen(self.actor, Notice).filter(to_id=self.actor.user_id, read_at=None).count()

    @cached_property
    def openings(self) -> list[OpenRecord]:
        """The records that an opening shows to this actor now."""
        if self.actor is None or self.actor.user_id is None or not self.actor.opened:
            return []
        live = seen(self.actor, Opening).filter(user_id=self.actor.user_id, closed_at=None)
        return [
            OpenRecord(row.subject_code, row.until, address("close_opening", row.code))
            for row in live
            if (row.subject_type, row.subject_id) in self.actor.opened
        ]

    @cached_property
    def _association(self) -> Association | None:
        return seen(self.actor, Association).first() if self.actor is not None else None

    @property
    def association(self) -> str:
        """The name of the association, for those who work there."""
        return self._association.name if self._association else ""

    @property
    def is_demo(self) -> bool:
        """Whether everybody in this installation is invented."""
        return bool(self._association and self._association.is_demo)

    @property
    def search(self) -> str:
        """Where the search leads, for those who work with people."""
        return address("search") if self.actor is not None and self.actor.units(*AT_WORK) else ""

    @property
    def notices(self) -> str:
        """Where the bell leads."""
        return address("notices") if self.me else ""

    def draft(self, deed: str, subject: str) -> dict[str, str] | None:
        """Where the draft of a form is kept and what lies there, for whoever is signed in."""
        if self.actor is None or self.me is None:
            return None
        return {"address": address("draft", deed, subject), "drawer": json.dumps(drawer(self.actor, deed, subject))}

    @property
    def sign_in_again(self) -> str:
        """Where to sign in so as to come back to this page."""
        return f"{address('sign_in')}?{urlencode({'next': self.request.get_full_path()})}"

    @property
    def sign_out(self) -> str:
        """Where signing out is done."""
        return address("sign_out")

    @property
    def choose_language(self) -> str:
        """Where a language is chosen."""
        return address("choose_language")


def address(name: str, *codes: str) -> str:
    """The address of a page, or nothing where no room offers it."""
    try:
        return reverse(name, args=codes)
    except NoReverseMatch:
        return ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame, the actor and the signed-in user for every template."""
    made = Frame(request)
    return {"frame": made, "actor": made.actor, "me": made.me}
