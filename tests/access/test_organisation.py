"""The association is founded once by the set-up; programmes and units are opened by the administrator."""

from __future__ import annotations

import pytest

from kinkeeper.access import actions
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Programme, Role, Seat, Unit, User
from kinkeeper.journal.models import Entry
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import mark
from kinkeeper.lib.refusals import Refused
from tests.conftest import PASSWORD, Colleague, hire

SETUP = ("setup", Role.ADMINISTRATOR)


@pytest.mark.django_db
def test_the_key_of_marks_is_there_from_the_first_day() -> None:
    """Were it made with the first mark, a backup from before would not know again who was erased after it."""
    actions.found_association(machine(*SETUP), name="Kin of the Rivers", country="xk", pack="un")
    before = DataKey.objects.get(holder_type="association")
    mark("an erased record", "erasure")
    assert DataKey.objects.get() == before


@pytest.mark.django_db
def test_set_up_founds_the_association_and_appoints_its_first_administrator() -> None:
    association = actions.found_association(
        machine(*SETUP),
        name="Kin of the Rivers",
        country="xk",
        pack="un",
        programmes={"family_care": [{"name": "Riverside", "kind": "village", "place": "Prizren"}], "youth": []},
    )
    rosa = actions.appoint_first_administrator(
        machine(*SETUP), association, email="Rosa@Example.org", name="Rosa", password=PASSWORD
    )
    assert (association.name, association.country, association.is_demo) == ("Kin of the Rivers", "XK", False)
    assert set(Programme.objects.values_list("name", "kind")) == {
        ("Family-based care", "family_care"),
        ("Youth", "youth"),
    }
    assert Unit.objects.get().place == "Prizren"
    assert (rosa.email, Seat.objects.get().role) == ("rosa@example.org", "administrator")
    assert list(Entry.objects.order_by("pk").values_list("actor", "act")) == [
        ("machine:setup", "access.found_association"),
        ("machine:setup", "access.appoint_first_administrator"),
    ]


def test_it_is_founded_once_and_by_the_set_up_only(association: Association, rosa: Colleague) -> None:
    with pytest.raises(Refused, match="already has its association"):
        actions.found_association(machine(*SETUP), name="Another", country="NL", pack="un")
    with pytest.raises(Refused, match="by the command"):
        actions.found_association(rosa.actor, name="Another", country="NL", pack="un")
    with pytest.raises(Refused, match="already an administrator"):
        actions.appoint_first_administrator(
            machine(*SETUP), association, email="x@example.org", name="X", password=PASSWORD
        )
    assert (Association.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_first_administrator_is_missing_until_somebody_administers_the_whole_association(
    association: Association, village: Unit, dalia: Colleague
) -> None:
    """Neither another seat over everything, nor one as administrator of a part, nor a closed account is one."""
    hire("Dora Director", (Role.DIRECTOR, None))
    part = hire("Pia Part", (Role.ADMINISTRATOR, village.programme))
    hire("Una Unit", (Role.ADMINISTRATOR, village))
    gone = hire("Gil Gone", (Role.ADMINISTRATOR, None)).user
    User.objects.filter(pk=gone.pk).update(is_active=False)
    found = actions.appoint_first_administrator(
        machine(*SETUP), association, email="x@example.org", name="X", password=PASSWORD
    )
    assert Seat.objects.get(user=found).role == Role.ADMINISTRATOR
    assert Seat.objects.get(user=part.user).programme == village.programme


def test_programmes_and_units_are_opened(rosa: Colleague, association: Association) -> None:
    browser = rosa.browser
    browser.post("/administration/programmes/new/", {"name": "Youth", "kind": "youth", "version": "1"})
    programme = Programme.objects.get()
    address = f"/administration/programmes/{programme.code}/open-unit/"
    browser.post(address, {"name": "Bridge", "kind": "youth_team", "place": "Gjakova", "version": "1"})
    unit = Unit.objects.get()
    assert (unit.programme, unit.name, unit.kind, unit.place) == (programme, "Bridge", "youth_team", "Gjakova")
    assert Entry.objects.get(act="access.open_unit").subject_code == unit.code
    page = browser.get("/administration/").content.decode()
    assert "Bridge" in page
    again = browser.post(address, {"name": "Bridge", "kind": "youth_team", "version": "1"}).content.decode()
    assert "already has a unit with this name" in again
    assert Unit.objects.count() == 1


def test_only_the_administrator_opens_them(dalia: Colleague, association: Association, village: Unit) -> None:
    with pytest.raises(Refused, match="Only an administrator"):
        actions.open_programme(dalia.actor, association, name="More", kind="youth")
    with pytest.raises(Refused, match="Only an administrator"):
        actions.open_unit(dalia.actor, village.programme, name="More", kind="office")
    assert (Programme.objects.count(), Unit.objects.count()) == (2, 2)
