"""Who sees referrals (those who work in the unit that received them) and registrations (with their case)."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import Actor, part_of, scope
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case
from kinkeeper.intake.models import Comparison, Mentioned, Referral, Registration

RECEIVERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)


@scope(Referral)
def referrals(actor: Actor) -> Q:
    """A referral is seen by the workers, supervisors and directors of the unit that received it."""
    return Q(unit_id__in=actor.units(*RECEIVERS))


part_of(Mentioned, Referral, "referral")
part_of(Comparison, Mentioned, "mentioned")
part_of(Registration, Case, "case")
