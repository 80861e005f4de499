"""How the pages about where children live say what a code means."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from kinkeeper.access.models import pack_in_force

register = template.Library()


@register.simple_tag
def decided(care_type: str) -> str:
    """A form of care in words; the code itself where the pack does not have it."""
    care = pack_in_force().care_types.get(care_type)
    return _(care.label) if care else care_type
