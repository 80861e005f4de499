"""Words of sharing: what a purpose and an item are called, how a state looks."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from kinkeeper.access.models import pack_in_force
from kinkeeper.sharing.sheet import ITEMS

register = template.Library()

TONES = {
    "sent": "info",
    "offered": "info",
    "accepted": "good",
    "attended": "good",
    "closed": "plain",
    "rejected": "warn",
    "declined": "warn",
    "missed": "warn",
    "withdrawn": "plain",
}


@register.simple_tag
def purpose_words() -> dict[str, str]:
    """Every purpose of the pack in words, asked for once a page."""
    return {code: gettext(why.label) for code, why in pack_in_force().purposes.items()}


@register.filter
def at(words: dict[str, str], code: str) -> str:
    """The words of a code; the code itself where the pack forgot it."""
    return words.get(code, code)


@register.filter
def items_in_words(items: list[str]) -> str:
    """What was chosen, in words."""
    return ", ".join(str(ITEMS.get(item, item)) for item in items)


@register.filter
def state_tone(state: str) -> str:
    """The tone of a state of a referral or a transfer."""
    return TONES.get(state, "plain")
