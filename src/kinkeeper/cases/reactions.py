"""What follows a deed on a case, or an opening of its child’s record: whoever is responsible is told."""

from __future__ import annotations

from kinkeeper.access.actions import open_record
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Opening
from kinkeeper.cases.actions import assign_worker
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person


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


@after(open_record)
def tell_the_childs_worker(entry: Entry) -> None:
    """Tell the worker of the child’s running case that somebody read the record in an emergency."""
    opening = Opening.objects.filter(pk=entry.subject_id, subject_type=Person._meta.label_lower).first()
    if opening is None:
        return
    running = Case.objects.filter(child=opening.subject_id, closed_on=None, worker__is_active=True)
    tell(
        machine("notices"),
        users=set(running.values_list("worker_id", flat=True)) - {opening.user_id},
        kind=Notice.Kind.MY_RECORD_OPENED,
        subject_code=opening.subject_code,
        entry_id=entry.pk,
    )
