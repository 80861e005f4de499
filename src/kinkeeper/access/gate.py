"""The gate: who is asking, what they see, what they may do. Every list, page, search, export and deed passes here.

Three ideas carry it. An *actor* is whoever is asking, with the seats held today. A *scope* (`@scope(Model)`, in the
room’s `policy.py`) says which rows of a table an actor sees; an upper room may widen the scope of a lower one with
`@opens(Model)` and never narrow it. A *verdict* is yes, or no with a sentence the worker can act on.

A row outside the scope does not exist for the actor: `one()` raises 404 for it, never 403. There is no way around: the
gate never reads a superuser flag, and there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from kinkeeper.access.models import Invitation, Opening, Role, Seat, Unit, User
from kinkeeper.lib.sensitivity import Compartment, Level, level_of
from kinkeeper.lib.standing import passing

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ModelT = TypeVar("ModelT", bound=Model)
Scope = Callable[["Actor"], Q]
ScopeT = TypeVar("ScopeT", bound=Scope)

# A seat as it is stored: role, unit, programme; neither place means the whole association.
Held = tuple[str, int | None, int | None]

NOTHING = Q(pk__in=[])
# Not the empty Q: `Q() | other` is `other`, so a widening by everything would be lost without a word.
EVERYTHING = ~Q(pk__in=[])

# What the seat lets its holder read inside the rows of its scope (THREAT_MODEL.md, table of roles).
CEILING: dict[str, Level] = {
    Role.CASEWORKER: Level.S3,
    Role.YOUTH_WORKER: Level.S2,
    Role.SUPERVISOR: Level.S3,
    Role.DIRECTOR: Level.S2,
    Role.MONITOR: Level.S1,
    Role.ADMINISTRATOR: Level.S0,
    Role.AUDITOR: Level.S1,
}

# Who may look at a record outside their scope in an emergency (security: break-glass), as long as they hold the seat.
OPENERS = (Role.CASEWORKER, Role.SUPERVISOR)


class Unseen(Http404):
    """The row is outside the actor’s scope, or does not exist: nobody can tell which."""


@dataclass(frozen=True)
class Verdict:
    """Yes (`YES`), or no with a sentence the worker can act on and the guard that says it (G-MAY: the seat)."""

    sentence: str | _StrPromise = ""
    guard: str = "G-MAY"

    def __bool__(self) -> bool:
        return not self.sentence


YES = Verdict()


@dataclass(frozen=True)
class Actor:
    """Whoever is asking: a worker with the seats held today, or a named machine. Never None, never a superuser."""

    name: str
    user_id: int | None = None
    seats: frozenset[tuple[str, int]] = frozenset()
    over_all: frozenset[str] = frozenset()
    opened: frozenset[tuple[str, int]] = frozenset()
    today: date = field(default_factory=timezone.localdate)
    # The code of the token by which a program speaks for this actor, and whether it may only read.
    token: str = ""
    only_reads: bool = False

    def units(self, *roles: str) -> frozenset[int]:
        """Keys of the units where the actor sits in one of these roles (in any role, when none is named)."""
        return frozenset(unit for role, unit in self.seats if not roles or role in roles)

    def sits(self, role: str, unit_id: int | None) -> bool:
        """Whether the actor holds this role in this very unit; roles and units are never asked apart."""
        return unit_id is not None and (role, unit_id) in self.seats

    def sits_any(self, roles: Iterable[str], unit_id: int | None) -> bool:
        """Whether the actor holds one of these roles in this very unit."""
        return any(self.sits(role, unit_id) for role in roles)

    def oversees_all(self, role: str) -> bool:
        """Whether the actor holds this role for the whole association."""
        return role in self.over_all

    def ceiling(self, unit_id: int | None) -> Level:
        """The highest sensitivity this actor reads in rows of this unit."""
        levels = [CEILING[role] for role, unit in self.seats if unit == unit_id]
        return max(levels, default=Level.S0)

    def opened_rows(self, model: type[Model]) -> list[int]:
        """Keys of rows of this table that an opening (break-glass) shows to the actor now."""
        return [pk for label, pk in self.opened if label == model._meta.label_lower]

    def through(self, whole: type[Model], by: str) -> Q:
        """The scope of `whole`, asked through the key `by` of another table."""
        return _under(by, condition(self, whole))


def actor_for(user: User, on: date | None = None) -> Actor:
    """The actor behind a signed-in user: the seats of that day, spread over the units they reach. Three queries."""
    day = on or timezone.localdate()
    if not user.is_active:
        return Actor(name=f"user:{user.code}", user_id=user.pk, today=day)
    mine = Seat.objects.filter(Seat.held_on(day), user=user)
    held: Sequence[Held] = list(mine.values_list("role", "unit_id", "programme_id"))
    wide = any(unit is None for _role, unit, _programme in held)
    units = list(Unit.objects.values_list("pk", "programme_id")) if wide else []
    return Actor(
        name=f"user:{user.code}",
        user_id=user.pk,
        seats=_spread(held, units),
        over_all=frozenset(role for role, unit, programme in held if unit is None and programme is None),
        opened=_opened(user) if any(role in OPENERS for role, _unit, _programme in held) else frozenset(),
        today=day,
    )


def machine(name: str, *roles: str) -> Actor:
    """A named machine (a job, a command) seated in every unit in the roles it states; the journal shows its name."""
    units = list(Unit.objects.values_list("pk", flat=True)) if roles else []
    seats = frozenset((role, unit) for role in roles for unit in units)
    return Actor(name=f"machine:{name}", seats=seats, over_all=frozenset(roles))


def through_token(actor: Actor, token: str, *, may_write: bool) -> Actor:
    """The same actor as a program with a token speaks for them: the same seats, and no record opened in an emergency."""
    return replace(actor, token=token, only_reads=not may_write, opened=frozenset())


DEVICE = "device:"


def device(code: str, held: Sequence[Held]) -> Actor:
    """A named device with the seats that an administrator gave to its token; it is nobody’s account."""
    wide = any(unit is None for _role, unit, _programme in held)
    units = list(Unit.objects.values_list("pk", "programme_id")) if wide else []
    return Actor(
        name=f"{DEVICE}{code}",
        seats=_spread(held, units),
        over_all=frozenset(role for role, unit, programme in held if unit is None and programme is None),
    )


GUEST = "guest:"


def guest(invitation: Invitation) -> Actor:
    """Whoever holds the link of an invitation: an actor who sees that invitation and nothing else."""
    return Actor(name=f"{GUEST}{invitation.code}")


def _spread(held: Sequence[Held], units: list[tuple[int, int]]) -> frozenset[tuple[str, int]]:
    seats: set[tuple[str, int]] = set()
    for role, unit, programme in held:
        if unit is not None:
            seats.add((role, unit))
        else:
            seats.update((role, pk) for pk, of in units if programme is None or of == programme)
    return frozenset(seats)


def _opened(user: User) -> frozenset[tuple[str, int]]:
    now = timezone.now()
    live = Opening.objects.filter(user=user, opened_at__lte=now, until__gt=now, closed_at__isnull=True)
    return frozenset(live.values_list("subject_type", "subject_id"))


_scopes: dict[type[Model], Scope] = {}
_wider: dict[type[Model], list[Scope]] = {}


def scope(model: type[Model]) -> Callable[[ScopeT], ScopeT]:
    """Declare which rows of `model` an actor sees: `@scope(Placement)` over a function `(actor) -> Q`."""

    def declare(answer: ScopeT) -> ScopeT:
        if model in _scopes:
            raise RuntimeError(f"{model.__name__} has two scopes; a table has one.")
        _scopes[model] = answer
        return answer

    return declare


def part_of(part: type[Model], whole: type[Model], by: str) -> None:
    """Declare that rows of `part` are seen exactly with the row of `whole` they hang on through the key `by`."""

    def with_the_whole(actor: Actor) -> Q:
        return through(actor, whole, by)

    scope(part)(with_the_whole)


def through(actor: Actor, whole: type[Model], by: str) -> Q:
    """The scope of `whole`, asked through the key `by` of another table."""
    return actor.through(whole, by)


def _under(prefix: str, condition: Q) -> Q:
    moved = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if isinstance(child, Q):
            moved.children.append(_under(prefix, child))
        elif isinstance(child, tuple):
            moved.children.append((f"{prefix}__{child[0]}", child[1]))
        else:
            raise TypeError("A scope is made of lookups, so that it can be asked through a key.")
    return moved


def opens(model: type[Model]) -> Callable[[ScopeT], ScopeT]:
    """Widen the scope of a lower room’s table with what this room knows, e.g. a caseworker’s own caseload."""

    def declare(answer: ScopeT) -> ScopeT:
        _wider.setdefault(model, []).append(answer)
        return answer

    return declare


def scope_of(model: type[Model]) -> Scope | None:
    """The declared scope of a table, or None."""
    return _scopes.get(model)


def wideners_of(model: type[Model]) -> list[Scope]:
    """What upper rooms add to the scope of a table."""
    return list(_wider.get(model, []))


def seen(actor: Actor, model: type[ModelT]) -> QuerySet[ModelT]:
    """The rows of `model` that this actor sees: where every question in the house begins."""
    return model._base_manager.filter(condition(actor, model))


def condition(actor: Actor, model: type[Model]) -> Q:
    """The scope of a table with all that upper rooms and openings add to it."""
    declared = _scopes.get(model)
    if declared is None:
        raise RuntimeError(f"{model.__name__} has no scope: declare one in its room’s policy.py.")
    condition = declared(actor)
    for more in _wider.get(model, []):
        condition = _either(condition, more(actor))
    return _either(condition, _through_an_opening(actor, model))


def _either(one: Q, other: Q) -> Q:
    if other == NOTHING or one == EVERYTHING:
        return one
    return other if one == NOTHING else one | other


def _through_an_opening(actor: Actor, model: type[Model]) -> Q:
    keys = actor.opened_rows(model)
    return Q(pk__in=keys) if keys else NOTHING


def one(rows: QuerySet[ModelT], **lookup: Any) -> ModelT:
    """The one row of `rows` that answers `lookup`; raises `Unseen` (404) where there is none."""
    row = rows.filter(**lookup).first()
    if row is None:
        raise Unseen
    return row


_shown: dict[type[Model], list[tuple[type[Model], str]]] = {}


def shows(other: type[Model], way: str) -> None:
    """Declare that a page about a row of `other` also shows the row to which this way leads, e.g. where a child lives.

    The first wall does not widen by it: nobody lists or opens that row. The second wall lets it be read by whoever has
    the other in their scope; without that a join to it would make the other vanish. A way is a key, or two (`case__child`).
    """
    model: Any = other
    for key in way.split("__"):
        model = model._meta.get_field(key).related_model
    _shown.setdefault(model, []).append((other, way))


def shown_with(model: type[Model]) -> list[tuple[type[Model], str]]:
    """The tables and ways whose rows show rows of this table."""
    return list(_shown.get(model, []))


_openable: dict[str, type[Model]] = {}


def openable(model: type[Model]) -> None:
    """Let rows of `model`, found by their code, be opened in an emergency (break-glass) by people outside its scope."""
    _openable[model._meta.label_lower] = model


def is_openable(model: type[Model]) -> bool:
    """Whether rows of this table can be opened in an emergency at all."""
    return model._meta.label_lower in _openable


def openable_row(code: str) -> Model | None:
    """The row with this code that an opening may show, whoever asks; only the act `open_record` may ask this."""
    found = (model._base_manager.filter(code=code).first() for model in _openable.values())
    return next((row for row in found if row is not None), None)


def unit_of(row: Model) -> int | None:
    """The key of the unit a row belongs to; rows say so with `unit_id`, a field or a property."""
    # A property may ask for the record that the row hangs on, also where that is out of sight; a column is in hand.
    asks = isinstance(getattr(type(row), "unit_id", None), property)
    with passing("whose record it is") if asks else nullcontext():
        found = getattr(row, "unit_id", None)
    return found if isinstance(found, int) else None


def may_read(actor: Actor, row: Model, name: str) -> bool:
    """Whether the actor’s seat in the row’s unit reaches the sensitivity of this field."""
    declared = row._meta.get_field(name)
    level = level_of(declared)
    if level is None or level >= Level.S4:
        return False
    if level == Level.S0:
        return True
    unit = unit_of(row)
    if not actor.sits_any(CEILING, unit):
        # The row came through a wider scope (kin of one’s own child, an opening): personal facts, nothing special.
        return level <= Level.S2 and getattr(declared, "compartment", None) is None
    if getattr(declared, "compartment", None) == Compartment.ADDRESS and actor.ceiling(unit) < Level.S3:
        return False
    return level <= actor.ceiling(unit)


class ActorRequest(HttpRequest):
    """A request that carries its actor; every view of the house takes one."""

    actor: Actor
