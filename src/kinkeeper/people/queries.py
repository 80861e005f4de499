"""Questions about persons: who may be meant by a name, and what is known of one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from kinkeeper.access.gate import YES, Actor, Unseen, Verdict, may_read, one, seen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.codes import is_code, normalise_code
from kinkeeper.lib.names import candidates, query_keys, score
from kinkeeper.lib.packs import Purpose
from kinkeeper.lib.sensitivity import Level
from kinkeeper.lib.standing import passing
from kinkeeper.people.consenting import Standing, standing_of
from kinkeeper.people.models import (
    Consent,
    ContactPoint,
    Document,
    Identifier,
    LegalStatus,
    Name,
    NameKey,
    Person,
    SpokenLanguage,
)

MOST_CANDIDATES = 200
MOST_BEARERS = 1_000
GOOD_ENOUGH = 0.6
NEARLY_THE_SAME = 0.86


def people(actor: Actor) -> QuerySet[Person]:
    """Everyone the actor sees, by family name."""
    return seen(actor, Person).select_related("unit")


def person(actor: Actor, code: str) -> Person:
    """The person with this public code; `Unseen` (404) where the actor sees none."""
    return one(people(actor).select_related("photo"), code=code)


def search(actor: Actor, text: str, limit: int = 20) -> list[Person]:
    """The people who may be meant, best first: by name in any script and order, by public code, by a whole number."""
    text = " ".join(text.split())
    exact = _exactly(actor, text)
    ranked = [found for _worth, found in _by_name(people(actor), text, limit) if found not in exact]
    return [*exact, *ranked][:limit]


def _exactly(actor: Actor, text: str) -> list[Person]:
    """People whose public code or recorded number is this very text. A name asks nothing here."""
    if not is_code(text) and not any(sign.isdigit() for sign in text):
        return []
    found = Q(pk__in=_holders(actor, [text, text.upper()]).values("person_id"))
    if is_code(text):
        found |= Q(code=normalise_code(text))
    return list(people(actor).filter(found))


def _holders(actor: Actor, values: Sequence[str]) -> QuerySet[Identifier]:
    """Numbers in units where the actor may read numbers: whoever may not read one may not confirm one either."""
    units = [unit for unit in actor.units() if actor.ceiling(unit) >= Level.S3]
    return Identifier.objects.filter(value_mark__in=values, person__unit_id__in=units)


def _by_name(among: QuerySet[Person], text: str, limit: int) -> list[tuple[float, Person]]:
    keys = candidates(text, lambda asked: _answering(among, asked), enough=limit)
    found = {row.pk: row for row in among.filter(pk__in=keys)} if keys else {}
    spelled: dict[int, list[str]] = defaultdict(list)
    for name in Name.objects.filter(person__in=list(found)) if found else ():
        spelled[name.person_id].append(str(name))
    ranked = [(score(text, spelled[pk]), row) for pk, row in found.items()]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].sort_name, pair[1].pk))
    return [pair for pair in ranked if pair[0] >= GOOD_ENOUGH]


def _answering(everybody: QuerySet[Person], asked: Iterable[Sequence[str]]) -> list[int]:
    """Keys of those among these people who have at least one search key of every word.

    Who bears the name is asked first, and then who of them is in sight. Asked as one question, PostgreSQL takes a sight
    made of several grounds for half of everybody and reads every person there is. Only where very many bear the name
    is it one question all the same.
    """
    named, among = Person.objects.order_by(), everybody
    for keys in asked:
        having = NameKey.objects.filter(key__in=keys).values("person_id")
        named, among = named.filter(pk__in=having), among.filter(pk__in=having)
    bearers = list(named.values_list("pk", flat=True)[: MOST_BEARERS + 1])
    if len(bearers) <= MOST_BEARERS:
        among = everybody.filter(pk__in=bearers)
    return list(among.order_by("pk").values_list("pk", flat=True)[:MOST_CANDIDATES]) if bearers else []


def likely_duplicates(actor: Actor, names: Sequence[str], birth: PartialDate | None) -> list[Person]:
    """People in sight with nearly one of these names whose birth may be the same; best first."""
    return _alike(people(actor), names, birth)


def _alike(among: QuerySet[Person], names: Sequence[str], birth: PartialDate | None) -> list[Person]:
    alike: dict[Person, float] = {}
    for name in names:
        for worth, found in _by_name(among, name, 20):
            if worth >= NEARLY_THE_SAME and _may_be_born(found.born, birth):
                alike[found] = max(worth, alike.get(found, 0.0))
    return sorted(alike, key=lambda found: -alike[found])


@dataclass(frozen=True)
class Likeness:
    """A record anywhere in the association that may be of the same person: `person` is None where it is out of sight."""

    key: int
    code: str
    unit: Unit
    person: Person | None


@passing("likely duplicates")
def likely_duplicates_anywhere(
    actor: Actor, names: Sequence[str], birth: PartialDate | None, number: str = ""
) -> list[Likeness]:
    """Records of any unit with nearly one of these names and a birth that may be the same, or with this very number.

    Whoever is out of sight is told by unit and code alone. A name of one word says little: it counts only where both
    births are known.
    """
    everybody = Person.objects.select_related("unit")
    found = {person.pk: person for person in everybody.filter(pk__in=_numbered(number))} if number else {}
    for name in names:
        for person in _alike(everybody, [name], birth):
            if len(name.split()) > 1 or (birth and person.birth):
                found.setdefault(person.pk, person)
    sight = set(people(actor).filter(pk__in=found).values_list("pk", flat=True)) if found else set()
    return [Likeness(pk, row.code, row.unit, row if pk in sight else None) for pk, row in found.items()]


@passing("likely duplicates")
def likely_duplicates_of_many(
    actor: Actor, asked: Sequence[tuple[Sequence[str], PartialDate | None]], *, without: Collection[int] = ()
) -> list[list[Likeness]]:
    """For each of many newcomers (names, birth): records of any unit that may be of the same person, best first.

    As `likely_duplicates_anywhere` says, in a number of questions that does not grow with the newcomers.
    """
    searches = [[_surest(name) for name in names if name.strip()] for names, _birth in asked]
    holders = _holders_of_keys({key for some in searches for words in some for keys in words for key in keys})
    wanted = [
        {pk for words in some for pk in _answering_words(words, holders) if pk not in without} for some in searches
    ]
    everybody = set().union(*wanted)
    found = {row.pk: row for row in Person.objects.select_related("unit").filter(pk__in=everybody)}
    spelled: dict[int, list[str]] = defaultdict(list)
    for name in Name.objects.filter(person__in=everybody) if everybody else ():
        spelled[name.person_id].append(str(name))
    sight = set(people(actor).filter(pk__in=everybody).values_list("pk", flat=True)) if everybody else set()
    answers = []
    for (names, birth), keys in zip(asked, wanted, strict=True):
        worth: dict[int, float] = {}
        for pk in keys:
            told = [name for name in names if _says_enough(name, birth, found[pk])]
            worth[pk] = max((score(name, spelled[pk]) for name in told), default=0.0)
        alike = [pk for pk in worth if worth[pk] >= NEARLY_THE_SAME and _may_be_born(found[pk].born, birth)]
        best = sorted((-worth[pk], pk) for pk in alike)
        answers.append(
            [Likeness(pk, found[pk].code, found[pk].unit, found[pk] if pk in sight else None) for _w, pk in best]
        )
    return answers


def _says_enough(name: str, birth: PartialDate | None, person: Person) -> bool:
    return bool(name.strip()) and (len(name.split()) > 1 or bool(birth and person.birth))


def _surest(name: str) -> list[list[str]]:
    """For each word of a name the keys of those who bear it, or sound like it, or are one slip away."""
    return [[key for key in keys if not key.startswith("p:")] for keys in query_keys(name)]


def _holders_of_keys(keys: Collection[str]) -> dict[str, set[int]]:
    holders: dict[str, set[int]] = defaultdict(set)
    asked = sorted(keys)
    for start in range(0, len(asked), 5000):
        rows = NameKey.objects.filter(key__in=asked[start : start + 5000]).values_list("key", "person_id")
        for key, pk in rows:
            holders[key].add(pk)
    return holders


def _answering_words(words: list[list[str]], holders: Mapping[str, set[int]]) -> set[int]:
    """Who answers every word, or two of three and more."""
    counted: dict[int, int] = defaultdict(int)
    for keys in words:
        for pk in set().union(*(holders.get(key, set()) for key in keys)):
            counted[pk] += 1
    return {pk for pk, count in counted.items() if count >= min(2, len(words))}


def _numbered(number: str) -> QuerySet[Identifier, int]:
    number = " ".join(number.split())
    return Identifier.objects.filter(value_mark__in=[number, number.upper()]).values_list("person_id", flat=True)


def _may_be_born(one_birth: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two births may be one: the days overlap, or lie within a year where one was estimated."""
    if one_birth is None or other is None:
        return True
    slack = 366 if one_birth.estimated or other.estimated else 0
    apart = max((one_birth.earliest - other.latest).days, (other.earliest - one_birth.latest).days)
    return apart <= slack


def person_with_number(actor: Actor, scheme: str, value: str) -> Person | None:
    """The person in sight who has this number of this kind, or None."""
    return people(actor).filter(pk__in=_holders(actor, [value]).filter(scheme=scheme).values("person_id")).first()


# ---- one person ------------------------------------------------------------------------------------------------------


def names_of(actor: Actor, person: Person) -> list[Name]:
    """Every name of a person: the one shown first, then others borne now, then former ones."""
    names = list(seen(actor, Name).filter(person=person).select_related("person"))
    shown = person.name
    names.sort(
        key=lambda name: (
            not name.holds_on(actor.today),
            f"{name.given} {name.family}".strip() != shown,
            name.use != Name.Use.USED,
            name.pk,
        )
    )
    return names


def languages_of(actor: Actor, person: Person) -> QuerySet[SpokenLanguage]:
    """The languages of a person, the mother tongue first."""
    return seen(actor, SpokenLanguage).filter(person=person).select_related("person")


def identifiers_of(actor: Actor, person: Person) -> QuerySet[Identifier]:
    """The numbers by which authorities know a person."""
    return seen(actor, Identifier).filter(person=person).select_related("person")


def contact_points_of(actor: Actor, person: Person) -> QuerySet[ContactPoint]:
    """How to reach a person."""
    return seen(actor, ContactPoint).filter(person=person).select_related("person")


def legal_statuses_of(actor: Actor, person: Person) -> QuerySet[LegalStatus]:
    """The legal statuses of a person from the first to the present one."""
    return seen(actor, LegalStatus).filter(person=person).select_related("person").order_by("starts_on")


def documents_of(actor: Actor, person: Person) -> list[Document]:
    """The papers about a person that were not withdrawn; none where the actor’s seat does not reach them."""
    rows = seen(actor, Document).filter(person=person, withdrawn_on=None)
    papers = list(rows.select_related("person", "file", "added_by"))
    return papers if papers and may_read(actor, papers[0], "file") else []


def document(actor: Actor, code: str) -> Document:
    """A paper with this code that the actor may read; `Unseen` (404) otherwise, also after it was withdrawn."""
    paper = one(seen(actor, Document).filter(withdrawn_on=None).select_related("person", "file"), code=code)
    if not may_read(actor, paper, "file"):
        raise Unseen
    return paper


def name(actor: Actor, code: str) -> Name:
    """One name of a person in sight."""
    return one(seen(actor, Name).select_related("person"), code=code)


def legal_status(actor: Actor, code: str) -> LegalStatus:
    """One legal status of a person in sight."""
    return one(seen(actor, LegalStatus).select_related("person"), code=code)


# ---- consent ---------------------------------------------------------------------------------------------------------


def consents_of(actor: Actor, person: Person) -> QuerySet[Consent]:
    """Every answer about a person that the actor sees, the latest first."""
    return seen(actor, Consent).filter(person=person).select_related("person", "given_by", "by")


def consent(actor: Actor, code: str) -> Consent:
    """One answer in sight."""
    return one(seen(actor, Consent).select_related("person", "given_by"), code=code)


def consents_needed(actor: Actor, person: Person, deed: str) -> list[str]:
    """Which consents the pack asks for before a deed (photo, sharing, tracing …) is done for a person."""
    return [code for code, entry in pack_in_force().consents.items() if deed in entry.required_for]


def missing_consent(
    actor: Actor, person: Person, purpose: str, *, recipient: str = "", on: date | None = None, own: bool = False
) -> str:
    """Why this consent does not stand on a day, as a sentence for guard G-CONSENT; empty where it does. One question.

    An empty recipient is the association itself; towards anybody else, an answer about that very recipient counts. `own`
    asks for the child’s own consent alone.
    """
    return people_without_consent(actor, [person], purpose, recipient=recipient, on=on, own=own).get(person.pk, "")


def missing_for(actor: Actor, person: Person, deed: str, *, recipient: str = "") -> str:
    """Which consent that the pack asks for before a deed is missing, as a sentence; empty where none is."""
    needed = consents_needed(actor, person, deed)
    reasons = (missing_consent(actor, person, purpose, recipient=recipient) for purpose in needed)
    return next((reason for reason in reasons if reason), "")


def people_without_consent(
    actor: Actor,
    persons: Iterable[Person],
    purpose: str,
    *,
    recipient: str = "",
    on: date | None = None,
    own: bool = False,
) -> dict[int, str]:
    """Of these people, whose consent does not stand on a day, by key with the reason. One question for all."""
    asked = {person.pk: person for person in persons}
    answers: dict[int, list[Consent]] = defaultdict(list)
    rows = seen(actor, Consent).filter(person__in=list(asked), purpose=purpose).select_related("given_by")
    for row in rows:
        row.person = asked[row.person_id]
        answers[row.person_id].append(row)
    day, pack = on or actor.today, pack_in_force()
    standings = (
        standing_of(pack, person, purpose, answers[pk], recipient, day, own=own) for pk, person in asked.items()
    )
    return {standing.person.pk: standing.missing for standing in standings if standing.missing}


def verdict_on_taking_out(
    actor: Actor, persons: Iterable[Person], purpose: Purpose | None, recipient: str = ""
) -> Verdict:
    """Whether what is known of these people may be taken out for a purpose; a refusal says how many, never who."""
    if purpose is None:
        return Verdict(gettext("Say for which purpose the data are taken out. Choose one."), guard="G-SHARE")
    named = {"purpose": gettext(purpose.label)}
    if not purpose.fields:
        sentence = gettext("For “%(purpose)s”, nothing that is known of a child is taken out. Choose another purpose.")
        return Verdict(sentence % named, guard="G-SHARE")
    if not purpose.consent:
        return YES
    if not recipient.strip():
        sentence = gettext("“%(purpose)s” needs consent, and consent names who receives. Say who receives the data.")
        return Verdict(sentence % named, guard="G-SHARE")
    without = len(people_without_consent(actor, persons, purpose.consent, recipient=recipient))
    if not without:
        return YES
    sentence = ngettext(
        "%(count)s record lacks the consent that “%(purpose)s” needs towards this recipient. Nothing was taken out.",
        "%(count)s records lack the consent that “%(purpose)s” needs towards this recipient. Nothing was taken out.",
        without,
    )
    return Verdict(sentence % {**named, "count": without}, guard="G-CONSENT")


def standings_of(actor: Actor, person: Person, on: date | None = None) -> list[Standing]:
    """How every consent of the pack stands for a person, towards the association and each recipient asked about."""
    day, pack = on or actor.today, pack_in_force()
    rows = list(consents_of(actor, person))
    towards: dict[str, dict[str, str]] = {code: {"": ""} for code in pack.consents}
    for row in rows:
        if row.purpose in towards:
            towards[row.purpose].setdefault(" ".join(row.recipient.split()).casefold(), row.recipient)
    return [
        standing_of(pack, person, code, [row for row in rows if row.purpose == code], recipient, day)
        for code, recipients in towards.items()
        for recipient in recipients.values()
    ]
