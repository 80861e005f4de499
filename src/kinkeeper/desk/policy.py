"""Who may take a list of the desk out of the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict
from kinkeeper.access.models import Association, Role
from kinkeeper.access.policy import OVERSEERS

READERS = (Role.CASEWORKER, Role.YOUTH_WORKER, *OVERSEERS)


def may_download_caseload(actor: Actor, association: Association) -> Verdict:
    """Whoever works with cases takes out the list of those they see."""
    if not actor.units(*READERS):
        return Verdict(_("Only those who work with cases can take a list of them out."))
    return YES
