"""What every way of leaving insists on: each refuses with a sentence, the code of its rule, and the field it speaks of."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.intake.models import Registration
from kinkeeper.leaving import queries
from kinkeeper.leaving.models import (
    FAMILY_EXITS,
    HANDED_OVER,
    ON_THEIR_OWN,
    Aftercare,
    Closing,
    FollowUp,
)
from kinkeeper.lib.ages import birthday
from kinkeeper.lib.guards import (
    in_words,
    insist_on_a_lifetime,
    insist_on_age,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.timers import due_after
from kinkeeper.placements.models import PeriodOfCare

Reason = Case.CloseReason


def insist_on_a_day(case: Case, day: date, actor: Actor, field: str) -> None:
    """A day that has come, in the life of the child, and in the case."""
    insist_on_the_past(day, actor.today, field)
    insist_on_a_lifetime(day, case.child.born_from, case.child.died_on, field)
    insist_on_order(day, case.opened_on, _("The case was opened on %(day)s."), field)


def insist_on_words(told: Closing) -> None:
    """The reasons, and the child’s own view."""
    if not told.reasons:
        raise Refused(_("Say why the work comes to its end."), guard="G-REASON", field="reasons")
    if not told.child_view:
        raise Refused(
            _("Write what the child says and wishes about this, or how you tried to learn it."), guard="G-CLOSE",
            field="child_view",
        )  # fmt: skip


def insist_on_what_the_exit_needs(actor: Actor, told: Closing) -> None:
    """What each way of leaving must show before it is decided."""
    case, on = told.case, told.decided_on
    if told.exit not in HANDED_OVER and PeriodOfCare.objects.filter(child=case.child_id, ended_on=None).exists():
        raise Refused(
            _("This child is still in care here. Record first how and when the stay ended."), guard="G-CLOSE",
            field="exit",
        )  # fmt: skip
    if told.exit in HANDED_OVER and not told.aftercare_plan:
        raise Refused(
            _("Write the after-care plan: who stays in touch, how, and for how long."), guard="G-CLOSE",
            field="aftercare_plan",
        )  # fmt: skip
    if told.exit == Reason.REUNIFIED:
        _insist_on_a_safe_return(told)
    if told.exit in (Reason.INDEPENDENT, Reason.OF_AGE):
        _insist_on_readiness(told)
    ordered = told.exit in (Reason.KIN, Reason.ADOPTED, Reason.KAFALAH) or queries.is_under_an_order(actor, case, on)
    if ordered and not told.order_ended_by:
        raise Refused(
            _("Name the court or authority that gave or ended the order."), guard="G-CLOSE", field="order_ended_by"
        )
    if told.exit == Reason.LOST:
        insist_on_attempts(actor, case, "G-CLOSE", "exit")
    if told.exit == Reason.SELF_RELIANT:
        insist_on_self_reliance(actor, case, on, "exit")


def _insist_on_a_safe_return(told: Closing) -> None:
    for field, sentence in (
        ("causes_resolved", _("Say what resolved the causes of the separation, and how you know.")),
        ("safety_plan", _("Write the safety plan: what protects the child at home, and whom the child can call.")),
    ):
        if not getattr(told, field):
            raise Refused(sentence, guard="G-CLOSE", field=field)


def _insist_on_readiness(told: Closing) -> None:
    pack = pack_in_force()
    limit = pack.limit("independent_living" if told.exit == Reason.INDEPENDENT else "age_of_majority")
    insist_on_age(told.case.child.age(told.decided_on), limit.value, 0, "exit")
    if told.readiness is not None and not 0 <= told.readiness <= 100:
        raise Refused(_("The readiness is a number from 0 to 100."), guard="G-CLOSE", field="readiness")
    if told.readiness is None and told.exit == Reason.INDEPENDENT:
        raise Refused(
            _("Judge the readiness together with the young person first."), guard="G-CLOSE", field="readiness"
        )
    if (told.readiness is None or told.readiness < 100) and not told.readiness_override:
        raise Refused(
            _("The young person is not ready in everything. Say why now, and what helps until then."), guard="G-CLOSE",
            field="readiness_override",
        )  # fmt: skip


def insist_on_self_reliance(actor: Actor, case: Case, on: date, field: str) -> None:
    """A family that leaves stands on its own feet, at two assessments."""
    if lacks := queries.what_a_family_lacks(actor, case, on):
        raise Refused(" ".join(lacks), guard="G-EXIT", field=field)


def best_interest(actor: Actor, case: Case, exit: str, on: date) -> BestInterest | None:  # noqa: A002
    """The procedure that the decision stands on; a family may end its support without one."""
    found = queries.best_interest_for(actor, case, on)
    if found is None and not (case.kind == Case.Kind.FAMILY_STRENGTHENING and exit in FAMILY_EXITS):
        limit = pack_in_force().limit("bia_validity")
        raise Refused(
            _("A best-interest assessment not older than %(days)s days is needed (%(source)s). Make one first.")
            % {"days": limit.value, "source": limit.source},
            guard="G-BIAFRESH",
            field="exit",
        )
    return found


def insist_on_what_goes_along(**words: str) -> None:
    """To whom, belongings, contacts, benefits: nobody leaves with nothing."""
    sentences = {
        "to_whom": _("Say to whom the child goes, or where the young person lives now."),
        "belongings": _("List the belongings and keepsakes that go along."),
        "contacts": _("Write down whom they can turn to, and how."),
        "benefits": _("Write down the benefits and rights that were applied for or explained."),
    }
    for field, sentence in sentences.items():
        if not words[field].strip():
            raise Refused(sentence, guard="G-DOCS", field=field)


def insist_on_attempts(actor: Actor, case: Case, guard: str, field: str) -> None:
    """Contact is lost only when it was tried at least three times, by two ways."""
    attempts, ways = queries.attempts_in_vain(actor, case)
    if not queries.is_lost(actor, case):
        raise Refused(
            _(
                "Contact was tried %(attempts)s times by %(ways)s ways. Try at least %(least)s times by %(two)s ways first."
            )
            % {
                "attempts": attempts,
                "ways": ways,
                "least": queries.LEAST_ATTEMPTS,
                "two": queries.LEAST_WAYS,
            },
            guard=guard,
            field=field,
        )


def insist_on_the_end_of_the_stay(case: Case, left_on: date) -> None:
    """Nobody leaves before the stay in care has ended."""
    last = PeriodOfCare.objects.filter(child=case.child_id, ended_on__isnull=False).order_by("-ended_on").first()
    if last is not None and last.ended_on is not None:
        insist_on_order(left_on, last.ended_on, _("The stay in care ended only on %(day)s."), "left_on")


def insist_on_a_farewell(
    actor: Actor, closing: Closing, closed_on: date, exit_survey: str, child_told_on: date | None
) -> None:
    """What closing asks for: the child knows, the family was asked, and a family still stands on its own feet."""
    sentence = _("The closing was decided on %(day)s.")
    insist_on_order(closed_on, closing.decided_on, sentence, "closed_on")
    if closing.exit == Reason.SELF_RELIANT:
        insist_on_self_reliance(actor, closing.case, closed_on, "closed_on")
    if closing.exit == Reason.LOST:
        return
    if child_told_on is None:
        raise Refused(_("Tell the child that our work ends, and say when."), guard="G-EXIT", field="child_told_on")
    if not exit_survey.strip():
        raise Refused(_("Ask the child and the family what they say of our work."), guard="G-EXIT", field="exit_survey")


def insist_on_what_a_contact_tells(*, in_touch: bool, seen: bool, lives: str, wellbeing: str) -> None:
    """With contact one knows how and where they live; without it nobody was seen."""
    if not in_touch and (seen or lives != FollowUp.Lives.UNKNOWN):
        raise Refused(
            _("Without contact nobody was seen and nothing is known. Say that there was contact, or take it back."),
            guard="G-SEEN",
            field="in_touch",
        )
    if in_touch and not wellbeing.strip():
        raise Refused(_("Write how they are."), guard="G-REASON", field="wellbeing")


def goes_on_for_longer(actor: Actor, case: Case) -> bool:
    """Whether care goes on after coming of age: the young person asked for it, or it was so from the registration on."""
    registered = Registration.objects.filter(case=case).exclude(over_age_reason="")
    return queries.support_extended_until(actor, case, actor.today) is not None or registered.exists()


def insist_on_a_longer_support(case: Case, asked_on: date, until: date) -> None:
    """Support is extended beyond the coming of age and within what the pack allows."""
    pack, born = pack_in_force(), case.child.born
    if born is None:
        raise Refused(_("Record the date of birth first."), guard="G-AGE", field="until")
    first = birthday(born.earliest, pack.limit("age_of_majority").value)
    last = birthday(born.latest, pack.limit("aftercare_option").value)
    if until <= max(first, asked_on):
        raise Refused(
            _("Choose a day after %(day)s: until then nothing needs to be extended.")
            % {"day": in_words(max(first, asked_on))},
            guard="G-TIME",
            field="until",
        )
    if until > last:
        raise Refused(
            _("Support can go on until %(day)s at most (%(source)s).")
            % {"day": in_words(last), "source": pack.limit("aftercare_option").source},
            guard="G-AGE",
            field="until",
        )


def insist_on_an_emergency_stay(aftercare: Aftercare, care_type: str, starts_on: date, until: date) -> None:
    """A young adult stays in supervised living for a few days; homes for children are for children."""
    pack, child = pack_in_force(), aftercare.case.child
    limit = pack.limit("emergency_stay")
    if known(pack.care_types, care_type, "care_type").neutral != "SIL":
        raise Refused(
            _("A young adult cannot step back into a home for children. Choose supervised independent living."),
            guard="G-AGE",
            field="care_type",
        )
    insist_on_age(child.age(starts_on), pack.limit("age_of_majority").value, 0, "care_type")
    insist_on_order(starts_on, aftercare.starts_on, _("After-care began only on %(day)s."), "starts_on")
    if aftercare.emergency_stay_until is not None:
        sentence = _("Another emergency stay lasts until %(day)s.")
        insist_on_order(starts_on, aftercare.emergency_stay_until, sentence, "starts_on")
    last = due_after(starts_on, limit, pack.calendar)
    if until > last:
        raise Refused(
            _("An emergency stay that begins then ends on %(day)s at the latest (%(source)s).")
            % {"day": in_words(last), "source": limit.source},
            guard="G-TIME",
            field="until",
        )
    if until <= starts_on:
        raise Refused(_("The stay ends after it begins."), guard="G-TIME", field="until")


def insist_on_a_statement(actor: Actor, told: Aftercare) -> None:
    """After-care ends in the young person’s own words, with the door open, and not before its time."""
    if told.end == Aftercare.End.DIED:
        return
    if told.end == Aftercare.End.LOST:
        insist_on_attempts(actor, told.case, "G-AFTER", "end")
    elif not told.statement:
        raise Refused(
            _("After-care ends with the young person’s own statement. Write it down in their words."), guard="G-AFTER",
            field="statement",
        )  # fmt: skip
    elif told.last_contact_on is None:
        raise Refused(_("Say when you were in contact last."), guard="G-AFTER", field="last_contact_on")
    if told.door_open_on is None:
        raise Refused(
            _("Give or send the note that the door stays open, and say when."), guard="G-AFTER", field="door_open_on"
        )
    for field in ("last_contact_on", "door_open_on"):
        day = getattr(told, field)
        if day is not None:
            insist_on_a_day(told.case, day, actor, field)
    if told.end == Aftercare.End.READY:
        _insist_on_its_time(actor, told)


def _insist_on_its_time(actor: Actor, told: Aftercare) -> None:
    """Whoever has not asked for the end is supported until the age, or followed up as long, as the pack says."""
    pack, ended_on = pack_in_force(), told.ends_on
    assert ended_on is not None, "after-care that ends has its day"
    limit, age = pack.limit("aftercare_until"), told.case.child.age(ended_on)
    if told.kind in ON_THEIR_OWN and age is not None and age < limit.value:
        raise Refused(
            _("Support goes on until the age of %(age)s at least (%(source)s), unless the young person wants no more.")
            % {"age": limit.value, "source": limit.source},
            guard="G-AFTER",
            field="end",
        )
    left = [each.due_on for each in queries.followup_calendar(actor, told) if each.done_on is None]
    if left:
        raise Refused(
            _("The follow-up of %(day)s is still to come. After-care goes on until then.")
            % {"day": in_words(left[-1])},
            guard="G-AFTER",
            field="end",
        )
