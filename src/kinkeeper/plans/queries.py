"""Questions about reviews."""

from __future__ import annotations

from django.db.models import QuerySet

from kinkeeper.access.gate import Actor, seen
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Review


def children(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees; a review is about one of them."""
    return seen(actor, Person).select_related("unit")


def reviews_of(actor: Actor, child: Person) -> QuerySet[Review]:
    """The reviews of a child, newest first."""
    return seen(actor, Review).filter(child=child).select_related("by")
