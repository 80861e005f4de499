"""How a deed is done: permitted, whole and remembered. `@act` and `@bulk_act` turn a function into an `Act`.

Calling an act does, in one transaction: lock and re-read every row it was handed, as far as the actor sees it (else
`Unseen`, a 404) → ask the judge → change → write one journal entry → store a job for every reaction upstairs → seal what
was written in the chain (`chain.py`). Either all of it happened or nothing did. A deed that is refused leaves one line
too: who tried what on which record, and the guard that said no.

The judge is `may_<name of the act>` and is asked with the actor and the subject alone, so that the same judge draws the
button. Rules about the particulars (dates, capacity) belong in the body of the act and raise `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen, Verdict, scope_of, seen, unit_of
from kinkeeper.journal import chain
from kinkeeper.journal.models import Entry, Job, Refusal
from kinkeeper.keys.ring import same_keyring
from kinkeeper.lib.packs import Entry as PackEntry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.standing import passing

P = ParamSpec("P")
R = TypeVar("R")
Judge = Callable[[Actor, Any], Verdict]
Reaction = Callable[[Entry], None]

acts: dict[str, Act[..., Any]] = {}
reactions: dict[str, list[tuple[str, Reaction]]] = {}

BATCH = 500
READS_ONLY = _("This token may only read. Make one that may write.")


class Act(Generic[P, R]):
    """A deed: call it with the actor first and the row it is about second."""

    bulk = False

    def __init__(self, do: Callable[Concatenate[Actor, P], R], judge: Judge) -> None:
        update_wrapper(self, do)
        self.do = do
        self.judge = judge
        self.room = do.__module__.split(".")[-2]
        self.name = f"{self.room}.{do.__name__}"
        if judge.__name__ != f"may_{do.__name__}":
            raise RuntimeError(f"The judge of {self.name} must be may_{do.__name__}, not {judge.__name__}.")
        if self.name in acts:
            raise RuntimeError(f"Two acts are called {self.name}.")
        acts[self.name] = self

    def verdict(self, actor: Actor, subject: object = None) -> Verdict:
        """Whether the actor may do this to the subject, as far as the judge can tell before the particulars."""
        with passing(f"may {self.name}"):
            return self.judge(actor, subject)

    def __call__(self, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with same_keyring(), chain.deed() as book, passing(self.name):
                rows, named = _fresh(actor, args, kwargs)
                subject = rows[0] if rows else None
                verdict = Verdict(READS_ONLY) if actor.only_reads else self.judge(actor, subject)
                if not verdict:
                    raise Refused(verdict.sentence, guard=verdict.guard)
                result = self.do(actor, *rows, **named)
                book.entries += self._remember(actor, subject, result, named)
                return result
        except Refused as refusal:
            # After the transaction is undone. Of deeds inside deeds only the outermost stays, as it undoes the others.
            with passing(self.name), chain.book() as book:
                book.refusals.append(self._remember_refusal(actor, args, refusal))
            raise

    def _remember_refusal(self, actor: Actor, args: Sequence[Any], refusal: Refused) -> int:
        about = next((value for value in args if isinstance(value, models.Model) and value.pk is not None), None)
        line = _line(actor, self.name, about, {}) if about is not None else {"actor": actor.name, "act": self.name}
        line.pop("facts", None)
        return Refusal.objects.create(**{"user_id": actor.user_id, **line}, guard=refusal.guard).pk

    def _remember(self, actor: Actor, subject: object, result: R, particulars: dict[str, Any]) -> list[int]:
        about = result if isinstance(result, models.Model) else subject
        if not isinstance(about, models.Model):
            raise RuntimeError(f"{self.name} must return the row it changed, so that it can be remembered.")
        facts = facts_of({**({"subject": subject} if subject is not about else {}), **particulars})
        entry = Entry.objects.create(**_line(actor, self.name, about, facts))
        answers = reactions.get(self.name, [])
        Job.objects.bulk_create([Job(entry=entry, reaction=name) for name, _react in answers])
        return [entry.pk]


class BulkAct(Act[P, R]):
    """A deed on many rows: it returns (row, facts) pairs or rows, and each row gets its own entry, written in batches."""

    bulk = True

    def _remember(self, actor: Actor, subject: object, result: R, particulars: dict[str, Any]) -> list[int]:
        if not isinstance(result, Sequence):
            raise RuntimeError(f"{self.name} must return the rows it changed.")
        answers = reactions.get(self.name, [])
        written: list[int] = []
        for start in range(0, len(result), BATCH):
            rows: Iterable[models.Model] = result[start : start + BATCH]
            lines = [Entry(**_line(actor, self.name, row, {})) for row in rows]
            entries = Entry.objects.bulk_create(lines)
            Job.objects.bulk_create([Job(entry=entry, reaction=name) for entry in entries for name, _react in answers])
            written += [entry.pk for entry in entries]
        return written


def act(judge: Judge) -> Callable[[Callable[Concatenate[Actor, P], R]], Act[P, R]]:
    """Make a deed of a function whose first parameter is the actor and whose second is the row it is about."""

    def make(do: Callable[Concatenate[Actor, P], R]) -> Act[P, R]:
        return Act(do, judge)

    return make


def bulk_act(judge: Judge) -> Callable[[Callable[Concatenate[Actor, P], R]], BulkAct[P, R]]:
    """Make a deed on many rows; each changed row is remembered by an entry of its own."""

    def make(do: Callable[Concatenate[Actor, P], R]) -> BulkAct[P, R]:
        return BulkAct(do, judge)

    return make


def after(deed: Act[..., Any]) -> Callable[[Reaction], Reaction]:
    """Declare what this room does after an act below; it is handed the entry, later, and must be idempotent."""

    def declare(react: Reaction) -> Reaction:
        name = f"{react.__module__.split('.')[-2]}.{react.__name__}"
        reactions.setdefault(deed.name, []).append((name, react))
        return react

    return declare


def reaction_called(name: str) -> Reaction | None:
    """The reaction with this name, or None when the code no longer has it."""
    return next((react for answers in reactions.values() for known, react in answers if known == name), None)


def facts_of(particulars: dict[str, Any]) -> dict[str, Any]:
    """What the journal keeps of a deed’s particulars: dates, numbers, choices, codes. Free text never enters it."""
    facts: dict[str, Any] = {}
    for name, value in particulars.items():
        fact = _fact(value)
        if fact is not None:
            facts[name] = fact
    return facts


def _fact(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return getattr(value, "code", value.pk)
    if isinstance(value, PackEntry):
        return value.code
    return None


def _line(actor: Actor, name: str, row: models.Model, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "actor": actor.name,
        "user_id": actor.user_id,
        "act": name,
        "subject_type": row._meta.label_lower,
        "subject_id": row.pk,
        "subject_code": getattr(row, "code", ""),
        "unit_id": unit_of(row),
        "facts": facts,
    }


def _fresh(actor: Actor, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The same arguments with every row re-read under lock, in one order for everyone, and seen by the actor."""
    handed = [value for value in (*args, *kwargs.values()) if _guarded(value)]
    handed.sort(key=lambda row: (row._meta.label_lower, row.pk))
    fresh = {(type(row), row.pk): _locked(actor, row) for row in handed}

    def swap(value: Any) -> Any:
        return fresh[type(value), value.pk] if _guarded(value) else value

    return [swap(value) for value in args], {name: swap(value) for name, value in kwargs.items()}


def _guarded(value: object) -> bool:
    return isinstance(value, models.Model) and value.pk is not None and scope_of(type(value)) is not None


def _locked(actor: Actor, row: models.Model) -> models.Model:
    rows: models.QuerySet[Any] = seen(actor, type(row)).filter(pk=row.pk)
    if connection.features.has_select_for_update:
        # Lock first, by key alone: a scope may join tables that cannot be locked. Keys stay referable meanwhile, so that
        # a long deed on a unit does not hold up every row that names the unit.
        type(row)._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    found = rows.first()
    if found is None:
        raise Unseen
    if getattr(row, "version", None) != getattr(found, "version", None):
        raise Stale
    assert isinstance(found, models.Model)
    return found
