"""Reviews are recorded with the child’s own part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person
from kinkeeper.plans import actions
from kinkeeper.plans.models import Review
from tests.conftest import Colleague, register

TODAY = date.today()
MAY = date(2024, 5, 6)


def review(colleague: Colleague, child: Person, **changes: Any) -> Review:
    particulars: dict[str, Any] = {"held_on": MAY, "participation": "SPOKE"}
    return actions.record_review(colleague.actor, child, **(particulars | changes))


def test_a_review_is_kept(amina: Colleague, noor: Person) -> None:
    review(amina, noor, summary=" Noor stays. ")
    stored = Review.objects.get()
    assert (stored.child, stored.held_on, stored.participation) == (noor, MAY, "SPOKE")
    assert (stored.summary, stored.by) == ("Noor stays.", amina.user)
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("plans.record_review", stored.code)
    assert entry.facts == {"subject": noor.code, "held_on": "2024-05-06"}


@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"held_on": TODAY + timedelta(days=1)}, "G-TIME", "held_on", "still to come"),
        ({"held_on": date(2001, 1, 1)}, "G-TIME", "held_on", "before the birth"),
        ({"participation": ""}, "G-REVIEW", "participation", "how the child took part"),
        ({"participation": "DANCED"}, "G-CODE", "participation", "no code"),
        ({"participation": "YOUNG"}, "G-REVIEW", "participation", "fits the age"),
    ],
)
def test_a_refusal_keeps_nothing(
    amina: Colleague, noor: Person, changes: dict[str, Any], guard: str, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        review(amina, noor, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not Review.objects.exists()


def test_the_youngest_are_not_asked_to_speak(amina: Colleague, noor: Person) -> None:
    write(noor, born_from=MAY - timedelta(days=800))
    with pytest.raises(Refused, match="The child was 2 on that day"):
        review(amina, noor)
    assert review(amina, noor, participation="YOUNG").participation == "YOUNG"


def test_one_review_a_day(amina: Colleague, noor: Person) -> None:
    review(amina, noor)
    with pytest.raises(Refused, match="recorded already"):
        review(amina, noor, participation="SENT")
    assert Review.objects.count() == 1


def test_strangers_cannot_record(bruno: Colleague, eve: Colleague, noor: Person) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            review(stranger, noor)


def test_reviews_are_brought_in(dalia: Colleague, amina: Colleague, noor: Person, other_unit: Unit) -> None:
    rows = [Review(child=noor, held_on=MAY + timedelta(days=n), participation="SPOKE") for n in range(3)]
    actions.bring_in_reviews(dalia.actor, noor.unit, reviews=rows)
    assert Review.objects.count() == Entry.objects.filter(act="plans.bring_in_reviews").count() == 3
    far = Review(child=register(other_unit, "Far", "Away"), held_on=MAY, participation="SPOKE")
    with pytest.raises(Unseen):
        actions.bring_in_reviews(dalia.actor, noor.unit, reviews=[far])
    with pytest.raises(Refused, match="bring in many records"):
        actions.bring_in_reviews(amina.actor, noor.unit, reviews=[])
