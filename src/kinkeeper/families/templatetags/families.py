"""Words of consents: who answered, what it is about, and what has become of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.lib import languages
from kinkeeper.people.models import Consent, Person
from kinkeeper.ui.templatetags.ui import badge

register = template.Library()

TONES = {
    "agreed": "good",
    "refused": "bad",
    "withdrawn": "bad",
    "expired": "warn",
    "missing": "warn",
    "unreached": "info",
}


@register.simple_tag
def state_badge(side: Any) -> SafeString:
    """What has become of an answer, in words and a tone; an assent that nobody needs is never missing."""
    return badge(str(side.state.label), TONES[side.state])


@register.simple_tag
def consent_words(code: str) -> str:
    """What a consent is about, in the reader’s language; the code itself where the pack does not know it."""
    entry = pack_in_force().consents.get(code)
    return _(entry.label) if entry else code


@register.simple_tag(takes_context=True)
def giver(context: Context, consent: Consent) -> str:
    """Who answered for a child; somebody out of sight stays unnamed."""
    known: dict[int | None, str] = context["givers"]
    return known.get(consent.given_by_id, _("somebody you do not see"))


@register.filter
def names(people: Iterable[Person]) -> str:
    """The names of people, one after the other."""
    return ", ".join(person.name for person in people)


@register.filter
def language_name(tag: str) -> str:
    """The name of a language in the reader’s language."""
    return languages.language_name(tag)
