"""Which consents run out soon, so that people are asked again before something that needs one has to stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.lib.duties import Duty
from kinkeeper.people.consenting import State, standing_of
from kinkeeper.people.models import Consent, Person

CONSENT = "consent"
DAYS_AHEAD = 30


def consents_expiring(actor: Actor, on: date | None = None, *, among: Iterable[Person]) -> list[Duty]:
    """Consents of these people that are needed and run out by a day (within thirty days), soonest first. Two questions.

    `among` is for whom somebody is responsible now: which cases run is known upstairs.
    """
    asked = {person.pk: person for person in among}
    last = on or actor.today + timedelta(days=DAYS_AHEAD)
    answers: dict[tuple[int, str, str], list[Consent]] = defaultdict(list)
    for row in seen(actor, Consent).filter(person__in=list(asked)).select_related("given_by"):
        row.person = asked[row.person_id]
        answers[row.person_id, row.purpose, " ".join(row.recipient.split()).casefold()].append(row)
    pack = pack_in_force()
    due = []
    for (pk, purpose, _recipient), rows in answers.items():
        if purpose not in pack.consents:
            continue
        standing = standing_of(pack, asked[pk], purpose, rows, rows[0].recipient, actor.today)
        agreed = [side.answer for side in standing.sides if side.needed and side.answer and side.state == State.AGREED]
        source = pack.limit("consent_validity").source
        due += [_ask_again(asked[pk], answer, source) for answer in agreed if (answer.until or date.max) <= last]
    return sorted(due, key=lambda duty: (duty.due_on, duty.code))


def _ask_again(person: Person, answer: Consent, source: str) -> Duty:
    assert answer.until is not None
    return Duty(
        kind=CONSENT, child=person, due_on=answer.until, last_on=answer.given_on, deed="record_consent",
        code=person.code, source=source, words=_("Ask for consent again"), icon="circle-check",
    )  # fmt: skip
