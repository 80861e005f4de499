"""Deeds on reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_the_past, known
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Review
from kinkeeper.plans.policy import may_bring_in_reviews, may_record_review


@act(may_record_review)
def record_review(actor: Actor, child: Person, *, held_on: date, participation: str, summary: str = "") -> Review:
    """Record a review that was held, and how the child took part in it."""
    insist_on_the_past(held_on, actor.today, "held_on")
    insist_on_a_lifetime(held_on, child.born_from, child.died_on, "held_on")
    if not participation:
        raise Refused(_("Say how the child took part."), guard="G-REVIEW", field="participation")
    way = known(pack_in_force().participation, participation, "participation")
    age = child.age(held_on)
    if age is not None and (age < way.youngest or (way.below and age >= way.below)):
        raise Refused(
            _("The child was %(age)s on that day. Choose a way of taking part that fits the age.") % {"age": age},
            guard="G-REVIEW",
            field="participation",
        )
    # The child is locked by the deed, so two people cannot record the same meeting.
    if Review.objects.filter(child=child, held_on=held_on).exists():
        raise Refused(_("A review of that day is recorded already."), guard="G-REVIEW", field="held_on")
    return Review.objects.create(
        child=child, held_on=held_on, participation=participation, summary=summary.strip(), by_id=actor.user_id
    )


@bulk_act(may_bring_in_reviews)
def bring_in_reviews(actor: Actor, unit: Unit, *, reviews: Sequence[Review]) -> list[Review]:
    """Bring in reviews as another system kept them."""
    if any(review.child.unit_id != unit.pk for review in reviews):
        raise Unseen
    return Review.objects.bulk_create(reviews, batch_size=500)
