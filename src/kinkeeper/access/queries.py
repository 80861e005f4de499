"""Questions about the people who work here and where: for the pages of the administrator and of one’s own account."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from kinkeeper.access.gate import Actor, Unseen, guest, seen
from kinkeeper.access.models import (
    Association,
    Emergency,
    Invitation,
    Opening,
    Programme,
    Seat,
    SignedInDevice,
    SignInFailure,
    Unit,
    User,
)
from kinkeeper.access.policy import administers, declares

MOST_FAILURES = 5
FAILURES_COUNT_FOR = timedelta(minutes=15)


def association_to_administer(actor: Actor) -> Association:
    """The association, for its administrators; for everyone else the administrator’s pages do not exist."""
    association = seen(actor, Association).first() if administers(actor) else None
    if association is None:
        raise Unseen
    return association


def association_to_work_by(actor: Actor) -> Association:
    """The association with its pack, for everybody who holds a seat; for everyone else there is none."""
    association = seen(actor, Association).first()
    if association is None:
        raise Unseen
    return association


def users(actor: Actor, words: str = "", *, closed: bool = False) -> QuerySet[User]:
    """The accounts whose name or address has these words, with the seats of today, by name."""
    association_to_administer(actor)
    rows = seen(actor, User).filter(is_active=not closed)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return rows.prefetch_related(Prefetch("seats", _with_place(_held(actor)), to_attr="seats_now"))


def user_to_administer(actor: Actor) -> QuerySet[User]:
    """Every account, for the administrator."""
    association_to_administer(actor)
    return seen(actor, User)


def _held(actor: Actor) -> QuerySet[Seat]:
    return seen(actor, Seat).filter(Seat.held_on(actor.today))


def _with_place(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    return seats.select_related("unit", "programme")


def seats(actor: Actor) -> QuerySet[Seat]:
    """The seats of the association, with their holders and places."""
    association_to_administer(actor)
    return _with_place(seen(actor, Seat)).select_related("user")


def seats_of(actor: Actor, user: User) -> QuerySet[Seat]:
    """The seats of one user, those of today and those that have ended, the newest first."""
    return _with_place(seen(actor, Seat).filter(user=user)).order_by("-starts_on", "-pk")


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """All invitations, the newest first."""
    association_to_administer(actor)
    return seen(actor, Invitation).select_related("unit", "programme", "invited_by")


def programmes(actor: Actor) -> QuerySet[Programme]:
    """The programmes with their units, and how many people hold a seat in each unit today."""
    association_to_administer(actor)
    holders = Count("seats__user", filter=_through_seats(actor), distinct=True)
    units = seen(actor, Unit).annotate(holders=holders).order_by("name")
    return seen(actor, Programme).prefetch_related(Prefetch("units", units, to_attr="units_now"))


def _through_seats(actor: Actor) -> Q:
    running = Q(seats__ends_on__isnull=True) | Q(seats__ends_on__gte=actor.today)
    return Q(seats__starts_on__lte=actor.today) & running


def places(actor: Actor) -> tuple[list[Programme], list[Unit]]:
    """Where a seat can be given: the programmes and the units."""
    association_to_administer(actor)
    return list(seen(actor, Programme)), list(seen(actor, Unit).select_related("programme"))


def openings(actor: Actor) -> QuerySet[Opening]:
    """Records opened in an emergency, by the actor or in units they oversee, the newest first."""
    return seen(actor, Opening).select_related("user", "unit", "reviewed_by")


def oneself(actor: Actor) -> User:
    """The account of whoever is asking."""
    user = seen(actor, User).filter(pk=actor.user_id).first() if actor.user_id else None
    if user is None:
        raise Unseen
    return user


def behind_the_link(actor: Actor, token: str, *, way_back: bool = False) -> tuple[Actor, Invitation] | None:
    """The guest and the invitation (or way back) behind a link, whoever follows it, or None where it is not open."""
    found = Invitation.objects.filter(token_hash=Invitation.hash_of(token), expires_at__gt=timezone.now()).first()
    if found is None or (found.renews_id is not None) != way_back:
        return None
    holder = guest(found)
    invitation = seen(holder, Invitation).filter(pk=found.pk).first()
    return (holder, invitation) if invitation else None


def is_slowed_down(actor: Actor, email: str) -> bool:
    """Whether so many passwords for this address were wrong that it has to rest, whether or not it has an account."""
    lately = SignInFailure.objects.filter(
        address_hash=SignInFailure.hash_of(email), at__gt=timezone.now() - FAILURES_COUNT_FOR
    )
    return lately.count() >= MOST_FAILURES


def factors_of(actor: Actor, user: User) -> list[Authenticator]:
    """The second factors of a user, as far as the actor sees them, the oldest first."""
    return list(seen(actor, Authenticator).filter(user=user).order_by("pk"))


def devices(actor: Actor) -> QuerySet[SignedInDevice]:
    """Where the actor is signed in, the newest first."""
    return seen(actor, SignedInDevice)


def emergencies(actor: Actor) -> QuerySet[Emergency]:
    """The emergencies that were declared, the newest first."""
    return seen(actor, Emergency).select_related("association")


def emergencies_to_end(actor: Actor) -> QuerySet[Emergency]:
    """The emergencies, for whoever may end them; for everyone else the page of ending one does not exist."""
    rows = emergencies(actor)
    return rows if declares(actor) else rows.none()
