"""Deeds on homes: opened, described, closed; who cares and lives there; approvals, background checks, trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.homes.policy import (
    may_add_house_member,
    may_appoint_carer,
    may_approve_home,
    may_bring_in_homes,
    may_close_home,
    may_describe_home,
    may_end_approval,
    may_end_carer,
    may_end_house_member,
    may_lift_suspension,
    may_open_home,
    may_record_background_check,
    may_record_training,
    may_suspend_approval,
)
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.guards import (
    insist_on_a_lifetime,
    insist_on_age,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person, Sex


@act(may_open_home)
def open_home(
    actor: Actor,
    unit: Unit,
    *,
    name: str,
    kind: str,
    opened_on: date,
    capacity: int | None = None,
    age_from: int | None = None,
    age_to: int | None = None,
    provider: str = "",
    registration: str = "",
    address: str = "",
    postcode: str = "",
    telephone: str = "",
) -> Home:
    """Open a home of a unit, from a day on."""
    insist_on_choice(Home.Kind.values, kind, "kind")
    insist_on_the_past(opened_on, actor.today, "opened_on")
    _insist_on_sense(name, age_from, age_to, provider)
    return Home.objects.create(
        unit=unit,
        name=name.strip(),
        kind=kind,
        opened_on=opened_on,
        capacity=capacity,
        age_from=age_from,
        age_to=age_to,
        provider=provider,
        registration=registration.strip(),
        address=address.strip(),
        postcode=postcode.strip(),
        telephone=telephone.strip(),
    )


@act(may_describe_home)
def describe_home(
    actor: Actor,
    home: Home,
    *,
    name: str,
    kind: str,
    capacity: int | None = None,
    age_from: int | None = None,
    age_to: int | None = None,
    provider: str = "",
    registration: str = "",
    address: str = "",
    postcode: str = "",
    telephone: str = "",
) -> Home:
    """Describe a home anew: name, places, ages, address. Fewer places than children move nobody out."""
    insist_on_choice(Home.Kind.values, kind, "kind")
    _insist_on_sense(name, age_from, age_to, provider)
    return write(
        home,
        name=name.strip(),
        kind=kind,
        capacity=capacity,
        age_from=age_from,
        age_to=age_to,
        provider=provider,
        registration=registration.strip(),
        address=address.strip(),
        postcode=postcode.strip(),
        telephone=telephone.strip(),
    )


@act(may_close_home)
def close_home(actor: Actor, home: Home, *, closed_on: date) -> Home:
    """Close a home in which nobody lives any more; its carers stop caring there that day.

    That nobody lives there is an objection of `placements`, which the judge asks for: the home is locked, and whoever
    brings a child there locks it as well.
    """
    insist_on_the_past(closed_on, actor.today, "closed_on")
    if home.opened_on:
        insist_on_order(closed_on, home.opened_on, _("The home opened on %(day)s."), "closed_on")
    for carer in Carer.objects.filter(home=home, ends_on__isnull=True):
        sentence = _("Somebody cares here only since %(day)s.")
        insist_on_order(closed_on, carer.starts_on, sentence, "closed_on")
        write(carer, ends_on=closed_on)
    return write(home, closed_on=closed_on)


@act(may_appoint_carer)
def appoint_carer(actor: Actor, home: Home, *, person: Person, starts_on: date, is_main: bool = False) -> Carer:
    """Record that somebody cares in a home from a day on; a new main carer takes the place of the one before."""
    insist_on_the_past(starts_on, actor.today, "starts_on")
    insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    if home.closed_on:
        raise Refused(_("This home is closed."), guard="G-STEP")
    if home.opened_on:
        insist_on_order(starts_on, home.opened_on, _("The home opened on %(day)s."), "starts_on")
    insist_on_age(person.age(starts_on), pack_in_force().limit("age_of_majority").value, 0, "person")
    here = Carer.objects.filter(home=home, ends_on__isnull=True)
    if here.filter(person=person).exists():
        raise Refused(_("This person cares here already."), guard="G-OVERLAP", field="person")
    if is_main:
        for carer in here.filter(is_main=True):
            write(carer, is_main=False)
    return Carer.objects.create(home=home, person=person, starts_on=starts_on, is_main=is_main)


@act(may_end_carer)
def end_carer(actor: Actor, carer: Carer, *, ended_on: date) -> Carer:
    """Record that somebody no longer cares in a home from a day on."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, carer.starts_on, _("This person cares here since %(day)s."), "ended_on")
    return write(carer, ends_on=ended_on)


@act(may_approve_home)
def approve_home(
    actor: Actor,
    home: Home,
    *,
    care_types: Sequence[str],
    starts_on: date,
    authority: str,
    ends_on: date | None = None,
    capacity: int | None = None,
    age_from: int | None = None,
    age_to: int | None = None,
    sex: str = "",
) -> Approval:
    """Record that an authority approved a home: for which forms of care, from when, until when, and within which limits."""
    pack = pack_in_force()
    if not care_types:
        raise Refused(_("Say for which forms of care the home is approved."), guard="G-CARER", field="care_types")
    for code in care_types:
        known(pack.care_types, code, "care_types")
    insist_on_choice(["", *Sex.values], sex, "sex")
    insist_on_the_past(starts_on, actor.today, "starts_on")
    if ends_on is not None:
        insist_on_order(ends_on, starts_on, _("The approval begins on %(day)s. It cannot end before."), "ends_on")
    if not authority.strip():
        raise Refused(_("Say who approved the home."), guard="G-NAME", field="authority")
    _insist_on_sense(home.name, age_from, age_to, "")
    return Approval.objects.create(
        home=home,
        care_types=sorted(set(care_types)),
        starts_on=starts_on,
        ends_on=ends_on,
        authority=authority.strip(),
        capacity=capacity,
        age_from=age_from,
        age_to=age_to,
        sex=sex,
    )


@act(may_suspend_approval)
def suspend_approval(actor: Actor, approval: Approval, *, suspended_on: date, suspended_why: str) -> Approval:
    """Put an approval on hold from a day on: nobody new comes to live there; who lives there stays until decided."""
    insist_on_the_past(suspended_on, actor.today, "suspended_on")
    insist_on_order(suspended_on, approval.starts_on, _("The approval begins on %(day)s."), "suspended_on")
    if not suspended_why.strip():
        raise Refused(_("Say why the approval is put on hold."), guard="G-REASON", field="suspended_why")
    return write(approval, suspended_on=suspended_on, suspended_why=suspended_why.strip())


@act(may_lift_suspension)
def lift_suspension(actor: Actor, approval: Approval) -> Approval:
    """Put an approval in force again from today on; the journal keeps when it was on hold."""
    return write(approval, suspended_on=None, suspended_why="")


@act(may_end_approval)
def end_approval(actor: Actor, approval: Approval, *, ended_on: date) -> Approval:
    """Record that an approval ended. Final: a home that is approved again gets a new approval."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, approval.starts_on, _("The approval begins on %(day)s."), "ended_on")
    return write(approval, ends_on=ended_on)


@act(may_add_house_member)
def add_house_member(actor: Actor, home: Home, *, person: Person, starts_on: date) -> HouseMember:
    """Record that somebody lives in a home besides the carers and the children in care, from a day on."""
    insist_on_the_past(starts_on, actor.today, "starts_on")
    insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    if HouseMember.objects.filter(home=home, person=person, ends_on__isnull=True).exists():
        raise Refused(_("This person lives here already."), guard="G-OVERLAP", field="person")
    return HouseMember.objects.create(home=home, person=person, starts_on=starts_on)


@act(may_end_house_member)
def end_house_member(actor: Actor, member: HouseMember, *, ended_on: date) -> HouseMember:
    """Record that somebody no longer lives in a home from a day on."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, member.starts_on, _("This person lives here since %(day)s."), "ended_on")
    return write(member, ends_on=ended_on)


@act(may_record_background_check)
def record_background_check(
    actor: Actor,
    home: Home,
    *,
    person: Person,
    issuer: str,
    issued_on: date,
    result: str,
    ends_on: date | None = None,
) -> BackgroundCheck:
    """Record the background check of an adult in a home; it counts as long as the pack says, or as it says itself."""
    insist_on_choice(BackgroundCheck.Result.values, result, "result")
    _insist_on_belonging(home, person)
    insist_on_the_past(issued_on, actor.today, "issued_on")
    insist_on_a_lifetime(issued_on, person.born_from, person.died_on, "issued_on")
    if not issuer.strip():
        raise Refused(_("Say who issued the check."), guard="G-NAME", field="issuer")
    pack = pack_in_force()
    until = ends_on or due_after(issued_on, pack.limit("background_check"), pack.calendar)
    insist_on_order(until, issued_on, _("The check was issued on %(day)s. It cannot end before."), "ends_on")
    return BackgroundCheck.objects.create(
        home=home, person=person, issuer=issuer.strip(), issued_on=issued_on, ends_on=until, result=result
    )


@act(may_record_training)
def record_training(
    actor: Actor,
    home: Home,
    *,
    person: Person,
    topic: str,
    hours: int = 0,
    done_on: date | None = None,
    due_on: date | None = None,
    mandatory: bool = False,
) -> Training:
    """Record what somebody in a home was trained in, or must be trained in by a day; mandatory training may be due again."""
    _insist_on_belonging(home, person)
    if not topic.strip():
        raise Refused(_("Say what the training is about."), guard="G-NAME", field="topic")
    if done_on is None and due_on is None:
        raise Refused(_("Say when it was done, or by when it must be."), guard="G-TIME", field="done_on")
    if done_on is not None:
        insist_on_the_past(done_on, actor.today, "done_on")
    if done_on is not None and due_on is not None:
        insist_on_order(due_on, done_on, _("It was done on %(day)s. It is due again only later."), "due_on")
    return Training.objects.create(
        home=home, person=person, topic=topic.strip(), hours=hours, done_on=done_on, due_on=due_on, mandatory=mandatory
    )


@bulk_act(may_bring_in_homes)
def bring_in_homes(
    actor: Actor,
    unit: Unit,
    *,
    homes: Sequence[Home],
    carers: Sequence[Carer] = (),
    approvals: Sequence[Approval] = (),
    checks: Sequence[BackgroundCheck] = (),
    changes: Sequence[tuple[Home, Mapping[str, Any]]] = (),
) -> list[Row]:
    """Bring in homes, their carers, approvals and background checks as another system kept them, and changes to homes."""
    where = [*homes, *(row.home for row in carers), *(row.home for row in approvals), *(row.home for row in checks)]
    if any(home.unit_id != unit.pk for home in (*where, *(home for home, _values in changes))):
        raise Unseen
    for home, values in changes:
        write(home, **values)
    Home.objects.bulk_create(with_keys(homes), batch_size=500)
    Carer.objects.bulk_create(carers, batch_size=500)
    Approval.objects.bulk_create(approvals, batch_size=500)
    BackgroundCheck.objects.bulk_create(checks, batch_size=500)
    return [*homes, *carers, *approvals, *checks, *(home for home, _values in changes)]


def _insist_on_belonging(home: Home, person: Person) -> None:
    """Checks and trainings are of people who care or live in the home, or did."""
    if not (home.carers.filter(person=person).exists() or home.members.filter(person=person).exists()):
        raise Refused(
            _("This person neither cares nor lives in this home. Record that first."), guard="G-STEP", field="person"
        )


def _insist_on_sense(name: str, age_from: int | None, age_to: int | None, provider: str) -> None:
    if not name.strip():
        raise Refused(_("Give the home a name."), guard="G-NAME", field="name")
    if age_from is not None and age_to is not None and age_to < age_from:
        raise Refused(_("The oldest age is below the youngest."), guard="G-AGE", field="age_to")
    if provider:
        known(pack_in_force().providers, provider, "provider")
