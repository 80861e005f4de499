"""What is handed over, word for word: each item rendered from the record, as far as the sender may read it.

Other children are never named: their names are struck out of every line. A paper for a school also leaves out the words
that would mark a child among others. A name is found as it is recorded; who hands over reads the sheet beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from json import dumps

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, may_read, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship, Membership
from kinkeeper.families.queries import relatives_of, siblings_of
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import Entry, Pack
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import Name, Person
from kinkeeper.people.queries import documents_of, legal_statuses_of
from kinkeeper.placements.models import Episode
from kinkeeper.placements.queries import open_period_of, stays_of
from kinkeeper.plans.models import Goal, Plan

# A label and its lines, as they are stored with what was handed over.
Part = list[str | list[str]]

ITEMS = {
    "code": _("Code of the child"),
    "name": _("Name"),
    "birth": _("Date of birth"),
    "contact": _("Whom to ask"),
    "risk": _("Risk"),
    "needs": _("Needs"),
    "family": _("Family"),
    "legal": _("Legal status"),
    "placements": _("Where the child lived"),
    "plan": _("Plan"),
    "health": _("Health"),
    "school": _("School"),
    "story": _("What happened"),
    "documents": _("Documents"),
}
# What is enough in most cases; everything more is chosen one by one.
MINIMUM = ("code", "risk", "needs", "contact")
# Purposes whose papers must not mark a child among others.
UNMARKED = frozenset({"SCHOOL"})
STRUCK = "[…]"
POOR = 3


@dataclass(frozen=True)
class Source:
    """The record of one child as the sender reads it, from which the lines come."""

    actor: Actor
    case: Case
    pack: Pack

    @property
    def child(self) -> Person:
        """Whom it is about."""
        return self.case.child

    @cached_property
    def findings(self) -> list[Finding]:
        """How the child does in each domain, by the latest assessment."""
        latest = seen(self.actor, Assessment).filter(case=self.case).order_by("-assessed_on", "-pk").first()
        return list(latest.findings.all()) if latest else []

    def word(self, section: str, code: str) -> str:
        """What a code of the pack means."""
        entry: Entry | None = getattr(self.pack, section).get(code)
        return gettext(entry.label) if entry else code


def sheet_of(actor: Actor, case: Case, purpose: str, items: Iterable[str]) -> list[Part]:
    """The parts of the sheet for these items, in the reader’s language; an item of which nothing is recorded says so."""
    source = Source(actor, case, pack_in_force())
    strike = _striking(source, purpose)
    parts: list[Part] = []
    for item in (item for item in ITEMS if item in set(items)):
        lines = [strike(line) for line in LINES[item](source) if line]
        parts.append([str(ITEMS[item]), lines or [gettext("Nothing is recorded.")]])
    return parts


def digest_of(sheet: Sequence[Part]) -> str:
    """A mark of a sheet, by which one sees that it is still the one that was read."""
    return sha256(dumps(sheet, ensure_ascii=False).encode()).hexdigest()[:16]


# ---- striking out ----------------------------------------------------------------------------------------------------


@passing("names of others")
def _striking(source: Source, purpose: str) -> Callable[[str], str]:
    other = _pattern(_names_of_other_children(source))
    # Translators: words, with commas between them, that must never stand on a paper for a school about a child.
    marking = gettext("care, carer, carers, foster, fostered, orphan, orphanage, placement, institution")
    marks = _pattern(word.strip() for word in marking.split(",")) if purpose in UNMARKED else None
    named = gettext("[another child]")

    def strike(line: str) -> str:
        line = other.sub(named, line) if other else line
        return marks.sub(STRUCK, line) if marks else line

    return strike


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    longest = sorted({re.escape(word) for word in words if len(word) > 1}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE) if longest else None


@passing("names of others")
def other_children(source: Source) -> list[int]:
    """Keys of children whom the record may name: kin, of the same family, under the same roof; in sight or not."""
    child = source.child
    ties = Kinship.objects.filter(Q(person=child) | Q(relative=child)).values_list("person", "relative")
    families = Membership.objects.filter(person=child).values("family")
    homes = Episode.objects.filter(period__child=child).values("placement__home")
    keys = {key for tie in ties for key in tie}
    keys |= {sibling.person.pk for sibling in siblings_of(source.actor, child) if sibling.person}
    keys |= set(Membership.objects.filter(family__in=families).values_list("person", flat=True))
    keys |= set(Episode.objects.filter(placement__home__in=homes).values_list("period__child", flat=True))
    of_age = add_months(source.actor.today, -12 * int(source.pack.limit("age_of_majority").value))
    young = Q(born_from__gt=of_age) | Q(pk__in=Case.objects.filter(child__in=keys).values("child"))
    return list(Person.objects.filter(young, pk__in=keys - {child.pk}).values_list("pk", flat=True))


def _names_of_other_children(source: Source) -> Iterator[str]:
    names = Name.objects.filter(person__in=[source.child.pk, *other_children(source)])
    own = {row.given.casefold() for row in names if row.person_id == source.child.pk}
    for row in names:
        if row.person_id == source.child.pk:
            continue
        yield f"{row.given} {row.family}".strip()
        yield f"{row.family} {row.given}".strip()
        if row.given.casefold() not in own:
            yield row.given


# ---- the lines of each item ------------------------------------------------------------------------------------------


def _code(source: Source) -> Iterator[str]:
    yield source.child.code


def _name(source: Source) -> Iterator[str]:
    yield source.child.name


def _birth(source: Source) -> Iterator[str]:
    born = source.child.born
    if born:
        yield in_words(born.earliest) if born.earliest == born.latest and not born.estimated else str(born)


def _contact(source: Source) -> Iterator[str]:
    worker = source.case.worker
    if worker:
        yield f"{worker.name}, {worker.email}"
    yield source.case.unit.name


def _risk(source: Source) -> Iterator[str]:
    if may_read(source.actor, source.case, "risk"):
        yield str(source.case.get_risk_display())


def _needs(source: Source) -> Iterator[str]:
    period = open_period_of(source.actor, source.child)
    if period and period.need:
        yield source.word("needs", period.need)
    for finding in source.findings:
        if finding.rating >= POOR and may_read(source.actor, finding, "rating"):
            yield source.word("domains", finding.domain)


def _family(source: Source) -> Iterator[str]:
    hidden = set(other_children(source))
    for relative in relatives_of(source.actor, source.child):
        if relative.person is None or relative.person.pk in hidden:
            yield gettext("%(kin)s (not named)") % {"kin": relative.word}
        else:
            yield gettext("%(kin)s: %(name)s") % {"kin": relative.word, "name": relative.person.name}


def _legal(source: Source) -> Iterator[str]:
    for status in legal_statuses_of(source.actor, source.child):
        if status.ends_on is None and may_read(source.actor, status, "status"):
            words = {"status": source.word("legal_statuses", status.status), "day": in_words(status.starts_on)}
            yield gettext("%(status)s, since %(day)s") % words


def _placements(source: Source) -> Iterator[str]:
    for stay in stays_of(source.actor, source.child):
        words = {"care": source.word("care_types", stay.care_type), "since": in_words(stay.started_on)}
        if stay.ended_on:
            yield gettext("%(care)s, %(since)s to %(until)s") % {**words, "until": in_words(stay.ended_on)}
        else:
            yield gettext("%(care)s, since %(since)s") % words


def _plan(source: Source) -> Iterator[str]:
    plan = seen(source.actor, Plan).filter(case=source.case, state=Plan.State.APPROVED).order_by("-number").first()
    if plan is None:
        return
    for goal in seen(source.actor, Goal).filter(plan=plan, state=Goal.State.OPEN).select_related("plan__case"):
        if may_read(source.actor, goal, "words"):
            yield gettext("%(domain)s: %(goal)s (by %(day)s)") % {
                "domain": source.word("domains", goal.domain),
                "goal": goal.words,
                "day": in_words(goal.target_on),
            }


def _found(domain: str) -> Callable[[Source], Iterator[str]]:
    def lines(source: Source) -> Iterator[str]:
        for finding in source.findings:
            if finding.domain == domain and may_read(source.actor, finding, "note"):
                yield finding.note

    return lines


def _story(source: Source) -> Iterator[str]:
    for contact in seen(source.actor, Contact).filter(case=source.case).order_by("happened_on", "pk"):
        if may_read(source.actor, contact, "note"):
            words = {"day": in_words(contact.happened_on), "kind": contact.get_kind_display(), "note": contact.note}
            yield (gettext("%(day)s, %(kind)s: %(note)s") if contact.note else gettext("%(day)s, %(kind)s")) % words


def _documents(source: Source) -> Iterator[str]:
    for paper in documents_of(source.actor, source.child):
        words = {"kind": paper.get_kind_display(), "title": paper.title}
        yield gettext("%(kind)s: %(title)s") % words


LINES: dict[str, Callable[[Source], Iterator[str]]] = {
    "code": _code,
    "name": _name,
    "birth": _birth,
    "contact": _contact,
    "risk": _risk,
    "needs": _needs,
    "family": _family,
    "legal": _legal,
    "placements": _placements,
    "plan": _plan,
    "health": _found("HEALTH"),
    "school": _found("EDUCATION"),
    "story": _story,
    "documents": _documents,
}
