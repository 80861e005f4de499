"""A new master key: every data key is locked anew, no text is sealed anew, and at each moment everything opens.

The new key lies beside the old one as `records.next.key` until no data key needs the old one; then it takes its place. Whoever
was interrupted runs it again and it goes on. Servers may run meanwhile: they read the key files at each request.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import QuerySet

from kinkeeper.keys import master
from kinkeeper.keys.models import DataKey

BATCH = 1_000
Tell = Callable[[int, int], None]


def rotate(tell: Tell = lambda done, of: None) -> int:
    """Lock every data key under a new master key; returns how many were locked anew in this run."""
    master.current()
    master.make(master.NEXT)
    new = master.read(master.NEXT)
    assert new is not None
    of, done = _left(new).count(), 0
    while moved := _lock_some(new):
        done += moved
        tell(done, max(of, done))
    with transaction.atomic():
        # What was locked above is committed. Where somebody slipped in between, it begins once more.
        _let_nobody_make_keys()
        if not _left(new).exists():
            (master.folder() / master.NEXT).replace(master.folder() / master.NAME)
            master.settle()
            return done
    return done + rotate(tell)


def _left(new: master.Master) -> QuerySet[DataKey]:
    return DataKey.objects.filter(erased_at=None).exclude(master=new.id)


def _lock_some(new: master.Master) -> int:
    with transaction.atomic():
        # Held, so that a key that is being erased meanwhile does not come back.
        rows = list(_left(new).select_for_update().order_by("pk")[:BATCH])
        known = master.masters()
        for row in rows:
            master.lock(row, master.unlock(row, known), new)
        with connection.cursor() as cursor:
            # Thirty times as fast as bulk_update, which writes one long CASE.
            cursor.executemany(
                "UPDATE keys_datakey SET wrapped = %s, master = %s WHERE id = %s",
                [(bytes(row.wrapped), row.master, row.pk) for row in rows],
            )
    return len(rows)


def _let_nobody_make_keys() -> None:
    """Until the end of this transaction: on SQLite it is the only one that writes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE keys_datakey IN SHARE ROW EXCLUSIVE MODE")
