"""Words of plans and reviews: what a judge says about a deed, how far a goal has come."""

from __future__ import annotations

from django import template
from django.db.models import Model
from django.utils.safestring import SafeString

from kinkeeper.access.gate import Actor, Verdict
from kinkeeper.journal.acts import acts
from kinkeeper.plans.paper import PROGRESS
from kinkeeper.ui.templatetags.ui import badge

register = template.Library()

TONES = {"draft": "warn", "approved": "good", "replaced": "plain", "dropped": "plain"}
GOAL_TONES = {"open": "info", "reached": "good", "partly": "info", "dropped": "plain"}


@register.simple_tag
def judge(actor: Actor, act: str, row: Model) -> Verdict:
    """What the judge of an act says about a row: `{% judge actor "plans.add_goal" plan as verdict %}`."""
    return acts[act].verdict(actor, row)


@register.filter
def progress_words(rating: int) -> str:
    """A rating with its sign and in words."""
    sign = "+" if rating > 0 else "−" if rating < 0 else ""
    return f"{sign}{abs(rating)} · {PROGRESS[rating]}"


@register.filter
def progress_tone(rating: int) -> str:
    """The tone that goes with a rating."""
    return "good" if rating > 0 else "bad" if rating < 0 else "plain"


@register.simple_tag
def state_badge(row: Model) -> SafeString:
    """The state of a plan or a goal in a word and a tone."""
    tones = {**TONES, **GOAL_TONES}
    display = row.get_state_display()  # type: ignore[attr-defined]  # plans and goals have states
    return badge(str(display), tones[row.state])  # type: ignore[attr-defined]
