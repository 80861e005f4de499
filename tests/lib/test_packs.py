"""Packs are read whole or refused with the file and the key."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.lib.pack_schema import WEEKDAYS
from kinkeeper.lib.packs import SECTIONS, BadPack, load_pack, messages, packs, read_pack

SMALL = """
code = "small"
label = "Small"
source = "a law"
[calendar]
source = "a law"
verified = true
[legal_statuses]
_source = "a law"
_verified = true
ORDER = { label = "Order", neutral = "FULL_CARE_ORDER" }
[limits]
caseload = { label = "Caseload", value = 25, unit = "children", source = "a law", verified = false }
"""


@pytest.mark.parametrize("code", packs())
def test_every_pack_that_comes_with_kinkeeper_is_whole(code: str) -> None:
    pack = load_pack(code)
    assert pack.code == code
    assert all((pack.legal_statuses, pack.care_types, pack.exits, pack.needs, pack.participation, pack.limits))
    assert all(limit.source for limit in pack.limits.values())


SAME = ("limits", "consents", "purposes", "grounds", "causes", "domains", "papers", "permanency", "separations")
NEEDED = {
    "response_high",
    "response_medium",
    "response_low",
    "assessment",
    "assessment_high",
    "plan",
    "caseload",
    "age_of_majority",
    "own_consent",
    "seen_alone",
    "child_view",
    "first_visit",
    "visits_first_year",
    "later_visits",
    "first_review",
    "second_review",
    "later_reviews",
    "review_longest",
    "bia_validity",
    "retrospective_bia",
    "emergency_care",
    "transit",
    "guardian_decision",
    "preliminary_guardianship",
    "sibling_review",
    "consent_validity",
    "transfer_acceptance",
    "referral_feedback",
    "unplanned_return_risk",
    "unplanned_return_decision",
    "hand_over",
    "aftercare_contact",
    "aftercare_until",
    "aftercare_option",
    "leaving_plan",
    "independent_living",
    "exit_between_assessments",
    "under_three",
    "under_three_short",
    "background_check",
    "training_hours",
    "home_review",
    "panel_least",
    "options_least",
    "independent_chair",
    "emergency_stay",
}
CODES = {
    "consents": "SERVICES SHARING TRACING PHOTO LETTER MEDIA RESEARCH PLACEMENT",
    "purposes": "REFERRAL AUTHORITY TRACING TRANSFER HEALTH SCHOOL EMBASSY FUNDRAISING STATISTICS RESEARCH",
    "domains": "CARE FOOD HOME HEALTH EMOTIONAL PROTECTION EDUCATION LIVELIHOOD FAMILY CULTURE PLAY PARTICIPATION",
    "papers": "IDENTITY BIRTH HEALTH_CARD SCHOOL LIFE_STORY COURT",
    "permanency": "REUNIFY KIN ADOPTION KAFALAH LONG_TERM SUPPORTED_INDEPENDENCE",
}
SCHEDULES = {"visits", "visits_family", "reviews", "followups", "followups_family", "aftercare"}


@pytest.mark.parametrize("code", packs())
def test_packs_set_the_same_so_that_code_can_rely_on_them(code: str) -> None:
    un, pack = load_pack("un"), load_pack(code)
    assert set(pack.limits) >= NEEDED
    for section in SAME:
        assert list(getattr(pack, section)) == list(getattr(un, section)), section
    for section, codes in CODES.items():
        assert set(getattr(pack, section)) == set(codes.split()), section
    for name, limit in un.limits.items():
        assert (pack.limits[name].label, name) == (limit.label, name)
    assert set(pack.schedules) >= SCHEDULES
    assert {entry.label for _section, entry in pack.entries()} <= set(messages())


@pytest.mark.parametrize("code", packs())
def test_every_pack_has_a_calendar_and_says_where_everything_comes_from(code: str) -> None:
    pack = load_pack(code)
    assert all(entry.source.strip() for _section, entry in pack.entries())
    assert pack.not_verified() == sum(not entry.verified for _section, entry in pack.entries()) + 1
    holidays = pack.calendar.holidays_between(date(2026, 1, 1), date(2026, 12, 31))
    assert (date(2026, 1, 1) in holidays) == (code != "un")
    assert not any(
        "default" in entry.source or "confirmed" in entry.source for _section, entry in pack.entries() if entry.verified
    )


def test_no_file_is_ever_sent_for_fundraising_and_the_embassy_needs_consent() -> None:
    for code in packs():
        purposes = load_pack(code).purposes
        assert purposes["FUNDRAISING"].fields == ()
        assert (purposes["EMBASSY"].basis, bool(purposes["EMBASSY"].consent)) == (("consent",), True)


def test_poverty_and_the_critical_parts_of_life() -> None:
    un = load_pack("un")
    assert {code for code, ground in un.grounds.items() if ground.poverty} == {"LOW_INCOME", "POOR_HOUSING"}
    assert [code for code, domain in un.domains.items() if domain.assessed] == CODES["domains"].split()[:8]
    critical = {code for code, domain in un.domains.items() if domain.critical}
    assert critical == {"CARE", "FOOD", "HOME", "HEALTH", "PROTECTION", "EDUCATION"}


@pytest.mark.parametrize(
    "code, age", [("un", 10), ("russia", 10), ("uzbekistan", 10), ("flanders", 12), ("england", 16)]
)
def test_the_age_of_own_consent(code: str, age: int) -> None:
    assert load_pack(code).own_consent_from("SHARING") == age


def test_what_uzbekistan_sets_was_read_where_it_says() -> None:
    pack = load_pack("uzbekistan")
    for name, value, unit in (
        ("own_consent", 10, "years"), ("guardian_decision", 1, "months"), ("preliminary_guardianship", 3, "days"),
    ):  # fmt: skip
        limit = pack.limit(name)
        assert (limit.value, limit.unit, limit.verified, "893" in limit.source) == (value, unit, True, True)
    assert pack.care_types["SOS_FAM"].capacity == 7
    assert (pack.legal_statuses["VASIYLIK"].neutral, pack.legal_statuses["HOMIYLIK"].neutral) == (
        "GUARDIANSHIP",
        "TRUSTEESHIP",
    )


def test_a_schedule_for_a_status_takes_the_place_of_the_general_one() -> None:
    russia = load_pack("russia")

    def codes(**of: str) -> list[str]:
        return [one.code for one in russia.schedules_for("visit", **of)]

    assert codes(kind="care", status="OPEKA") == ["visits_guardianship"]
    assert codes(kind="care", status="DEPRIVED") == codes(kind="care") == ["visits"]
    assert codes(kind="family_strengthening") == ["visits_family"]
    assert [one.code for one in russia.schedules_for("contact", kind="youth")] == ["aftercare"]
    assert russia.schedules_for("contact", kind="care") == []


def test_england_says_what_its_codes_mean() -> None:
    england = load_pack("england")
    assert england.legal_statuses["C2"].neutral == "FULL_CARE_ORDER"
    assert england.legal_statuses["V3"].short_break
    assert england.care_types["T1"].temporary
    assert (england.care_types["U6"].neutral, england.care_types["U6"].family_based) == ("FOSTER_ST", True)
    assert (england.exits["E12"].final, england.exits["E4B"].planned) == (True, False)
    assert (england.limit("first_review").value, england.limit("first_review").unit) == (20, "working_days")


def test_a_pack_is_read_once() -> None:
    assert load_pack("england") is load_pack("england")


def test_codes_may_not_be_swapped_by_accident() -> None:
    with pytest.raises(TypeError):
        load_pack("england").exits["E2"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SMALL + "[weather]\n", ["small.toml", "weather"]),
        (SMALL.replace('neutral = "FULL', 'colour = "red", neutral = "FULL'), ["legal_statuses.ORDER.colour"]),
        (SMALL.replace("FULL_CARE_ORDER", "SORT_OF"), ["legal_statuses.ORDER.neutral", "SORT_OF"]),
        (SMALL.replace("value = 25", 'value = "many"'), ["limits.caseload.value", "int"]),
        (SMALL.replace("value = 25", "value = true"), ["limits.caseload.value"]),
        (SMALL.replace('unit = "children"', 'unit = "furlongs"'), ["limits.caseload.unit"]),
        (SMALL.replace("value = 25, ", ""), ["limits.caseload", "value"]),
        (SMALL.replace('label = "Small"', ""), ["label"]),
        (SMALL.replace('"Order"', '""'), ["legal_statuses.ORDER.label"]),
        ("code = ", ["small.toml"]),
        (SMALL.replace("[calendar]", '[calendar]\nmoon = "full"'), ["calendar.moon"]),
        (SMALL.replace("[calendar]", '[calendar]\nweekend = ["sunnyday"]'), ["calendar.weekend"]),
        (SMALL.replace("[calendar]", '[calendar]\nweekend = "sunday"'), ["calendar.weekend", "list"]),
        (SMALL.replace("[calendar]", f"[calendar]\nweekend = {list(WEEKDAYS)}"), ["calendar.weekend", "working day"]),
        (SMALL.replace("[calendar]", '[calendar]\nextra = ["soon"]'), ["calendar.extra", "soon"]),
        (SMALL.replace("[calendar]", "[calendar]\nholidays = 3"), ["calendar.holidays"]),
        (SMALL.replace('[calendar]\nsource = "a law"\nverified = true', ""), ["calendar"]),
        (SMALL.replace('[calendar]\nsource = "a law"', "[calendar]"), ["calendar.source"]),
        (
            SMALL.replace('[calendar]\nsource = "a law"\nverified = true', '[calendar]\nsource = "a law"'),
            ["calendar.verified"],
        ),
        (SMALL.replace("_verified = true", "_moon = true"), ["legal_statuses._moon"]),
        (SMALL.replace("_verified = true", "_verified = 1"), ["legal_statuses.ORDER.verified"]),
    ],
)
def test_a_fault_names_file_and_key(text: str, names: list[str]) -> None:
    with pytest.raises(BadPack) as refusal:
        read_pack(text, "small.toml")
    assert all(name in str(refusal.value) for name in [*names, "small.toml"])


COMMON = {"source": '"a law"', "verified": "true", "label": '"One"'}
WHOLE: dict[str, dict[str, str]] = {
    "retention": {"years": "75", "counted_from": '"birth"'},
    "limits": {"value": "3", "unit": '"days"'},
    "schedules": {"about": '"visit"', "steps": '[{ within = "1 month", times = 1, until = "12 months" }]'},
    "legal_statuses": {"neutral": '"NONE"'},
    "care_types": {"neutral": '"NONE"', "capacity": "3"},
    "exits": {"neutral": '"OTHER"', "planned": "true"},
    "participation": {"heard": "true"},
    "consents": {"required_for": '["sharing"]', "own_from": "12"},
    "purposes": {"basis": '["legal_duty"]', "fields": '["code"]'},
    "grounds": {"poverty": "true"},
    "domains": {"critical": "true"},
    "papers": {"required": "true"},
    **{name: {} for name in ("needs", "reasons_for_change", "providers", "causes", "permanency", "separations")},
}


def section(name: str, **changes: str | None) -> str:
    """A small pack with one more section that holds one entry."""
    values = {**COMMON, **WHOLE[name], **changes}
    entry = "".join(f"{key} = {value}\n" for key, value in values.items() if value is not None)
    small = SMALL.partition("[legal_statuses]")[0]
    return f"{small}[{name}.ONE]\n{entry}"


def test_every_section_is_tried() -> None:
    assert set(WHOLE) == set(SECTIONS)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_where_its_entries_come_from_and_holds_nothing_else(name: str) -> None:
    entry = getattr(read_pack(section(name), "small.toml"), name)["ONE"]
    assert (entry.label, entry.source, entry.verified) == ("One", "a law", True)
    for changes, key in (
        ({"colour": '"red"'}, "colour"),
        ({"source": None}, "source"),
        ({"source": '" "'}, "source"),
        ({"verified": None}, "verified"),
        ({"verified": '"yes"'}, "verified"),
        ({"label": "7"}, "label"),
        ({"label": None}, "label"),
    ):
        with pytest.raises(BadPack) as refusal:
            read_pack(section(name, **changes), "small.toml")
        assert "small.toml" in str(refusal.value)
        assert f"{name}.ONE" in str(refusal.value)
        assert key in str(refusal.value)


@pytest.mark.parametrize(
    "name, changes, key",
    [
        ("schedules", {"about": None}, "about"),
        ("schedules", {"about": '"party"'}, "about"),
        ("schedules", {"mode": '"sometimes"'}, "mode"),
        ("schedules", {"for_statuses": '["KING"]'}, "for_statuses"),
        ("schedules", {"for_care": '["CASTLE"]'}, "for_care"),
        ("schedules", {"for_kinds": '"care"'}, "for_kinds"),
        ("schedules", {"steps": "[]"}, "steps"),
        ("schedules", {"steps": '"often"'}, "steps"),
        ("schedules", {"steps": "[3]"}, "steps[0]"),
        ("schedules", {"steps": "[{ times = 1 }]"}, "steps[0].within"),
        ("schedules", {"steps": '[{ within = "a while" }]'}, "steps[0].within"),
        ("schedules", {"steps": '[{ within = "0 days" }]'}, "steps[0].within"),
        ("schedules", {"steps": '[{ within = "1 day", until = "3 moons" }]'}, "steps[0].until"),
        ("schedules", {"steps": '[{ within = "1 day", times = -1 }]'}, "steps[0].times"),
        ("schedules", {"steps": '[{ within = "1 day", colour = 1 }]'}, "steps[0].colour"),
        ("consents", {"required_for": '["dancing"]'}, "required_for"),
        ("consents", {"required_for": "[1]"}, "required_for"),
        ("consents", {"own_from": '"ten"'}, "own_from"),
        ("purposes", {"basis": '["whim"]'}, "basis"),
        ("purposes", {"fields": '["diary"]'}, "fields"),
        ("purposes", {"consent": '"DANCING"'}, "consent"),
        ("purposes", {"basis": '["consent"]'}, "consent"),
        ("grounds", {"poverty": "1"}, "poverty"),
        ("limits", {"value": "-1"}, "value"),
    ],
)
def test_a_wrong_value_is_named(name: str, changes: dict[str, str | None], key: str) -> None:
    with pytest.raises(BadPack) as refusal:
        read_pack(section(name, **changes), "small.toml")
    assert f"{name}.ONE.{key}" in str(refusal.value) or (key == "about" and f"{name}.ONE" in str(refusal.value))


def test_an_entry_inherits_from_its_section_and_may_say_otherwise() -> None:
    text = (
        SMALL
        + '[needs]\n_source = "a book"\n_verified = true\nA = { label = "A" }\nB = { label = "B", verified = false }\n'
    )
    needs = read_pack(text, "small.toml").needs
    assert [(one.source, one.verified) for one in needs.values()] == [("a book", True), ("a book", False)]


def test_an_unknown_pack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadPack, match="england, flanders, kosovo"):
        load_pack("atlantis")


def test_a_limit_that_a_pack_does_not_set_is_named() -> None:
    with pytest.raises(KeyError, match=r"small.*visits"):
        read_pack(SMALL, "small.toml").limit("visits")


def test_every_label_is_listed_for_translators_once() -> None:
    labels = list(messages())
    assert len(labels) == len(set(labels)) > 150
    assert {"Full care order", "Small group home", "Caseload"} & set(labels) == {"Full care order", "Small group home"}
