"""What the interface answers: as far as the scope and the seat reach, in parts that stay whole, with looks left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases import actions as cases
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, HouseholdMember, Membership
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Look
from kinkeeper.lib.codes import new_code, show_code
from kinkeeper.people import actions as people
from kinkeeper.people.models import Identifier, Name, Person, SpokenLanguage
from kinkeeper.placements.models import Episode
from tests.conftest import Colleague, hire, put, register
from tests.interface.conftest import TODAY, Program, Story, another_child, law_of, program_of, told

# Every list, with whose record stands first in Noor’s world.
LISTS = {
    "/units": "unit",
    "/persons": "child",
    "/families": "family",
    "/cases": "case",
    "/cases/{case}/contacts": "contact",
    "/homes": "home",
    "/placements": "placement",
    "/periods-of-care": "period",
}
# Every single record, and what its look is written on.
RECORDS = {
    "/persons/{child}": ("people.person", "interface_person"),
    "/families/{family}": ("families.family", "interface_family"),
    "/cases/{case}": ("people.person", "interface_case"),
    "/cases/{case}/contacts": ("people.person", "interface_contacts"),
    "/contacts/{contact}": ("people.person", "interface_contact"),
    "/homes/{home}": ("homes.home", "interface_home"),
    "/placements/{placement}": ("people.person", "interface_placement"),
    "/periods-of-care/{period}": ("people.person", "interface_period"),
}


# ---- records ---------------------------------------------------------------------------------------------------------


def test_a_person_is_told_with_everything_that_hangs_on_the_record(dalias: Program, story: Story) -> None:
    child = story.child
    Identifier.objects.create(person=child, scheme="national", value="123")
    SpokenLanguage.objects.create(person=child, tag="sq", mother_tongue=True)
    answer = dalias.get(f"/persons/{child.code}")
    person = told(answer)
    assert answer["ETag"] == f'"{child.version}"'
    point, law = child.contact_points.get(), law_of(story.period)
    assert person == {
        "code": child.code, "version": child.version, "withheld": [], "unit": child.unit.code, "name": "Noor Saleh",
        "birth": child.birth, "birth_by": None, "sex": "F", "died_on": None, "ethnicity": None, "religion": None,
        "practice": None, "diet": None,
        "names": [{
            "withheld": [], "use": "used", "given": "Noor", "middle": None, "family": "Saleh", "script": "Latn",
            "starts_on": None, "ends_on": None,
        }],
        "languages": [{"withheld": [], "tag": "sq", "mother_tongue": True, "needs_interpreter": False}],
        "numbers": [{"withheld": [], "scheme": "national", "value": "123", "starts_on": None, "ends_on": None}],
        "legal_statuses": [{
            "withheld": [], "status": "VOLUNTARY", "starts_on": law.starts_on.isoformat(), "ends_on": None,
            "authority": None, "order_number": None,
        }],
        "contact_points": [{
            "code": point.code, "version": 1, "withheld": [], "kind": "phone", "value": "+383 44 000 111",
            "safe_to_use": True,
        }],
    }  # fmt: skip


@pytest.mark.asvs("8.2.3", "15.3.1")
def test_what_the_seat_does_not_reach_is_absent_and_named(story: Story) -> None:
    program = program_of(hire("Dora Director", (Role.DIRECTOR, story.case.unit.programme)))
    person = program.read(f"/persons/{story.child.code}")
    assert person["withheld"] == ["ethnicity", "religion", "practice", "diet"]
    assert not {"ethnicity", "religion", "practice", "diet"} & person.keys()
    assert person["name"] == "Noor Saleh"
    point, law = person["contact_points"][0], person["legal_statuses"][0]
    assert (point["withheld"], "value" in point, point["kind"]) == (["value"], False, "phone")
    assert law["withheld"] == ["status", "authority", "order_number"]
    home = program.read(f"/homes/{story.home.code}")
    assert home["withheld"] == ["address", "postcode", "telephone"]
    period = program.read(f"/periods-of-care/{story.period.code}")
    assert (period["withheld"], period["episodes"][0]["withheld"]) == (["need"], ["legal_status"])
    contact = program.read(f"/contacts/{story.contact.code}")
    assert not {"note", "child_said", "place"} & contact.keys()
    assert b"She laughed" not in program.get(f"/cases/{story.case.code}/contacts").content


def test_a_case_a_home_and_where_a_child_lives(dalias: Program, story: Story, amina: Colleague) -> None:
    case, home, period = story.case, story.home, story.period
    assert dalias.read(f"/cases/{case.code}") == {
        "code": case.code, "version": case.version, "withheld": [], "child": story.child.code,
        "family": story.family.code, "unit": case.unit.code, "worker": amina.user.code, "kind": "care",
        "state": "active", "risk": None, "opened_on": "2024-01-15", "closed_on": None, "close_reason": None,
        "surviving": None,
    }  # fmt: skip
    told_home = dalias.read(f"/homes/{home.code}")
    assert (told_home["places"], told_home["taken"], told_home["kind"]) == (2, 1, "foster")
    stay = dalias.read(f"/placements/{story.placement.code}")
    began = (TODAY - timedelta(days=100)).isoformat()
    assert (stay["home"], stay["period"], stay["child"]) == (home.code, period.code, story.child.code)
    assert (stay["started_on"], stay["ended_on"]) == (began, None)
    told_period = dalias.read(f"/periods-of-care/{period.code}")
    assert (told_period["need"], told_period["started_on"], told_period["ended_on"]) == ("NEGLECT", began, None)
    episode = Episode.objects.get()
    assert told_period["episodes"] == [
        {
            "code": episode.code, "version": 1, "withheld": [], "placement": story.placement.code,
            "started_on": began, "ended_on": None, "reason": "S", "legal_status": "VOLUNTARY",
        }
    ]  # fmt: skip
    assert [each["code"] for each in told_period["placements"]] == [story.placement.code]


def test_a_family_names_the_people_in_sight_alone(aminas: Program, story: Story, other_unit: Unit) -> None:
    stranger = register(other_unit, "Far", "Saleh")
    gone = Membership.objects.create(family=story.family, person=stranger, ends_on=TODAY)
    family = aminas.read(f"/families/{story.family.code}")
    assert len(family["members"]) == 3
    hidden = [each for each in family["members"] if "person" not in each]
    assert [(each["withheld"], each["ends_on"]) for each in hidden] == [(["person"], TODAY.isoformat())]
    assert gone.person.code not in str(family)
    house = family["households"][0]
    mother = HouseholdMember.objects.get().person
    assert (house["name"], house["address"]) == ("At the river", "Mill Lane 5")
    assert [each["person"] for each in house["members"]] == [mother.code]


def test_a_home_out_of_sight_is_not_named(aminas: Program, story: Story, other_unit: Unit) -> None:
    Home.objects.filter(pk=story.home.pk).update(unit=other_unit)
    stay = aminas.read(f"/placements/{story.placement.code}")
    assert ("home" in stay, stay["withheld"]) == (False, ["home"])


def test_codes_are_read_as_people_write_them(aminas: Program, story: Story) -> None:
    assert aminas.read(f"/cases/{show_code(story.case.code).lower()}")["code"] == story.case.code


@pytest.mark.parametrize("path", RECORDS)
def test_a_record_out_of_sight_is_not_found_as_one_that_does_not_exist(
    story: Story, bruno: Colleague, path: str
) -> None:
    program = program_of(bruno)
    there = program.get(path.format(**story.codes()))
    nowhere = program.get(path.format(**dict.fromkeys(story.codes(), new_code())))
    assert (there.status_code, told(there)["code"]) == (404, "unseen")
    assert (nowhere.status_code, nowhere.content) == (404, there.content)
    mistyped = program.get(path.format(**dict.fromkeys(story.codes(), "K7QF%00")))
    assert (mistyped.status_code, mistyped.content) == (404, there.content)
    assert not Look.objects.exists()


@pytest.mark.parametrize("path", RECORDS)
def test_who_reads_a_record_leaves_a_look(dalias: Program, dalia: Colleague, story: Story, path: str) -> None:
    dalias.read(path.format(**story.codes()))
    look = Look.objects.get()
    assert (look.user, look.device, look.subject_type, look.page) == (dalia.user, "", *RECORDS[path])


def test_the_page_of_the_child_shows_who_read_it(dalias: Program, story: Story, amina: Colleague) -> None:
    dalias.read(f"/persons/{story.child.code}")
    assert "Dalia Marku" in amina.browser.get(f"/children/{story.child.code}/").content.decode()


# ---- lists -----------------------------------------------------------------------------------------------------------


def codes(part: Any) -> list[str]:
    return [each["code"] for each in part["items"]]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_what_is_in_sight(dalias: Program, bruno: Colleague, story: Story, path: str) -> None:
    at = path.format(**story.codes())
    assert story.codes()[LISTS[path]] in codes(dalias.read(at))
    stranger = program_of(bruno).get(at)
    assert stranger.status_code == (404 if "{" in path else 200)
    assert story.codes()[LISTS[path]] not in stranger.content.decode()


def test_a_caseworker_reads_the_own_caseload_alone(story: Story, aminas: Program) -> None:
    carl = hire("Carl Colleague", (Role.CASEWORKER, story.case.unit))
    other = another_child(story, carl, "Ilir")
    assert codes(aminas.read("/cases")) == [story.case.code]
    assert codes(program_of(carl).read("/cases")) == [other.case.code]
    assert aminas.get(f"/persons/{other.child.code}").status_code == 404


@pytest.mark.parametrize("path", [path for path in LISTS if path != "/units"])
def test_a_list_asks_the_same_number_of_questions(
    dalias: Program, story: Story, amina: Colleague, path: str, django_assert_num_queries
) -> None:
    counts = {
        "/persons": 5, "/families": 5, "/cases": 6, "/cases/{case}/contacts": 8, "/homes": 6, "/placements": 8,
        "/periods-of-care": 5,
    }  # fmt: skip
    at = path.format(**story.codes())
    # The first call of a minute asks one question more; here the clock stands still.
    with time_machine.travel(datetime.now(UTC), tick=False):
        dalias.read("/token")
        with django_assert_num_queries(counts[path]):
            assert dalias.read(at)["items"]
        for name in ("Ilir", "Besa"):
            another_child(story, amina, name)
            cases.record_contact(amina.actor, story.case, kind="call", happened_on=TODAY, seen="not_seen")
        with django_assert_num_queries(counts[path]):
            assert len(dalias.read(at)["items"]) >= 3


@pytest.mark.asvs("15.3.1")
def test_lists_tell_nothing_special(dalias: Program, story: Story) -> None:
    for rows, names in (
        (Person.objects, ("ethnicity", "religion", "practice", "diet")),
        (Home.objects, ("address", "postcode", "telephone")),
        (type(story.period).objects, ("need",)),
        (type(story.placement).objects, ("mitigation",)),
    ):
        for row in rows.all():
            put(row, **dict.fromkeys(names, "SPECIAL"))
    assert "SPECIAL" in str(dalias.read(f"/persons/{story.child.code}"))
    for path in LISTS:
        assert "SPECIAL" not in str(dalias.read(path.format(**story.codes()))), path


def test_parts_of_a_list_stay_whole_while_records_are_written(dalias: Program, story: Story, village: Unit) -> None:
    for number in range(5):
        register(village, f"Child {number}", "Early")
    before = set(Person.objects.values_list("code", flat=True))
    first = dalias.read("/persons?limit=3")
    # Somebody is written in between whose name comes first of all.
    late = register(village, "Aa", "Aa")
    read, cursor = codes(first), first["next"]
    while cursor:
        part = dalias.read(f"/persons?limit=3&cursor={quote(cursor)}")
        read, cursor = read + codes(part), part["next"]
    assert (len(read), set(read)) == (len(set(read)), before | {late.code})
    assert read[-1] == late.code


def test_a_cursor_is_good_for_its_token_and_its_list_alone(dalias: Program, aminas: Program, story: Story) -> None:
    cursor = dalias.read("/persons?limit=1")["next"]
    for program, path in (
        (aminas, f"/persons?cursor={quote(cursor)}"),
        (dalias, f"/homes?cursor={quote(cursor)}"),
        (dalias, f"/persons?cursor={story.child.code}"),
    ):
        answer = program.get(path)
        assert (answer.status_code, told(answer)["field"]) == (422, "query.cursor")


def test_filters_of_unit_state_and_child(dalias: Program, story: Story, amina: Colleague, other_unit: Unit) -> None:
    other = another_child(story, amina, "Ilir")
    Case.objects.filter(pk=other.case.pk).update(state="closed", closed_on=TODAY)
    type(other.period).objects.filter(pk=other.period.pk).update(ended_on=TODAY, exit="E4A")
    Home.objects.filter(pk=other.home.pk).update(closed_on=TODAY, kind=Home.Kind.FLAT)
    here, there = story.case.unit.code, other_unit.code
    assert codes(dalias.read("/cases?running=true")) == codes(dalias.read("/cases?state=active")) == [story.case.code]
    assert codes(dalias.read("/cases?running=false")) == [other.case.code]
    for path in ("/persons", "/families", "/cases", "/homes", "/placements", "/periods-of-care"):
        assert codes(dalias.read(f"{path}?unit={here}")), path
        assert codes(dalias.read(f"{path}?unit={there}")) == [], path
        assert codes(dalias.read(f"{path}?unit={new_code()}")) == [], path
    assert codes(dalias.read("/homes?open=true&kind=foster")) == [story.home.code]
    assert codes(dalias.read("/homes?open=false")) == codes(dalias.read("/homes?kind=flat")) == [other.home.code]
    child = other.child.code
    assert codes(dalias.read(f"/placements?child={child}")) == [other.placement.code]
    assert codes(dalias.read(f"/periods-of-care?child={child}&running=false")) == [other.period.code]
    assert codes(dalias.read(f"/periods-of-care?child={child}&running=true")) == []
    assert codes(dalias.read("/placements?running=true")) == [story.placement.code]


def test_what_changed_since_a_moment(dalias: Program, story: Story, amina: Colleague, dalia: Colleague) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    for model in (Person, Case, Family, Home, Name):
        model._base_manager.update(created_at=long_ago)
    since = quote((datetime.now(UTC) + timedelta(hours=1)).isoformat())
    paths = ("/persons", "/cases", "/homes")
    assert all(codes(dalias.read(f"{path}?changed_since={since}")) == [] for path in paths)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        cases.assess_risk(amina.actor, Case.objects.get(), risk="high")
        assert codes(dalias.read(f"/cases?changed_since={since}")) == [story.case.code]
        assert codes(dalias.read(f"/persons?changed_since={since}")) == []
        # A part of a record counts as the record: a name that is added, and one that ends.
        name = people.name_person(amina.actor, story.child, given="Nour", family="Saleh", use=Name.Use.ALIAS)
        assert codes(dalias.read(f"/persons?changed_since={since}")) == [story.child.code]
    later = quote((datetime.now(UTC) + timedelta(hours=3)).isoformat())
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=4)):
        assert codes(dalias.read(f"/persons?changed_since={later}")) == []
        people.end_name(amina.actor, name, ended_on=TODAY)
        assert codes(dalias.read(f"/persons?changed_since={later}")) == [story.child.code]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("unti=x", "query.unti"),
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("changed_since=yesterday", "query.changed_since"),
        ("changed_since=2026-11-20T10:00:00", "query.changed_since"),
        ("state=gone", "query.state"),
        ("running=maybe", "query.running"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(dalias: Program, query: str, field: str) -> None:
    answer = dalias.get(f"/cases?{query}")
    assert (answer.status_code, answer["Content-Type"], told(answer)["field"]) == (
        422,
        "application/problem+json",
        field,
    )
    assert told(answer)["errors"][0]["field"] == field
