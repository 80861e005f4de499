"""Seats are given and ended by the administrator, in a place that fits the role, and count from the next page on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access import actions
from kinkeeper.access.models import Role, Seat, Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from tests.conftest import Colleague

TODAY = date.today()


def test_a_given_seat_counts_at_once(rosa: Colleague, eve: Colleague, village: Unit) -> None:
    seat = actions.give_seat(rosa.actor, eve.user, role=Role.SUPERVISOR, unit=village, starts_on=TODAY)
    assert (seat.user, seat.role, seat.unit, seat.given_by) == (eve.user, Role.SUPERVISOR, village, rosa.user)
    assert eve.actor.sits(Role.SUPERVISOR, village.pk)
    entry = Entry.objects.get(act="access.give_seat")
    assert entry.facts == {
        "subject": eve.user.code,
        "role": "supervisor",
        "unit": village.code,
        "starts_on": TODAY.isoformat(),
    }


def test_nobody_gives_themselves_a_seat_and_only_the_administrator_gives_any(
    rosa: Colleague, dalia: Colleague, amina: Colleague, other_unit: Unit, village: Unit
) -> None:
    with pytest.raises(Refused, match="Nobody gives a seat to themselves"):
        actions.give_seat(rosa.actor, rosa.user, role=Role.CASEWORKER, unit=village, starts_on=TODAY)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.give_seat(dalia.actor, amina.user, role=Role.CASEWORKER, unit=other_unit, starts_on=TODAY)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.end_seat(dalia.actor, Seat.objects.get(user=amina.user), ends_on=TODAY)
    assert list(Seat.objects.values_list("user", flat=True)) == [
        rosa.user.pk,
        dalia.user.pk,
        dalia.user.pk,
        amina.user.pk,
    ]


def test_a_seat_is_held_once_and_in_a_place_that_fits(rosa: Colleague, amina: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="already holds this seat"):
        actions.give_seat(rosa.actor, amina.user, role=Role.CASEWORKER, unit=village, starts_on=TODAY)
    with pytest.raises(Refused, match="Choose the unit"):
        actions.give_seat(rosa.actor, amina.user, role=Role.SUPERVISOR, programme=village.programme, starts_on=TODAY)
    assert Seat.objects.filter(user=amina.user).count() == 1


def test_an_ended_seat_counts_through_its_last_day(rosa: Colleague, amina: Colleague, village: Unit) -> None:
    seat = Seat.objects.get(user=amina.user)
    actions.end_seat(rosa.actor, seat, ends_on=TODAY)
    assert amina.actor.sits(Role.CASEWORKER, village.pk)
    actions.end_seat(rosa.actor, Seat.objects.get(pk=seat.pk), ends_on=TODAY - timedelta(days=1))
    assert not amina.actor.seats
    with pytest.raises(Refused, match="already ended"):
        actions.end_seat(rosa.actor, Seat.objects.get(pk=seat.pk), ends_on=TODAY)


def test_refused_ends_change_nothing(rosa: Colleague, amina: Colleague) -> None:
    seat = Seat.objects.get(user=amina.user)
    with pytest.raises(Refused, match="before it began"):
        actions.end_seat(rosa.actor, seat, ends_on=date(2019, 12, 31))
    with pytest.raises(Refused, match="their own administrator’s seat"):
        actions.end_seat(rosa.actor, Seat.objects.get(user=rosa.user), ends_on=TODAY)
    seat.refresh_from_db()
    assert (seat.ends_on, seat.version) == (None, 1)


def test_a_stale_page_is_refused_and_what_was_typed_stays(rosa: Colleague, amina: Colleague) -> None:
    seat = Seat.objects.get(user=amina.user)
    Seat.objects.filter(pk=seat.pk).update(version=2)
    with pytest.raises(Stale):
        actions.end_seat(rosa.actor, seat, ends_on=TODAY)
    address = f"/administration/seats/{seat.code}/end/"
    page = rosa.browser.post(address, {"ends_on": "2026-01-02", "version": "1"}).content.decode()
    assert "Someone else changed this record" in page
    assert 'value="2026-01-02"' in page
    assert Seat.objects.get(pk=seat.pk).ends_on is None


def test_the_pages_give_and_end(rosa: Colleague, eve: Colleague, village: Unit) -> None:
    browser, user = rosa.browser, eve.user
    place = {"role": "caseworker", "place": f"unit-{village.code}", "starts_on": TODAY.isoformat(), "version": "1"}
    assert browser.post(f"/administration/users/{user.code}/give-seat/", place).status_code == 302
    seat = Seat.objects.get(user=user)
    page = browser.get(f"/administration/users/{user.code}/").content.decode()
    assert "Riverside" in page
    assert f"/administration/seats/{seat.code}/end/" in page
    browser.post(f"/administration/seats/{seat.code}/end/", {"ends_on": TODAY.isoformat(), "version": "1"})
    seat.refresh_from_db()
    assert seat.ends_on == TODAY
