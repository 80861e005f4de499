"""Deeds around a decision: what is needed and best is weighed, the decision is taken, siblings live apart and meet again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Role, User, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.decisions import guards, policy, weighing
from kinkeeper.decisions.models import (
    BestInterest,
    Decision,
    KinSearched,
    Necessity,
    Option,
    PanelMember,
    Requirement,
    Separation,
    SupportTried,
)
from kinkeeper.decisions.queries import brothers_and_sisters, colleagues, siblings_to_consider
from kinkeeper.decisions.weighing import Rows
from kinkeeper.journal.acts import act
from kinkeeper.lib.guards import in_words, insist_on_a_lifetime, insist_on_choice, insist_on_the_past, known
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person
from kinkeeper.people.queries import missing_consent

Kind = Decision.Kind


# ---- what is best ------------------------------------------------------------------------------------------------------


@act(policy.may_require_determination)
def require_determination(actor: Actor, case: Case, *, trigger: str, note: str = "") -> Requirement:
    """Say that a panel must determine what is best before the case goes on, and why."""
    insist_on_choice(Requirement.Trigger.values, trigger, "trigger")
    if guards.open_requirements(case).filter(trigger=trigger).exists():
        raise Refused(_("This is required already. Record the determination."), guard="G-DOUBLE", field="trigger")
    return _require(actor, case, trigger, note)


def _require(actor: Actor, case: Case, trigger: str, note: str = "") -> Requirement:
    return Requirement.objects.create(
        case=case, trigger=trigger, required_on=actor.today, note=note.strip(), by_id=actor.user_id
    )


@act(policy.may_record_best_interest)
def record_best_interest(
    actor: Actor,
    /,
    case: Case,
    *,
    second: User | None = None,
    options: Rows = (),
    child_agrees: bool | None = None,
    **weighed: Any,
) -> BestInterest:
    """Record what two workers find best for a child. At its step this leads to the gate, unless a panel must determine.

    Where the child does not agree, a determination by a panel becomes required by itself.
    """
    if second is None or not colleagues(actor, case.unit_id).filter(pk=second.pk).exists():
        raise Refused(
            _("Two workers weigh what is best. Choose a second colleague of this unit."), guard="G-BIA", field="second"
        )
    best = _weigh(actor, case, BestInterest.Kind.ASSESSMENT, options, weighed, second=second, child_agrees=child_agrees)
    disagreement = Requirement.Trigger.DISAGREEMENT
    if child_agrees is False and not guards.open_requirements(case).filter(trigger=disagreement).exists():
        _require(actor, case, disagreement)
    _go_to_the_gate(case)
    return best


@act(policy.may_record_determination)
def record_determination(
    actor: Actor,
    /,
    case: Case,
    *,
    options: Rows = (),
    panel: Rows = (),
    child_agrees: bool | None = None,
    **weighed: Any,
) -> BestInterest:
    """Record what a panel determined to be best, with who sat on it; this meets what was required."""
    weighing.insist_on_a_panel(case, panel)
    if not weighed.get("review_on"):
        raise Refused(_("Say when this is looked at again."), guard="G-BIA", field="review_on")
    best = _weigh(actor, case, BestInterest.Kind.DETERMINATION, options, weighed, child_agrees=child_agrees)
    PanelMember.objects.bulk_create(PanelMember(best_interest=best, **_stripped(member)) for member in panel)
    for requirement in guards.open_requirements(case):
        write(requirement, met_on=best.done_on)
    _go_to_the_gate(case)
    return best


def _go_to_the_gate(case: Case) -> None:
    if case.state == Case.State.BEST_INTEREST and not guards.open_requirements(case).exists():
        move(case, Case.State.GATEKEEPING)


def _weigh(
    actor: Actor, case: Case, kind: str, options: Rows, weighed: Mapping[str, Any], **particulars: Any
) -> BestInterest:
    """Store a procedure with its options, once it says what such a procedure must say."""
    said = _stripped(weighed)
    _insist_on_a_day(actor, case, said["done_on"], "done_on")
    insist_on_choice(BestInterest.Recommends.values, said["recommendation"], "recommendation")
    weighing.insist_on_every_factor(said)
    review_on = said.get("review_on")
    if review_on is not None and review_on < said["done_on"]:
        raise Refused(_("It is looked at again later, not before."), guard="G-TIME", field="review_on")
    weighing.insist_on_options(options)
    best = BestInterest.objects.create(case=case, kind=kind, by_id=actor.user_id, **said, **particulars)
    Option.objects.bulk_create(Option(best_interest=best, **_stripped(option)) for option in options)
    return best


# ---- is care needed ------------------------------------------------------------------------------------------------------


@act(policy.may_record_necessity)
def record_necessity(
    actor: Actor,
    case: Case,
    *,
    tested_on: date,
    grounds: Sequence[str],
    needed: bool,
    conclusion: str,
    emergency: bool = False,
    emergency_words: str = "",
    supports: Rows = (),
    kin: Rows = (),
) -> Necessity:
    """Test whether care outside the family is needed: grounds, what was tried, who of the kin was asked."""
    pack = pack_in_force()
    _insist_on_a_day(actor, case, tested_on, "tested_on")
    if not grounds:
        raise Refused(_("Choose at least one ground."), guard="G-NEC", field="grounds")
    for ground in grounds:
        known(pack.grounds, ground, "grounds")
    if emergency and not emergency_words.strip():
        raise Refused(_("Say what the emergency is."), guard="G-NEC", field="emergency_words")
    poverty_only = guards.is_poverty_only(grounds, pack.grounds)
    if needed:
        weighing.insist_on_need(poverty_only=poverty_only, emergency=emergency, supports=supports, kin=kin)
    test = Necessity.objects.create(
        case=case,
        tested_on=tested_on,
        grounds=list(grounds),
        emergency=emergency,
        emergency_words=emergency_words.strip(),
        poverty_only=poverty_only,
        needed=needed,
        conclusion=conclusion.strip(),
        by_id=actor.user_id,
    )
    SupportTried.objects.bulk_create(SupportTried(necessity=test, **_stripped(row)) for row in supports)
    KinSearched.objects.bulk_create(KinSearched(necessity=test, **_stripped(row)) for row in kin)
    return test


# ---- the decision ------------------------------------------------------------------------------------------------------------


@act(policy.may_decide_family_support)
def decide_family_support(actor: Actor, /, case: Case, **decided: Any) -> Decision:
    """Decide that the family is supported and the child stays; the plan follows."""
    decision = _decide(actor, case, Kind.FAMILY_SUPPORT, decided)
    move(case, Case.State.PLANNING)
    return decision


@act(policy.may_decide_no_service)
def decide_no_service(actor: Actor, /, case: Case, **decided: Any) -> Decision:
    """Decide that no service is needed, say why and where the family was sent; the case is closed next."""
    decision = _decide(actor, case, Kind.NO_SERVICE, decided)
    move(case, Case.State.CLOSING)
    return decision


@act(policy.may_decide_alternative_care)
def decide_alternative_care(
    actor: Actor,
    /,
    case: Case,
    *,
    care_type: str,
    starts_on: date,
    decided_on: date,
    ends_on: date | None = None,
    return_on: date | None = None,
    exception: str = "",
    abroad: bool = False,
    abroad_reason: str = "",
    together: Sequence[Person] = (),
    **decided: Any,
) -> Decision:
    """Decide that the child lives in this form of care from a day on; the plan follows."""
    pack, child = pack_in_force(), case.child
    care = known(pack.care_types, care_type, "care_type")
    insist_on_choice(Decision.Exemption.values, exception, "exception")
    best, necessity = guards.last_best_interest(case), guards.last_necessity(case)
    assert best is not None and necessity is not None  # noqa: PT018  # the judge has asked
    guards.insist_on_freshness(pack, best, decided_on)
    guards.insist_on_no_haste(case, care, decided_on)
    guards.insist_on_no_border(decided_on, abroad=abroad, reason=abroad_reason, return_on=return_on)
    guards.insist_on_a_family_for_the_small(
        pack, child, care, starts_on=starts_on, exception=exception, return_on=return_on,
        emergency=necessity.emergency, together=together,
    )  # fmt: skip
    guards.insist_on_a_comparison(pack, best, care)
    guards.insist_on_a_panel_where_due(best, care, abroad=abroad)
    guards.insist_on_siblings(child, siblings_to_consider(actor, child, starts_on), together, starts_on)
    guards.insist_on_an_end(pack, care, starts_on, ends_on)
    _insist_on_a_heard_child(actor, child, decided, max(starts_on, decided_on))
    particulars = {"care_type": care_type, "starts_on": starts_on, "ends_on": ends_on, "return_on": return_on}
    particulars |= {"exception": exception, "abroad": abroad, "abroad_reason": abroad_reason, "decided_on": decided_on}
    particulars["together"] = sorted(sibling.code for sibling in together)
    decision = _decide(actor, case, Kind.ALTERNATIVE_CARE, {**decided, **particulars})
    move(case, Case.State.PLANNING)
    return decision


def _insist_on_a_heard_child(actor: Actor, child: Person, decided: Mapping[str, Any], on: date) -> None:
    for name in ("child_view", "child_view_weighed"):
        if not str(decided.get(name, "")).strip():
            raise Refused(
                _("Write down what the child says and wishes, and how it was weighed."), guard="G-BIA", field=name
            )
    ordered = decided.get("decided_by") == Decision.By.AUTHORITY
    if sentence := missing_consent(actor, child, "PLACEMENT", on=on, own=ordered):
        raise Refused(sentence, guard="G-CONSENT")


def _decide(actor: Actor, case: Case, kind: str, decided: Mapping[str, Any]) -> Decision:
    """Store a decision with what it rests on, once it says who decided, why, and how it may be appealed."""
    said = _stripped(decided)
    said.setdefault("starts_on", said["decided_on"])
    _insist_on_a_day(actor, case, said["decided_on"], "decided_on")
    insist_on_choice(Decision.By.values, said["decided_by"], "decided_by")
    for name, sentence in (("authority", _("Name who decided.")), ("reasons", _("Write down the reasons."))):
        if not said.get(name):
            raise Refused(sentence, guard="G-DECISION", field=name)
    guards.insist_on_a_day_of_validity(said["starts_on"], said.get("ends_on"))
    if said.get("review_on") is not None and said["review_on"] < said["decided_on"]:
        raise Refused(_("It is looked at again later, not before."), guard="G-TIME", field="review_on")
    _insist_on_an_appeal(case, said)
    return Decision.objects.create(
        case=case,
        kind=kind,
        necessity=guards.last_necessity(case),
        best_interest=guards.last_best_interest(case),
        by_id=actor.user_id,
        **said,
    )


def _insist_on_an_appeal(case: Case, said: Mapping[str, Any]) -> None:
    """Whoever is concerned learns how to appeal where an authority decides, or where somebody is against it."""
    told_on, until = said.get("appeal_told_on"), said.get("appeal_until")
    against = Requirement.objects.filter(case=case, trigger=Requirement.Trigger.AGAINST_PARENT).exists()
    if told_on is None and (said["decided_by"] == Decision.By.AUTHORITY or said.get("dissent") or against):
        raise Refused(
            _("Explain to those concerned how they can appeal, and write down on which day."),
            guard="G-APPEAL",
            field="appeal_told_on",
        )
    if told_on is not None and until is not None and until < told_on:
        raise Refused(_("The time for an appeal ends after it was explained."), guard="G-TIME", field="appeal_until")


@act(policy.may_authorise_emergency)
def authorise_emergency(
    actor: Actor,
    /,
    case: Case,
    *,
    care_type: str,
    decided_on: date,
    decided_by: str,
    authority: str,
    reasons: str,
    **more: Any,
) -> Decision:
    """In immediate danger, allow a form of care for some days; what is best is weighed afterwards, within the time of the pack."""
    pack = pack_in_force()
    care = known(pack.care_types, care_type, "care_type")
    guards.insist_on_an_authoriser(
        is_director=actor.sits(Role.DIRECTOR, case.unit_id), decided_by=decided_by, authority=authority, reasons=reasons
    )
    guards.insist_on_a_form_for_emergencies(pack, case, care, decided_on)
    limit = "transit" if care.neutral == "TRANSIT" else "emergency_care"
    particulars = {"care_type": care_type, "decided_on": decided_on, "decided_by": decided_by, "authority": authority}
    particulars["ends_on"] = due_after(decided_on, pack.limit(limit), pack.calendar)
    return _decide(actor, case, Kind.EMERGENCY, {**more, **particulars, "reasons": reasons})


@act(policy.may_withdraw_decision)
def withdraw_decision(actor: Actor, decision: Decision, *, withdrawn_on: date, withdrawn_because: str) -> Decision:
    """Take back a decision from a day on; what rested on it stays in the history."""
    insist_on_the_past(withdrawn_on, actor.today, "withdrawn_on")
    if withdrawn_on < decision.decided_on:
        raise Refused(
            _("It was decided on %(day)s. Choose that day or a later one.") % {"day": in_words(decision.decided_on)},
            guard="G-TIME",
            field="withdrawn_on",
        )
    if not withdrawn_because.strip():
        raise Refused(_("Say why the decision is withdrawn."), guard="G-DECISION", field="withdrawn_because")
    return write(decision, withdrawn_on=withdrawn_on, withdrawn_because=withdrawn_because.strip())


# ---- siblings ----------------------------------------------------------------------------------------------------------------


@act(policy.may_separate_siblings)
def separate_siblings(
    actor: Actor,
    child: Person,
    *,
    sibling: Person,
    reason: str,
    words: str,
    decided_by: str,
    decided_on: date,
    contact: str,
    review_on: date,
) -> Separation:
    """Record that two siblings live apart: why, who decided, how they meet, and when this is looked at again."""
    known(pack_in_force().separations, reason, "reason")
    insist_on_the_past(decided_on, actor.today, "decided_on")
    if sibling.pk not in {person.pk for person in brothers_and_sisters(actor, child)}:
        raise Refused(_("Only brothers and sisters are separated."), guard="G-SIB", field="sibling")
    lower, higher = sorted((child, sibling), key=lambda person: person.pk)
    if Separation.objects.filter(child=lower, sibling=higher, ended_on__isnull=True).exists():
        raise Refused(_("It is recorded already that they live apart."), guard="G-DOUBLE", field="sibling")
    said = {"words": words.strip(), "decided_by": decided_by.strip(), "contact": contact.strip()}
    for name, text in said.items():
        if not text:
            raise Refused(_("Say why they live apart, who decided it, and how they meet."), guard="G-SIB", field=name)
    _insist_on_a_look(decided_on, review_on)
    return Separation.objects.create(
        child=lower,
        sibling=higher,
        reason=reason,
        decided_on=decided_on,
        review_on=review_on,
        by_id=actor.user_id,
        **said,
    )


@act(policy.may_review_separation)
def review_separation(
    actor: Actor, separation: Separation, *, reviewed_on: date, words: str, contact: str, review_on: date
) -> Separation:
    """Look again at whether two siblings must live apart, and say when it is looked at next.

    Where they have been apart longer than the pack allows without a panel, a determination becomes required by itself.
    """
    insist_on_the_past(reviewed_on, actor.today, "reviewed_on")
    if reviewed_on < (separation.reviewed_on or separation.decided_on):
        raise Refused(_("This is before the last time it was looked at."), guard="G-TIME", field="reviewed_on")
    for name, text in (("words", words), ("contact", contact)):
        if not text.strip():
            raise Refused(_("Say why they still live apart, and how they meet."), guard="G-SIB", field=name)
    _insist_on_a_look(reviewed_on, review_on)
    _require_a_panel_for_long_separations(actor, separation, review_on)
    changes = {"reviewed_on": reviewed_on, "review_on": review_on, "words": words.strip(), "contact": contact.strip()}
    return write(separation, **changes)


def _insist_on_a_look(day: date, review_on: date) -> None:
    pack = pack_in_force()
    last = due_after(day, pack.limit("sibling_review"), pack.calendar)
    if not day < review_on <= last:
        raise Refused(
            _("It is looked at again by %(day)s at the latest.") % {"day": in_words(last)},
            guard="G-SIB",
            field="review_on",
        )


def _require_a_panel_for_long_separations(actor: Actor, separation: Separation, review_on: date) -> None:
    pack = pack_in_force()
    trigger = Requirement.Trigger.SIBLINGS
    if review_on <= due_after(separation.decided_on, pack.limit("sibling_review"), pack.calendar):
        return
    both = [separation.child_id, separation.sibling_id]
    for case in Case.objects.filter(child__in=both, closed_on__isnull=True):
        # Once for a separation: a panel that has looked at it since need not look again at every review.
        if not Requirement.objects.filter(case=case, trigger=trigger, required_on__gte=separation.decided_on).exists():
            _require(actor, case, trigger)


@act(policy.may_end_separation)
def end_separation(actor: Actor, separation: Separation, *, ended_on: date) -> Separation:
    """Record from when two siblings live together again."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if ended_on < separation.decided_on:
        raise Refused(
            _("They were separated on %(day)s. Choose that day or a later one.")
            % {"day": in_words(separation.decided_on)},
            guard="G-TIME",
            field="ended_on",
        )
    return write(separation, ended_on=ended_on)


# ---- what every deed here insists on -----------------------------------------------------------------------------------


def _insist_on_a_day(actor: Actor, case: Case, day: date, field: str) -> None:
    insist_on_the_past(day, actor.today, field)
    insist_on_a_lifetime(day, case.child.born_from, case.child.died_on, field)


def _stripped(particulars: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in particulars.items()}
