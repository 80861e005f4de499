"""What follows a deed on a case: whoever becomes responsible is told."""

from __future__ import annotations

from kinkeeper.access.gate import machine
from kinkeeper.cases.actions import assign_worker
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice


@after(assign_worker)
def tell_the_new_worker(entry: Entry) -> None:
    """Tell the worker that the case is theirs now, unless they took it themselves or it went on to another."""
    case = Case.objects.filter(pk=entry.subject_id).select_related("worker").first()
    if case is None or case.worker is None or case.worker_id == entry.user_id:
        return
    if case.worker.code != entry.facts.get("worker"):
        return
    tell(
        machine("notices"),
        users=[case.worker.pk],
        kind=Notice.Kind.CASE_ASSIGNED,
        subject_code=case.code,
        link=case.get_absolute_url(),
        entry_id=entry.pk,
    )
