"""The gate: who sees which rows, how scopes are widened, and that an opening only ever lets read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kinkeeper.access.gate import NOTHING, Unseen, _under, actor_for, machine, may_read, one, seen
from kinkeeper.access.models import Association, Opening, Programme, Role, Seat, Unit
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Name, Person
from tests.conftest import Colleague, hire, open_case, register


def test_a_caseworker_sees_the_children_of_her_caseload(amina: Colleague, noor: Person) -> None:
    assert list(seen(amina.actor, Person)) == [noor]


def test_a_colleague_of_the_same_unit_does_not_see_her_caseload(village: Unit, noor: Person) -> None:
    carl = hire("Carl Colleague", (Role.CASEWORKER, village))
    assert not seen(carl.actor, Person).exists()
    assert not seen(carl.actor, Name).exists()
    assert not seen(carl.actor, Case).exists()


def test_the_supervisor_sees_everyone_of_the_unit(dalia: Colleague, noor: Person, okafors: Home) -> None:
    assert set(seen(dalia.actor, Person).values_list("name", flat=True)) == {"Noor Saleh", "Grace Okafor"}


@pytest.mark.parametrize("who", ["bruno", "eve", "rosa"])
def test_others_see_nobody(who: str, request: pytest.FixtureRequest, noor: Person) -> None:
    actor = request.getfixturevalue(who).actor
    for table in (Person, Name, Case, Home):
        assert not seen(actor, table).exists()


def test_a_closed_case_leaves_the_caseload(amina: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSED, closed_on=date.today())
    assert not seen(amina.actor, Person).exists()


def test_a_seat_counts_from_its_first_day_through_its_last(amina: Colleague, noor: Person) -> None:
    seat = Seat.objects.get(user=amina.user)
    Seat.objects.filter(pk=seat.pk).update(ends_on=date.today() - timedelta(days=1))
    assert not seen(amina.actor, Person).exists()
    Seat.objects.filter(pk=seat.pk).update(ends_on=date.today())
    assert seen(amina.actor, Person).exists()


def test_a_suspended_user_has_no_seat(amina: Colleague, noor: Person) -> None:
    amina.user.is_active = False
    assert actor_for(amina.user).seats == frozenset()


def test_a_programme_seat_reaches_its_units_and_no_other(village: Unit, other_unit: Unit, noor: Person) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    elsewhere = hire("Olaf Director", (Role.DIRECTOR, other_unit.programme))
    assert list(seen(director.actor, Person)) == [noor]
    assert not seen(elsewhere.actor, Person).exists()


def test_roles_and_units_are_never_asked_apart(dalia: Colleague, village: Unit, other_unit: Unit) -> None:
    actor = dalia.actor
    assert actor.sits(Role.SUPERVISOR, village.pk)
    assert not actor.sits(Role.SUPERVISOR, other_unit.pk)
    assert not actor.sits(Role.CASEWORKER, village.pk)


def test_a_row_out_of_sight_does_not_exist(bruno: Colleague, noor: Person) -> None:
    with pytest.raises(Unseen):
        one(seen(bruno.actor, Person), code=noor.code)
    with pytest.raises(Unseen):
        one(seen(bruno.actor, Person), code="NOSUCH00")


def test_a_machine_sits_where_it_says(village: Unit, noor: Person) -> None:
    assert list(seen(machine("test", Role.SUPERVISOR), Person)) == [noor]
    assert not seen(machine("test"), Person).exists()


@pytest.mark.asvs("8.2.3")
def test_levels_follow_the_seat_in_the_rows_own_unit(village: Unit, noor: Person, amina: Colleague) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village))
    assert may_read(amina.actor, noor, "ethnicity")
    assert may_read(director.actor, noor, "name")
    assert not may_read(director.actor, noor, "ethnicity")


def test_kin_kept_by_another_unit_show_no_special_facts(other_unit: Unit, amina: Colleague) -> None:
    aunt = register(other_unit, "Lina", "Saleh")
    assert may_read(amina.actor, aunt, "name")
    assert not may_read(amina.actor, aunt, "ethnicity")


def opening(user: Colleague, row: Person, **changes: object) -> Opening:
    now = timezone.now()
    facts = {"opened_at": now, "until": now + timedelta(hours=2), "reason": "The child called from the police station."}
    return Opening.objects.create(
        user=user.user,
        subject_type="people.person",
        subject_id=row.pk,
        subject_code=row.code,
        unit=row.unit,
        **{**facts, **changes},
    )


def test_an_opening_shows_one_record_and_gives_no_seat(bruno: Colleague, noor: Person, village: Unit) -> None:
    register(village, "Another", "Child")
    opening(bruno, noor)
    assert list(seen(bruno.actor, Person)) == [noor]
    assert list(seen(bruno.actor, Name).values_list("person_id", flat=True)) == [noor.pk]
    assert village.pk not in bruno.actor.units()


def test_an_opening_ends_by_itself_and_by_being_closed(bruno: Colleague, noor: Person) -> None:
    hour = timedelta(hours=1)
    now = timezone.now()
    opening(bruno, noor, opened_at=now - 3 * hour, until=now - hour)
    assert not seen(bruno.actor, Person).exists()
    live = opening(bruno, noor)
    live.closed_at, live.comment = timezone.now(), "Spoke with the police."
    live.save()
    assert not seen(bruno.actor, Person).exists()


def test_an_opening_of_three_hours_cannot_be_stored(bruno: Colleague, noor: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        opening(bruno, noor, until=timezone.now() + timedelta(hours=3))
    assert not Opening.objects.exists()


def test_there_is_one_association(association: Association) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Association.objects.create(name="A second one", country="NL")
    assert Programme.objects.count() == 0


def test_a_scope_asked_through_a_key_keeps_its_shape() -> None:
    from django.db.models import Q

    inner = Q(unit_id__in=[1]) | ~Q(pk=2)
    assert str(_under("person", inner)) == str(Q(person__unit_id__in=[1]) | ~Q(person__pk=2))
    assert _under("person", NOTHING) == Q(person__pk__in=[])


def test_moving_a_case_moves_the_sight(amina: Colleague, village: Unit, noors_case: Case) -> None:
    carl = hire("Carl Colleague", (Role.CASEWORKER, village))
    Case.objects.filter(pk=noors_case.pk).update(worker=carl.user)
    assert not seen(amina.actor, Person).exists()
    assert seen(carl.actor, Person).count() == 1


def test_a_worker_without_a_seat_in_the_unit_keeps_no_caseload(bruno: Colleague, village: Unit) -> None:
    child = register(village, "Samir", "Saleh")
    open_case(child, bruno)
    assert not seen(bruno.actor, Person).exists()
