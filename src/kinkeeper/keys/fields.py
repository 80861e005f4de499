"""Fields that lie sealed in the database and read like any other: text and JSON; and marks by which values are compared.

A model that has one says whose key seals it: `sealed_for = "case__child"`, the way from a row to its holder, or "self".
What is empty stays empty, so that rules such as “not empty” hold in the database. Nothing else about a sealed column can
be asked there: lookups other than `isnull` and exactly-empty are refused, and `values()` hands out closed values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.keys.ring import FORMAT, CannotOpen, Holder, Place, at_hand, mark, meet, seal, unseal
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.standing import passing

RowT = TypeVar("RowT", bound=models.Model)

if TYPE_CHECKING:
    _Text = models.TextField[Any, Any]
    _Char = models.CharField[Any, Any]
else:
    _Text, _Char = models.TextField, models.CharField

# Where the opened and the sealed form of a value are kept beside each other, so that what is unchanged is not sealed anew.
_BOTH = "_as_it_lay"


class NotSealed(Exception):
    """Somebody tried to write a plain text into a sealed column. Nothing was written."""


class Sealed:
    """A value as it lies in the database. A row opens it when it is asked for; by itself it says nothing."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        raise CannotOpen("This value is sealed. Read it from its row, not with values() or values_list().")

    def __repr__(self) -> str:
        return "<sealed>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def holder_of(row: models.Model) -> Holder:
    """Whose key seals the texts of this row: the end of the way that its model declares."""
    way = getattr(type(row), "sealed_for", "")
    if not way:
        raise NotSealed(f"{row._meta.label} does not say whose key seals it (sealed_for).")
    if way == "self":
        return Holder(row._meta.label_lower, cast(Any, row).code)
    steps = way.split("__")
    for place, step in enumerate(steps):
        field = cast("models.ForeignKey[Any, Any]", row._meta.get_field(step))
        if not field.is_cached(row):
            return _asked_for(field, getattr(row, field.attname), "__".join((*steps[place + 1 :], "code")))
        row = getattr(row, step)
    return Holder(row._meta.label_lower, cast(Any, row).code)


@passing("keys")
def _asked_for(field: models.ForeignKey[Any, Any], key: int, way: str) -> Holder:
    """The holder behind a key whose row is not in hand: one question, asked once in a request."""
    model: type[models.Model] = field.related_model
    target = model
    for step in way.split("__")[:-1]:
        target = cast(Any, target._meta.get_field(step)).related_model
    codes = at_hand().codes
    asked = (model._meta.label_lower, key, way)
    if asked not in codes:
        codes[asked] = model._base_manager.values_list(way, flat=True).get(pk=key)
    return Holder(target._meta.label_lower, codes[asked])


def with_keys(rows: Iterable[RowT]) -> list[RowT]:
    """The rows, to be written together, with the keys of all their holders made or fetched together before."""
    found = list(rows)
    at_hand().prepare(holder_of(row) for row in found if any(_says_something(row)))
    return found


def _says_something(row: models.Model) -> Iterator[bool]:
    for field in row._meta.local_fields:
        if isinstance(field, SealedField):
            value = row.__dict__.get(field.attname)
            yield value is not None and not isinstance(value, Sealed) and field.to_text(value) not in field.EMPTY


class _Opening(DeferredAttribute):
    """Opens a sealed value when its row is asked for it, and keeps it open on that row."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname)
        if value is None:
            return super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = cast("SealedField", self.field).opened(instance, value)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        # Without this, a row would hand out what lies in its own dictionary and never ask here.
        instance.__dict__[self.field.attname] = value


class _ExactlyEmpty(Exact):
    """The one comparison that a sealed column allows: whether it is empty."""

    def get_prep_lookup(self) -> Any:
        field = cast("SealedField", self.lhs.output_field)
        if hasattr(self.rhs, "resolve_expression") or field.to_text(self.rhs) not in field.EMPTY:
            raise FieldError(_no_lookup(field, "exact"))
        return field.to_text(self.rhs)


def _no_lookup(field: SealedField, name: str) -> str:
    return (
        f"{field.model._meta.label}.{field.name} is sealed: the database cannot answer “{name}” about it. "
        "Ask whether it is empty, or give it a mark of its own (MarkField)."
    )


class SealedField(_Text):
    """What both kinds share. The column is text; a length is a limit for what people write, not for the column."""

    descriptor_class = _Opening
    EMPTY: frozenset[str] = frozenset({""})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def to_text(self, value: Any) -> str | None:
        """The value as the text that is sealed."""
        return None if value is None else str(value)

    def to_value(self, text: str) -> Any:
        """The value behind an opened text."""
        return text

    def erased(self) -> Any:
        """What a page shows where the key was destroyed."""
        return gettext("(erased)")

    # ---- out of the database -----------------------------------------------------------------------------------------

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        if value in self.EMPTY:
            return self.to_value(value)
        meet(value)
        return Sealed(value)

    def behind(self, row: models.Model, sealed: Sealed) -> Any:
        """The value behind what lies, or lay once, in this row."""
        text = unseal(sealed.text, self._place(row))
        return self.erased() if text is None else self.to_value(text)

    def opened(self, row: models.Model, sealed: Sealed) -> Any:
        """The value behind what lies in this row; it remembers how it lay."""
        value = self.behind(row, sealed)
        row.__dict__.setdefault(_BOTH, {})[self.attname] = (sealed, self.to_text(value))
        return value

    def _place(self, row: models.Model) -> Place:
        return Place(self.model._meta.db_table, self.attname, cast(Any, row).code)

    # ---- into the database -------------------------------------------------------------------------------------------

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) and not add:
            return value
        return self.for_row(model_instance, getattr(model_instance, self.attname), anew=add)

    def for_row(self, row: models.Model, value: Any, *, anew: bool = False) -> Any:
        """The value as it may be written into this row; what has not changed keeps the form it lay in."""
        text = self.to_text(value)
        if text is None or text in self.EMPTY:
            return value
        sealed, before = row.__dict__.get(_BOTH, {}).get(self.attname, (None, None))
        if sealed is not None and before == text and not anew:
            return sealed
        if self.max_length is not None and len(text) > self.max_length:
            raise Refused(
                _("“%(field)s” has %(count)s characters; %(most)s is the limit. Shorten it.")
                % {"field": self.verbose_name, "count": len(text), "most": self.max_length},
                guard="G-SIZE",
                field=self.name,
            )
        return Sealed(seal(text, self._place(row), holder_of(row)))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.text
        text = self.to_text(value)
        # A stand-in for rules that are checked before anything is written; the text itself goes nowhere.
        return text if text is None or text in self.EMPTY else f"{FORMAT}:"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if hasattr(value, "as_sql") or isinstance(value, Sealed) or value is None:
            return super().get_db_prep_save(value, connection)
        text = self.to_text(value)
        if text not in self.EMPTY:
            raise NotSealed(
                f"{self.model._meta.label}.{self.name} is sealed and cannot be written by update(). Save the row, or use write()."
            )
        return text

    # ---- questions ---------------------------------------------------------------------------------------------------

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return _ExactlyEmpty
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(_no_lookup(self, lookup_name))


class SealedTextField(SealedField):
    """A text that lies sealed: a narrative, an address, a number."""

    # What the type checker is told, as for a TextField of Django’s own.
    _pyi_private_set_type: str | models.expressions.Combinable
    _pyi_private_get_type: str


class SealedJSONField(SealedField):
    """A value of lists, mappings and texts that lies sealed as a whole."""

    EMPTY = frozenset({"[]", "{}", "null"})

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def to_value(self, text: str) -> Any:
        return json.loads(text)

    def erased(self) -> Any:
        """An empty value of the kind that pages expect."""
        return self.get_default() if callable(self.default) else {}


class Mark(str):
    """A keyed mark as it lies in the database."""

    __slots__ = ()


class MarkField(_Char):
    """A keyed mark of a value (a blind index): equal values have equal marks, and nothing else can be learned from it.

    It follows the sealed field named by `of`, and questions give it the value: `filter(value_mark="AB 123")`.
    """

    _pyi_private_set_type: str
    _pyi_private_get_type: str

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.of = of

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def marked(self, value: str) -> Mark:
        """The mark of a value."""
        return Mark(mark(value, f"{self.model._meta.db_table}.{self.of}"))

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else Mark(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if isinstance(model_instance.__dict__.get(self.of), Sealed) and not add:
            return getattr(model_instance, self.attname)
        return self.for_row(model_instance, getattr(model_instance, self.of))

    def for_row(self, row: models.Model, value: Any) -> Mark:
        """The mark of what is written into a row."""
        return self.marked(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Mark) else self.marked(str(value))


def marks_of(model: type[models.Model], name: str, values: Any) -> dict[str, str]:
    """Values by their mark in this field, to know which of them was found."""
    field = cast(MarkField, model._meta.get_field(name))
    return {field.marked(value): value for value in values}
