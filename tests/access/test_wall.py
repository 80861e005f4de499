"""The second wall: what PostgreSQL answers to each actor by itself is what the gate answers, in worlds thrown together by chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from django.utils import timezone

from kinkeeper.access import mason, wall
from kinkeeper.access.gate import Actor, actor_for, device, guest, machine, seen, shown_with
from kinkeeper.access.models import Invitation, Opening, Role, Seat, Unit, User
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Membership
from kinkeeper.homes.models import Carer, Home, HouseMember
from kinkeeper.intake.models import Referral
from kinkeeper.journal import acts as book
from kinkeeper.lib.standing import at_the_door, on_the_way_out, passing, standing
from kinkeeper.people.models import Person
from kinkeeper.site import cli
from kinkeeper.site.middleware import StandingMiddleware
from tests.conftest import Colleague

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row-level security: no second wall."),
]

WORLDS = (1, 2)
# A join to a row that is not there makes the row itself vanish, so what a row in sight leads to is in sight or shown with
# it. Here it may not be: the house asks the gate for whoever is at the other end, and leaves them unnamed if it says no.
GUARDED = {
    "families.Kinship.person", "families.Kinship.relative", "families.Membership.person",
    "families.HouseholdMember.person", "families.Support.person", "cases.Case.family", "people.Person.photo",
    "journal.Job.entry",
}  # fmt: skip
CHILDREN = 12


def behind_the_wall(actor: Actor, model: type[Model]) -> set[int]:
    """Keys that the database itself shows to an actor who asks for everything."""
    key: Any = model._meta.pk
    with standing(actor), connection.cursor() as cursor:
        cursor.execute(f'SELECT "{key.column}" FROM "{model._meta.db_table}"')
        return {pk for (pk,) in cursor.fetchall()}


@pytest.fixture
def demo(db: None, tmp_path: Path, settings: Any) -> None:
    """A believable association to throw together."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir(mode=0o700)
    assert cli.main(["demo", "--children", str(CHILDREN), "--no-serve"]) == 0


def shuffled(seed: int) -> Random:
    """Throw units, workers and ends together, so that nothing fits any more but what a scope insists on."""
    chance = Random(seed)
    units, users = list(Unit.objects.values_list("pk", flat=True)), list(User.objects.values_list("pk", flat=True))
    days = [None, None, timezone.localdate() - timedelta(days=30)]
    for model, changes in (
        (Person, {"unit_id": units}),
        (Family, {"unit_id": units}),
        (Home, {"unit_id": units}),
        (Case, {"unit_id": units, "worker_id": users}),
        (Membership, {"ends_on": days}),
        (Carer, {"ends_on": days}),
        (HouseMember, {"ends_on": days}),
        (Referral, {"unit_id": units, "received_by_id": users, "screened_by_id": users}),
    ):
        for pk in model._base_manager.values_list("pk", flat=True):
            drawn = {name: chance.choice(among) for name, among in changes.items()}
            # A change that a constraint forbids is left out: chance has other ideas than the house.
            with suppress(DatabaseError), transaction.atomic():
                model._base_manager.filter(pk=pk).update(**drawn)
    # The plans that this session keeps are from when the tables were empty; what other tests undid lies in them still.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return chance


def actors(chance: Random) -> Iterator[Actor]:
    """Whoever may ask: people of the demo, people with seats by chance, devices, machines, guests, nobody."""
    yield Actor(name="nobody")
    yield machine("backup")
    yield machine("calendar", Role.SUPERVISOR)
    yield guest(Invitation.objects.order_by("?").first() or Invitation(code="NOT-THERE"))
    people = list(User.objects.all())
    units = list(Unit.objects.select_related("programme"))
    for user in chance.sample(people, min(6, len(people))):
        yield actor_for(user)
    for _one in range(6):
        seats = [
            (chance.choice(Role.values), chance.choice([None, *units, *units])) for _more in range(chance.randint(1, 3))
        ]
        user = chance.choice(people)
        Seat.objects.filter(user=user).delete()
        for role, unit in seats:
            # A caseworker’s seat is in a unit; chance does not know that.
            with suppress(DatabaseError), transaction.atomic():
                Seat.objects.create(user=user, role=role, unit=unit, starts_on=timezone.localdate() - timedelta(days=9))
        if chance.random() < 0.5:
            person = chance.choice(list(Person.objects.all()))
            Opening.objects.create(
                user=user, unit=person.unit, subject_type="people.person", subject_id=person.pk,
                subject_code=person.code, until=timezone.now() + timedelta(hours=1), reason="By chance, for this test.",
            )  # fmt: skip
        yield actor_for(user)
    yield device("BY-CHANCE", [(Role.SUPERVISOR, chance.choice(units).pk, None)])


@pytest.mark.parametrize("seed", WORLDS)
def test_the_wall_shows_every_actor_what_the_gate_shows(demo: None, seed: int) -> None:
    """To the row: the scope, and what is declared to be shown with a row in sight. And no key leads behind the wall."""
    chance, compared, rows, lost = shuffled(seed), 0, 0, set()
    for actor in actors(chance):
        sight = {model: behind_the_wall(actor, model) for model in wall.walled()}
        for model, itself in sight.items():
            expected = set(seen(actor, model).values_list("pk", flat=True))
            if model in wall.KNOWN_TO_ALL:
                assert expected <= itself, (actor, model)
                continue
            for other, by in shown_with(model):
                expected |= set(seen(actor, other).values_list(by, flat=True)) - {None}
            assert itself == expected, (actor, model._meta.label)
            compared, rows = compared + 1, rows + len(itself)
            lost |= set(keys_that_lead_away(model, itself, sight))
    assert compared > 1000
    assert rows > 500
    assert lost <= GUARDED


def keys_that_lead_away(model: type[Model], keys: set[int], sight: dict[type[Model], set[int]]) -> Iterator[str]:
    """Names of keys by which a row in sight leads to one that is not."""
    for each in model._meta.concrete_fields:
        if each.is_relation and each.related_model in sight:
            led = set(model._base_manager.filter(pk__in=keys).values_list(each.attname, flat=True)) - {None}
            if not led <= sight[each.related_model]:
                yield f"{model._meta.label}.{each.name}"


# ---- what it refuses --------------------------------------------------------------------------------------------------


def test_a_question_that_forgets_the_gate_finds_the_rows_of_the_scope_alone(
    noors_case: Case, amina: Colleague, bruno: Colleague
) -> None:
    with standing(amina.actor):
        assert [case.pk for case in Case.objects.all()] == [noors_case.pk]
    with standing(bruno.actor):
        assert not Case.objects.exists()
        assert not Person.objects.filter(pk=noors_case.child_id).exists()


def test_nobody_sees_nothing(noors_case: Case) -> None:
    with standing(Actor(name="")):
        assert [model._meta.label for model in wall.walled() if model._base_manager.exists()] == []


def test_an_actor_as_such_writes_nothing(noors_case: Case, amina: Colleague, village: Unit) -> None:
    with standing(amina.actor):
        assert Case.objects.filter(pk=noors_case.pk).update(risk="low") == 0
        assert Case.objects.filter(pk=noors_case.pk)._raw_delete("default") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Family.objects.create(unit=village, name="Past every judge")
    assert not Family.objects.filter(name="Past every judge").exists()


def test_an_act_writes_and_its_actor_goes_on_seeing_the_scope_alone(
    noors_case: Case, amina: Colleague, other_unit: Unit
) -> None:
    stranger = Family.objects.create(unit=other_unit, name="Elsewhere")
    with standing(amina.actor):
        with passing("a deed"):
            assert Family.objects.filter(pk=stranger.pk).update(name="Somewhere") == 1
        assert not Family.objects.filter(pk=stranger.pk).exists()
    assert Family.objects.get(pk=stranger.pk).name == "Somewhere"


def test_an_act_passes_by_its_own_name(noors_case: Case, amina: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    right = book.acts["cases.assess_risk"].do

    def overheard(*args: Any, **particulars: Any) -> Any:
        Unit.objects.count()
        heard.append(told()[1])
        return right(*args, **particulars)

    monkeypatch.setattr(book.acts["cases.assess_risk"], "do", overheard)
    with standing(amina.actor):
        book.acts["cases.assess_risk"](amina.actor, noors_case, risk="high")
    assert heard == ["cases.assess_risk"]


# ---- who is told, and for how long -------------------------------------------------------------------------------------


def told() -> tuple[str, str, str]:
    """What the database knows of whoever asks: the actor, the pass, the role; asked past the wrapper that would tell it."""
    line = connection.connection
    found = line.execute(
        "SELECT coalesce(current_setting('kinkeeper.actor', true), ''),"
        " coalesce(current_setting('kinkeeper.pass', true), ''), current_user"
    ).fetchone()
    return tuple(found)


@pytest.mark.django_db(transaction=True)
def test_what_is_told_ends_with_the_transaction(amina: Colleague) -> None:
    owner = told()[2]
    with transaction.atomic(), standing(amina.actor):
        Unit.objects.count()
        assert told()[0] != ""
        assert told()[2] == settings.APPLICATION_ROLE != owner
    assert told() == ("", "", owner)
    # Outside a transaction each question has one of its own.
    with standing(amina.actor):
        assert Unit.objects.count() == 1
        assert told() == ("", "", owner)


@pytest.mark.django_db(transaction=True)
def test_a_failed_question_leaves_nobody_behind(amina: Colleague) -> None:
    with standing(amina.actor), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_thing")
    assert told()[:2] == ("", "")
    assert Unit.objects.count() == 1


def test_a_savepoint_that_is_undone_does_not_bring_somebody_else_back(
    noors_case: Case, amina: Colleague, bruno: Colleague
) -> None:
    with standing(amina.actor):
        assert Case.objects.count() == 1
        point = transaction.savepoint()
        with standing(bruno.actor):
            assert Case.objects.count() == 0
            transaction.savepoint_rollback(point)
            assert Case.objects.count() == 0
        assert Case.objects.count() == 1


def test_a_stream_is_asked_for_by_whoever_asked_for_the_page(
    noors_case: Case, amina: Colleague, bruno: Colleague
) -> None:
    def page(request: Any) -> Any:
        return StreamingHttpResponse(str(Case.objects.count()) for _line in range(2))

    for colleague, found in ((amina, b"11"), (bruno, b"00")):
        request: Any = RequestFactory().get("/")
        request.actor = colleague.actor
        with at_the_door():
            answer = StandingMiddleware(page)(request)
            assert Case.objects.count() == 1
            assert b"".join(answer.streaming_content) == found  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_long_answers_come_in_pieces_to_the_same_actor(noors_case: Case, amina: Colleague) -> None:
    with standing(amina.actor):
        assert [case.pk for case in Case.objects.iterator(chunk_size=1)] == [noors_case.pk]


def test_out_of_a_request_a_stream_goes_on_as_nobody() -> None:
    assert list(on_the_way_out([1, 2])) == [1, 2]


# ---- how it stands -----------------------------------------------------------------------------------------------------


def asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_every_table_with_a_scope_stands_behind_the_wall(db: None) -> None:
    guarded = {name for (name,) in asked("SELECT relname FROM pg_class WHERE relrowsecurity")}
    assert guarded == {model._meta.db_table for model in wall.walled()}
    policies = asked("SELECT tablename, policyname, cmd, permissive FROM pg_policies ORDER BY 1, 2")
    assert set(policies) == {
        (table, *policy)
        for table in guarded
        for policy in (("kinkeeper_does", "ALL", "PERMISSIVE"), ("kinkeeper_sees", "SELECT", "PERMISSIVE"))
    }


def test_the_application_owns_nothing_and_goes_around_nothing(db: None) -> None:
    for role, goes_around in ((settings.APPLICATION_ROLE, False), (settings.BACKUP_ROLE, True)):
        ((superuser, bypasses, creates),) = asked(
            f"SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = '{role}'"
        )
        assert (superuser, bypasses, creates) == (False, goes_around, False)
        assert (
            asked(
                f"SELECT 1 FROM pg_class WHERE relowner = '{role}'::regrole AND relnamespace = 'public'::regnamespace"
            )
            == []
        )
    may = "SELECT has_table_privilege('{}', 'people_person', '{}')"
    assert asked(may.format(settings.APPLICATION_ROLE, "TRUNCATE")) == [(False,)]
    assert asked(may.format(settings.BACKUP_ROLE, "SELECT")) == [(True,)]
    assert asked(may.format(settings.BACKUP_ROLE, "UPDATE")) == [(False,)]


def test_no_view_shows_what_the_wall_hides(db: None) -> None:
    assert (
        asked("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace")
        == []
    )


def test_while_tables_are_altered_the_application_sees_nothing(noors_case: Case, amina: Colleague) -> None:
    mason.take_down(connection)
    with standing(amina.actor):
        assert not Case.objects.exists()
    assert mason.faults(connection) != []
    mason.build(connection)
    assert mason.faults(connection) == []
    with standing(amina.actor):
        assert Case.objects.count() == 1


def test_a_condition_that_somebody_changed_by_hand_is_noticed(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY kinkeeper_sees ON people_person")
        cursor.execute("CREATE POLICY kinkeeper_sees ON people_person FOR SELECT USING (true)")
    assert any("people_person" in fault for fault in mason.faults(connection))
