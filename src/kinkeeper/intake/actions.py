"""Deeds at the door: a referral is received, its people are compared and it is screened; a case is registered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.cases import actions as cases
from kinkeeper.cases.models import Case
from kinkeeper.families import actions as families
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.families.queries import family_of
from kinkeeper.intake import policy, queries
from kinkeeper.intake.models import Comparison, Mentioned, Referral, Registration
from kinkeeper.journal.acts import act
from kinkeeper.lib.ages import PartialDate, age_range_on
from kinkeeper.lib.guards import insist_on_choice, insist_on_order, insist_on_the_past
from kinkeeper.lib.guards import known as known_code
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people import actions as people
from kinkeeper.people.models import BirthBy, Identifier, Person, Sex
from kinkeeper.people.queries import missing_for

Part = Mentioned.Part


@dataclass(frozen=True)
class Said:
    """Somebody a referral speaks of, as it was said; `row` is the prefix of the fields of its row in the form."""

    part: str = Part.CHILD
    given: str = ""
    middle: str = ""
    family: str = ""
    descriptor: str = ""
    birth: PartialDate | None = None
    birth_by: str = ""
    sex: str = Sex.UNKNOWN
    scheme: str = ""
    number: str = ""
    row: str = ""


# ---- receiving -------------------------------------------------------------------------------------------------------


@act(policy.may_receive_referral)
def receive_referral(
    actor: Actor,
    unit: Unit,
    *,
    channel: str,
    source: str,
    known: str,
    immediate_danger: bool | None,
    received_at: datetime | None = None,
    referrer: str = "",
    referrer_contact: str = "",
    whereabouts: str = "",
    causes: Sequence[str] = (),
    urgency: str = "",
    first_action: str = "",
    spoken_of: Sequence[Said] = (),
) -> Referral:
    """Write down what somebody told us about a child, and whom they spoke of; nothing is decided yet."""
    insist_on_choice(Referral.Channel.values, channel, "channel")
    insist_on_choice(Referral.Source.values, source, "source")
    insist_on_choice(["", *Referral.Urgency.values], urgency, "urgency")
    if immediate_danger is None:
        raise Refused(_("Say whether the child is in immediate danger."), guard="G-SCREEN", field="immediate_danger")
    _insist_on_now(received_at, "received_at")
    _insist_on_words(known, _("Write what is known, even if it is little."), "known")
    for cause in causes:
        known_code(pack_in_force().causes, cause, "causes")
    referral = Referral.objects.create(
        unit=unit, channel=channel, source=source, known=known.strip(), immediate_danger=immediate_danger,
        received_at=received_at or timezone.now(), received_by_id=actor.user_id, referrer=referrer.strip(),
        referrer_contact=referrer_contact.strip(), whereabouts=whereabouts.strip(), causes=list(causes),
        urgency=urgency, first_action=first_action.strip(),
    )  # fmt: skip
    for said in spoken_of:
        Mentioned.objects.create(referral=referral, **_as_said(actor, said))
    return referral


def _insist_on_now(at: datetime | None, field: str) -> None:
    if at is not None and at > timezone.now():
        raise Refused(_("This moment is still to come. Correct the day or the hour."), guard="G-TIME", field=field)


def _insist_on_words(words: str, sentence: Any, field: str, guard: str = "G-REASON") -> None:
    if not words.strip():
        raise Refused(sentence, guard=guard, field=field)


def _as_said(actor: Actor, said: Said) -> dict[str, Any]:
    """The fields of somebody mentioned; refuses a birth to come and somebody nobody could tell apart."""
    insist_on_choice(Part.values, said.part, f"{said.row}part")
    insist_on_choice(Sex.values, said.sex, f"{said.row}sex")
    insist_on_choice(["", *Identifier.Scheme.values], said.scheme, f"{said.row}scheme")
    insist_on_choice(BirthBy.values, said.birth_by, f"{said.row}birth_by")
    if said.birth:
        insist_on_the_past(said.birth.earliest, actor.today, f"{said.row}birth")
        if said.birth.estimated and not said.birth_by:
            raise Refused(_("Say how the age was estimated."), guard="G-AGE", field=f"{said.row}birth_by")
    texts = {
        name: " ".join(getattr(said, name).split()) for name in ("given", "middle", "family", "descriptor", "number")
    }
    if not (texts["given"] or texts["family"] or texts["descriptor"]):
        raise Refused(_("Give a name, or words that tell this person apart."), guard="G-NAME", field=f"{said.row}given")
    scheme = (said.scheme or Identifier.Scheme.OTHER) if texts["number"] else ""
    born = {"birth": str(said.birth or ""), "birth_by": said.birth_by if said.birth else ""}
    return {**texts, **born, "part": said.part, "sex": said.sex, "scheme": scheme}


@act(policy.may_mention_person)
def mention_person(actor: Actor, referral: Referral, *, said: Said) -> Mentioned:
    """Add somebody whom a referral speaks of, because it was left out or became known only now."""
    return Mentioned.objects.create(referral=referral, **_as_said(actor, said))


@act(policy.may_correct_mentioned)
def correct_mentioned(actor: Actor, mentioned: Mentioned, *, said: Said) -> Mentioned:
    """Correct what was written of somebody a referral speaks of; who was added by mistake becomes “other person”."""
    return write(mentioned, **_as_said(actor, said))


@act(policy.may_tell_authority)
def tell_authority(actor: Actor, referral: Referral, *, authority: str, told_at: datetime | None = None) -> Referral:
    """Say which authority was told of the danger, and when."""
    _insist_on_words(authority, _("Say which authority was told."), "authority")
    _insist_on_now(told_at, "told_at")
    return write(referral, authority_told=authority.strip(), authority_told_at=told_at or timezone.now())


@act(policy.may_give_feedback)
def give_feedback(actor: Actor, referral: Referral, *, feedback: str, feedback_on: date | None = None) -> Referral:
    """Say what the referrer was told, and when."""
    _insist_on_words(feedback, _("Write what the referrer was told."), "feedback")
    day = feedback_on or actor.today
    insist_on_the_past(day, actor.today, "feedback_on")
    received_on = timezone.localdate(referral.received_at)
    insist_on_order(day, received_on, _("The referral was received on %(day)s."), "feedback_on")
    return write(referral, feedback=feedback.strip(), feedback_on=day)


# ---- comparing -------------------------------------------------------------------------------------------------------


@act(policy.may_compare_person)
def compare_person(actor: Actor, mentioned: Mentioned, *, person: Person, verdict: str, reason: str) -> Comparison:
    """Judge whether somebody mentioned and a record in sight are one person, and say how one can tell."""
    return _compare(actor, mentioned, person, verdict, reason)


@act(policy.may_compare_unseen_record)
def compare_unseen_record(actor: Actor, mentioned: Mentioned, *, other: str, verdict: str, reason: str) -> Comparison:
    """Note what those who see a record elsewhere answered; only records that are nearly alike can be asked about."""
    found = queries.candidates_of(actor, mentioned)
    alike = next((each.likeness for each in found if each.likeness.code == other), None)
    if alike is None:
        raise Unseen
    return _compare(actor, mentioned, Person.objects.get(pk=alike.key), verdict, reason)


def _compare(actor: Actor, mentioned: Mentioned, person: Person, verdict: str, reason: str) -> Comparison:
    insist_on_choice(Comparison.Verdict.values, verdict, "verdict")
    _insist_on_words(reason, _("Say how one can tell, or who told you."), "reason")
    there = Comparison.objects.filter(mentioned=mentioned).exclude(person=person)
    if verdict == Comparison.Verdict.SAME and there.filter(verdict=verdict).exists():
        raise Refused(
            _("Another record was judged to be this person. Correct that comparison first."),
            guard="G-DUP",
            field="verdict",
        )
    settled = {"verdict": verdict, "reason": " ".join(reason.split()), "by_id": actor.user_id}
    now = Comparison.objects.filter(mentioned=mentioned, person=person).first()
    return write(now, **settled) if now else Comparison.objects.create(mentioned=mentioned, person=person, **settled)


# ---- screening -------------------------------------------------------------------------------------------------------


@act(policy.may_screen_in)
def screen_in(
    actor: Actor,
    referral: Referral,
    *,
    urgency: str,
    eligibility: str,
    kind: str = Case.Kind.CARE,
    first_action: str = "",
    one_family: bool = True,
    responsible: Collection[str] = (),
) -> Referral:
    """Take a referral on: a record and a case at intake for every child, and one family with the ties between them.

    `responsible` holds the codes of the mentioned parents who have legal responsibility.
    """
    if urgency not in Referral.Urgency.values:
        raise Refused(_("Judge first how great the risk is."), guard="G-SCREEN", field="urgency")
    if urgency == Referral.Urgency.HIGH and not (first_action or referral.first_action).strip():
        raise Refused(
            _("At high risk something is done at once. Say what was done."), guard="G-SCREEN", field="first_action"
        )
    _insist_on_words(eligibility, _("Say why this is our task."), "eligibility", "G-SCREEN")
    everybody = queries.spoken_of(actor, referral)
    taken = [_take_on(actor, spoken, kind) for spoken in everybody if spoken.row.part == Part.CHILD]
    family = _bring_together(actor, everybody, [case.child for case in taken], responsible) if one_family else None
    for case in taken:
        write(case, risk=urgency, **({"family": family} if family else {}))
    return move(
        referral,
        Referral.State.SCREENED_IN,
        urgency=urgency,
        eligibility=eligibility.strip(),
        first_action=(first_action or referral.first_action).strip(),
        screened_on=actor.today,
        screened_by_id=actor.user_id,
    )


def _take_on(actor: Actor, spoken: queries.Spoken, kind: str) -> Case:
    """The case of one child: of the record it was found to be, or of a new one."""
    row, same = spoken.row, spoken.same
    if same is not None and same.person is not None:
        case = cases.open_case(actor, same.person, opened_on=actor.today, kind=kind)
    else:
        unit = row.referral.unit
        case = cases.take_in_child(actor, unit, opened_on=actor.today, kind=kind, **row.as_a_record)
        _record_number(actor, case.child, row)
    write(row, person=case.child, case=case)
    return case


def _record_number(actor: Actor, person: Person, row: Mentioned) -> None:
    # A number that another record bears was compared and stays in the referral alone.
    if row.number and not Identifier.objects.filter(value_mark=row.number).exists():
        people.record_identifier(actor, person, scheme=row.scheme, value=row.number)


def _bring_together(
    actor: Actor, everybody: Sequence[queries.Spoken], children: Sequence[Person], responsible: Collection[str]
) -> Family:
    """One family of the children and parents of a referral: the family of a known child, or a new one."""
    family = next((found for child in children if (found := family_of(actor, child))), None)
    if family is None:
        names = [spoken.row.family for spoken in everybody if spoken.row.family]
        name = names[0] if names else children[0].name
        family = families.found_family(actor, children[0].unit, name=name, person=children[0])
    for child in children:
        _join(actor, family, child)
    for child, other in combinations(children, 2):
        _tie(actor, child, other, Kinship.Kind.SIBLING)
    for spoken in everybody:
        if spoken.row.part == Part.PARENT:
            _bring_parent(actor, family, children, spoken, responsible=spoken.row.code in responsible)
    return family


def _bring_parent(
    actor: Actor, family: Family, children: Sequence[Person], spoken: queries.Spoken, *, responsible: bool
) -> None:
    parent = spoken.same.person if spoken.same else None
    if parent is None:
        parent = families.add_relative(
            actor, children[0], kind=Kinship.Kind.PARENT, legally_responsible=responsible, **spoken.row.as_a_record
        )
        _record_number(actor, parent, spoken.row)
    _join(actor, family, parent)
    for child in children:
        _tie(actor, child, parent, Kinship.Kind.PARENT, responsible=responsible)
    write(spoken.row, person=parent)


def _join(actor: Actor, family: Family, person: Person) -> None:
    if not Membership.objects.filter(family=family, person=person, ends_on__isnull=True).exists():
        families.add_member(actor, family, person=person)


def _tie(actor: Actor, person: Person, relative: Person, kind: str, *, responsible: bool = False) -> None:
    """Tie two people, unless a tie between them is recorded already."""
    there = Q(person=person, relative=relative) | Q(person=relative, relative=person)
    if not Kinship.objects.filter(there, ends_on__isnull=True).exists():
        families.tie_kin(actor, person, relative=relative, kind=kind, legally_responsible=responsible)


@act(policy.may_screen_out)
def screen_out(
    actor: Actor, referral: Referral, *, out_reason: str, out_words: str = "", onward: str = "", feedback: str = ""
) -> Referral:
    """Decide that a referral is not taken on: why, where it was sent instead, and what the referrer was told."""
    insist_on_choice(Referral.OutReason.values, out_reason, "out_reason")
    if out_reason in (Referral.OutReason.NOT_OUR_TASK, Referral.OutReason.OUTSIDE_AREA):
        _insist_on_words(onward, _("Say to whom the referral was sent on, so that the child is not lost."), "onward")
    told = {"feedback": feedback.strip(), "feedback_on": actor.today} if feedback.strip() else {}
    return move(
        referral,
        Referral.State.SCREENED_OUT,
        out_reason=out_reason,
        out_words=out_words.strip(),
        onward=onward.strip(),
        screened_on=actor.today,
        screened_by_id=actor.user_id,
        **told,
    )


# ---- registering -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A legal status that is recorded with the registration: a code of the pack, its order and the way to appeal."""

    status: str
    starts_on: date
    authority: str = ""
    order_number: str = ""
    appeal_until: date | None = None


@act(policy.may_register_case)
def register_case(
    actor: Actor,
    case: Case,
    *,
    sex: str,
    birth: PartialDate | None,
    basis: str,
    guardian: str,
    location: str,
    emergency_contact: str,
    basis_source: str = "",
    age_method: str = "",
    over_age_reason: str = "",
    language: str = "",
    needs_interpreter: bool = False,
    interpreter: str = "",
    risk: str = "",
    measure: Measure | None = None,
) -> Registration:
    """Settle what must be known before the assessment: who, on what ground, who is responsible, whom to call."""
    child = _described(actor, case, sex, birth, age_method, over_age_reason)
    _insist_on_basis(actor, child, basis, basis_source)
    _insist_on_guardian(actor, child, guardian)
    _insist_on_words(location, _("Say where the child is now."), "location")
    _insist_on_words(emergency_contact, _("Say whom to call in an emergency."), "emergency_contact")
    insist_on_choice(Case.Risk.values, risk, "risk")
    _insist_on_language(actor, child, language, needs_interpreter, interpreter)
    if measure is not None:
        _record_measure(actor, child, measure)
    registration = Registration.objects.create(
        case=case, referral=queries.referral_of(actor, case), basis=basis, basis_source=basis_source.strip(),
        guardian=guardian, location=location.strip(), interpreter=interpreter.strip(),
        emergency_contact=emergency_contact.strip(), age_method=age_method,
        over_age_reason=over_age_reason.strip(), registered_on=actor.today, by_id=actor.user_id,
    )  # fmt: skip
    move(case, Case.State.ASSESSMENT, risk=risk or case.risk)
    return registration


def _described(
    actor: Actor, case: Case, sex: str, birth: PartialDate | None, age_method: str, over_age_reason: str
) -> Person:
    """The child with sex and birth as they are known now; where the age is in doubt, a child is treated as a child."""
    insist_on_choice([each for each in Sex.values if each != Sex.UNKNOWN], sex, "sex")
    insist_on_choice(BirthBy.values, age_method, "age_method")
    if birth is None:
        raise Refused(_("Write the date of birth, or an estimate with ~ in front."), guard="G-AGE", field="birth")
    insist_on_the_past(birth.earliest, actor.today, "birth")
    if birth.estimated and not age_method:
        raise Refused(_("Say how the age was estimated."), guard="G-AGE", field="age_method")
    majority = pack_in_force().limit("age_of_majority").value
    if age_range_on(birth, case.opened_on)[0] >= majority and not over_age_reason.strip():
        raise Refused(
            _("Whoever is %(age)s or older is supported with a reason. Say why support goes on.") % {"age": majority},
            guard="G-AGE",
            field="over_age_reason",
        )
    known_by = age_method or None
    return people.describe_person(
        actor, case.child, birth=birth, sex=sex, died_on=case.child.died_on, birth_by=known_by
    )


def _insist_on_basis(actor: Actor, child: Person, basis: str, source: str) -> None:
    if basis not in Registration.Basis.values:
        raise Refused(_("Say on which ground we keep this record."), guard="G-BASIS", field="basis")
    if basis in (Registration.Basis.LEGAL_DUTY, Registration.Basis.PUBLIC_TASK):
        _insist_on_words(source, _("Name the law, the order or the agreement."), "basis_source", "G-BASIS")
    if basis == Registration.Basis.CONSENT:
        if missing := missing_for(actor, child, "services"):
            raise Refused(missing, guard="G-CONSENT", field="basis")


def _insist_on_guardian(actor: Actor, child: Person, guardian: str) -> None:
    insist_on_choice(Registration.Guardian.values, guardian, "guardian")
    recorded = Kinship.objects.filter(Kinship.responsible_on(actor.today), relative=child)
    if guardian == Registration.Guardian.KNOWN and not recorded.exists():
        raise Refused(
            _(
                "Nobody with legal responsibility is recorded in the family. Record who it is, or say that none is known."
            ),
            guard="G-KIN",
            field="guardian",
        )


def _insist_on_language(actor: Actor, child: Person, tag: str, needs_interpreter: bool, interpreter: str) -> None:
    there = child.languages.filter(mother_tongue=True).first()
    if not tag and there is None:
        raise Refused(_("Say which language the child speaks."), guard="G-REASON", field="language")
    if needs_interpreter:
        _insist_on_words(interpreter, _("Say who interprets, or which interpreter is sought."), "interpreter")
    spoken = tag or (there.tag if there else "")
    first = there is None or there.tag == spoken
    people.record_language(actor, child, tag=spoken, mother_tongue=first, needs_interpreter=needs_interpreter)


def _record_measure(actor: Actor, child: Person, measure: Measure) -> None:
    if measure.appeal_until:
        sentence = _("The status begins on %(day)s. An appeal is possible after that.")
        insist_on_order(measure.appeal_until, measure.starts_on, sentence, "appeal_until")
    people.record_legal_status(
        actor, child, status=measure.status, starts_on=measure.starts_on, authority=measure.authority,
        order_number=measure.order_number, appeal_until=measure.appeal_until,
    )  # fmt: skip
