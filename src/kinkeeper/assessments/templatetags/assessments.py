"""Words of assessments: how a child does in a domain, whether it does better than before, what a cause is called."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Finding
from kinkeeper.ui.templatetags.ui import badge

register = template.Library()

TONES = {
    Finding.Rating.VERY_WELL: "good",
    Finding.Rating.WELL: "good",
    Finding.Rating.RATHER_POOR: "warn",
    Finding.Rating.POOR: "bad",
}


@register.simple_tag
def rating_badge(finding: Finding | None) -> SafeString:
    """How the child does in a domain, in words and a tone."""
    if finding is None:
        return badge(_("not rated"))
    rating = Finding.Rating(finding.rating)
    return badge(str(rating.label), TONES[rating])


@register.simple_tag
def change_badge(change: int | None) -> SafeString:
    """Whether the child does better or worse than before, and by how many steps of four."""
    if change is None:
        return badge(_("not compared"))
    if change == 0:
        return badge(_("as before"))
    steps = abs(change)
    if change > 0:
        words = ngettext("better by %(steps)s step", "better by %(steps)s steps", steps)
        return badge(words % {"steps": steps}, "good", "chevron-up")
    words = ngettext("worse by %(steps)s step", "worse by %(steps)s steps", steps)
    return badge(words % {"steps": steps}, "bad", "chevron-down")


@register.simple_tag
def causes_in_words(codes: Iterable[str]) -> list[str]:
    """What these codes of root causes mean, in the reader’s language."""
    causes = pack_in_force().causes
    return [_(causes[code].label) if code in causes else code for code in codes]
