"""Words of the desk: greetings, what the day holds, counts that must not point at anybody."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

NOON, EVENING = 12, 18


@register.filter
def given_name(name: str) -> str:
    """The first word of a name, for narrow places."""
    return name.split()[0] if name.split() else name


@register.simple_tag
def greeting(name: str) -> str:
    """A greeting that knows the time of day where the association works."""
    hour = timezone.localtime().hour
    words = {"name": given_name(name)}
    if hour < NOON:
        return _("Good morning, %(name)s") % words
    return (_("Good afternoon, %(name)s") if hour < EVENING else _("Good evening, %(name)s")) % words


@register.simple_tag
def day_in_words(day: Any) -> str:
    """What waits today, in a sentence."""
    late, week = len(day.overdue), len(day.week)
    over = ngettext("Something is overdue for %(n)s child", "Something is overdue for %(n)s children", late)
    soon = ngettext("something is due this week for %(n)s", "something is due this week for %(n)s", week)
    over, soon = over % {"n": late}, soon % {"n": week}
    if late and week:
        # Translators: two half sentences, “Something is overdue for 3 children” and “something is due this week for 2”.
        return _("%(over)s, %(soon)s.") % {"over": over, "soon": soon}
    if late:
        return f"{over}."
    if week:
        return ngettext(
            "Something is due this week for %(n)s child.", "Something is due this week for %(n)s children.", week
        ) % {"n": week}
    return _("Nothing is overdue and nothing is due this week.")


@register.simple_tag
def count_in_words(count: int | None) -> str:
    """A count, or that it is too small to be told."""
    return _("fewer than 5") if count is None else str(count)


@register.simple_tag
def load_bar(part: int, whole: int) -> SafeString:
    """A quiet bar beside a number that is already written; nothing for those who listen."""
    bar = '<progress class="load-bar" value="{}" max="{}" aria-hidden="true"></progress>'
    return format_html(bar, part, max(whole, 1))


@register.inclusion_tag("desk/places.html")
def places(line: Any) -> dict[str, Any]:
    """The places of a home as dots, taken ones filled, and in words."""
    capacity = line.home.capacity or line.taken
    dots = [number < line.taken for number in range(max(min(capacity, 20), min(line.taken, 20)))]
    return {"line": line, "dots": dots, "over": max(line.taken - capacity, 0)}


@register.simple_tag
def carers_in_a_row(line: Any) -> str:
    """The names of those who care in a home now."""
    return ", ".join(carer.person.name for carer in line.carers)
