"""Partners are added, described anew and closed by the supervisor; everybody in the unit finds them."""

from __future__ import annotations

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.sharing.actions import add_partner, close_partner, describe_partner
from kinkeeper.sharing.models import Partner
from tests.conftest import Colleague
from tests.sharing.conftest import DAY, TODAY


def test_a_partner_is_added_and_remembered(dalia: Colleague, village: Unit) -> None:
    partner = add_partner(
        dalia.actor, village, name=" River  School ", kind="school", offers="classes", contact="Ms Berg"
    )
    assert (partner.unit, partner.name, partner.kind, partner.offers) == (village, "River School", "school", "classes")
    entry = Entry.objects.get(act="sharing.add_partner")
    assert (entry.subject_code, entry.unit_id, entry.facts) == (partner.code, village.pk, {"subject": village.code})


def test_only_the_supervisor_adds_partners(amina: Colleague, bruno: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="Only a supervisor of this unit can change its partners"):
        add_partner(amina.actor, village, name="X", kind="school")
    with pytest.raises(Unseen):
        add_partner(bruno.actor, village, name="X", kind="school")
    assert Partner.objects.count() == 0


def test_no_two_partners_of_one_name_in_a_unit(dalia: Colleague, clinic: Partner, village: Unit) -> None:
    with pytest.raises(Refused, match="of that name already") as refused:
        add_partner(dalia.actor, village, name="river clinic", kind="health")
    assert (refused.value.guard, Partner.objects.count()) == ("G-DUP", 1)
    close_partner(dalia.actor, clinic, closed_on=TODAY)
    assert add_partner(dalia.actor, village, name="river clinic", kind="health").pk != clinic.pk


def test_a_partner_is_described_anew(dalia: Colleague, clinic: Partner) -> None:
    described = describe_partner(dalia.actor, clinic, name="River Clinic", kind="health", offers="hearing aids")
    assert (described.offers, described.version) == ("hearing aids", clinic.version + 1)
    with pytest.raises(Stale):
        describe_partner(dalia.actor, clinic, name="Old page", kind="health")
    assert Partner.objects.get().name == "River Clinic"


def test_a_closed_partner_stays_as_it_is(dalia: Colleague, clinic: Partner) -> None:
    with pytest.raises(Refused, match="still to come"):
        close_partner(dalia.actor, clinic, closed_on=TODAY + DAY)
    closed = close_partner(dalia.actor, clinic, closed_on=TODAY)
    assert closed.closed_on == TODAY
    with pytest.raises(Refused, match="no longer work with this partner"):
        describe_partner(dalia.actor, closed, name="X", kind="health")


def test_the_list_finds_partners_by_what_they_offer(amina: Colleague, bruno: Colleague, clinic: Partner) -> None:
    page = amina.browser.get("/partners/?q=speech").content.decode()
    assert clinic.name in page
    assert clinic.name not in amina.browser.get("/partners/?q=football").content.decode()
    assert clinic.name not in bruno.browser.get("/partners/").content.decode()
    assert bruno.browser.get(clinic.get_absolute_url()).status_code == 404
    assert "Children sent there" in amina.browser.get(clinic.get_absolute_url()).content.decode()


def test_the_pages_add_describe_and_close(dalia: Colleague, amina: Colleague, village: Unit) -> None:
    form = {"version": village.version, "name": "Court", "kind": "court", "offers": "", "contact": ""}
    assert dalia.browser.post(f"/units/{village.code}/add-partner/", form).status_code == 302
    court = Partner.objects.get()
    at = f"/partners/{court.code}"
    assert dalia.browser.post(f"{at}/describe/", {**form, "version": 1, "name": "High court"}).status_code == 302
    refused = amina.browser.post(f"{at}/close/", {"version": 2, "closed_on": TODAY.isoformat()})
    assert (refused.status_code, Partner.objects.get().closed_on) == (409, None)
    assert Refusal.objects.get().act == "sharing.close_partner"
    assert dalia.browser.post(f"{at}/close/", {"version": 2, "closed_on": TODAY.isoformat()}).status_code == 302
    assert Partner.objects.get().closed_on == TODAY


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    amina: Colleague, village: Unit, number: int, django_assert_max_num_queries: object
) -> None:
    for n in range(number):
        Partner.objects.create(unit=village, name=f"Partner {n}", kind="school")
    browser = amina.browser
    browser.get("/partners/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        browser.get("/partners/")
