"""The register of guards: for each code what it refuses, and where the rule comes from. docs/reference/guards.md prints it.

A source that nobody compared with its text yet is marked as such. Ages, days and limits are those of the pack in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Realm(Enum):
    """Where a rule is at home."""

    JOURNEY = "The care journey"
    HOUSE = "The house itself"
    RETURN = "England’s yearly return (SSDA903): rows that are kept back"


@dataclass(frozen=True)
class Rule:
    """A guard: its code, what it refuses in one sentence, its source, and whether the source was compared with its text."""

    code: str
    refuses: str
    source: str = "Kinkeeper"
    checked: bool = True
    realm: Realm = Realm.JOURNEY
    warns: bool = False


_UNG = "UN Guidelines for the Alternative Care of Children (A/RES/64/142)"
_BIP = "CRC General Comment 14; UNHCR Best Interests Procedure Guidelines 2021"

_JOURNEY = (
    Rule("G-DUP", "A person, a record or a number that is probably there already, before the two were compared."),
    Rule(
        "G-SCREEN",
        "Taking on a referral without a risk level, a ground or a child, or at high risk without an immediate action.",
        "Common triage practice in case management",
        checked=False,
    ),
    Rule("G-NOTDANGER", "Turning a child in immediate danger away before an authority was told."),
    Rule("G-BASIS", "Keeping records of a child without a lawful basis that is written down."),
    Rule(
        "G-CONSENT",
        "What needs consent where none is in force, where it was given by somebody who may not give it, or where the child "
        "of the pack’s age was not asked.",
        "The jurisdiction pack",
    ),
    Rule(
        "G-AGE",
        "What does not fit the age: intake of an adult without a reason, an estimate without a method, a form of care or "
        "an end of care for another age.",
        "The jurisdiction pack",
    ),
    Rule("G-SEEN", "An assessment or a contact where the child was not seen, or not seen alone, and nobody says why."),
    Rule("G-DOMAINS", "An assessment with a part that is empty.", f"{_UNG}, paragraph 58"),
    Rule(
        "G-BIA",
        "A decision for which the best interests of the child were not weighed: without enough options, the child’s view, "
        "a second worker, or the panel where one is required.",
        _BIP,
        checked=False,
    ),
    Rule("G-BIDPANEL", "A panel that is too small, or with a member close to those concerned.", _BIP, checked=False),
    Rule(
        "G-NEC",
        "Care outside the family before support was offered and kin were asked, unless an emergency is written down.",
        f"{_UNG}, paragraphs 14 and 57",
    ),
    Rule("G-POV", "Care outside the family on no other ground than poverty.", f"{_UNG}, paragraph 15"),
    Rule(
        "G-SUIT",
        "A form of care that was not compared with others, that is not approved, or a facility while a family was not tried.",
        f"{_UNG}, paragraphs 58, 64 and 123",
    ),
    Rule(
        "G-U3",
        "A child under three in a home of many, but for an emergency, siblings together, or a short stay with a return.",
        f"{_UNG}, paragraph 22",
        checked=False,
    ),
    Rule(
        "G-SIB",
        "Siblings placed apart without a decision that says why, how they meet, and when it is looked at again.",
        f"{_UNG}, paragraph 17",
        checked=False,
    ),
    Rule(
        "G-EMER-ADOPT",
        "Adoption, kafalah or another order for good in a declared emergency, or while the family is looked for.",
        f"{_UNG}, paragraph 152",
    ),
    Rule(
        "G-XBORDER",
        "A move abroad in a declared emergency without a compelling reason of health or safety and a planned return.",
        f"{_UNG}, paragraph 160",
    ),
    Rule(
        "G-DECISION",
        "A placement that no decision in force covers, or a decision without an authority and reasons.",
        f"{_UNG}, paragraph 57",
    ),
    Rule("G-CAP", "More children than a home is approved for, or a child outside its ages, its sex or its days."),
    Rule(
        "G-CARER", "A home that is not approved for this form of care, or a carer whose mandatory training is overdue."
    ),
    Rule("G-CHECK", "A home with an adult who has no clear background check in force."),
    Rule("G-MATCH", "Nothing: it warns where child and carers differ in language, religion or origin.", warns=True),
    Rule(
        "G-PLAN",
        "A plan without a goal, an action, an owner or a day, or with a review later than the longest interval.",
        f"{_UNG}, paragraphs 63 and 67",
    ),
    Rule("G-PERMGOAL", "A plan for a child in care without a lasting goal.", f"{_UNG}, paragraph 12"),
    Rule(
        "G-REVIEW",
        "A review that does not say how the child took part, whether care is still needed and still suits, or whose chair "
        "is not independent where the pack asks for it.",
        f"{_UNG}, paragraphs 65 and 67",
    ),
    Rule(
        "G-EMERGENCY", "An emergency without somebody who answers for it, or before the last one was weighed in time."
    ),
    Rule("G-SHARE", "Sharing more than the purpose, the basis and the consent allow."),
    Rule("G-ACCEPT", "Taking over a child without a worker who becomes responsible."),
    Rule("G-BIAFRESH", "A decision, a closing or a transfer on a best-interest procedure that is too old."),
    Rule(
        "G-CLOSE",
        "Closing while a concern is open, the child is missing or in care, or what should follow is not planned.",
    ),
    Rule("G-DOCS", "Handing a child over with a paper neither handed over nor explained."),
    Rule(
        "G-EXIT",
        "The end of family strengthening while a child fares badly, or without asking and telling those concerned.",
    ),
    Rule("G-AFTER", "The end of after-care without the young person’s own statement, or before its time."),
    Rule("G-OVERLAP", "Two stays, periods of care, cases or legal statuses of one child at the same time."),
    Rule("G-GAP", "A day inside a period of care that no episode covers."),
    Rule("G-TIME", "An end before its beginning, an event before birth or after death, and what is still to come."),
)

_HOUSE = (
    Rule(
        "G-APPEAL",
        "A decision against somebody’s will before it was explained how to appeal.",
        f"{_UNG}, paragraph 57",
        checked=False,
    ),
    Rule(
        "G-CASELOAD",
        "More children for one worker than the limit.",
        "Minimum Standards for Child Protection in Humanitarian Action 2019, standard 18",
        checked=False,
    ),
    Rule("G-CHOICE", "A language that this installation does not speak."),
    Rule("G-CODE", "A code that is not in the list, or not in the pack in force."),
    Rule("G-DOUBLE", "What is there already under the same name or address."),
    Rule("G-HOLD", "Erasing somebody while a hold, an open case, an inquiry or a request stands in the way."),
    Rule("G-TWO", "A deed for which two people are needed, by the one who did the first part."),
    Rule("G-ERASED", "Writing about somebody whose texts were erased: their key is gone for good."),
    Rule("G-FACTOR", "A second factor that is not right, or the last one of a seat that asks for one."),
    Rule("G-FILE", "A file that is too large, of a kind that is not kept, or not what its name says."),
    Rule("G-FORM", "A draft that is not one form."),
    Rule("G-KIN", "Kinship and responsibility that cannot be, or that is not said."),
    Rule("G-MAY", "A deed of somebody whose seat does not allow it."),
    Rule("G-NAME", "Something or somebody without a name."),
    Rule("G-REASON", "A deed that needs words, without them."),
    Rule("G-SEAT", "A role in a place where it is not held, or work given to somebody without that role."),
    Rule("G-SIZE", "A draft or a text that is too long."),
    Rule("G-STALE", "A change to a record that somebody else changed meanwhile."),
    Rule("G-STEP", "A deed that does not follow from the state of the record."),
    Rule("G-UNIT", "A record of another unit."),
    Rule("G-VIEW", "An assessment that is silent about what the child says.", f"{_UNG}, paragraph 65"),
)

_SSDA903 = "Validation rules of SSDA903"
_RETURN = tuple(
    Rule(code, refuses, source, realm=Realm.RETURN)
    for code, refuses, source in (
        ("G-ADOPTION", "Facts about an adoption that are incomplete or contradict each other.", _SSDA903),
        ("G-BREAK", "A short break in a place, or with a change, that a short break does not have.", _SSDA903),
        ("G-CARE", "A row about a time in which the child was not in care.", _SSDA903),
        ("G-CONFLICT", "Two rows, or a row and a record, that say different things.", "Kinkeeper"),
        ("G-END", "An episode whose end and reason do not go with what follows.", _SSDA903),
        ("G-FILES", "Files that cannot be read or are no longer here.", "Kinkeeper"),
        ("G-HEADER", "A child without a row in Header, or the other way round.", _SSDA903),
        ("G-HEALTH", "Facts about health that are not asked for or contradict each other.", _SSDA903),
        ("G-LEAVING", "Activity and accommodation of a young person that contradict each other.", _SSDA903),
        ("G-LEGAL", "A place that the legal status does not allow.", _SSDA903),
        ("G-LIMIT", "A legal status that lasts longer than it may.", _SSDA903),
        ("G-MOTHER", "Facts about a young mother that contradict each other.", _SSDA903),
        ("G-NEED", "A need that changes inside one period of care.", _SSDA903),
        ("G-NEW", "A reason for a new episode that is not what changed.", _SSDA903),
        ("G-PERMANENCE", "An earlier permanence that is denied and described.", _SSDA903),
        ("G-PROVIDER", "A provider that does not go with the place.", _SSDA903),
        ("G-TEMPORARY", "A temporary stay that begins or ends care, or lasts too long.", _SSDA903),
        ("G-WORKER", "Social workers who do not follow each other, or a number of another form.", _SSDA903),
    )
)

RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*_JOURNEY, *(replace(one, realm=Realm.HOUSE) for one in _HOUSE), *_RETURN)
}
