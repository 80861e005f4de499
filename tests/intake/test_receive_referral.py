"""A referral is received: whoever it comes from, with whom it speaks of, and without deciding anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.gate import Unseen, device, seen
from kinkeeper.access.models import Role, Unit
from kinkeeper.intake.actions import Said, receive_referral
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague, hire
from tests.intake.conftest import TOLD


def test_a_referral_is_received_and_remembered(amina: Colleague, village: Unit, volkovas: Referral) -> None:
    stored = Referral.objects.get()
    assert (stored.unit, stored.state, stored.channel, stored.source) == (village, "received", "letter", "authority")
    assert (stored.known, stored.causes) == ("No money for heating, the father has left.", ["POVERTY"])
    assert (stored.immediate_danger, stored.urgency, stored.received_by) == (False, "", amina.user)
    said = Mentioned.objects.values_list("part", "given", "family", "birth", "sex")
    assert list(said) == [
        ("parent", "Olga", "Volkova", "1994", "F"),
        ("child", "Dasha", "Volkova", "2014", "F"),
        ("child", "Kirill", "Volkov", "2018-05", "M"),
        ("child", "Sonya", "Volkova", "2023", "F"),
    ]
    assert not Mentioned.objects.exclude(person=None, case=None).exists()
    entry = Entry.objects.get(act="intake.receive_referral")
    assert (entry.subject_code, entry.unit_id) == (stored.code, village.pk)
    assert entry.facts == {"subject": village.code, "immediate_danger": False}
    assert "heating" not in str(entry.facts)


@pytest.mark.parametrize("source", ["child", "anonymous", "organisation", "family"])
def test_anybody_may_refer_and_nobody_need_be_named(amina: Colleague, village: Unit, source: str) -> None:
    row = receive_referral(amina.actor, village, **{**TOLD, "source": source, "spoken_of": ()})
    assert (row.source, row.referrer, Mentioned.objects.count()) == (source, "", 0)


TOMORROW = PartialDate.of(timezone.localdate() + timedelta(days=1))


@pytest.mark.guard("G-TIME", "fires")
@pytest.mark.parametrize(
    ("changed", "guard", "field"),
    [
        ({"spoken_of": (Said(given="Dasha", birth=TOMORROW, row="p1_"),)}, "G-TIME", "p1_birth"),
        (
            {"spoken_of": (Said(given="Karim", birth=PartialDate(2014, estimated=True), row="p1_"),)},
            "G-AGE",
            "p1_birth_by",
        ),
        ({"spoken_of": (Said(birth=PartialDate(2014), row="p1_"),)}, "G-NAME", "p1_given"),
        ({"received_at": timezone.now() + timedelta(hours=2)}, "G-TIME", "received_at"),
        ({"immediate_danger": None}, "G-SCREEN", "immediate_danger"),
        ({"known": " "}, "G-REASON", "known"),
        ({"channel": "pigeon"}, "G-CODE", "channel"),
        ({"causes": ["WITCHCRAFT"]}, "G-CODE", "causes"),
    ],
)
def test_what_cannot_be_is_refused(
    amina: Colleague, village: Unit, changed: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        receive_referral(amina.actor, village, **{**TOLD, **changed})
    assert (refused.value.guard, refused.value.field) == (guard, field)
    assert (Referral.objects.count(), Mentioned.objects.count(), Entry.objects.count()) == (0, 0, 0)


@pytest.mark.guard("G-TIME", "passes")
def test_a_birth_of_today_is_received(amina: Colleague, village: Unit) -> None:
    newborn = Said(descriptor="Girl in hospital 4", birth=PartialDate.of(amina.actor.today))
    receive_referral(amina.actor, village, **{**TOLD, "spoken_of": (newborn,)})
    assert Mentioned.objects.get().name == "Girl in hospital 4"


def test_strangers_and_directors_receive_nothing(bruno: Colleague, village: Unit) -> None:
    with pytest.raises(Unseen):
        receive_referral(bruno.actor, village, **TOLD)
    director = hire("Dina Director", (Role.DIRECTOR, village))
    with pytest.raises(Refused, match="Only workers and supervisors") as refused:
        receive_referral(director.actor, village, **TOLD)
    assert (refused.value.guard, Referral.objects.count()) == ("G-MAY", 0)


def test_it_is_seen_by_all_until_it_is_screened_and_then_by_those_who_need_it(
    amina: Colleague, dalia: Colleague, bruno: Colleague, village: Unit, volkovas: Referral
) -> None:
    carl = hire("Carl Colleague", (Role.CASEWORKER, village))
    assert [seen(who.actor, Referral).count() for who in (amina, carl, dalia, bruno)] == [1, 1, 1, 0]
    Referral.objects.update(state="screened_out", screened_on=amina.actor.today)
    assert [seen(who.actor, Referral).count() for who in (amina, carl, dalia, bruno)] == [1, 0, 1, 0]
    assert [seen(who.actor, Mentioned).count() for who in (carl, dalia)] == [0, 4]


def test_a_device_does_not_see_what_nobodys_account_is_named_in(village: Unit, volkovas: Referral) -> None:
    sensor = device("X", [(Role.CASEWORKER, village.pk, None)])
    Referral.objects.update(received_by=None)
    assert seen(sensor, Referral).count() == 1
    Referral.objects.update(state="screened_out", screened_on=sensor.today)
    assert seen(sensor, Referral).count() == 0


def typed(unit: Unit, **changed: str) -> dict[str, str]:
    """What somebody fills in."""
    told = {"version": str(unit.version), "channel": "phone", "received_at": "2026-01-12T09:30", "source": "neighbour"}
    told |= {"immediate_danger": "no", "known": "Crying at night.", "p1_part": "child", "p1_given": "Dasha"}
    return {**told, "p1_birth": "2014", "p5_part": "parent", "p5_family": "Volkova", **changed}


def test_the_page_receives_a_referral_with_its_rows(amina: Colleague, village: Unit) -> None:
    address, browser = reverse("receive_referral", args=[village.code]), amina.browser
    page = browser.get(address).content.decode()
    assert "data-draft" in page
    danger = page[page.index('name="immediate_danger"') : page.index('name="known"')]
    assert (danger.count('type="radio"'), danger.count("checked")) in {(1, 0), (2, 0)}
    done = browser.post(address, typed(village))
    row = Referral.objects.get()
    assert done["Location"] == row.get_absolute_url()
    assert timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M") == "2026-01-12 09:30"
    assert [(said.part, said.name) for said in row.mentioned.all()] == [("child", "Dasha"), ("parent", "Volkova")]


def test_danger_has_no_default_on_the_page(amina: Colleague, village: Unit) -> None:
    told = typed(village)
    del told["immediate_danger"]
    answer = amina.browser.post(reverse("receive_referral", args=[village.code]), told)
    assert answer.context["form"].errors.keys() == {"immediate_danger"}
    assert Referral.objects.count() == 0


@pytest.mark.guard("G-TIME", "answers_409")
def test_the_page_answers_a_birth_of_tomorrow_with_409(amina: Colleague, village: Unit) -> None:
    address = reverse("receive_referral", args=[village.code])
    answer = amina.browser.post(address, typed(village, p1_birth=str(TOMORROW)))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Rule: G-TIME" in page
    assert "still to come" in page
    assert answer.context["form"].errors.keys() == {"p1_birth"}
    assert (Referral.objects.count(), Refusal.objects.get().guard) == (0, "G-TIME")
