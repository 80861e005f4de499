"""Questions about assessments: how a child does, what changed since the last time, what holds long enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case
from kinkeeper.families.queries import siblings_of
from kinkeeper.lib.packs import Pack


def assessments(actor: Actor) -> QuerySet[Assessment]:
    """The assessments that this actor sees, with case, child and assessor."""
    return seen(actor, Assessment).select_related("case__child", "case__unit", "by")


def assessments_of(actor: Actor, case: Case) -> QuerySet[Assessment]:
    """The assessments of a case, newest first."""
    return assessments(actor).filter(case=case)


def latest_assessment(actor: Actor, case: Case, on: date | None = None) -> Assessment | None:
    """The last assessment of a case (by a day), or None."""
    rows = assessments_of(actor, case)
    return (rows if on is None else rows.filter(assessed_on__lte=on)).first()


def assessment_before(actor: Actor, assessment: Assessment) -> Assessment | None:
    """The assessment of the same case before this one, or None."""
    day = assessment.assessed_on
    earlier = Q(assessed_on__lt=day) | Q(assessed_on=day, pk__lt=assessment.pk)
    return assessments(actor).filter(earlier, case=assessment.case_id).first()


def findings_of(actor: Actor, assessment: Assessment) -> dict[str, int]:
    """The rating of each domain in an assessment, by the code of the domain."""
    return dict(seen(actor, Finding).filter(assessment=assessment).values_list("domain", "rating"))


# ---- reading and comparing -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One domain of an assessment beside the same domain of an earlier one; either may not have been rated."""

    label: str
    critical: bool
    now: Finding | None
    before: Finding | None

    @property
    def change(self) -> int | None:
        """By how many steps the child does better (above 0) or worse (below 0); None where it cannot be told."""
        return self.before.rating - self.now.rating if self.now and self.before else None


def lines_of(actor: Actor, assessment: Assessment, before: Assessment | None) -> list[Line]:
    """The domains of an assessment in the order of the pack, each beside what was found before. One question."""
    both = {row.pk: row for row in (assessment, before) if row is not None}
    found: dict[tuple[int, str], Finding] = {}
    for finding in seen(actor, Finding).filter(assessment__in=both):
        # The very rows in hand, so that asking for the unit of a finding asks no table.
        finding.assessment = both[finding.assessment_id]
        found[finding.assessment_id, finding.domain] = finding
    domains = pack_in_force().domains
    codes = [*domains, *sorted({code for _pk, code in found} - set(domains))]
    return [
        Line(
            label=gettext(domains[code].label) if code in domains else code,
            critical=code in domains and domains[code].critical,
            now=found.get((assessment.pk, code)),
            before=found.get((before.pk, code)) if before else None,
        )
        for code in codes
        if any((pk, code) in found for pk in both)
    ]


def other_rounds(actor: Actor, assessment: Assessment) -> list[Assessment]:
    """The other assessments of the same case, newest first."""
    return [row for row in assessments_of(actor, assessment.case) if row.pk != assessment.pk]


# ---- brothers and sisters --------------------------------------------------------------------------------------------


def cases_of_siblings(actor: Actor, case: Case) -> QuerySet[Case]:
    """The running cases of brothers and sisters, and of the same family, as far as the actor sees them."""
    siblings = [sibling.person.pk for sibling in siblings_of(actor, case.child) if sibling.person]
    near = Q(child__in=siblings) | Q(family__isnull=False, family=case.family_id)
    rows = seen(actor, Case).filter(near, closed_on=None).exclude(pk=case.pk)
    return rows.select_related("child", "unit").order_by("child__born_from", "pk")


def still_to_assess(actor: Actor, case: Case) -> list[Case]:
    """The cases of brothers and sisters that wait for their own assessment."""
    return list(cases_of_siblings(actor, case).filter(state=Case.State.ASSESSMENT))


@dataclass(frozen=True)
class Offer:
    """What one assessment offers to that of a brother or sister: (key, what it is called, text) of each part."""

    assessment: Assessment
    parts: list[tuple[str, str, str]]


# Beside the notes on domains: what is true of the household and not of one child.
_OF_THE_HOUSEHOLD = ("sources", "family_strengths")


def offers_for(actor: Actor, case: Case) -> list[Offer]:
    """What was found in the last assessment of each brother and sister, to be taken over part by part.

    Only words about the household are offered: whether a child was seen, its view, its ratings, its risk are its own.
    """
    last: dict[int, Assessment] = {}
    near = cases_of_siblings(actor, case).order_by().values("pk")
    for row in assessments(actor).filter(case__in=near):
        last.setdefault(row.case_id, row)
    notes = _notes(actor, [row.pk for row in last.values()])
    pack = pack_in_force()
    return [Offer(row, _parts_of(pack, row, notes.get(row.pk, {}))) for row in last.values()]


def taken_over(actor: Actor, offer: Offer, keys: Iterable[str]) -> dict[str, Any]:
    """The chosen parts of an offer as the first values of a form."""
    chosen = set(keys)
    found: dict[str, Any] = {key: text for key, _label, text in offer.parts if key in chosen}
    if "causes" in found:
        found["causes"] = offer.assessment.causes
    return found


def _notes(actor: Actor, keys: Collection[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in seen(actor, Finding).filter(assessment__in=keys):
        found.setdefault(row.assessment_id, {})[row.domain] = row.note
    return found


def _parts_of(pack: Pack, row: Assessment, notes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    parts = [(name, _called(name), getattr(row, name)) for name in _OF_THE_HOUSEHOLD]
    causes = [gettext(pack.causes[code].label) for code in row.causes if code in pack.causes]
    parts.append(("causes", _called("causes"), ", ".join(causes)))
    parts += [(f"note_{code}", gettext(domain.label), notes.get(code, "")) for code, domain in pack.domains.items()]
    return [part for part in parts if part[2]]


def _called(name: str) -> str:
    return str(getattr(Assessment._meta.get_field(name), "verbose_name", name))
