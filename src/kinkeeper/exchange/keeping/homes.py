"""Which home a row of Episodes means: the return names none, only provider, registration, postcode and kind of place."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit
from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.records import Episode
from kinkeeper.homes.models import Home
from kinkeeper.lib.codes import show_code

KINDS = {
    "HOME": Home.Kind.PARENTS,
    "KIN_INF": Home.Kind.RELATIVES,
    "KIN_FOR": Home.Kind.RELATIVES,
    "FOSTER_EMG": Home.Kind.FOSTER,
    "FOSTER_ST": Home.Kind.FOSTER,
    "FOSTER_LT": Home.Kind.FOSTER,
    "FOSTER_PRO": Home.Kind.CARE_PARENT,
    "RESPITE": Home.Kind.FOSTER,
    "ADOPT_PRE": Home.Kind.FOSTER,
    "SGH": Home.Kind.SMALL_GROUP,
    "RES": Home.Kind.RESIDENTIAL,
    "SIL": Home.Kind.FLAT,
}
NAMES = {
    Home.Kind.PARENTS: _("Own parents %(code)s"),
    Home.Kind.RELATIVES: _("Relatives %(code)s"),
    Home.Kind.FOSTER: _("Foster family %(code)s"),
    Home.Kind.CARE_PARENT: _("Care family %(code)s"),
    Home.Kind.SMALL_GROUP: _("Children’s home %(code)s"),
    Home.Kind.RESIDENTIAL: _("Residential home %(code)s"),
    Home.Kind.FLAT: _("Supported flat %(code)s"),
    Home.Kind.OTHER: _("Other place %(code)s"),
}


@dataclass(frozen=True, slots=True)
class HomeKey:
    """What tells homes of one unit apart in the return."""

    registration: str
    postcode: str
    provider: str
    kind: str


def key_of(episode: Episode) -> HomeKey:
    """The home that an episode of the return speaks of."""
    kind = codes.PACK.care_types.get(episode.place)
    return HomeKey(
        episode.urn, episode.place_postcode, episode.provider, KINDS.get(kind.neutral if kind else "", Home.Kind.OTHER)
    )


def key_of_home(home: Home) -> HomeKey:
    """The same of a home that is kept."""
    return HomeKey(home.registration, home.postcode, home.provider, home.kind)


def new_home(unit: Unit, key: HomeKey, code: str) -> Home:
    """A home nobody has described yet. Its name tells nothing about where it is."""
    return Home(
        unit=unit,
        code=code,
        name=str(NAMES[Home.Kind(key.kind)]) % {"code": show_code(code).split("-")[0]},
        kind=key.kind,
        provider=key.provider,
        registration=key.registration,
        postcode=key.postcode,
    )
