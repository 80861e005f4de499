"""How Kinkeeper says no: a sentence a worker can act on, and the guard that said it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.utils.functional import _StrPromise


class Refused(Exception):
    """A deed was not done, nothing changed, and `sentence` says why and what to do.

    `guard` is the code of the rule (G-TIME, G-CAP …: docs/reference/guards.md), `field` the form field it speaks of.
    """

    def __init__(self, sentence: str | _StrPromise, *, guard: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.guard = guard
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class Stale(Refused):
    """Someone else changed the row between the page and the deed."""

    def __init__(self, sentence: str | _StrPromise | None = None) -> None:
        super().__init__(
            sentence or _("Someone else changed this record while you worked on it. Look at it again, then decide."),
            guard="G-STALE",
        )


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Show a refusal on the form, beside its field where it names one, so that nothing typed is lost.

    The form keeps the refusal as `form.refusal`: the page then answers 409 and shows the code of the guard.
    """
    try:
        yield
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, ValidationError(str(refusal), code=refusal.guard))
        form.refusal = refusal  # type: ignore[attr-defined]  # forms of deeds declare it
