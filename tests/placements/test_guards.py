"""The database refuses a broken care history by itself, whoever writes and past every deed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import guards
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from tests.conftest import Colleague
from tests.placements.conftest import JULY, JUNE, MAY

DAY = timedelta(days=1)


def written(child: Person, home: Home, started_on: date, ended_on: date | None = None) -> PeriodOfCare:
    """A period with one episode, past every deed."""
    exit_code = "REUNIFIED" if ended_on else ""
    period = PeriodOfCare.objects.create(child=child, started_on=started_on, ended_on=ended_on, exit=exit_code)
    stay = Placement.objects.create(period=period, home=home, care_type="FOSTER_ST")
    status, _new = LegalStatus.objects.get_or_create(person=child, starts_on=started_on, status="VOLUNTARY")
    Episode.objects.create(period=period, started_on=started_on, reason="S", placement=stay, legal_status=status)
    return period


def another_episode(period: PeriodOfCare, started_on: date) -> Episode:
    first = Episode.objects.filter(period=period).order_by("started_on")[0]
    return Episode.objects.create(
        period=period, started_on=started_on, reason="L", placement=first.placement, legal_status=first.legal_status
    )


@pytest.mark.parametrize(
    "started_on, ended_on",
    [
        (MAY, JULY),
        (MAY + DAY, JULY - DAY),
        (MAY - DAY, MAY + DAY),
        (JULY - DAY, None),
        (MAY - DAY, None),
        (MAY - 30 * DAY, JULY + 30 * DAY),
    ],
)
def test_periods_of_a_child_do_not_overlap(
    noor: Person, okafors: Home, started_on: date, ended_on: date | None
) -> None:
    written(noor, okafors, MAY, JULY)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodOfCare.objects.create(
            child=noor, started_on=started_on, ended_on=ended_on, exit="REUNIFIED" if ended_on else ""
        )


def test_periods_may_touch_and_other_children_may_share_days(noor: Person, samir: Person, okafors: Home) -> None:
    written(noor, okafors, MAY, JUNE)
    written(noor, okafors, JUNE, JULY)
    written(noor, okafors, JULY)
    written(samir, okafors, MAY)
    assert PeriodOfCare.objects.count() == 4


def test_a_period_cannot_be_stretched_over_another(noor: Person, okafors: Home) -> None:
    first = written(noor, okafors, MAY, JUNE)
    written(noor, okafors, JUNE, JULY)
    with pytest.raises(IntegrityError, match=guards.OVERLAP), transaction.atomic():
        PeriodOfCare.objects.filter(pk=first.pk).update(ended_on=JUNE + DAY)


@pytest.mark.parametrize("day", [MAY - DAY, JULY, JULY + DAY])
def test_an_episode_lies_inside_its_period(noor: Person, okafors: Home, day: date) -> None:
    period = written(noor, okafors, MAY, JULY)
    with pytest.raises(IntegrityError, match=guards.INSIDE), transaction.atomic():
        another_episode(period, day)
    inside = another_episode(period, JUNE)
    with pytest.raises(IntegrityError, match=guards.INSIDE), transaction.atomic():
        Episode.objects.filter(pk=inside.pk).update(started_on=day)


def test_the_first_episode_begins_with_its_period(noor: Person, okafors: Home) -> None:
    period = PeriodOfCare.objects.create(child=noor, started_on=MAY)
    stay = Placement.objects.create(period=period, home=okafors, care_type="FOSTER_ST")
    status = LegalStatus.objects.create(person=noor, starts_on=MAY, status="VOLUNTARY")
    with pytest.raises(IntegrityError, match=guards.FIRST), transaction.atomic():
        Episode.objects.create(period=period, started_on=MAY + DAY, reason="S", placement=stay, legal_status=status)


def test_the_first_episode_cannot_begin_later(noor: Person, okafors: Home) -> None:
    period = written(noor, okafors, MAY)
    with pytest.raises(IntegrityError, match=guards.FIRST), transaction.atomic():
        Episode.objects.filter(period=period).update(started_on=MAY + DAY)


def test_placement_and_legal_status_are_of_the_same_child(noor: Person, samir: Person, okafors: Home) -> None:
    noors, samirs = written(noor, okafors, MAY), written(samir, okafors, JUNE)
    his = Episode.objects.get(period=samirs)
    for foreign in ({"placement": his.placement}, {"legal_status": his.legal_status}):
        with pytest.raises(IntegrityError, match=guards.OWN_ROWS), transaction.atomic():
            Episode.objects.filter(period=noors).update(**foreign)
    with pytest.raises(IntegrityError, match=guards.STAYS), transaction.atomic():
        Placement.objects.filter(pk=his.placement_id).update(period=noors)
    with pytest.raises(IntegrityError, match=guards.STATUS), transaction.atomic():
        LegalStatus.objects.filter(pk=his.legal_status_id).update(person=noor)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodOfCare.objects.filter(pk=samirs.pk).update(child=noor)


@pytest.mark.parametrize("changes", [{"started_on": MAY + DAY}, {"started_on": MAY - DAY}, {"ended_on": JUNE}])
def test_a_period_cannot_shrink_away_from_its_episodes(noor: Person, okafors: Home, changes: dict[str, date]) -> None:
    period = written(noor, okafors, MAY, JULY)
    another_episode(period, JUNE)
    with pytest.raises(IntegrityError, match=guards.COVERED), transaction.atomic():
        PeriodOfCare.objects.filter(pk=period.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_the_first_episode_cannot_go_while_others_stay(noor: Person, okafors: Home) -> None:
    period = written(noor, okafors, MAY)
    later = another_episode(period, JUNE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.filter(period=period, started_on=MAY).delete()
    assert Episode.objects.count() == 2
    later.delete()
    assert Episode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_first_episode_cannot_leave_for_another_period(noor: Person, okafors: Home) -> None:
    period = written(noor, okafors, MAY, JUNE)
    another_episode(period, MAY + DAY)
    other = PeriodOfCare.objects.create(child=noor, started_on=JUNE, ended_on=JULY, exit="REUNIFIED")
    stay = Placement.objects.create(period=other, home=okafors, care_type="FOSTER_ST")
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.filter(period=period, started_on=MAY).update(period=other, started_on=JUNE, placement=stay)


@pytest.mark.django_db(transaction=True)
def test_a_whole_history_can_be_erased_or_written_anew(noor: Person, okafors: Home) -> None:
    period = written(noor, okafors, MAY)
    another_episode(period, JUNE)
    with transaction.atomic():
        kept = list(Episode.objects.filter(period=period).order_by("started_on"))
        Episode.objects.filter(period=period).delete()
        PeriodOfCare.objects.filter(pk=period.pk).update(started_on=F("started_on") - 3 * DAY)
        kept[0].started_on -= 3 * DAY
        Episode.objects.bulk_create(kept)
    assert Episode.objects.count() == 2
    Episode.objects.all().delete()
    PeriodOfCare.objects.get().delete()
    assert not PeriodOfCare.objects.exists()


def test_every_guard_is_there(db: None) -> None:
    assert guards.missing_guards() == []


def test_a_missing_guard_is_named_and_put_back(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = "guard_placements_episode"
            cursor.execute(f"DROP TRIGGER {name} ON placements_episode")
        else:
            name = f"{guards.INSIDE}_on_insert"
            cursor.execute(f"DROP TRIGGER {name}")
    assert guards.missing_guards() == [name]
    guards.install(connection)
    assert guards.missing_guards() == []


class Rebuilding(migrations.Migration):
    """A migration of the future that changes every guarded table, which SQLite does by rebuilding it."""

    operations = [
        migrations.AlterField("episode", "home_postcode", models.CharField(max_length=13)),
        migrations.AlterField("periodofcare", "need", models.CharField(max_length=11)),
        migrations.AlterField("placement", "care_type", models.CharField(max_length=21)),
    ]


@contextmanager
def migrating() -> Iterator[BaseDatabaseSchemaEditor]:
    """What happens around each migration."""
    emit_pre_migrate_signal(0, False, "default")
    with connection.schema_editor() as editor:
        yield editor
    emit_post_migrate_signal(0, False, "default")


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_rebuild_the_tables_and_the_guards_come_back() -> None:
    state = MigrationLoader(connection).project_state()
    with migrating() as editor:
        Rebuilding("the_future", "placements").apply(state.clone(), editor)
    missing = guards.missing_guards()
    # Whoever comes next finds the tables as they were.
    with migrating() as editor:
        Rebuilding("the_future", "placements").unapply(state, editor)
    assert missing == guards.missing_guards() == []


def test_a_guard_speaks_in_a_sentence(amina: Colleague, noor: Person, in_care: PeriodOfCare, village: Unit) -> None:
    from kinkeeper.lib.refusals import Refused

    with pytest.raises(Refused, match="in care") as refusal, transaction.atomic(), guards.as_refusals():
        PeriodOfCare.objects.create(child=noor, started_on=JUNE)
    assert refusal.value.guard == "G-OVERLAP"
