"""Deeds about the association and the people who work in it: founding, inviting, seats, accounts, openings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access import factors, policy, sessions
from kinkeeper.access.gate import Actor, openable_row, seen, unit_of
from kinkeeper.access.models import (
    Association,
    Emergency,
    Invitation,
    Opening,
    Programme,
    Role,
    Seat,
    Unit,
    User,
    forget_pack,
)
from kinkeeper.journal.acts import act
from kinkeeper.keys.ring import be_able_to_mark
from kinkeeper.lib.guards import in_words, insist_on_the_past
from kinkeeper.lib.packs import packs
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write

INVITATION_LASTS = timedelta(days=14)
WAY_BACK_LASTS = timedelta(hours=24)
OPENING_LASTS = timedelta(hours=2)
SHORTEST_REASON = 20
UNIT_ROLES = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)
WIDE_ROLES = (Role.ADMINISTRATOR,)


@act(policy.may_found_association)
def found_association(
    actor: Actor,
    *,
    name: str,
    country: str,
    pack: str,
    programmes: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    is_demo: bool = False,
) -> Association:
    """Begin the records of one association; `programmes` maps a kind to its units, each with name, kind and place."""
    association = Association.objects.create(name=name, country=country.upper(), pack=pack, is_demo=is_demo)
    for kind, units in (programmes or {}).items():
        label = str(Programme.Kind(kind).label)
        programme = Programme.objects.create(association=association, name=label, kind=kind)
        for unit in units:
            Unit.objects.create(programme=programme, **unit)
    be_able_to_mark()
    return association


@act(policy.may_appoint_first_administrator)
def appoint_first_administrator(
    actor: Actor, association: Association, *, email: str, name: str, password: str, language: str = "en"
) -> User:
    """Make the account that invites everyone else."""
    user = _new_user(email=email, name=name, password=password, language=language)
    Seat.objects.create(user=user, role=Role.ADMINISTRATOR, starts_on=actor.today)
    return user


@act(policy.may_open_programme)
def open_programme(actor: Actor, association: Association, *, name: str, kind: str) -> Programme:
    """Add a line of work to the association."""
    if association.programmes.filter(name=name).exists():
        raise Refused(_("There is already a programme with this name."), guard="G-DOUBLE", field="name")
    return Programme.objects.create(association=association, name=name, kind=kind)


@act(policy.may_choose_pack)
def choose_pack(actor: Actor, association: Association, *, pack: str) -> Association:
    """Work by another jurisdiction pack from now on; records keep the codes they have."""
    if pack not in packs():
        raise Refused(_("Kinkeeper has no such pack. Choose one from the list."), guard="G-CODE", field="pack")
    if pack == association.pack:
        raise Refused(_("This pack is in force already. Choose another one."), guard="G-DOUBLE", field="pack")
    forget_pack()
    return write(association, pack=pack)


@act(policy.may_open_unit)
def open_unit(actor: Actor, programme: Programme, *, name: str, kind: str, place: str = "") -> Unit:
    """Add a place of work to a programme."""
    if programme.units.filter(name=name).exists():
        raise Refused(_("This programme already has a unit with this name."), guard="G-DOUBLE", field="name")
    return Unit.objects.create(programme=programme, name=name, kind=kind, place=place)


@act(policy.may_invite)
def invite(
    actor: Actor,
    association: Association,
    *,
    email: str,
    name: str,
    role: str,
    token: str,
    unit: Unit | None = None,
    programme: Programme | None = None,
) -> Invitation:
    """Offer somebody an account with one seat, for two weeks; of the link’s secret only a hash is kept."""
    email = email.strip().casefold()
    _insist_on_a_place(role, unit, programme)
    if User.objects.filter(email=email).exists():
        raise Refused(
            _("This address already has an account. Give it a seat instead."), guard="G-DOUBLE", field="email"
        )
    now = timezone.now()
    if Invitation.objects.filter(email=email, accepted_at=None, withdrawn_at=None, expires_at__gt=now).exists():
        raise Refused(
            _("There is already an open invitation for this address. Withdraw it first."),
            guard="G-DOUBLE",
            field="email",
        )
    return Invitation.objects.create(
        email=email,
        name=name,
        role=role,
        unit=unit,
        programme=programme,
        token_hash=Invitation.hash_of(token),
        invited_by_id=actor.user_id,
        expires_at=now + INVITATION_LASTS,
    )


@act(policy.may_accept_invitation)
def accept_invitation(actor: Actor, invitation: Invitation, *, name: str, password: str, language: str) -> User:
    """Turn an invitation into an account with its seat; the link works once."""
    if User.objects.filter(email=invitation.email).exists():
        raise Refused(_("This address already has an account. Sign in instead."), guard="G-DOUBLE")
    user = _new_user(email=invitation.email, name=name, password=password, language=language)
    Seat.objects.create(
        user=user,
        role=invitation.role,
        unit=invitation.unit,
        programme=invitation.programme,
        starts_on=actor.today,
        given_by=invitation.invited_by,
    )
    write(invitation, accepted_at=timezone.now())
    return user


def _new_user(*, email: str, name: str, password: str, language: str) -> User:
    user = User(email=email.strip().casefold(), name=name, language=language)
    user.set_password(password)
    user.save(force_insert=True)
    return user


@act(policy.may_withdraw_invitation)
def withdraw_invitation(actor: Actor, invitation: Invitation) -> Invitation:
    """Take an invitation back; its link leads nowhere from now on."""
    return write(invitation, withdrawn_at=timezone.now())


@act(policy.may_give_seat)
def give_seat(
    actor: Actor,
    user: User,
    *,
    role: str,
    starts_on: date,
    unit: Unit | None = None,
    programme: Programme | None = None,
) -> Seat:
    """Give somebody a role in a place, from a day on."""
    _insist_on_a_place(role, unit, programme)
    same = Seat.objects.filter(user=user, role=role, unit=unit, programme=programme)
    if any(seat.ends_on is None or seat.ends_on >= starts_on for seat in same):
        raise Refused(_("This person already holds this seat."), guard="G-DOUBLE", field="place")
    return Seat.objects.create(
        user=user, role=role, unit=unit, programme=programme, starts_on=starts_on, given_by_id=actor.user_id
    )


def _insist_on_a_place(role: str, unit: Unit | None, programme: Programme | None) -> None:
    if role in UNIT_ROLES and unit is None:
        raise Refused(_("This role is held in one unit. Choose the unit."), guard="G-SEAT", field="place")
    if role in WIDE_ROLES and (unit or programme):
        raise Refused(_("This role is held for the whole association."), guard="G-SEAT", field="place")


@act(policy.may_end_seat)
def end_seat(actor: Actor, seat: Seat, *, ends_on: date) -> Seat:
    """End a seat after a day; with the last seat the sessions end. What its holder did stays in the journal."""
    if ends_on < seat.starts_on:
        raise Refused(_("A seat cannot end before it began."), guard="G-TIME", field="ends_on")
    write(seat, ends_on=ends_on)
    others = Seat.objects.filter(user=seat.user).exclude(pk=seat.pk)
    if ends_on <= actor.today and not any(one.ends_on is None or one.ends_on > actor.today for one in others):
        sessions.end_all(seat.user)
    return seat


@act(policy.may_suspend_user)
def suspend_user(actor: Actor, user: User) -> User:
    """Close an account; every session of it ends at once."""
    write(user, is_active=False)
    _withdraw_the_way_back(user)
    sessions.end_all(user)
    return user


@act(policy.may_restore_user)
def restore_user(actor: Actor, user: User) -> User:
    """Open a closed account again, with the seats that still run."""
    return write(user, is_active=True)


@act(policy.may_sign_in)
def sign_in(actor: Actor, user: User) -> User:
    """Remember that somebody signed in."""
    return user


@act(policy.may_change_password)
def change_password(actor: Actor, user: User, *, password: str) -> User:
    """Set a new password; every session of the account ends, and whoever changed it begins a new one."""
    user.set_password(password)
    _withdraw_the_way_back(user)
    sessions.end_all(user)
    return write(user, password=user.password)


@act(policy.may_let_back_in)
def let_back_in(actor: Actor, user: User, *, token: str) -> Invitation:
    """Make a link with which a colleague chooses a new password, once, within a day; an earlier link is withdrawn."""
    _withdraw_the_way_back(user)
    return Invitation.objects.create(
        email=user.email,
        name=user.name,
        renews=user,
        token_hash=Invitation.hash_of(token),
        invited_by_id=actor.user_id,
        expires_at=timezone.now() + WAY_BACK_LASTS,
    )


@act(policy.may_choose_new_password)
def choose_new_password(actor: Actor, invitation: Invitation, *, password: str) -> User:
    """Set a new password in place of a lost one; every session of the account ends and the link is used up."""
    user = invitation.renews
    assert user is not None  # the judge lets nothing else pass
    user.set_password(password)
    write(invitation, accepted_at=timezone.now())
    sessions.end_all(user)
    return write(user, password=user.password)


@act(policy.may_take_factors_away)
def take_factors_away(actor: Actor, user: User) -> User:
    """Take every second factor of a colleague away who lost the device; every session ends and the colleague is told."""
    factors.remove_all(user)
    sessions.end_all(user)
    return user


def _withdraw_the_way_back(user: User) -> None:
    for link in Invitation.objects.filter(renews=user, accepted_at=None, withdrawn_at=None):
        write(link, withdrawn_at=timezone.now())


@act(policy.may_choose_language)
def choose_language(actor: Actor, user: User, *, language: str) -> User:
    """Choose the language of one’s own pages."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("Kinkeeper does not speak this language here."), guard="G-CHOICE")
    return write(user, language=language)


@act(policy.may_open_record)
def open_record(actor: Actor, *, record: str, reason: str) -> Opening:
    """Read one record outside one’s scope for two hours in an emergency; the unit’s supervisors are told."""
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        raise Refused(
            _("Say in a sentence of at least %(count)s letters why you need to read this record.")
            % {"count": SHORTEST_REASON},
            guard="G-REASON",
            field="reason",
        )
    row = openable_row(record.strip().upper())
    unit = unit_of(row) if row else None
    if row is None or unit is None:
        raise Refused(_("No record with this code can be opened."), guard="G-CODE", field="record")
    if seen(actor, type(row)).filter(pk=row.pk).exists():
        raise Refused(_("You can already read this record. Find it by search."), guard="G-CODE", field="record")
    now = timezone.now()
    assert actor.user_id is not None  # the judge lets nobody else pass
    return Opening.objects.create(
        user_id=actor.user_id,
        subject_type=row._meta.label_lower,
        subject_id=row.pk,
        subject_code=getattr(row, "code", ""),
        unit_id=unit,
        reason=reason,
        opened_at=now,
        until=now + OPENING_LASTS,
    )


@act(policy.may_close_opening)
def close_opening(actor: Actor, opening: Opening, *, comment: str) -> Opening:
    """Close the record again and say what was done with what was read."""
    if len(" ".join(comment.split())) < SHORTEST_REASON:
        raise Refused(
            _("Say in a sentence of at least %(count)s letters what you did with what you read.")
            % {"count": SHORTEST_REASON},
            guard="G-REASON",
            field="comment",
        )
    return write(opening, closed_at=timezone.now(), comment=comment)


@act(policy.may_review_opening)
def review_opening(actor: Actor, opening: Opening, *, finding: Opening.Finding, review: str) -> Opening:
    """Give a verdict on an opening and say what it rests on; three days without one lock further openings."""
    if len(" ".join(review.split())) < SHORTEST_REASON:
        raise Refused(
            _("Say in a sentence of at least %(count)s letters what your verdict rests on.")
            % {"count": SHORTEST_REASON},
            guard="G-REASON",
            field="review",
        )
    return write(opening, reviewed_by_id=actor.user_id, reviewed_at=timezone.now(), finding=finding, review=review)


@act(policy.may_declare_emergency)
def declare_emergency(
    actor: Actor, association: Association, *, name: str, declared_by: str, declared_on: date
) -> Emergency:
    """Declare a disaster or conflict for the whole association: no child is placed for good or abroad while it lasts."""
    insist_on_the_past(declared_on, actor.today, "declared_on")
    name = " ".join(name.split())
    if Emergency.objects.filter(association=association, name__iexact=name, ended_on__isnull=True).exists():
        raise Refused(_("This emergency is declared already."), guard="G-DOUBLE", field="name")
    return Emergency.objects.create(
        association=association, name=name, declared_by=declared_by.strip(), declared_on=declared_on
    )


@act(policy.may_end_emergency)
def end_emergency(actor: Actor, emergency: Emergency, *, ended_on: date) -> Emergency:
    """End a declared emergency: from this day on its rules do not hold any more."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if ended_on < emergency.declared_on:
        raise Refused(
            _("It was declared on %(day)s. Choose that day or a later one.") % {"day": in_words(emergency.declared_on)},
            guard="G-TIME",
            field="ended_on",
        )
    return write(emergency, ended_on=ended_on)
