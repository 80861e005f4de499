"""Words for the pages of the door: causes of the pack, and how many records still wait to be compared."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext

from kinkeeper.access.models import pack_in_force
from kinkeeper.intake.queries import Spoken

register = template.Library()


@register.simple_tag
def cause_words(codes: Iterable[str]) -> str:
    """The causes of a referral in the reader’s language; a code that the pack no longer has stays a code."""
    known = pack_in_force().causes
    return ", ".join(gettext(known[code].label) if code in known else code for code in codes)


@register.simple_tag
def waiting_for(people: Iterable[Spoken]) -> int:
    """How many records that are nearly alike wait to be compared."""
    return sum(len(spoken.open) for spoken in people)
