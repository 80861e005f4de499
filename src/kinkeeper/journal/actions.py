"""Deeds on the outbox: jobs that failed for good are tried again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.journal import policy
from kinkeeper.journal.acts import bulk_act
from kinkeeper.journal.models import Job
from kinkeeper.journal.tasks import put_forward
from kinkeeper.lib.refusals import Refused


@bulk_act(policy.may_try_jobs_again)
def try_jobs_again(actor: Actor) -> list[Job]:
    """Put every job that failed for good back in the row, with all its attempts before it."""
    jobs = put_forward()
    if not jobs:
        raise Refused(_("No job has failed for good. There is nothing to try again."), guard="G-STEP")
    return jobs
