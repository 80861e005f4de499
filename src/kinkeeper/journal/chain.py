"""One chain over everything that is remembered: sealed in the transaction of the deed, followed from its start by anybody.

A *book* is open from the beginning of the outermost deed to its end (deeds within deeds write into the same one). When
it closes, every entry, refusal and former state of the transaction gets its place: `hash` = SHA-256 of the hash before,
the place and the digest of the content. Former states that the database kept while no book was open stay without a
place: somebody wrote past the house’s deeds, and `faults()` says so. What has to write outside a deed says who it is
and what it does with `remembered()`.

Two transactions must not put two links into one place. SQLite has one writer. On PostgreSQL they take turns by an
advisory lock, which is taken as the very last thing before the commit, so that nobody waits for anything while he holds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from django.apps import AppConfig
from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max, signals

from kinkeeper.access.gate import Actor
from kinkeeper.journal import history
from kinkeeper.journal.models import Entry, Erasure, History, Link, Refusal
from kinkeeper.lib.standing import passing

BATCH = 1000
BEGINNING = bytes(32)
# Any number will do, as long as nobody else in this database uses it: the letters “journal”.
LOCK = int.from_bytes(b"journal", "big")

_WHO = ("pk", "at", "actor", "user_id", "act", "subject_type", "subject_id", "subject_code", "unit_id")
# What is proved of a row, in this order for ever: a column that is added later goes to the end, and only if it holds something.
CONTENT: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    Link.Kind.ENTRY: (Entry, (*_WHO, "facts")),
    Link.Kind.REFUSAL: (Refusal, (*_WHO, "guard")),
    Link.Kind.HISTORY: (History, ("pk", "at", "table", "row", "operation", "old")),
    Link.Kind.ERASURE: (Erasure, ("pk", "at", "history_id", "actor", "rule")),
}


def digest_of(values: Iterable[Any]) -> bytes:
    """SHA-256 of a content in its one canonical form, the same on both engines."""
    plain = [one.astimezone(UTC).isoformat() if isinstance(one, datetime) else one for one in values]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).digest()


def hash_after(before: bytes, link: Link) -> bytes:
    """The hash of a link: of the hash before it, its place, and the digest of its content."""
    place = f"{link.seq}/{link.kind}/{link.row}/{'' if link.deed is None else link.deed}/".encode()
    return hashlib.sha256(bytes(before) + place + bytes(link.digest)).digest()


# ---- writing ---------------------------------------------------------------------------------------------------------


@dataclass
class Book:
    """What one transaction has to seal when it ends."""

    # The last former state before the transaction began: what it leaves behind comes after.
    since: int
    entries: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    erasures: list[int] = field(default_factory=list)
    # Up to which former state which entry is answerable, where several deeds stand one after another.
    answers: list[tuple[int, int]] = field(default_factory=list)
    depth: int = 0

    @contextmanager
    def deed(self, is_one_of_several: bool) -> Iterator[None]:
        """The time of one deed; the outermost one answers for every row that was changed in it."""
        entries, erasures = len(self.entries), len(self.erasures)
        self.depth += 1
        try:
            yield
        except BaseException:
            # It is undone, and with it the deeds within it.
            del self.entries[entries:], self.erasures[erasures:]
            raise
        finally:
            self.depth -= 1
        if self.depth == 0 and is_one_of_several and self.entries:
            self.answers.append((_last_history(), self.entries[-1]))


_open: WeakKeyDictionary[BaseDatabaseWrapper, Book] = WeakKeyDictionary()


def _here() -> BaseDatabaseWrapper:
    # The proxy is the same for every thread; what it stands for is not.
    return connections[connection.alias]


@contextmanager
def book(by: str = "", doing: str = "") -> Iterator[Book]:
    """One transaction, or one part of it that may be undone by itself; the outermost seals what is left when it ends."""
    here = _here()
    opened = _open.get(here)
    if opened is not None:
        with transaction.atomic():
            yield opened
        return
    with passing(doing or "deed"), transaction.atomic():
        opened = _open[here] = Book(_last_history())
        try:
            yield opened
            if by:
                _answer_for_the_rest(opened, by, doing)
            _seal(opened)
        finally:
            del _open[here]


@contextmanager
def deed() -> Iterator[Book]:
    """The book of a deed, alone or inside another."""
    is_part = _open.get(_here()) is not None
    with book() as opened, opened.deed(is_part):
        yield opened


def remembered(by: str, doing: str) -> Any:
    """A transaction outside a deed that may change rows: who answers for it and what it does is entered, if it did any.

    Deeds inside answer for themselves. `by` is a machine (“machine:worker”), `doing` a verb of a room (“site.migrate”).
    """
    return book(by, doing)


def is_open() -> bool:
    """Whether what is changed now will be sealed."""
    return _open.get(_here()) is not None


def _last_history() -> int:
    return History.objects.order_by().aggregate(last=Max("pk"))["last"] or 0


def _answer_for_the_rest(opened: Book, by: str, doing: str) -> None:
    answered = opened.answers[-1][0] if opened.answers else opened.since
    rest = _own_history(max(answered, opened.since)).count()
    if rest:
        opened.entries.append(entry_without_subject(by, doing, {"rows": rest}).pk)


def entry_without_subject(by: str, doing: str, facts: dict[str, Any]) -> Entry:
    """An entry about no record in particular, by a machine."""
    return Entry.objects.create(actor=by, act=doing, subject_type="", subject_id=0, subject_code="", facts=facts)


def erase(actor: Actor, rows: Iterable[History], *, rule: str) -> int:
    """Erase the content of former states, inside a deed; the chain keeps its digest and says “erased”. Returns how many.

    This is the one door through which anything of the journal may change, and the database insists on it: without its
    `Erasure` no content can be emptied, and with it nothing but the content.
    """
    opened = _open.get(_here())
    if opened is None:
        raise RuntimeError("What it was is erased inside a deed only, so that the erasure is remembered.")
    fresh = [Erasure(history=row, actor=actor.name, rule=rule) for row in rows if row.old]
    opened.erasures += [made.pk for made in Erasure.objects.bulk_create(fresh, batch_size=BATCH)]
    History.objects.filter(pk__in=[made.history_id for made in fresh]).update(old={})
    return len(fresh)


_THIS_TRANSACTION = models.Func(template="pg_current_xact_id()::text::bigint", output_field=models.BigIntegerField())


def _own_history(after: int) -> models.QuerySet[History]:
    """Former states that this transaction left behind."""
    rows = History.objects.filter(pk__gt=after).order_by("pk")
    if connection.vendor == "postgresql":
        # Others write at the same time; theirs are not ours to seal.
        rows = rows.filter(xact=_THIS_TRANSACTION)
    return rows


def _seal(opened: Book) -> None:
    rows = list(_contents(opened))
    if not rows:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    append(rows)


# Kind, key, the entry that answers for it, digest.
Row = tuple[str, int, int | None, bytes]


def append(rows: Iterable[Row]) -> None:
    """Put these rows at the end of the chain. Whoever calls it holds the turn."""
    head = head_of_chain()
    seq, before = (head.seq, bytes(head.hash)) if head else (0, BEGINNING)
    links: list[Link] = []
    for kind, row, deed, digest in rows:
        seq += 1
        link = Link(seq=seq, kind=kind, row=row, deed=deed, digest=digest)
        link.hash = before = hash_after(before, link)
        links.append(link)
        if len(links) == BATCH:
            Link.objects.bulk_create(links)
            links = []
    Link.objects.bulk_create(links)


def head_of_chain() -> Link | None:
    """The last link."""
    return Link.objects.order_by("-seq").first()


def _contents(opened: Book) -> Iterator[Row]:
    for kind, keys in (
        (Link.Kind.ENTRY, opened.entries),
        (Link.Kind.REFUSAL, opened.refusals),
        (Link.Kind.ERASURE, opened.erasures),
    ):
        # Some may have been undone with a part of the transaction; on SQLite their keys may have been given anew.
        known = sorted(set(keys))
        for start in range(0, len(known), BATCH):
            yield from rows_of(kind, known[start : start + BATCH])
    yield from _former_states(opened)


def _former_states(opened: Book) -> Iterator[Row]:
    answers, last = list(opened.answers), opened.entries[-1] if opened.entries else None
    _model, names = CONTENT[Link.Kind.HISTORY]
    after = opened.since
    while found := list(_own_history(after).values_list(*names)[:BATCH]):
        for values in found:
            while answers and values[0] > answers[0][0]:
                answers.pop(0)
            yield Link.Kind.HISTORY, values[0], answers[0][1] if answers else last, digest_of(values)
        after = found[-1][0]


def rows_of(kind: str, keys: Sequence[int]) -> Iterator[Row]:
    """Rows of the journal with their digests, in the order of their keys."""
    model, names = CONTENT[kind]
    for values in model._base_manager.filter(pk__in=keys).order_by("pk").values_list(*names):
        yield kind, values[0], None, digest_of(values)


# ---- while tables are altered ----------------------------------------------------------------------------------------


def _before_migrating(sender: AppConfig, using: str, plan: Any = (), **_kwargs: Any) -> None:
    if sender.label == "journal" and plan:
        history.step_aside(connections[using])


def _after_migrating(sender: AppConfig, using: str, plan: Any = (), **_kwargs: Any) -> None:
    if sender.label != "journal":
        return
    tables = set(connections[using].introspection.table_names())
    # A test may go back to a moment before some table was made; on the way forward it comes by here again.
    if {*history.JOURNAL, *history.kept_tables()} <= tables:
        history.install(connections[using])
        _remember_steps([f"{step.app_label}.{step.name}" for step, _back in plan])


def _remember_steps(steps: Sequence[str]) -> None:
    """Enter that tables were altered, during which no former states were kept; a new database has nothing to tell."""
    if steps and not any(step.startswith("journal.0001") for step in steps):
        with book() as opened:
            opened.entries.append(entry_without_subject("machine:migrate", "site.migrate", {"steps": list(steps)}).pk)


signals.pre_migrate.connect(_before_migrating, dispatch_uid="kinkeeper.journal.chain.aside")
signals.post_migrate.connect(_after_migrating, dispatch_uid="kinkeeper.journal.chain.back")


# ---- following -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something about the chain that must not be: which kind, where, and in a sentence."""

    kind: str
    sentence: str
    seq: int = 0


Tell = Callable[[int, int], None]


@dataclass
class Following:
    """One walk along the chain. After it: where it ended, and how many contents were erased."""

    after: int = 0
    before: bytes = BEGINNING
    erased: int = 0
    tell: Tell = lambda _done, _of: None
    # Told of every link that was passed, for whoever holds something against the chain.
    passed: Callable[[Link], Iterable[Fault]] = lambda _link: ()

    def faults(self) -> Iterator[Fault]:
        """Every fault from `after` to the head, batch by batch, in constant memory."""
        last = Link.objects.order_by().aggregate(last=Max("seq"))["last"] or 0
        while links := list(Link.objects.filter(seq__gt=self.after).order_by("seq")[:BATCH]):
            digests = {kind: dict(_digests(kind, links)) for kind in CONTENT}
            for link in links:
                yield from self._step(link, digests[link.kind].get(link.row))
            self.tell(self.after, last)
        yield from without_a_place()

    def _step(self, link: Link, found: tuple[bytes, bool] | None) -> Iterator[Fault]:
        if link.seq != self.after + 1:
            yield Fault("removed", f"{link.seq - self.after - 1} links before link {link.seq} are gone.", link.seq)
        elif bytes(link.hash) != hash_after(self.before, link):
            yield Fault("chain", f"Link {link.seq} does not follow from the link before it.", link.seq)
        what = f"{Link.Kind(link.kind).value} {link.row} (link {link.seq})"
        if found is None:
            yield Fault("removed", f"The {what} was removed.", link.seq)
        elif found[1]:
            self.erased += 1
        elif found[0] != bytes(link.digest):
            yield Fault("edited", f"The {what} is not what was written then.", link.seq)
        self.after, self.before = link.seq, bytes(link.hash)
        yield from self.passed(link)


def _digests(kind: str, links: Sequence[Link]) -> Iterator[tuple[int, tuple[bytes, bool]]]:
    keys = [link.row for link in links if link.kind == kind]
    erased: set[int] = set()
    if kind == Link.Kind.HISTORY:
        # Erased is only what a sealed erasure speaks of and what is empty; anything else is an edit.
        told = Erasure.objects.filter(history__in=keys, history__old={}).values_list("pk", "history_id")
        known = dict(told)
        sealed = Link.objects.filter(kind=Link.Kind.ERASURE, row__in=list(known)).values_list("row", flat=True)
        erased = {known[pk] for pk in sealed}
    for _kind, row, _deed, digest in rows_of(kind, keys):
        yield row, (digest, row in erased)


def without_a_place(most: int = 5) -> Iterator[Fault]:
    """What stands in the journal without a place in the chain: written past the house’s deeds."""
    for kind, (model, _names) in CONTENT.items():
        places = Link.objects.filter(kind=kind, row=models.OuterRef("pk"))
        lost = model._base_manager.filter(~models.Exists(places)).order_by("pk")
        for row in lost[:most]:
            if isinstance(row, History):
                did = "changed" if row.operation == History.Operation.UPDATE else "deleted"
                yield Fault(
                    "outside",
                    f"Row {row.row} of {row.table} was {did} outside the house’s deeds on {row.at:%Y-%m-%d at %H:%M} UTC.",
                )
            else:
                yield Fault("outside", f"The {kind} {row.pk} was written outside the house’s deeds.")
        more = lost.count() - most
        if more > 0:
            yield Fault("outside", f"So were {more:,} more of the kind “{kind}”.")
