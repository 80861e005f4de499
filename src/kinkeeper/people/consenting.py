"""How an answer to a question of consent stands on a day: whose is needed, whose was given, and what is missing.

Arithmetic over answers that were already asked for, and what can be an answer at all; `queries` asks, `actions` writes. The child’s own consent is
needed from the age of the pack on (an unknown birth counts as old enough), that of a responsible adult until the child is
surely of age. The latest answer of each counts. A child below that age may assent or say no; assent never takes the
place of an adult’s consent, and a no against an adult’s yes needs a best-interest decision. One adult is enough, unless the
pack asks everybody: whoever could not be reached is excused then by a record of how they were looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.ages import age_range_on
from kinkeeper.lib.guards import (
    in_words,
    insist_on_a_lifetime,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.objections import objection_to
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Consent, Person

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class State(TextChoices):
    """What has become of an answer by a day."""

    AGREED = "agreed", _("agreed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    MISSING = "missing", _("missing")
    UNREACHED = "unreached", _("could not be reached")


NOES = (State.REFUSED, State.WITHDRAWN)


@dataclass(frozen=True)
class Side:
    """One who answers: the child or an adult. `answer` is the latest one, None where there is none."""

    by_child: bool
    needed: bool
    state: State
    answer: Consent | None = None

    @property
    def is_settled(self) -> bool:
        """Whether this one agreed, or is excused because nobody could reach them."""
        return self.state in (State.AGREED, State.UNREACHED)


@dataclass(frozen=True)
class Standing:
    """One consent of a person towards one recipient on a day: each side’s answer, and what is missing in words."""

    person: Person
    purpose: str
    label: str
    recipient: str
    sides: tuple[Side, ...]
    missing: str
    on: date


def state_of(answer: Consent, on: date) -> State:
    """Pure: what an answer counts as on a day. The last day of its validity is still valid, that of withdrawal is not."""
    if answer.withdrawn_on and answer.withdrawn_on <= on:
        return State.WITHDRAWN
    if answer.answer == Consent.Answer.REFUSED:
        return State.REFUSED
    if answer.until and answer.until < on:
        return State.EXPIRED
    return State.UNREACHED if answer.answer == Consent.Answer.UNREACHED else State.AGREED


def needs_own(pack: Pack, person: Person, purpose: str, on: date) -> bool:
    """Pure: whether the child’s own consent is needed; somebody who may be old enough is asked."""
    return person.born is None or age_range_on(person.born, on)[1] >= pack.own_consent_from(purpose)


def needs_adult(pack: Pack, person: Person, purpose: str, on: date) -> bool:
    """Pure: whether a responsible adult must agree: where the pack says so and the person is not surely of age."""
    return pack.consents[purpose].guardian and not surely_of_age(pack, person, on)


def surely_of_age(pack: Pack, person: Person, on: date) -> bool:
    """Pure: whether the person has come of age; in doubt, a person is a child."""
    return person.born is not None and age_range_on(person.born, on)[0] >= pack.limit("age_of_majority").value


def standing_of(
    pack: Pack, person: Person, purpose: str, answers: Sequence[Consent], recipient: str, on: date, *, own: bool = False
) -> Standing:
    """How a consent stands; `answers` are all answers of the person about this purpose, towards whomever, in any order.

    `own` leaves the adults out: where a court has ordered what they need not agree to, the child is still asked.
    """
    label = gettext(pack.consents[purpose].label)
    counting = [row for row in answers if _same(row.recipient, recipient) and row.given_on <= on]
    counting.sort(key=lambda row: (row.given_on, row.pk))
    latest = {row.given_by_id: row for row in counting}
    said = latest.pop(None, None)
    of_own = needs_own(pack, person, purpose, on)
    of_adult = needs_adult(pack, person, purpose, on) and not own
    child = Side(True, of_own, state_of(said, on) if said else State.MISSING, said)
    adults = [Side(False, of_adult, state_of(row, on), row) for row in latest.values()]
    if not adults and of_adult:
        adults = [Side(False, True, State.MISSING)]
    called = f"{label} ({recipient})" if recipient else label
    missing = _missing(pack, purpose, called, person, child, [side for side in adults if side.needed], on)
    sides = tuple(side for side in (child, *adults) if side.needed or side.answer)
    standing = Standing(person, purpose, label, recipient, sides, missing, on)
    if of_adult and pack.consents[purpose].everybody and not missing:
        # Who is responsible is known upstairs.
        return replace(standing, missing=objection_to("rely_on_consent", standing))
    return standing


def _same(one: str, other: str) -> bool:
    """Whether two recipients are one: not by case or blanks."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _missing(
    pack: Pack, purpose: str, called: str, person: Person, child: Side, adults: Sequence[Side], on: date
) -> str:
    names = {"name": person.name, "purpose": called, "age": pack.own_consent_from(purpose)}
    standing = [side for side in adults if side.state not in NOES or _still_responsible(side, on)]
    states = {side.state for side in standing}
    adult = next((no for no in NOES if no in states), None) or _best(states)
    if adults and (_differ(child.state, adult) or _differ(adult, child.state)):
        return (
            gettext(
                "%(name)s and a responsible adult differ about “%(purpose)s”. This needs a best-interest decision; talk with "
                "both, and record the new answer."
            )
            % names
        )
    if child.needed and child.state != State.AGREED:
        return str(CHILD_SAYS[child.state]) % names
    if adults and adult != State.AGREED:
        return str(ADULT_SAYS[adult]) % names
    return ""


def _best(states: set[State]) -> State:
    return next((state for state in (State.AGREED, State.EXPIRED) if state in states), State.MISSING)


def _differ(one: State, other: State) -> bool:
    return one in NOES and other == State.AGREED


def _still_responsible(side: Side, on: date) -> bool:
    """Whether the no of an adult still stands: not once somebody else has the responsibility."""
    said = side.answer
    assert said is not None
    return not objection_to(
        "record_consent", Consent(person=said.person, given_by=said.given_by, by_child=False, given_on=on)
    )


# What is missing, by what has become of the answer.
CHILD_SAYS: dict[State, str | _StrPromise] = {
    State.MISSING: _(
        "%(name)s has not been asked about “%(purpose)s”. From the age of %(age)s the child’s own consent is needed: ask, "
        "and record the answer."
    ),
    State.REFUSED: _(
        "%(name)s does not agree to “%(purpose)s”. Respect this, or talk again and record the new answer."
    ),
    State.WITHDRAWN: _(
        "%(name)s no longer agrees to “%(purpose)s”. Respect this, or talk again and record the new answer."
    ),
    State.EXPIRED: _("The consent of %(name)s to “%(purpose)s” has run out. Ask again, and record the answer."),
}
ADULT_SAYS: dict[State, str | _StrPromise] = {
    State.MISSING: _(
        "Nobody with legal responsibility for %(name)s has agreed to “%(purpose)s”. Ask, and record the answer."
    ),
    State.REFUSED: _(
        "Somebody with legal responsibility for %(name)s does not agree to “%(purpose)s”. Talk again and record the new "
        "answer, or ask for a best-interest decision."
    ),
    State.WITHDRAWN: _(
        "Somebody with legal responsibility for %(name)s no longer agrees to “%(purpose)s”. Talk again and record the new "
        "answer, or ask for a best-interest decision."
    ),
    State.EXPIRED: _(
        "The consent of those with legal responsibility for %(name)s to “%(purpose)s” has run out. Ask again, and record "
        "the answer."
    ),
}


# ---- recording -------------------------------------------------------------------------------------------------------


def insist_on_an_answer(pack: Pack, answer: Consent, today: date) -> None:
    """Refuse an answer that cannot be, and say until when it counts: a yes as long as the pack allows, a no for good."""
    known(pack.consents, answer.purpose, "purpose")
    insist_on_choice(Consent.Answer.values, answer.answer, "answer")
    insist_on_the_past(answer.given_on, today, "given_on")
    insist_on_a_lifetime(answer.given_on, answer.person.born_from, answer.person.died_on, "given_on")
    if not answer.explained:
        raise Refused(_("Say how it was explained to whoever answered."), guard="G-CONSENT", field="explained")
    _insist_on_a_giver(pack, answer)
    if answer.answer == Consent.Answer.UNREACHED and answer.by_child:
        raise Refused(
            _("Only an adult can be recorded as not reached. Ask the child, and record the answer."),
            guard="G-CONSENT",
            field="answer",
        )
    if answer.answer == Consent.Answer.REFUSED:
        answer.until = None
        return
    longest = due_after(answer.given_on, pack.limit("consent_validity"), pack.calendar)
    answer.until = answer.until or longest
    insist_on_order(answer.until, answer.given_on, _("It was given on %(day)s; it cannot run out before."), "until")
    if answer.until > longest:
        raise Refused(
            _("A consent of this day counts until %(day)s at most. Ask again then.") % {"day": in_words(longest)},
            guard="G-CONSENT",
            field="until",
        )


def _insist_on_a_giver(pack: Pack, answer: Consent) -> None:
    """Only the person, or a responsible adult while the person may be a child."""
    giver, person = answer.given_by, answer.person
    if giver is not None and (giver.pk == person.pk or surely_of_age(pack, person, answer.given_on)):
        raise Refused(
            _("%(name)s answers for themselves. Record it as their own answer.") % {"name": person.name},
            guard="G-CONSENT",
            field="given_by",
        )
    if objection := objection_to("record_consent", answer):
        raise Refused(objection, guard="G-CONSENT", field="given_by")
