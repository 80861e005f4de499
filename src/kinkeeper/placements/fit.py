"""Does this home fit this child, and may the child live there: all that speaks against it, before anything is written.

A deed raises the first objection; a page shows them all beforehand. History that is brought in is not asked: it happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, Option
from kinkeeper.decisions.queries import ON_CARE, decision_in_force, in_force, separation_between
from kinkeeper.families.queries import siblings_of
from kinkeeper.homes.models import Approval, Home
from kinkeeper.homes.queries import Standing, standing_of
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import CareType, Pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person, Sex
from kinkeeper.placements.models import Episode, Placement


@dataclass(frozen=True)
class Asks:
    """What a form of care asks for before a child lives under it.

    `decision`: a decision in force that allows it. `approval`: the home is approved for it, its adults are checked and
    its carers trained. `together`: brothers and sisters in care live together, or it was decided otherwise.
    """

    decision: bool = True
    approval: bool = True
    together: bool = True


# By neutral code; every form of care that is not named here asks for everything.
ASKS: Mapping[str, Asks] = {
    # Parents and relatives without an order are no service that somebody approves.
    "HOME": Asks(approval=False, together=False),
    "KIN_INF": Asks(approval=False),
    "CHH": Asks(approval=False),
    "ADOPTED": Asks(approval=False, together=False),
    # A short stay rests on the decision about the stay that it interrupts.
    "RESPITE": Asks(decision=False, together=False),
    "TRANSIT": Asks(decision=False, together=False),
    # These happen to a child; they are recorded, not decided by us.
    "HEALTH_EDU": Asks(decision=False, approval=False, together=False),
    "CUSTODY": Asks(decision=False, approval=False, together=False),
    "NONE": Asks(decision=False, approval=False, together=False),
}


def asks_of(care: CareType) -> Asks:
    """What a form of care of the pack asks for; a temporary stay never needs a decision of its own."""
    asks = ASKS.get(care.neutral, Asks())
    return Asks(decision=False, approval=asks.approval, together=False) if care.temporary else asks


@dataclass(eq=False)
class Intended:
    """A stay that somebody wants to begin, alone or `together` with brothers and sisters on the same day.

    `last` is the episode that holds now, None where care begins; `day_field` and so on name what the form calls it.
    """

    actor: Actor
    pack: Pack
    child: Person
    home: Home
    day: date
    care: CareType
    together: tuple[Person, ...] = ()
    exemption_review_on: date | None = None
    last: Episode | None = None
    day_field: str = "started_on"

    @cached_property
    def asks(self) -> Asks:
        """What this form of care asks for; a child who comes back from a short stay only comes home."""
        asks = asks_of(self.care)
        return Asks(decision=False, approval=asks.approval, together=False) if self.resumed else asks

    @cached_property
    def resumed(self) -> Placement | None:
        """The stay to which a child comes back from a temporary one; None where it is a move."""
        last = self.last
        if last is None or not _is_temporary(self.pack, last.placement.care_type):
            return None
        before = main_placement(self.pack, last)
        same = before is not None and (before.home_id, before.care_type) == (self.home.pk, self.care.code)
        return before if same else None

    @cached_property
    def decision(self) -> Decision | None:
        """The decision that allows this form of care on that day."""
        return decision_in_force(self.actor, self.child, self.care.code, self.day)

    @cached_property
    def rests_on(self) -> Decision | None:
        """The decision to keep with the stay: its own, or that of the stay which it interrupts or resumes."""
        if self.decision or self.asks.decision or self.last is None:
            return self.decision
        return (self.resumed or self.last.placement).decision

    @cached_property
    def standing(self) -> Standing:
        """On what grounds the home may care on that day."""
        return standing_of(self.actor, self.home, self.day)

    @cached_property
    def siblings(self) -> list[Person]:
        """The brothers and sisters in sight who are not of age."""
        of_age = self.pack.limit("age_of_majority").value
        found = [one.person for one in siblings_of(self.actor, self.child) if one.person is not None]
        return [one for one in found if (one.age(self.day) or 0) < of_age and not one.died_on]

    @cached_property
    def where_siblings_live(self) -> dict[int, Placement]:
        """In which stay each sibling in care is on that day, by the key of the sibling, whoever sees the home."""
        rows = Episode.objects.in_force(self.day).filter(period__child__in=self.siblings)
        return {row.period.child_id: row.placement for row in rows.select_related("placement", "period")}

    @property
    def has_sibling_there(self) -> bool:
        """Whether a brother or sister lives in this home or comes along."""
        there = any(stay.home_id == self.home.pk for stay in self.where_siblings_live.values())
        return there or bool(set(self.siblings) & set(self.together))

    @cached_property
    def over_capacity(self) -> tuple[int, int, str] | None:
        """How many children would live there, how many may, and who says so, where that is too many; else None."""
        allowed = _allowed(self)
        if allowed is None:
            return None
        group = [self.child, *self.together]
        would = Episode.objects.most_together(self.home, self.day, without=group) + len(group)
        return (would, *allowed) if would > allowed[0] else None


def main_placement(pack: Pack, last: Episode) -> Placement | None:
    """The last stay of a period of care that was not a temporary one."""
    rows = Episode.objects.filter(period=last.period_id, started_on__lte=last.started_on).order_by("-started_on")
    stays = (row.placement for row in rows.select_related("placement__decision"))
    return next((stay for stay in stays if not _is_temporary(pack, stay.care_type)), None)


def _is_temporary(pack: Pack, care_type: str) -> bool:
    care = pack.care_types.get(care_type)
    return care is not None and care.temporary


# ---- what speaks against it ------------------------------------------------------------------------------------------


def insist_on_a_fit(intended: Intended) -> None:
    """Refuse a stay against which something speaks, with the first of all reasons."""
    for objection in objections(intended):
        raise objection


def objections(intended: Intended) -> Iterator[Refused]:
    """All that speaks against a stay: the home, the age, the decision, the carers, the places, the siblings."""
    yield from _an_open_home(intended)
    yield from _a_suitable_age(intended)
    yield from _a_decision(intended)
    if intended.asks.approval:
        yield from _carers_who_may(intended)
    yield from _the_terms(intended)
    yield from a_place(intended)
    if intended.asks.together:
        yield from _siblings_together(intended)


def _an_open_home(intended: Intended) -> Iterator[Refused]:
    home, day = intended.home, intended.day
    if home.closed_on is not None:
        sentence = _("%(home)s closed on %(day)s. Choose another home.")
        yield Refused(sentence % {"home": home.name, "day": in_words(home.closed_on)}, guard="G-CAP", field="home")
    if home.opened_on is not None and day < home.opened_on:
        sentence = _("%(home)s opened only on %(day)s.")
        words = {"home": home.name, "day": in_words(home.opened_on)}
        yield Refused(sentence % words, guard="G-CAP", field=intended.day_field)


def _a_suitable_age(intended: Intended) -> Iterator[Refused]:
    pack, care, age = intended.pack, intended.care, intended.child.age(intended.day)
    if age is None:
        return
    if age < pack.limit("under_three").value and not care.under_three_ok:
        yield from _exempt_though_small(intended)
    alone = pack.limit("independent_living").value if care.neutral == "SIL" else 0
    youngest = care.youngest or alone
    if age < youngest:
        yield Refused(
            _("“%(care_type)s” is possible from the age of %(age)s.")
            % {"age": youngest, "care_type": gettext(care.label)},
            guard="G-AGE",
            field="care_type",
        )


def _exempt_though_small(intended: Intended) -> Iterator[Refused]:
    """A small child lives in a family, unless the decision names one of three exceptions and it holds."""
    decision, pack = intended.decision, intended.pack
    exception = decision.exception if decision else ""
    least = pack.limit("under_three").value
    if exception == Decision.Exemption.EMERGENCY or (
        exception == Decision.Exemption.SIBLING and intended.has_sibling_there
    ):
        return
    if decision and exception == Decision.Exemption.SHORT:
        latest = due_after(intended.day, pack.limit("under_three_short"), pack.calendar)
        if decision.return_on is not None and decision.return_on <= latest:
            return
        sentence = _(
            "A child under %(age)s may stay here until %(day)s at most. The decision must plan the return by then."
        )
        words = {"age": least, "day": in_words(latest)}
        yield Refused(sentence % words, guard="G-U3", field="care_type")
        return
    yield Refused(
        _(
            "A child under %(age)s lives in a family. “%(care_type)s” is not for so young a child, unless the decision "
            "names an exception: an emergency, brothers and sisters there, or a short stay with a planned return."
        )
        % {"age": least, "care_type": gettext(intended.care.label)},
        guard="G-U3",
        field="care_type",
    )


def _a_decision(intended: Intended) -> Iterator[Refused]:
    """A decision in force allows this form of care, and the case is at work; an emergency goes before the plan."""
    if not intended.asks.decision:
        return
    decision = intended.decision
    if decision is None:
        yield Refused(
            _("No decision in force allows %(name)s to live in “%(care_type)s” on %(day)s. Record the decision first.")
            % {
                "name": intended.child.name,
                "care_type": gettext(intended.care.label),
                "day": in_words(intended.day),
            },
            guard="G-DECISION",
            field="care_type",
        )
    elif decision.kind == Decision.Kind.EMERGENCY:
        yield from _an_emergency_that_was_weighed(intended, decision)
    elif decision.case.state not in Case.AT_WORK:
        yield Refused(
            _(
                "The case is at the step “%(step)s”. A child is placed once the plan is in force; only an emergency goes before."
            )
            % {"step": decision.case.get_state_display()},
            guard="G-STEP",
        )
    if decision is not None and intended.care.neutral == "RES" and decision.kind != Decision.Kind.EMERGENCY:
        yield from _families_tried_first(intended, decision)


def _an_emergency_that_was_weighed(intended: Intended, decision: Decision) -> Iterator[Refused]:
    """Care in an emergency names who allowed it, and what is best for the child is weighed within days."""
    pack = intended.pack
    if not decision.authority.strip():
        yield Refused(_("Say in the decision who authorised the emergency care."), guard="G-EMERGENCY")
    until = due_after(decision.decided_on, pack.limit("retrospective_bia"), pack.calendar)
    weighed = BestInterest.objects.filter(case=decision.case_id, done_on__gte=decision.decided_on)
    if intended.actor.today > until and decision.best_interest_id is None and not weighed.exists():
        yield Refused(
            _(
                "The best-interest assessment after the emergency of %(decided)s was due on %(day)s. Record it before "
                "the child moves on this decision."
            )
            % {"decided": in_words(decision.decided_on), "day": in_words(until)},
            guard="G-EMERGENCY",
        )


def _families_tried_first(intended: Intended, decision: Decision) -> Iterator[Refused]:
    """Nobody goes to a residential facility before every family that was weighed has been tried or explored."""
    families = [code for code, care in intended.pack.care_types.items() if care.family_based]
    options = Option.objects.filter(best_interest=decision.best_interest_id, care_type__in=families, tried=False)
    if decision.best_interest_id is not None and (left := options.first()):
        yield Refused(
            _("“%(care_type)s” was weighed and not tried. A facility comes only after every family has been tried.")
            % {"care_type": gettext(intended.pack.care_types[left.care_type].label)},
            guard="G-SUIT",
            field="care_type",
        )


def _carers_who_may(intended: Intended) -> Iterator[Refused]:
    standing = intended.standing
    if sentence := standing.without_approval(intended.care):
        yield Refused(sentence, guard="G-CARER", field="home")
    for sentence in standing.untrained:
        yield Refused(sentence, guard="G-CARER", field="home")
    for sentence in standing.without_check:
        yield Refused(sentence, guard="G-CHECK", field="home")


def _the_terms(intended: Intended) -> Iterator[Refused]:
    """The ages and the sex that the home and its approval name."""
    home, child, age = intended.home, intended.child, intended.child.age(intended.day)
    approval = intended.standing.approval_for(intended.care.code)
    for terms in (home, approval):
        if terms is None or age is None:
            continue
        too_young = terms.age_from is not None and age < terms.age_from
        if too_young or (terms.age_to is not None and age > terms.age_to):
            yield Refused(
                _("%(home)s takes children of another age; this child is %(age)s.") % {"home": home.name, "age": age},
                guard="G-CAP",
                field="home",
            )
            break
    if approval is not None and approval.sex and child.sex != Sex.UNKNOWN and child.sex != approval.sex:
        words = {"home": home.name, "sex": approval.get_sex_display()}
        yield Refused(_("The approval of %(home)s is for “%(sex)s” only.") % words, guard="G-CAP", field="home")


def _allowed(intended: Intended) -> tuple[int, str] | None:
    """How many children may live in the home, and who says so; None where nobody does."""
    approval: Approval | None = intended.standing.approval_for(intended.care.code)
    limits: list[tuple[int, str]] = []
    if approval is not None and approval.capacity is not None:
        limits.append((approval.capacity, gettext("approval by %(authority)s") % {"authority": approval.authority}))
    if intended.home.capacity is not None:
        limits.append((intended.home.capacity, gettext("places of the home")))
    if not limits and intended.care.capacity:
        limits.append((intended.care.capacity, intended.care.source))
    return min(limits, key=lambda limit: limit[0], default=None)


def a_place(intended: Intended) -> Iterator[Refused]:
    """No more children than allowed, except brothers and sisters together until that is looked at again."""
    over = intended.over_capacity
    if over is None:
        return
    words = {"would": over[0], "allowed": over[1], "home": intended.home.name, "source": over[2]}
    review_on, pack = intended.exemption_review_on, intended.pack
    if review_on is None:
        yield Refused(
            ngettext(
                "%(would)s child would live in %(home)s; %(allowed)s are allowed (%(source)s).",
                "%(would)s children would live in %(home)s; %(allowed)s are allowed (%(source)s).",
                over[0],
            )
            % words,
            guard="G-CAP",
            field="home",
        )
    elif not intended.has_sibling_there:
        sentence = _("Only brothers and sisters together may be more than %(allowed)s in %(home)s (%(source)s).")
        yield Refused(sentence % words, guard="G-CAP", field="exemption_review_on")
    else:
        latest = due_after(intended.day, pack.limit("sibling_review"), pack.calendar)
        if not intended.day < review_on <= latest:
            sentence = _(
                "An exemption for brothers and sisters is looked at again after it begins, by %(day)s at the latest."
            )
            yield Refused(sentence % {"day": in_words(latest)}, guard="G-CAP", field="exemption_review_on")


def _siblings_together(intended: Intended) -> Iterator[Refused]:
    """Brothers and sisters in care, or about to be, live together unless it was decided that they live apart."""
    others = [one for one in intended.siblings if one not in intended.together]
    decided = Decision.objects.filter(in_force(intended.day), case__child__in=others, kind__in=ON_CARE)
    waiting = set(decided.values_list("case__child", flat=True)) - intended.where_siblings_live.keys()
    for sibling in others:
        stay = intended.where_siblings_live.get(sibling.pk)
        care = intended.pack.care_types.get(stay.care_type) if stay else None
        elsewhere = stay is not None and stay.home_id != intended.home.pk and (care is None or asks_of(care).together)
        if not elsewhere and sibling.pk not in waiting:
            continue
        if separation_between(intended.actor, intended.child, sibling, intended.day) is None:
            sentence = _(
                "%(sibling)s and %(name)s would live apart. Place them together in one home, or decide first that they "
                "are separated, why, and how they meet."
            )
            words = {"sibling": sibling.name, "name": intended.child.name}
            yield Refused(sentence % words, guard="G-SIB", field="home")
