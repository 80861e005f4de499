"""What the minutes of a review must hold before it counts as held; whatever is missing is refused and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import User, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Kinship, Membership
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_choice, insist_on_order, known
from kinkeeper.lib.objections import objection_to
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Goal, Review, Wish
from kinkeeper.plans.queries import too_late

RATINGS = range(-2, 3)


@dataclass(frozen=True)
class Judged:
    """How far a goal has come: −2 much worse … +2 much better, what was seen, and the state of the goal from now on."""

    rating: int
    note: str = ""
    state: str = ""


@dataclass(frozen=True)
class Answered:
    """A wish of the child in its own words, the answer, and its reason where it is not a yes."""

    words: str
    answer: str
    reason: str = ""


@dataclass(frozen=True)
class Minutes:
    """What was said at a review: who was there, the child’s words and wishes, and every open goal by its code."""

    participation: str
    attendance: str = ""
    chair: str = ""
    chaired_by: User | None = None
    child_words: str = ""
    summary: str = ""
    still_needed: bool | None = None
    still_suits: bool | None = None
    wishes: Sequence[Answered] = ()
    progress: Mapping[str, Judged] = field(default_factory=dict)

    @property
    def chair_name(self) -> str:
        """Who chaired: as written, else the colleague who was chosen."""
        return self.chair.strip() or (self.chaired_by.name if self.chaired_by else "")


def _refused(sentence: object, field: str) -> Refused:
    return Refused(str(sentence), guard="G-REVIEW", field=field)


def insist_on_participation(child: Person, participation: str, held_on: date) -> bool:
    """How the child took part: a code of the pack that fits the age. Returns whether the child was heard."""
    if not participation:
        raise _refused(_("Say how the child took part."), "participation")
    way = known(pack_in_force().participation, participation, "participation")
    age = child.age(held_on)
    if age is not None and (age < way.youngest or (way.below and age >= way.below)):
        sentence = gettext("The child was %(age)s on that day. Choose a way of taking part that fits the age.")
        raise _refused(sentence % {"age": age}, "participation")
    return way.heard


def insist_on_minutes(actor: Actor, review: Review, minutes: Minutes, held_on: date) -> None:
    """The day, who took part and who chaired, and what the child said."""
    child = review.child
    if held_on > actor.today:
        raise _refused(_("This day is still to come. Record the review when it has been held."), "held_on")
    insist_on_a_lifetime(held_on, child.born_from, child.died_on, "held_on")
    if review.case is not None:
        insist_on_order(held_on, review.case.opened_on, _("The case was opened on %(day)s."), "held_on")
    if Review.objects.filter(child=child, held_on=held_on).exists():
        raise _refused(_("A review of that day is recorded already."), "held_on")
    heard = insist_on_participation(child, minutes.participation, held_on)
    if heard and not minutes.child_words.strip():
        raise _refused(_("The child was heard: write down what the child said."), "child_words")
    if not minutes.attendance.strip():
        raise _refused(_("Say who took part."), "attendance")
    _insist_on_a_chair(review, minutes)


def _insist_on_a_chair(review: Review, minutes: Minutes) -> None:
    """Somebody chaired, who is neither family or carer of the child nor, where the law asks for it, the case worker."""
    chair, case = minutes.chair_name, review.case
    if not chair:
        raise _refused(_("Say who chaired the review."), "chair")
    names = {_plain(chair), _plain(minutes.chaired_by.name) if minutes.chaired_by else ""}
    limit = pack_in_force().limit("independent_chair")
    worker = case.worker if case is not None else None
    is_worker = worker is not None and (minutes.chaired_by == worker or _plain(worker.name) in names)
    if limit.value and is_worker:
        sentence = gettext("The case worker cannot chair this review: somebody independent must (%(source)s).")
        raise _refused(sentence % {"source": limit.source}, "chair")
    if names & _family_of(review.child):
        raise _refused(_("This is somebody of the child’s family. Somebody without a bond chairs the review."), "chair")
    if objection := objection_to("hold_review", Review(child=review.child, case=case, chair=chair)):
        raise _refused(objection, "chair")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _family_of(child: Person) -> set[str]:
    """The names of the kin and the family of a child: also those that the actor does not see, as nobody is told them."""
    ties = Kinship.objects.filter(Q(person=child) | Q(relative=child), ends_on__isnull=True)
    own = Membership.objects.filter(person=child, ends_on__isnull=True).values("family")
    together = Membership.objects.filter(family__in=own, ends_on__isnull=True)
    near = Q(pk__in=ties.values("person")) | Q(pk__in=ties.values("relative")) | Q(pk__in=together.values("person"))
    return {_plain(name) for name in Person.objects.filter(near).exclude(pk=child.pk).values_list("name", flat=True)}


def insist_on_an_outcome(
    actor: Actor, case: Case, minutes: Minutes, held_on: date, outcome: str, next_on: date | None
) -> None:
    """What was decided and why, whether care is needed and suits, and the day of the next review."""
    for answer, name, sentence in (
        (minutes.still_needed, "still_needed", _("Answer whether care or support is still needed.")),
        (minutes.still_suits, "still_suits", _("Answer whether this form of care or support still suits the child.")),
    ):
        if answer is None:
            raise _refused(sentence, name)
    insist_on_choice([value for value in Review.Outcome.values if value], outcome, "outcome")
    if not minutes.summary.strip():
        raise _refused(_("Say what was decided and why."), "summary")
    if next_on is not None:
        insist_on_a_next_day(actor, [case], held_on, next_on)
    elif outcome != Review.Outcome.CLOSE:
        raise _refused(_("Say when the next review is."), "next_on")


def insist_on_a_next_day(actor: Actor, cases: list[Case], held_on: date, next_on: date) -> None:
    """The next review comes after this one, and not later than the pack allows."""
    if next_on <= held_on:
        raise _refused(_("The next review comes after this one. Choose a later day."), "next_on")
    if sentence := too_late(actor, cases, next_on, held_on):
        raise _refused(sentence, "next_on")


def wishes_in(review: Review, minutes: Minutes) -> list[Wish]:
    """The wishes as rows; each has an answer, and a reason where it is not a yes."""
    rows = []
    for number, wish in enumerate(minutes.wishes, 1):
        which = {"number": number}
        if not wish.words.strip():
            raise _refused(gettext("Wish %(number)s has no words.") % which, f"wish_{number}_words")
        if wish.answer not in Wish.Answer.values:
            raise _refused(
                gettext("Wish %(number)s has no answer: yes, no or not yet?") % which, f"wish_{number}_answer"
            )
        if wish.answer != Wish.Answer.GRANTED and not wish.reason.strip():
            sentence = gettext("Wish %(number)s was not granted. Say why: the child has a right to the reason.")
            raise _refused(sentence % which, f"wish_{number}_reason")
        rows.append(Wish(review=review, words=wish.words.strip(), answer=wish.answer, reason=wish.reason.strip()))
    return rows


def judged_in(minutes: Minutes, goals: Iterable[Goal]) -> Iterator[tuple[Goal, Judged]]:
    """Every open goal with its judgement; one that is missing is named."""
    domains = pack_in_force().domains
    for goal in goals:
        judged = minutes.progress.get(goal.code)
        if judged is None or judged.rating not in RATINGS:
            entry = domains.get(goal.domain)
            label = gettext(entry.label) if entry else goal.domain
            sentence = gettext("Say how far the goal “%(domain)s” has come.")
            raise _refused(sentence % {"domain": label}, f"goal_{goal.code}_rating")
        if judged.state:
            insist_on_choice(Goal.State.values, judged.state, f"goal_{goal.code}_state")
        yield goal, judged
