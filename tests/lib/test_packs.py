"""Packs are read whole or refused with the file and the key."""

from __future__ import annotations

import pytest

from kinkeeper.lib.packs import BadPack, load_pack, messages, packs, read_pack

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


def test_packs_set_the_same_limits_so_that_code_can_rely_on_them() -> None:
    un, england = load_pack("un"), load_pack("england")
    assert set(un.limits) <= set(england.limits)


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
    ],
)
def test_a_fault_names_file_and_key(text: str, names: list[str]) -> None:
    with pytest.raises(BadPack) as refusal:
        read_pack(text, "small.toml")
    assert all(name in str(refusal.value) for name in [*names, "small.toml"])


def test_an_unknown_pack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadPack, match="england, un"):
        load_pack("atlantis")


def test_a_limit_that_a_pack_does_not_set_is_named() -> None:
    with pytest.raises(KeyError, match=r"small.*visits"):
        read_pack(SMALL, "small.toml").limit("visits")


def test_every_label_is_listed_for_translators_once() -> None:
    labels = list(messages())
    assert len(labels) == len(set(labels)) > 150
    assert {"Full care order", "Small group home", "Caseload"} & set(labels) == {"Full care order", "Small group home"}
