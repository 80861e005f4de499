"""What runs out in a home: approvals, background checks and trainings, told to supervisors before it happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.homes.models import Home
from kinkeeper.homes.queries import Standing, standings
from kinkeeper.lib.duties import Duty

HOME = "home"
# How long before something runs out it is told.
AHEAD = timedelta(days=60)


def home_facts_due(actor: Actor, on: date | None = None, *, among: Iterable[Home] | None = None) -> list[Duty]:
    """What runs out or is missing in the open homes whose supervisor the actor is, soonest first.

    With `on`, what is due by that day; else what is due within 60 days. Nine questions, however many homes.
    """
    homes = seen(actor, Home).filter(unit_id__in=actor.units(Role.SUPERVISOR), closed_on__isnull=True)
    if among is not None:
        homes = homes.filter(pk__in=[home.pk for home in among])
    until = on or actor.today + AHEAD
    source = pack_in_force().limit("background_check").source
    due = [duty for one in standings(actor, list(homes), actor.today).values() for duty in _of(one, source)]
    return sorted((duty for duty in due if duty.due_on <= until), key=lambda duty: (duty.due_on, duty.code, duty.deed))


def _of(standing: Standing, source: str) -> list[Duty]:
    return [*_approvals(standing), *_checks(standing, source), *_trainings(standing)]


def _approvals(standing: Standing) -> list[Duty]:
    """The last day of what each approval in force is for, where no other approval goes on."""
    home, found = standing.home, []
    for approval in standing.approvals:
        if approval.ends_on is None or not approval.holds(standing.on):
            continue
        others = [one for one in standing.approvals if one.pk != approval.pk and one.starts_on <= approval.ends_on]
        later = [one for one in others if one.ends_on is None or one.ends_on > approval.ends_on]
        if not set(approval.care_types) <= {code for one in later for code in one.care_types}:
            words, begun = _("The approval runs out"), approval.starts_on
            found.append(Duty(HOME, home, approval.ends_on, begun, "approve_home", home.code, words=words))
    return found


def _checks(standing: Standing, source: str) -> list[Duty]:
    """The day from which each adult has no background check any more; for who has none, the day they came."""
    home, words = standing.home, _("Background check")
    return [
        Duty(
            HOME,
            home,
            one.check.ends_on if one.check else one.row.starts_on,
            one.check.issued_on if one.check else None,
            "record_background_check",
            home.code,
            source,
            words,
            "shield-check",
        )
        for one in standing.residents
        if one.is_adult
    ]


def _trainings(standing: Standing) -> list[Duty]:
    """Mandatory trainings of those who care here that are due and have not been done again."""
    home = standing.home
    return [
        Duty(HOME, home, one.due_on, one.done_on, "record_training", home.code, words=_("Mandatory training"))
        for one in standing.open_trainings
        if one.due_on
    ]
