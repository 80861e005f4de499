"""What a page says about a stay before the deed: all that speaks against it, and which differences should be bridged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.access.models import pack_in_force
from kinkeeper.lib.languages import language_name
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import Person, SpokenLanguage
from kinkeeper.placements.fit import Intended, objections
from kinkeeper.placements.models import Episode


@dataclass(frozen=True)
class Outlook:
    """What a page says beforehand about a stay: all that speaks against it, and what should be bridged."""

    against: list[Refused]
    to_bridge: list[str]


@passing("what fits")
def outlook(actor: Actor, child: Person, last: Episode | None, stay: Mapping[str, Any]) -> Outlook | None:
    """The outlook on a stay that is being filled in (`home`, `day`, `care_type` …); None while it is not complete."""
    intended = _intended(actor, child, last, stay)
    return Outlook(list(objections(intended)), mismatches(intended)) if intended else None


@passing("what fits")
def to_bridge(actor: Actor, child: Person, stay: Mapping[str, Any]) -> list[str]:
    """What should be bridged in a stay that has begun, where nothing was said about it."""
    intended = _intended(actor, child, None, stay)
    return mismatches(intended) if intended and not stay["mitigation"] else []


def _intended(actor: Actor, child: Person, last: Episode | None, stay: Mapping[str, Any]) -> Intended | None:
    pack = pack_in_force()
    care = pack.care_types.get(stay.get("care_type", ""))
    if care is None:
        return None
    together = tuple(stay.get("siblings") or ())
    review_on = stay.get("exemption_review_on")
    return Intended(actor, pack, child, stay["home"], stay["day"], care, together, review_on, last)


def mismatches(intended: Intended) -> list[str]:
    """Where child and carers differ in language, religion or origin (G-MATCH): a warning in words, never a reason to refuse."""
    carers = [one.person for one in intended.standing.residents if one.is_carer]
    child, found = intended.child, []
    if not carers:
        return []
    spoken = SpokenLanguage.objects.filter(person__in=[child, *carers]).values_list("person_id", "tag")
    own = {tag.split("-")[0] for person, tag in spoken if person == child.pk}
    theirs = {tag.split("-")[0] for person, tag in spoken if person != child.pk}
    if own and theirs and not own & theirs:
        words = {"languages": ", ".join(sorted(language_name(tag) for tag in own))}
        found.append(gettext("Nobody who cares there speaks the child’s language: %(languages)s.") % words)
    if may_read(intended.actor, child, "religion") and _differs(child.religion, [carer.religion for carer in carers]):
        found.append(gettext("The carers have another religion than the child."))
    if may_read(intended.actor, child, "ethnicity") and _differs(
        child.ethnicity, [carer.ethnicity for carer in carers]
    ):
        found.append(gettext("The carers are of another origin than the child."))
    return found


def _differs(own: str, theirs: list[str]) -> bool:
    known = {one.strip().casefold() for one in theirs if one.strip()}
    return bool(own.strip() and known) and own.strip().casefold() not in known
