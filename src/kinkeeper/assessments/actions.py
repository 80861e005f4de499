"""Deeds on assessments: the first is completed and takes the case along, later ones follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict, Unpack

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.assessments.policy import may_complete_assessment, may_reassess
from kinkeeper.cases.actions import assess_risk, record_contact
from kinkeeper.cases.models import Case, Contact
from kinkeeper.cases.queries import saw_the_child
from kinkeeper.journal.acts import act
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_choice, insist_on_order, insist_on_the_past, known
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.steps import move


class Learned(TypedDict, total=False):
    """What an assessment holds besides its day: `findings` are (rating 1 to 4, note) by the code of the domain."""

    seen: str
    seen_on: date | None
    not_seen_reason: str
    sources: str
    findings: Mapping[str, tuple[int | None, str]]
    risks: str
    strengths: str
    family_strengths: str
    causes: Sequence[str]
    risk: str
    child_view: str
    child_view_by: str
    no_view_reason: str
    income_covers_basics: bool | None
    caregiver_able: bool | None
    conclusion: str


@act(may_complete_assessment)
def complete_assessment(actor: Actor, case: Case, *, assessed_on: date, **learned: Unpack[Learned]) -> Assessment:
    """Complete the assessment of a registered case, which goes on to the child’s best interests."""
    made = _assess(actor, case, Assessment.Kind.FULL, assessed_on, learned)
    move(_with_risk(actor, case, made), Case.State.BEST_INTEREST)
    return made


@act(may_reassess)
def reassess(actor: Actor, case: Case, *, assessed_on: date, **learned: Unpack[Learned]) -> Assessment:
    """Assess a child again: what was found before stays, and shows how things changed."""
    made = _assess(actor, case, Assessment.Kind.LATER, assessed_on, learned)
    _with_risk(actor, case, made)
    return made


def _with_risk(actor: Actor, case: Case, made: Assessment) -> Case:
    """The risk that was found is that of the case from now on, unless a later assessment found another."""
    later = Assessment.objects.filter(case=case, assessed_on__gt=made.assessed_on).exists()
    return case if later or case.risk == made.risk else assess_risk(actor, case, risk=made.risk)


# What must not be empty in any assessment, and how it is called in a sentence.
_NEVER_EMPTY = {
    "sources": _("whom and what was asked"),
    "risks": _("risks"),
    "strengths": _("strengths of the child"),
    "family_strengths": _("strengths of the family"),
    "conclusion": _("conclusion"),
}


def _assess(actor: Actor, case: Case, kind: str, assessed_on: date, learned: Learned) -> Assessment:
    pack = pack_in_force()
    insist_on_the_past(assessed_on, actor.today, "assessed_on")
    insist_on_a_lifetime(assessed_on, case.child.born_from, case.child.died_on, "assessed_on")
    _insist_on_seeing_the_child(pack, case, assessed_on, learned)
    findings = _insist_on_every_domain(pack, learned.get("findings", {}))
    words = {name: str(learned.get(name, "")).strip() for name in _NEVER_EMPTY}
    for name, text in words.items():
        if not text:
            raise _blank(_NEVER_EMPTY[name], name)
    causes = learned.get("causes", ())
    if not causes:
        raise _blank(_("root causes"), "causes")
    insist_on_choice(Assessment.Risk.values, learned.get("risk", ""), "risk")
    view = _insist_on_the_view(pack, case, assessed_on, learned)
    made = Assessment.objects.create(
        case=case,
        kind=kind,
        assessed_on=assessed_on,
        seen=learned["seen"],
        seen_on=learned.get("seen_on") if learned["seen"] != Assessment.Seen.NOT_SEEN else None,
        not_seen_reason=learned.get("not_seen_reason", "").strip(),
        causes=[known(pack.causes, code, "causes").code for code in causes],
        risk=learned["risk"],
        by_id=actor.user_id,
        **words,
        **view,
        **_insist_on_answers_of_the_home(case, learned),
    )
    Finding.objects.bulk_create([Finding(assessment=made, **finding) for finding in findings])
    _note_the_visit(actor, case, made)
    return made


def _note_the_visit(actor: Actor, case: Case, made: Assessment) -> None:
    """Whoever assesses a child has visited it: the day counts as a visit, unless one is written down already."""
    if made.seen_on is None or saw_the_child(actor, case, made.seen_on):
        return
    record_contact(actor, case, kind=Contact.Kind.VISIT, happened_on=made.seen_on, seen=made.seen)


def _blank(part: object, field: str) -> Refused:
    sentence = _("This part of the assessment is empty: %(part)s. Fill it in.") % {"part": part}
    return Refused(sentence, guard="G-DOMAINS", field=field)


def _has_reached(pack: Pack, limit: str, case: Case, on: date) -> bool:
    """Whether the child is as old as the limit says; a child of unknown age counts as old enough."""
    age = case.child.age(on)
    return age is None or age >= pack.limit(limit).value


def _insist_on_seeing_the_child(pack: Pack, case: Case, assessed_on: date, learned: Learned) -> None:
    seen, reason = learned.get("seen", ""), learned.get("not_seen_reason", "").strip()
    insist_on_choice(Assessment.Seen.values, seen, "seen")
    if seen == Assessment.Seen.NOT_SEEN:
        if not reason:
            sentence = _(
                "The child was not seen. See the child before you complete this, or say why that is impossible."
            )
            raise Refused(sentence, guard="G-SEEN", field="not_seen_reason")
        return
    if seen == Assessment.Seen.WITH_OTHERS and not reason and _has_reached(pack, "seen_alone", case, assessed_on):
        sentence = _("From the age of %(age)s a child is seen alone. Say why that was impossible.")
        age = pack.limit("seen_alone").value
        raise Refused(sentence % {"age": age}, guard="G-SEEN", field="not_seen_reason")
    seen_on = learned.get("seen_on")
    if seen_on is None:
        raise Refused(_("Say on which day the child was seen."), guard="G-SEEN", field="seen_on")
    insist_on_a_lifetime(seen_on, case.child.born_from, case.child.died_on, "seen_on")
    insist_on_order(assessed_on, seen_on, _("The child was seen later, on %(day)s. Check both days."), "seen_on")


def _insist_on_every_domain(pack: Pack, findings: Mapping[str, tuple[int | None, str]]) -> list[dict[str, str | int]]:
    for code in findings:
        known(pack.domains, code, f"rating_{code}")
    rows: list[dict[str, str | int]] = []
    for domain in (domain for domain in pack.domains.values() if domain.assessed or domain.code in findings):
        rating, note = findings.get(domain.code, (None, ""))
        name = gettext(domain.label)
        if rating is None:
            sentence = _("Say how the child does: %(domain)s.") % {"domain": name}
            raise Refused(sentence, guard="G-DOMAINS", field=f"rating_{domain.code}")
        insist_on_choice([str(value) for value in Finding.Rating.values], str(rating), f"rating_{domain.code}")
        if not note.strip():
            sentence = _("Write what was found: %(domain)s.") % {"domain": name}
            raise Refused(sentence, guard="G-DOMAINS", field=f"note_{domain.code}")
        rows.append({"domain": domain.code, "rating": rating, "note": note.strip()})
    return rows


def _insist_on_the_view(pack: Pack, case: Case, assessed_on: date, learned: Learned) -> dict[str, str]:
    view, by = learned.get("child_view", "").strip(), learned.get("child_view_by", "")
    reason = learned.get("no_view_reason", "").strip()
    if view:
        insist_on_choice(Assessment.ViewBy.values, by, "child_view_by")
    elif not reason and _has_reached(pack, "child_view", case, assessed_on):
        sentence = _("Write what the child says and wishes, or why the child could not be asked.")
        raise Refused(sentence, guard="G-VIEW", field="child_view")
    return {"child_view": view, "child_view_by": by if view else "", "no_view_reason": "" if view else reason}


def _insist_on_answers_of_the_home(case: Case, learned: Learned) -> dict[str, bool | None]:
    """Where a family is strengthened, two answers decide later whether it stands on its own feet."""
    income, able = learned.get("income_covers_basics"), learned.get("caregiver_able")
    if case.kind == Case.Kind.FAMILY_STRENGTHENING:
        if income is None:
            raise _blank(_("whether a regular income covers the basics"), "income_covers_basics")
        if able is None:
            raise _blank(_("whether the carers at home can care for the child"), "caregiver_able")
    return {"income_covers_basics": income, "caregiver_able": able}
