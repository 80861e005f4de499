"""What is due as a calendar (RFC 5545): codes instead of names, no place, no reason; whoever finds a telephone learns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from kinkeeper.book.duties import duty_words
from kinkeeper.lib.codes import show_code
from kinkeeper.lib.duties import Duty


def feed(due: Iterable[Duty], absolute: Callable[[str], str]) -> bytes:
    """The calendar of these duties, each as a whole day; `absolute` makes a full address of a path.

    A duty keeps its UID while it is the same deed for the same record, so that a calendar moves it when its day moves.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Kinkeeper//Duties//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Kinkeeper: what is due"))
    calendar.add("refresh-interval;value=duration", "PT6H")
    now = datetime.now(UTC)
    for duty in due:
        event = Event()
        event.add("uid", f"{duty.kind}-{duty.deed}-{duty.code}@kinkeeper")
        event.add("dtstamp", now)
        event.add("sequence", duty.due_on.toordinal())
        event.add("summary", f"{duty_words(duty)} {show_code(duty.code)}")
        event.add("dtstart", duty.due_on)
        event.add("dtend", duty.due_on + timedelta(days=1))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        event.add("url", absolute(reverse(duty.deed, args=[duty.code])))
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
