"""What happens at night without anybody: young people come of age, and after-care begins for them."""

from __future__ import annotations

import logging

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Role
from kinkeeper.leaving import actions, queries
from kinkeeper.lib.chores import NIGHTLY, chore
from kinkeeper.lib.refusals import Refused

log = logging.getLogger("kinkeeper.worker")

NAME = "calendar"


@chore(every=NIGHTLY)
def come_of_age() -> int:
    """Begin after-care for everybody who is of age by now; returns for how many. Doing it twice changes nothing."""
    actor = machine(NAME, Role.SUPERVISOR)
    begun = 0
    for case in queries.may_have_come_of_age(actor):
        try:
            actions.come_of_age(actor, case)
        except Refused as refusal:
            # Somebody changed the case in this moment; the next night looks again.
            log.info("Case %s stays as it is (%s).", case.code, refusal.guard)
        else:
            begun += 1
    return begun
