"""The arithmetic of time: when something must have happened, once or again and again.

Every day is computed from its start, never from the day before: 31 January, 28 February, 31 March. A day that a month
does not have is its last one; hours count as whole days; working days follow the calendar of the pack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from math import ceil

from kinkeeper.lib.calendars import Calendar
from kinkeeper.lib.pack_schema import Length, Limit, Schedule, Step
from kinkeeper.lib.periods import add_months, add_working_days


def due_after(day: date, limit: Limit | Length, calendar: Calendar) -> date:
    """The last day on which something is in time that must follow `day` within the limit; hours count as whole days."""
    return _after(day, limit.value, limit.unit, calendar)


def next_due(schedule: Schedule, anchor: date, done: Iterable[date], calendar: Calendar) -> date | None:
    """The next day of a schedule that began on `anchor`, after it was done on these days; None when it is over."""
    days = lateness(schedule, anchor, done, calendar)
    return days[-1][0] if days and days[-1][1] is None else None


def soonest(
    schedules: Iterable[tuple[Schedule, date]], done: Collection[date], calendar: Calendar
) -> tuple[date, Schedule] | None:
    """The first next day of several schedules, each with its anchor, and the schedule that sets it."""
    found = [(next_due(schedule, anchor, done, calendar), schedule) for schedule, anchor in schedules]
    dated = [(due, schedule) for due, schedule in found if due is not None]
    return min(dated, key=lambda pair: pair[0], default=None)


def due_dates(schedule: Schedule, anchor: date, count: int, calendar: Calendar) -> list[date]:
    """The first `count` days of a schedule, fewer where it ends sooner; a rolling one as if always done on the last day."""
    if schedule.mode == "grid":
        return list(islice(_grid(schedule, anchor, calendar), count))
    days: list[date] = []
    while len(days) < count:
        due = next_due(schedule, anchor, days, calendar)
        if due is None:
            break
        days.append(due)
    return days


def lateness(
    schedule: Schedule, anchor: date, done: Iterable[date], calendar: Calendar
) -> list[tuple[date, date | None]]:
    """Every day that was due with the day it was done, in order; at the end the next one with None, unless it is over.

    What was done before the anchor does not count, and what was done twice in a day counts once. On a grid, one that comes late answers every day until then; one
    that comes early answers the next day only when it comes after the day before, so that two visits in a week are not
    the visits of two quarters.
    """
    answers = sorted({day for day in done if day >= anchor})
    if schedule.mode == "grid":
        return list(_on_a_grid(_grid(schedule, anchor, calendar), answers))
    return list(_rolling(schedule, anchor, answers, calendar))


def _on_a_grid(grid: Iterator[date], answers: list[date]) -> Iterator[tuple[date, date | None]]:
    left = iter(answers)
    answer, before, late = next(left, None), date.min, None
    for due in grid:
        # The day before this one used up what came by then, and what came late but before this one.
        while answer is not None and (answer <= before or (late is not None and answer <= late < due)):
            answer = next(left, None)
        yield due, answer
        if answer is None:
            return
        before, late = due, answer if answer > due else None


def _rolling(
    schedule: Schedule, anchor: date, answers: list[date], calendar: Calendar
) -> Iterator[tuple[date, date | None]]:
    steps, times, last = list(schedule.steps), 0, anchor
    for answer in (*answers, None):
        while steps and _is_over(steps[0], times, anchor, last, calendar):
            steps, times = steps[1:], 0
        if not steps:
            return
        yield due_after(last, steps[0].within, calendar), answer
        times += 1
        last = answer or last


def _is_over(step: Step, times: int, anchor: date, last: date, calendar: Calendar) -> bool:
    used_up = step.times > 0 and times >= step.times
    return used_up or (step.until is not None and last >= due_after(anchor, step.until, calendar))


def _grid(schedule: Schedule, anchor: date, calendar: Calendar) -> Iterator[date]:
    """The days of a grid: the multiples of each step that lie after the days of the steps before it."""
    last = anchor
    for step in schedule.steps:
        end = due_after(anchor, step.until, calendar) if step.until else None
        multiple = times = 0
        while not step.times or times < step.times:
            multiple += 1
            day = _after(anchor, multiple * step.within.value, step.within.unit, calendar)
            if end is not None and day > end:
                break
            if day > last:
                yield day
                last, times = day, times + 1


def _after(day: date, value: int, unit: str, calendar: Calendar) -> date:
    match unit:
        case "hours":
            return day + timedelta(days=ceil(value / 24))
        case "days":
            return day + timedelta(days=value)
        case "working_days":
            return add_working_days(day, value, calendar, calendar.weekend)
        case "weeks":
            return day + timedelta(weeks=value)
        case "months":
            return add_months(day, value)
        case "years":
            return add_months(day, 12 * value)
    raise ValueError(f"“{unit}” is no length of time.")
