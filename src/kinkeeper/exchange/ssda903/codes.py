"""The code sets of the return with what each code means, and how codes changed from one collection year to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.packs import Entry, load_pack

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PACK = load_pack("england")

SEX: Mapping[str, _StrPromise] = {
    "M": _("male"),
    "F": _("female"),
    "U": _("unknown"),
    "1": _("male"),
    "2": _("female"),
}
ETHNIC: Mapping[str, _StrPromise] = {
    "WBRI": _("White British"),
    "WIRI": _("White Irish"),
    "WOTH": _("Any other White background"),
    "WIRT": _("Traveller of Irish heritage"),
    "WROM": _("Gypsy or Roma"),
    "MWBC": _("White and Black Caribbean"),
    "MWBA": _("White and Black African"),
    "MWAS": _("White and Asian"),
    "MOTH": _("Any other mixed background"),
    "AIND": _("Indian"),
    "APKN": _("Pakistani"),
    "ABAN": _("Bangladeshi"),
    "AOTH": _("Any other Asian background"),
    "BCRB": _("Caribbean"),
    "BAFR": _("African"),
    "BOTH": _("Any other Black background"),
    "CHNE": _("Chinese"),
    "OOTH": _("Any other ethnic group"),
    "REFU": _("Refused"),
    "NOBT": _("Information not yet obtained"),
}
NO_PUPIL_NUMBER: Mapping[str, _StrPromise] = {
    "UN1": _("Not of school age"),
    "UN2": _("Never in a maintained school in England"),
    "UN3": _("Educated outside England"),
    "UN4": _("Newly looked after"),
    "UN5": _("Sources disagree about the number"),
}
NEW_EPISODE: Mapping[str, _StrPromise] = {
    "S": _("Started to be looked after"),
    "L": _("Change of legal status only"),
    "P": _("Change of placement and carer"),
    "T": _("Change of placement, same carer"),
    "U": _("Change of legal status and placement, same carer"),
    "B": _("Change of legal status, placement and carer"),
}
CONTINUES = "X1"
MISSING: Mapping[str, _StrPromise] = {"M": _("Missing"), "A": _("Away without authorisation")}
SDQ_REASON: Mapping[str, _StrPromise] = {
    "SDQ1": _("Age out of range"),
    "SDQ2": _("Carer refused"),
    "SDQ3": _("Child’s disability"),
    "SDQ4": _("Other reason"),
    "SDQ5": _("Child refused"),
}
IN_TOUCH: Mapping[str, _StrPromise] = {
    "YES": _("In touch"),
    "NO": _("Not in touch"),
    "DIED": _("Died after leaving care"),
    "REFU": _("Refuses contact"),
    "NREQ": _("Needs no service any more"),
    "RHOM": _("Returned home for six months or more"),
}
ACTIVITY: Mapping[str, _StrPromise] = {
    "F1": _("Higher education, full time"),
    "P1": _("Higher education, part time"),
    "F2": _("Other education, full time"),
    "P2": _("Other education, part time"),
    "F4": _("Apprenticeship, full time"),
    "P4": _("Apprenticeship, part time"),
    "F5": _("Training or employment, full time"),
    "P5": _("Training or employment, part time"),
    "G4": _("Not in education, employment or training: illness or disability"),
    "G5": _("Not in education, employment or training: other reason"),
    "G6": _("Not in education, employment or training: pregnancy or parenting"),
    "0": _("Not known"),
}
_ACCOMMODATION_KINDS: Mapping[str, tuple[_StrPromise, str]] = {
    "B": (_("With parents or relatives"), "12"),
    "C": (_("Community home or other residential care"), "12"),
    "D": (_("Semi-independent accommodation"), "12"),
    "E": (_("Supported lodgings"), "12"),
    "G": (_("Abroad"), "12"),
    "H": (_("Deported"), "12"),
    "K": (_("Ordinary lodgings"), "12"),
    "R": (_("Not known"), "12"),
    "S": (_("No fixed abode"), "2"),
    "T": (_("Foyer"), "12"),
    "U": (_("Independent living"), "12"),
    "V": (_("Emergency accommodation"), "12"),
    "W": (_("Bed and breakfast"), "12"),
    "X": (_("In custody"), "2"),
    "Y": (_("Other accommodation"), "12"),
    "Z": (_("With former foster carers"), "12"),
}
ACCOMMODATION: Mapping[str, _StrPromise] = {
    **{f"{kind}{fit}": label for kind, (label, fits) in _ACCOMMODATION_KINDS.items() for fit in fits},
    "0": _("Not known"),
}
YES_NO: Mapping[str, _StrPromise] = {"0": _("no"), "1": _("yes")}
ADOPTERS: Mapping[str, _StrPromise] = {"1": _("one person"), "2": _("two people")}
ADOPTERS_SEX: Mapping[str, _StrPromise] = {
    "M1": _("one man"),
    "F1": _("one woman"),
    "MM": _("two men"),
    "FF": _("two women"),
    "MF": _("a man and a woman"),
}
ADOPTERS_STATUS: Mapping[str, _StrPromise] = {
    "L0": _("single"),
    "L11": _("married, man and woman"),
    "L12": _("married, same sex"),
    "L2": _("civil partners"),
    "L3": _("unmarried, man and woman"),
    "L4": _("unmarried, same sex"),
}
DECISION_CEASED: Mapping[str, _StrPromise] = {
    "RD1": _("The child’s needs changed"),
    "RD2": _("The court did not make a placement order"),
    "RD3": _("No adopters were found"),
    "RD4": _("Other reason"),
}
PERMANENCE: Mapping[str, _StrPromise] = {
    "P1": _("Adoption"),
    "P2": _("Special guardianship"),
    "P3": _("Residence or child arrangements order"),
    "P4": _("Not known which"),
    "Z1": _("Never left care for permanence"),
}
WORKER_CHANGE: Mapping[str, _StrPromise] = {
    "MANAGE": _("Management decision"),
    "FCONTA": _("First contact"),
    "LEFTRL": _("Worker left the role"),
    "ORGRST": _("Organisation was restructured"),
    "TSPROC": _("Case moved to another team in the process"),
    "ABSENC": _("Worker was absent"),
    "CHCHAN": _("Child asked for a change"),
    "PCCHAN": _("Parents or carers asked for a change"),
    "SWDIED": _("Worker died"),
    "OTHERS": _("Other reason"),
}


def _labels(entries: Mapping[str, Entry]) -> Mapping[str, _StrPromise]:
    return {code: _(entry.label) for code, entry in entries.items()}


LEGAL_STATUS = _labels(PACK.legal_statuses)
NEED = _labels(PACK.needs)
PLACE = _labels(PACK.care_types)
PROVIDER = _labels(PACK.providers)
CHANGE = _labels(PACK.reasons_for_change)
PARTICIPATION = _labels(PACK.participation)
EPISODE_CEASED: Mapping[str, _StrPromise] = {CONTINUES: _("A new episode begins the same day"), **_labels(PACK.exits)}

TEMPORARY = frozenset(code for code, kind in PACK.care_types.items() if kind.temporary)
NO_PROVIDER = TEMPORARY | {"Z1", "Z11", "Z12", "Z13", "Z14"}
SHORT_BREAKS = frozenset(code for code, status in PACK.legal_statuses.items() if status.short_break)
FOSTER_PLACES = frozenset({"U1", "U2", "U3", "U4", "U5", "U6"})
ADOPTION_PLACES = frozenset({"A3", "A4", "A5", "A6"})
ADOPTED = frozenset({"E11", "E12"})
FINAL = frozenset(code for code, kind in PACK.exits.items() if kind.final)
SPECIAL_GUARDIANSHIP = frozenset({"E45", "E46", "E47", "E48"})
INDEPENDENT = frozenset({"E5", "E6"})
PUBLIC_AUTHORITY_CODES = frozenset({"WAL", "SCO", "NIR", "NUK"})

# (until that year, since the next): H5 and P2 became K3; Z1 was split in four, and only Z14 names no group of its own.
_LATER: Mapping[str, str] = {"H5": "K3", "P2": "K3", "Z1": "Z14"}
_EARLIER: Mapping[str, str] = {"K3": "H5", "Z11": "Z1", "Z12": "Z1", "Z13": "Z1", "Z14": "Z1"}
SUCCESSORS: Mapping[str, frozenset[str]] = {
    "H5": frozenset({"K3"}),
    "P2": frozenset({"K3"}),
    "Z1": frozenset({"Z11", "Z12", "Z13", "Z14"}),
}
LETTERS_FOR_SEX_SINCE = 2024


def sex_code(sex: str, year: int) -> str:
    """M, F or U as the return of that year writes it; before 2024/25 it had no code for unknown."""
    if year >= LETTERS_FOR_SEX_SINCE:
        return sex
    return {"M": "1", "F": "2"}.get(sex, "")


def sex_of(code: str) -> str:
    """Any year's code for sex as M, F or U."""
    return {"1": "M", "2": "F"}.get(code, code)


def place_code(place: str, year: int) -> str:
    """A code of PLACE as the return of that year knew it."""
    entry = PACK.care_types.get(place)
    if entry is None or entry.since <= year <= entry.until:
        return place
    return (_LATER if year > entry.until else _EARLIER).get(place, place)


def same_place(earlier: str, later: str) -> bool:
    """Whether a code of an earlier year and a code of a later one may say the same."""
    return earlier == later or later in SUCCESSORS.get(earlier, ())
