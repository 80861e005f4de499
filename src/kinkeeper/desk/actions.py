"""Deeds of the desk: what is taken out of the house from a list, remembered with its purpose."""

from __future__ import annotations

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association
from kinkeeper.desk import policy, queries
from kinkeeper.journal.acts import act
from kinkeeper.lib.packs import Purpose
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.queries import verdict_on_taking_out


@act(policy.may_download_caseload)
def download_caseload(
    actor: Actor,
    association: Association,
    *,
    wishes: dict[str, str],
    purpose: Purpose | None,
    recipient: str = "",
) -> list[list[str]]:
    """Take out the cases in sight that answer the wishes, as cells for a spreadsheet; deed and purpose are remembered."""
    verdict = verdict_on_taking_out(actor, queries.children_of_caseload(actor, wishes), purpose, recipient)
    if not verdict:
        field = "recipient" if purpose and not recipient.strip() else "purpose"
        raise Refused(verdict.sentence, guard=verdict.guard, field=field)
    return queries.caseload_table(actor, wishes)
