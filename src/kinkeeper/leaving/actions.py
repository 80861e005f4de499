"""Deeds on leaving: closing is decided, papers go with the child, the case closes; follow-ups, after-care, the open door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.cases.queries import workers_of
from kinkeeper.journal.acts import act
from kinkeeper.leaving import guards, queries
from kinkeeper.leaving.models import (
    EXITS,
    FAMILY_EXITS,
    Aftercare,
    Closing,
    ExtendedSupport,
    FollowUp,
    HandedPaper,
    UnplannedReturn,
)
from kinkeeper.leaving.policy import (
    may_allow_emergency_stay,
    may_assess_unplanned_return,
    may_close_for_good,
    may_come_of_age,
    may_decide_closing,
    may_decide_unplanned_return,
    may_end_aftercare,
    may_extend_support,
    may_hand_over,
    may_record_followup,
    may_record_unplanned_return,
    may_start_aftercare,
    may_withdraw_closing,
)
from kinkeeper.lib.ages import birthday
from kinkeeper.lib.guards import (
    insist_on_age,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare

Reason = Case.CloseReason
# What happened to a paper of the pack’s list: handed over on a day, or why it could not be.
Paper = tuple[date | None, str]


@act(may_decide_closing)
def decide_closing(
    actor: Actor,
    case: Case,
    *,
    exit: str,  # noqa: A002
    decided_on: date,
    reasons: str,
    child_view: str,
    planned: bool = True,
    causes_resolved: str = "",
    safety_plan: str = "",
    readiness: int | None = None,
    readiness_override: str = "",
    aftercare_plan: str = "",
    order_ended_by: str = "",
    also: Sequence[Case] = (),
) -> Closing:
    """Decide in a review that the work comes to its end, and how; of a family several cases may end in one deed."""
    insist_on_choice(EXITS[case.kind], exit, "exit")
    guards.insist_on_a_day(case, decided_on, actor, "decided_on")
    told = Closing(
        case=case, exit=exit, planned=planned, decided_on=decided_on, reasons=reasons.strip(), by_id=actor.user_id,
        child_view=child_view.strip(), causes_resolved=causes_resolved.strip(), safety_plan=safety_plan.strip(),
        readiness=readiness, readiness_override=readiness_override.strip(), aftercare_plan=aftercare_plan.strip(),
        order_ended_by=order_ended_by.strip(),
    )  # fmt: skip
    guards.insist_on_words(told)
    guards.insist_on_what_the_exit_needs(actor, told)
    told.best_interest = guards.best_interest(actor, case, exit, decided_on)
    told.save(force_insert=True)
    move(case, Case.State.CLOSING)
    for other in _reviewed_together(actor, case, also):
        decide_closing(
            actor, other, exit=exit, decided_on=decided_on, reasons=reasons, child_view=child_view, planned=planned,
            aftercare_plan=aftercare_plan, order_ended_by=order_ended_by, causes_resolved=causes_resolved,
            safety_plan=safety_plan, readiness=readiness, readiness_override=readiness_override,
        )  # fmt: skip
    return told


def _reviewed_together(actor: Actor, case: Case, also: Sequence[Case]) -> list[Case]:
    """The other cases as they are now; they must be those of the family that are under review."""
    asked = {other.pk for other in also}
    found = [other for other in queries.leave_together(actor, case) if other.pk in asked]
    if len(found) != len(asked):
        raise Refused(
            _("Only cases of the same family that are under review can be closed together."), guard="G-STEP",
            field="also",
        )  # fmt: skip
    return found


@act(may_withdraw_closing)
def withdraw_closing(actor: Actor, case: Case, *, withdrawn_on: date, why: str) -> Case:
    """Take a closing back before it is carried out: the plan goes on."""
    closing = _waiting(actor, case)
    insist_on_the_past(withdrawn_on, actor.today, "withdrawn_on")
    insist_on_order(withdrawn_on, closing.decided_on, _("The closing was decided on %(day)s."), "withdrawn_on")
    if not why.strip():
        raise Refused(_("Say why the work goes on."), guard="G-REASON", field="why")
    write(closing, withdrawn_on=withdrawn_on, withdrawn_why=why.strip())
    return move(case, Case.State.ACTIVE)


@act(may_hand_over)
def hand_over(
    actor: Actor,
    case: Case,
    *,
    left_on: date,
    to_whom: str,
    belongings: str,
    contacts: str,
    benefits: str,
    papers: Mapping[str, Paper],
    child_told_on: date,
    mentor: str = "",
    savings: str = "",
) -> Aftercare:
    """The child or young person leaves with papers and belongings; each required paper goes along or is explained."""
    closing = _waiting(actor, case)
    guards.insist_on_a_day(case, left_on, actor, "left_on")
    guards.insist_on_a_day(case, child_told_on, actor, "child_told_on")
    guards.insist_on_the_end_of_the_stay(case, left_on)
    guards.insist_on_what_goes_along(to_whom=to_whom, belongings=belongings, contacts=contacts, benefits=benefits)
    if closing.exit == Reason.REUNIFIED:
        guards.best_interest(actor, case, closing.exit, max(left_on, closing.decided_on))
    if closing.exit == Reason.INDEPENDENT and not mentor.strip():
        raise Refused(_("Name the person who stands by the young person as a mentor."), guard="G-DOCS", field="mentor")
    _hand_papers(actor, closing, papers)
    write(
        closing, left_on=left_on, to_whom=to_whom.strip(), belongings=belongings.strip(), contacts=contacts.strip(),
        benefits=benefits.strip(), child_told_on=child_told_on, done_on=left_on,
    )  # fmt: skip
    begun = _begin(actor, case, closing.exit, left_on, mentor=mentor, savings=savings)
    move(case, Case.State.AFTERCARE)
    return begun


def _hand_papers(actor: Actor, closing: Closing, papers: Mapping[str, Paper]) -> None:
    pack = pack_in_force()
    for code, paper in pack.papers.items():
        handed_on, why_not = papers.get(code, (None, ""))
        if handed_on is not None:
            guards.insist_on_a_day(closing.case, handed_on, actor, f"paper_{code}")
        elif not why_not.strip() and paper.required:
            raise Refused(
                _("“%(paper)s” is not handed over. Say when it was, or why it is missing and who will bring it.")
                % {"paper": gettext(paper.label)},
                guard="G-DOCS",
                field=f"paper_{code}",
            )
        if handed_on is not None or why_not.strip():
            HandedPaper.objects.create(
                closing=closing, paper=code, handed_on=handed_on, why_not="" if handed_on else why_not.strip()
            )
    for code in papers:
        known(pack.papers, code, "papers")


@act(may_close_for_good)
def close_for_good(
    actor: Actor,
    case: Case,
    *,
    closed_on: date,
    outcome: str,
    exit_survey: str = "",
    child_told_on: date | None = None,
    reason: str = Reason.NO_SERVICE,
) -> Case:
    """Close a case that needs no hand-over; a family that leaves is followed up, so its case goes on in after-care.

    Where it was decided that no service is needed, no review decided on a closing: `reason` then says how it ends.
    """
    # Whoever begins care at this moment holds the child: wait for them, then ask once more.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=case.child_id)
    if PeriodOfCare.objects.filter(child=case.child_id, ended_on=None).exists():
        raise Refused(_("This child is in care. Record first how care ended."), guard="G-CLOSE")
    guards.insist_on_a_day(case, closed_on, actor, "closed_on")
    if not outcome.strip():
        raise Refused(_("Say what was reached, or why no service is needed."), guard="G-EXIT", field="outcome")
    closing = queries.closing_waiting(actor, case)
    by_review = closing is not None
    if closing is None:
        insist_on_choice((Reason.NO_SERVICE, Reason.PASSED_ON, Reason.WITHDREW, Reason.MOVED), reason, "reason")
        closing = Closing.objects.create(
            case=case, exit=reason, decided_on=closed_on, reasons=outcome.strip(), by_id=actor.user_id
        )
    else:
        guards.insist_on_a_farewell(actor, closing, closed_on, exit_survey, child_told_on)
    if child_told_on is not None:
        guards.insist_on_a_day(case, child_told_on, actor, "child_told_on")
    write(
        closing, outcome=outcome.strip(), exit_survey=exit_survey.strip(), child_told_on=child_told_on,
        done_on=closed_on,
    )  # fmt: skip
    if by_review and case.kind == Case.Kind.FAMILY_STRENGTHENING and closing.exit in FAMILY_EXITS:
        _begin(actor, case, closing.exit, closed_on)
        return move(case, Case.State.AFTERCARE)
    return _end(case, Case.State.CLOSED, closed_on, closing.exit, "closed_on")


@act(may_record_followup)
def record_followup(
    actor: Actor,
    case: Case,
    *,
    happened_on: date,
    way: str,
    in_touch: bool,
    lives: str = FollowUp.Lives.UNKNOWN,
    seen: bool = False,
    suitable: bool | None = None,
    activity: str = "",
    wellbeing: str = "",
    own_words: str = "",
    concern: bool = False,
) -> FollowUp:
    """Record how a child or young person is after leaving; without contact it is kept as an attempt and answers nothing."""
    insist_on_choice(Contact.Kind.values, way, "way")
    insist_on_choice(FollowUp.Lives.values, lives, "lives")
    insist_on_choice(["", *FollowUp.Activity.values], activity, "activity")
    guards.insist_on_a_day(case, happened_on, actor, "happened_on")
    begun = _running(case)
    insist_on_order(happened_on, begun.starts_on, _("After-care began only on %(day)s."), "happened_on")
    guards.insist_on_what_a_contact_tells(in_touch=in_touch, seen=seen, lives=lives, wellbeing=wellbeing)
    return FollowUp.objects.create(
        case=case, happened_on=happened_on, way=way, in_touch=in_touch, lives=lives, seen=seen, suitable=suitable,
        activity=activity, wellbeing=wellbeing.strip(), own_words=own_words.strip(),
        concern=concern or lives == FollowUp.Lives.CARE, by_id=actor.user_id,
    )  # fmt: skip


@act(may_start_aftercare)
def start_aftercare(actor: Actor, case: Case, *, starts_on: date, mentor: str = "", savings: str = "") -> Aftercare:
    """Begin after-care of a young adult: out of care that goes on, or again through the open door of a closed case."""
    pack = pack_in_force()
    guards.insist_on_a_day(case, starts_on, actor, "starts_on")
    least, most = pack.limit("age_of_majority").value, pack.limit("aftercare_option").value
    insist_on_age(case.child.age(starts_on), least, most, "starts_on")
    if case.closed_on is None:
        begun = _begin(actor, case, Reason.OF_AGE, starts_on, mentor=mentor, savings=savings)
        move(case, Case.State.AFTERCARE)
        return begun
    insist_on_order(starts_on, case.closed_on, _("The case was closed on %(day)s."), "starts_on")
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=case.child_id)
    if Case.objects.filter(child=case.child_id, closed_on=None).exists():
        raise Refused(_("This person has another open case. Go on with that one."), guard="G-OVERLAP")
    begun = _begin(actor, case, Reason.OF_AGE, starts_on, mentor=mentor, savings=savings)
    worker = workers_of(actor, case.unit_id).filter(pk=case.worker_id).first() if case.worker_id else None
    if worker is not None:
        Assignment.objects.create(case=case, worker=worker, starts_on=starts_on)
    move(case, Case.State.AFTERCARE, closed_on=None, close_reason="", worker=worker)
    return begun


@act(may_come_of_age)
def come_of_age(actor: Actor, case: Case) -> Aftercare:
    """Turning of age never closes a case: after-care begins, unless the young person asked that care goes on."""
    pack, child = pack_in_force(), case.child
    if not queries.is_of_age(child, pack, actor.today):
        raise Refused(_("This person is not of age for certain yet."), guard="G-AGE")
    if guards.goes_on_for_longer(actor, case):
        raise Refused(_("The young person asked that care goes on. After-care begins when that ends."), guard="G-STEP")
    assert child.born is not None, "whose age is known has a birth"
    day = max(birthday(child.born.latest, pack.limit("age_of_majority").value), case.opened_on)
    ended = ExtendedSupport.objects.filter(case=case, until__lte=actor.today).values_list("until", flat=True).first()
    begun = _begin(actor, case, Reason.OF_AGE, max(day, ended or day))
    move(case, Case.State.AFTERCARE)
    return begun


@act(may_extend_support)
def extend_support(actor: Actor, case: Case, *, asked_on: date, until: date, wish: str) -> ExtendedSupport:
    """Record that a young person asked that care goes on after coming of age, as long as the pack allows."""
    guards.insist_on_a_day(case, asked_on, actor, "asked_on")
    guards.insist_on_a_longer_support(case, asked_on, until)
    if not wish.strip():
        raise Refused(_("Write what the young person asked for."), guard="G-REASON", field="wish")
    return ExtendedSupport.objects.create(
        case=case, asked_on=asked_on, until=until, wish=wish.strip(), by_id=actor.user_id
    )


@act(may_allow_emergency_stay)
def allow_emergency_stay(
    actor: Actor, aftercare: Aftercare, *, care_type: str, starts_on: date, until: date, reason: str
) -> Aftercare:
    """Allow a young adult who lost a home a short stay in supervised living, as long as the pack says at most."""
    guards.insist_on_an_emergency_stay(aftercare, care_type, starts_on, until)
    if not reason.strip():
        raise Refused(_("Say what happened, and what comes after these days."), guard="G-REASON", field="reason")
    return write(
        aftercare,
        emergency_stay_from=starts_on,
        emergency_stay_until=until,
        emergency_stay_type=care_type,
        emergency_stay_reason=reason.strip(),
    )


@act(may_end_aftercare)
def end_aftercare(
    actor: Actor,
    case: Case,
    *,
    ended_on: date,
    end: str,
    statement: str = "",
    last_contact_on: date | None = None,
    door_open_on: date | None = None,
) -> Aftercare:
    """End after-care with the young person’s own statement; the file stays, and so does the open door."""
    begun = _running(case)
    insist_on_choice(Aftercare.End.values, end, "end")
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, begun.starts_on, _("After-care began only on %(day)s."), "ended_on")
    told = write(
        begun, ends_on=ended_on, end=end, statement=statement.strip(), last_contact_on=last_contact_on,
        door_open_on=door_open_on, by_id=actor.user_id,
    )  # fmt: skip
    guards.insist_on_a_statement(actor, told)
    reasons = {
        Aftercare.End.NO_WISH: Reason.ENOUGH,
        Aftercare.End.LOST: Reason.LOST,
        Aftercare.End.DIED: Reason.DIED,
    }
    state = Case.State.DECEASED if end == Aftercare.End.DIED else Case.State.CLOSED
    _end(case, state, ended_on, reasons.get(Aftercare.End(end), begun.kind), "ended_on")
    return told


@act(may_record_unplanned_return)
def record_unplanned_return(
    actor: Actor, case: Case, *, returned_on: date, to_whom: str, child_words: str = ""
) -> UnplannedReturn:
    """Record that a child ran home: the risk is judged at once, and then it is decided whether the child stays."""
    guards.insist_on_a_day(case, returned_on, actor, "returned_on")
    if not to_whom.strip():
        raise Refused(_("Say with whom the child is now."), guard="G-REASON", field="to_whom")
    return UnplannedReturn.objects.create(
        case=case,
        returned_on=returned_on,
        to_whom=to_whom.strip(),
        child_words=child_words.strip(),
        by_id=actor.user_id,
    )


@act(may_assess_unplanned_return)
def assess_unplanned_return(
    actor: Actor, gone: UnplannedReturn, *, assessed_on: date, risk: str, risk_words: str
) -> UnplannedReturn:
    """Judge the risk to a child who ran home, and say what protects the child now."""
    insist_on_choice(UnplannedReturn.Risk.values, risk, "risk")
    guards.insist_on_a_day(gone.case, assessed_on, actor, "assessed_on")
    insist_on_order(assessed_on, gone.returned_on, _("The child went home only on %(day)s."), "assessed_on")
    if not risk_words.strip():
        raise Refused(_("Say what the risk is, and what protects the child now."), guard="G-REASON", field="risk_words")
    return write(gone, assessed_on=assessed_on, risk=risk, risk_words=risk_words.strip())


@act(may_decide_unplanned_return)
def decide_unplanned_return(
    actor: Actor, gone: UnplannedReturn, *, decided_on: date, decision: str, authority: str, reasons: str
) -> UnplannedReturn:
    """Record whether a child who ran home stays there; then the stay in care is ended, or the child comes back."""
    insist_on_choice(UnplannedReturn.Decision.values, decision, "decision")
    guards.insist_on_a_day(gone.case, decided_on, actor, "decided_on")
    if gone.assessed_on is not None:
        insist_on_order(decided_on, gone.assessed_on, _("The risk was judged only on %(day)s."), "decided_on")
    for field, words in (("authority", authority), ("reasons", reasons)):
        if not words.strip():
            raise Refused(_("Say who decided, and why."), guard="G-REASON", field=field)
    return write(gone, decided_on=decided_on, decision=decision, authority=authority.strip(), reasons=reasons.strip())


def _waiting(actor: Actor, case: Case) -> Closing:
    closing = queries.closing_waiting(actor, case)
    if closing is None:
        raise Unseen
    return closing


def _running(case: Case) -> Aftercare:
    begun = Aftercare.objects.filter(case=case, ends_on=None).first()
    if begun is None:
        raise Unseen
    return begun


def _begin(actor: Actor, case: Case, kind: str, starts_on: date, *, mentor: str = "", savings: str = "") -> Aftercare:
    return Aftercare.objects.create(
        case=case,
        kind=kind,
        starts_on=starts_on,
        mentor=mentor.strip(),
        savings=savings.strip(),
        by_id=actor.user_id,
    )


def _end(case: Case, state: str, on: date, reason: str, field: str) -> Case:
    """Nobody is responsible any more."""
    now = Assignment.objects.filter(case=case, ends_on__isnull=True).first()
    if now is not None:
        insist_on_order(on, now.starts_on, _("The present worker is responsible only since %(day)s."), field)
        write(now, ends_on=on)
    return move(case, state, closed_on=on, close_reason=reason)
