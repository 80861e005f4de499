"""Questions about referrals: which wait, who they speak of, who that may be among our records, what was registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import cases
from kinkeeper.families import queries as families
from kinkeeper.families.models import Family
from kinkeeper.intake.models import Comparison, Mentioned, Referral, Registration
from kinkeeper.people import queries as people
from kinkeeper.people.models import Name, Person
from kinkeeper.people.queries import Likeness

ROWS = 50
RECEIVERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)
# For whom a record is made when a referral is taken on; others stay in the words of the referral.
RECORDED = (Mentioned.Part.CHILD, Mentioned.Part.PARENT)


# ---- lists -----------------------------------------------------------------------------------------------------------


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that this actor sees."""
    return seen(actor, Unit)


def receiving_units(actor: Actor) -> list[Unit]:
    """The units whose referrals this actor may see, by name."""
    return list(units(actor).filter(pk__in=actor.units(*RECEIVERS)).order_by("name", "pk"))


def referrals(actor: Actor) -> QuerySet[Referral]:
    """The referrals that this actor sees, the newest first."""
    return seen(actor, Referral).select_related("unit", "received_by", "screened_by")


def referral_list(actor: Actor, wishes: Mapping[str, str], page: str | None = None) -> Page[Referral]:
    """A page of the referrals that answer the wishes (words, state, urgency, unit), with whom they speak of."""
    rows = referrals(actor).prefetch_related("mentioned")
    state = wishes.get("state") or Referral.State.RECEIVED
    rows = rows if state == "all" else rows.filter(state=state)
    if wishes.get("urgency"):
        rows = rows.filter(urgency="" if wishes["urgency"] == "none" else wishes["urgency"])
    if wishes.get("unit"):
        rows = rows.filter(unit__code=wishes["unit"])
    for word in wishes.get("q", "").split():
        rows = rows.filter(Q(pk__in=_speaking_of(word)) | Q(code__icontains=word))
    return Paginator(rows, ROWS).get_page(page)


def _speaking_of(word: str) -> QuerySet[Mentioned]:
    named = Q()
    # SQLite folds the case of Latin letters alone; names begin with a capital.
    for written in {word, word.capitalize(), word.casefold()}:
        for part in ("given", "middle", "family", "descriptor"):
            named |= Q(**{f"{part}__icontains": written})
    return Mentioned.objects.filter(named).values("referral_id")  # type: ignore[return-value]


def mentioned(actor: Actor) -> QuerySet[Mentioned]:
    """Everybody whom a referral in sight speaks of."""
    return seen(actor, Mentioned).select_related("referral__unit", "person", "case")


# ---- who that may be -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A record that somebody mentioned may be, and what was judged when they were compared."""

    likeness: Likeness
    comparison: Comparison | None

    @property
    def person(self) -> Person | None:
        """The person, where the actor sees the record."""
        return self.likeness.person


@dataclass(frozen=True)
class Spoken:
    """Somebody a referral speaks of, the records they may be, and the one they were found to be."""

    row: Mentioned
    candidates: Sequence[Candidate]
    case: Case | None = None

    @property
    def same(self) -> Candidate | None:
        """The record that was judged to be the same person."""
        return next((one for one in self.candidates if _is_same(one)), None)

    @property
    def open(self) -> list[Candidate]:
        """The candidates still to be compared: none once one of them is the same person."""
        return [] if self.same else [one for one in self.candidates if one.comparison is None]


def _is_same(candidate: Candidate) -> bool:
    return candidate.comparison is not None and candidate.comparison.verdict == Comparison.Verdict.SAME


def spoken_of(actor: Actor, referral: Referral) -> list[Spoken]:
    """Everybody the referral speaks of with the records they may be; computed each time, only judgements are stored."""
    rows = list(seen(actor, Mentioned).filter(referral=referral).select_related("referral").order_by("pk"))
    kept = seen(actor, Comparison).filter(mentioned__in=rows).select_related("person__unit", "mentioned")
    judged: dict[int, list[Comparison]] = {row.pk: [] for row in rows}
    for comparison in kept:
        judged[comparison.mentioned_id].append(comparison)
    open_cases = {case.pk: case for case in cases(actor).filter(pk__in=[row.case_id for row in rows if row.case_id])}
    waits = referral.state == Referral.State.RECEIVED
    return [
        Spoken(row, candidates_of(actor, row, judged[row.pk], look=waits), open_cases.get(row.case_id or 0))
        for row in rows
    ]


def candidates_of(
    actor: Actor, row: Mentioned, judged: Sequence[Comparison] | None = None, *, look: bool = True
) -> list[Candidate]:
    """The records that somebody mentioned may be: those compared already, and with `look` whoever is alike now."""
    if judged is None:
        judged = list(seen(actor, Comparison).filter(mentioned=row).select_related("person__unit", "mentioned"))
    found = _alike(actor, row) if look and row.part in RECORDED else []
    compared = {comparison.person_id: comparison for comparison in judged}
    missing = [pk for pk in compared if pk not in {one.key for one in found}]
    sight = set(people.people(actor).filter(pk__in=missing).values_list("pk", flat=True)) if missing else set()
    for pk in missing:
        person = compared[pk].person
        found.append(Likeness(pk, person.code, person.unit, person if pk in sight else None))
    return [Candidate(one, compared.get(one.key)) for one in found]


def _alike(actor: Actor, row: Mentioned) -> list[Likeness]:
    return people.likely_duplicates_anywhere(actor, row.spellings, row.born, row.number)


def running_case_of(actor: Actor, key: int) -> Case | None:
    """The running case of a person, whoever sees it: two cases of one child are refused wherever the first one runs."""
    return Case.objects.filter(child=key, closed_on=None).first()


# ---- side by side ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SideBySide:
    """Somebody mentioned beside a record: what the record says as far as the actor sees it."""

    row: Mentioned
    chosen: Candidate | None
    others: Sequence[Candidate]
    names: Sequence[Name] = ()
    family: Family | None = None
    parents: Sequence[str] = ()
    beside: Sequence[Mentioned] = ()


def side_by_side(actor: Actor, row: Mentioned, code: str) -> SideBySide:
    """The record with this code beside somebody mentioned; without a code the first that is not compared yet."""
    found = candidates_of(actor, row)
    chosen = next((one for one in found if one.likeness.code == code), None) if code else None
    if code and chosen is None:
        person = one(people.people(actor), code=code)
        chosen = Candidate(Likeness(person.pk, person.code, person.unit, person), None)
    chosen = chosen or next((one for one in found if one.comparison is None), None) or next(iter(found), None)
    others = [one for one in found if one is not chosen]
    beside = list(seen(actor, Mentioned).filter(referral=row.referral_id).exclude(pk=row.pk))
    if chosen is None or chosen.person is None:
        return SideBySide(row, chosen, others, beside=beside)
    kin = [f"{relative.word}: {relative.person.name}" for relative in _parents(actor, chosen.person) if relative.person]
    family = families.family_of(actor, chosen.person)
    return SideBySide(row, chosen, others, people.names_of(actor, chosen.person), family, kin, beside)


def _parents(actor: Actor, person: Person) -> list[families.Relative]:
    return [relative for relative in families.relatives_of(actor, person) if relative.kind in ("parent", "child")]


# ---- registrations ---------------------------------------------------------------------------------------------------


def registrations(actor: Actor) -> QuerySet[Registration]:
    """The registrations of the cases in sight."""
    return seen(actor, Registration).select_related("case__child", "case__unit", "referral", "by")


def referral_of(actor: Actor, case: Case) -> Referral | None:
    """The referral with which a case began, as far as the actor sees it."""
    return referrals(actor).filter(pk__in=Mentioned.objects.filter(case=case).values("referral_id")).first()


def responsible_adults(actor: Actor, child: Person) -> list[Person]:
    """Who in sight has legal responsibility for a child today."""
    return families.legally_responsible_for(actor, child, actor.today)
