"""Who sees partners (the workers of their unit), shares and referrals (with the case), transfers (both sides)."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import Actor, part_of, scope, through
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer

PARTNERS_SEEN_BY = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)


@scope(Partner)
def partners(actor: Actor) -> Q:
    """A partner is seen by those who work in its unit."""
    return Q(unit_id__in=actor.units(*PARTNERS_SEEN_BY))


part_of(Share, Case, "case")
part_of(PartnerReferral, Case, "case")


@scope(Transfer)
def transfers(actor: Actor) -> Q:
    """A transfer is seen with its case, and by the supervisors of the unit it is offered to."""
    return through(actor, Case, "case") | Q(unit_to_id__in=actor.units(Role.SUPERVISOR, Role.DIRECTOR))
