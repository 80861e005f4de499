"""Questions about what is past its time, what forbids erasing it, and what a file of one person holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as Choose
from django.db.models.functions import Cast, Coalesce, ExtractDay, ExtractMonth, ExtractYear, Greatest
from django.db.models.lookups import LessThan
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, seen
from kinkeeper.access.models import Association, pack_in_force
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.cases.models import Case, Tracing
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Carer
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.lib.packs import Length
from kinkeeper.lib.packs import Retention as Rule
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.rows import Row
from kinkeeper.lib.standing import passing
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.retention.bundle import Decided, redacted
from kinkeeper.retention.collecting import LEFT_OUT, UPWARD, Record, told, ways
from kinkeeper.retention.models import AccessRequest, Disposal, Hold, LedgerLine, Redaction

AT_ONCE = 25


@dataclass(frozen=True)
class Past:
    """A person whose record is past its time: by which rule, since when."""

    person: Person
    rule: Rule
    due_on: date


# ---- what is past its time -------------------------------------------------------------------------------------------


# Whom a rule is for, and the fact from which it counts, by `counted_from`.
_FITS = {
    "birth": (Q(was_in_care=True, died_in_childhood=False), "born_from"),
    "death": (Q(was_in_care=True, died_in_childhood=True), "died_on"),
    "closing": (Q(had_a_case=True, was_in_care=False), "last_closed"),
    "end_as_carer": (Q(cared=True), "last_cared"),
    "last_named": (Q(was_in_care=False, had_a_case=False, cared=False), "last_named"),
}


def _with_facts(rows: QuerySet[Person]) -> QuerySet[Person]:
    """People with what the rules count from, and with `fits_…`: whether a rule that counts from there is for them."""
    mine = OuterRef("pk")
    closed = Case.objects.filter(child=mine).order_by().values("child").annotate(last=Max("closed_on")).values("last")
    ended = Carer.objects.filter(person=mine).order_by().values("person").annotate(last=Max("ends_on")).values("last")
    facts = rows.annotate(
        was_in_care=Exists(PeriodOfCare.objects.filter(child=mine)),
        had_a_case=Exists(Case.objects.filter(child=mine)),
        cared=Exists(Carer.objects.filter(person=mine)),
        last_closed=Subquery(closed),
        last_cared=Subquery(ended),
        last_named=_last_named(),
        died_in_childhood=_died_in_childhood(),
    )
    return facts.annotate(
        **{f"fits_{kind}": ExpressionWrapper(fits, BooleanField()) for kind, (fits, _fact) in _FITS.items()}
    )


def _died_in_childhood() -> Any:
    """Whether a death starts the count: the pack has a rule for it, and it came before the end of childhood."""
    pack = pack_in_force()
    if not any(rule.counted_from == "death" for rule in pack.retention.values()):
        return Value(False, output_field=BooleanField())
    # Age in years, months and days as one number, 17 years and 3 months are 170300: the same on both engines.
    age: Any = 0
    for part, weight in ((ExtractYear, 10000), (ExtractMonth, 100), (ExtractDay, 1)):
        age = (part("died_on") - part("born_from")) * weight + age
    young = LessThan(age, Value(pack.limit("age_of_majority").value * 10000))
    known = Q(died_on__isnull=False, born_from__isnull=False)
    return Choose(When(known, then=ExpressionWrapper(young, BooleanField())), default=Value(False))


def _named_in() -> Iterator[tuple[Any, str]]:
    """Tables that name people, each with a key by which it does."""
    for model, found in ways().items():
        if model._meta.label not in LEFT_OUT and issubclass(model, Row):
            yield from ((model, way) for way in found if "__" not in way)


def _last_named() -> Any:
    """When a row was written last that names somebody, or that is about them."""
    mine = OuterRef("pk")
    days: list[Any] = [Cast("created_at", DateField())]
    for model, way in _named_in():
        rows = model._base_manager.filter(**{way: mine}).order_by("-created_at").values("created_at")
        # An empty answer would make the greatest of all empty on SQLite.
        days.append(Coalesce(Cast(Subquery(rows[:1]), DateField()), Cast("created_at", DateField())))
    return Greatest(*days) if len(days) > 1 else days[0]


def _kept_with_a_child(mine: Any) -> Q:
    """Whether somebody is kin of a child whose record is kept: the child’s file would lose them."""
    child = Q(Exists(PeriodOfCare.objects.filter(child=OuterRef("of")))) | Q(
        Exists(Case.objects.filter(child=OuterRef("of")))
    )
    erased = Exists(Disposal.objects.filter(person=OuterRef("of"), state=Disposal.State.DONE))
    either = [
        Kinship.objects.filter(person=mine).annotate(of=F("relative_id")),
        Kinship.objects.filter(relative=mine).annotate(of=F("person_id")),
    ]
    found = Q()
    for ties in either:
        found |= Q(Exists(ties.filter(child).exclude(erased)))
    return found


def past_retention(actor: Actor) -> QuerySet[Person]:
    """People whom the list proposes: every rule that fits lets go of them; the oldest first.

    Left out of the list are: who has an open case or cares for children; who was confirmed or erased already; and who was
    only named, as long as the record of a child whose kin they are is kept. A hold, care that goes on, an open referral
    or search and an unanswered request for the file are asked by the judge alone (`verdict_on_erasing`): such a person
    is listed, and the page says what stands in the way.
    """
    rows = _with_facts(seen(actor, Person).filter(unit_id__in=actor.units(*OVERSEERS)))
    any_fits = Q(pk__in=[])
    for rule in pack_in_force().retention.values():
        fits, counts = _FITS[rule.counted_from]
        due = Q(**{f"{counts}__lte": add_months(actor.today, -12 * rule.years)})
        any_fits |= fits
        rows = rows.filter(~fits | due)
    mine = OuterRef("pk")
    return (
        rows.filter(any_fits)
        .exclude(Exists(Case.objects.filter(child=mine, closed_on=None)))
        .exclude(Exists(Carer.objects.filter(person=mine, ends_on=None)))
        .exclude(Exists(Disposal.objects.filter(person=mine).exclude(state=Disposal.State.DECLINED)))
        .exclude(Q(fits_last_named=True) & _kept_with_a_child(mine))
        .select_related("unit")
        .order_by("born_from", "pk")
    )


@passing("past its time")
def past_page(actor: Actor, page: str | int | None) -> Page[Person]:
    """One page of the people past their time; what is open about them counts wherever it is open."""
    found = Paginator(past_retention(actor), AT_ONCE).get_page(page)
    found.object_list = list(found.object_list)
    return found


def past_of(actor: Actor, person: Any) -> Past | None:
    """By which rule a person with the facts is past its time: the one that keeps longest."""
    pack, found = pack_in_force(), []
    for rule in pack.retention.values():
        fits, counted = getattr(person, f"fits_{rule.counted_from}"), getattr(person, _FITS[rule.counted_from][1])
        if fits and counted is None:
            return None
        if fits:
            found.append((due_after(counted, Length(rule.years, "years"), pack.calendar), rule.code, rule))
    if not found:
        return None
    due_on, _code, rule = max(found)
    return Past(person, rule, due_on)


def past_one(actor: Actor, person: Person) -> Past | None:
    """Whether one person’s record is past its time today, and by which rule."""
    facts = _with_facts(Person.objects.filter(pk=person.pk))
    mine = OuterRef("pk")
    found = past_of(actor, facts.annotate(kept_with=ExpressionWrapper(_kept_with_a_child(mine), BooleanField())).get())
    if found is None or found.due_on > actor.today:
        return None
    named: Any = found.person
    return None if named.fits_last_named and named.kept_with else found


def verdict_on_erasing(actor: Actor, person: Person, but: Disposal | None = None) -> Verdict:
    """What stands in the way of erasing somebody: the first of it, in a sentence."""
    others = Disposal.objects.filter(person=person).exclude(state=Disposal.State.DECLINED)
    if others.exclude(pk__in=[but.pk] if but else []).exists():
        return Verdict(_("An erasure of this person is confirmed or done already."), guard="G-STEP")
    if holds_in_force(actor).filter(person=person).exists():
        return Verdict(
            _("A legal hold forbids erasing this person. Lift it first, if it may be lifted."), guard="G-HOLD"
        )
    if Case.objects.filter(child=person, closed_on=None).exists():
        return Verdict(_("This person has an open case. Close it first."), guard="G-HOLD")
    if PeriodOfCare.objects.filter(child=person, ended_on=None).exists():
        return Verdict(_("This person is in care."), guard="G-HOLD")
    if Carer.objects.filter(person=person, ends_on=None).exists():
        return Verdict(_("This person cares for children."), guard="G-HOLD")
    if _under_inquiry(person):
        return Verdict(_("A referral or a search about this person is still open."), guard="G-HOLD")
    if AccessRequest.objects.filter(person=person, state__in=AccessRequest.OPEN).exists():
        return Verdict(_("This person’s file has been asked for. Answer the request first."), guard="G-HOLD")
    if past_one(actor, person) is None:
        return Verdict(_("The time for which this record is kept is not over."), guard="G-TIME")
    return YES


def _under_inquiry(person: Person) -> bool:
    waits = Mentioned.objects.filter(person=person, referral__state=Referral.State.RECEIVED)
    return waits.exists() or Tracing.objects.filter(case__child=person, ended_on=None).exists()


# ---- holds, erasures, the ledger -------------------------------------------------------------------------------------


def holds_in_force(actor: Actor, on: date | None = None) -> QuerySet[Hold]:
    """Holds that forbid erasing on a day, whoever asks."""
    day = on or actor.today
    return Hold.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), lifted_on=None, starts_on__lte=day)


def holds(actor: Actor) -> QuerySet[Hold]:
    """Holds in the actor’s sight, the newest first."""
    return seen(actor, Hold).filter(person__unit_id__in=actor.units(*OVERSEERS)).select_related("person", "set_by")


def disposals(actor: Actor) -> QuerySet[Disposal]:
    """Erasures in the actor’s sight: those that wait for a second person first."""
    return seen(actor, Disposal).select_related("person", "first_by", "second_by").order_by("state", "-pk")


def ledger(actor: Actor) -> QuerySet[LedgerLine]:
    """Every line of the ledger, for the machine that writes it outside the database."""
    return LedgerLine.objects.all()


@dataclass(frozen=True)
class Standing:
    """What runs about one person’s record, as far as the actor may know: holds, an erasure confirmed by one, a request."""

    holds: list[Hold]
    erasure: Disposal | None
    asked: AccessRequest | None

    def __bool__(self) -> bool:
        return bool(self.holds or self.erasure or self.asked)


def standing_of(actor: Actor, person: Person) -> Standing:
    """What the page of a person says about its keeping. Three questions for those who oversee the unit, else one."""
    oversees = actor.sits_any(OVERSEERS, person.unit_id)
    kept = (
        list(holds(actor).filter(pk__in=holds_in_force(actor).filter(person=person).values("pk"))) if oversees else []
    )
    waiting = disposals(actor).filter(person=person, state=Disposal.State.CONFIRMED).first() if oversees else None
    asked = access_requests(actor).filter(person=person, state__in=AccessRequest.OPEN).first()
    return Standing(kept, waiting, asked)


# ---- one’s own file --------------------------------------------------------------------------------------------------


def access_requests(actor: Actor) -> QuerySet[AccessRequest]:
    """Requests in the actor’s sight, what is due soonest first."""
    return seen(actor, AccessRequest).select_related("person", "received_by", "proven_by", "answered_by")


def redactions(actor: Actor, asked: AccessRequest | None = None) -> QuerySet[Redaction]:
    """What is to be looked through, what is not decided first."""
    rows = seen(actor, Redaction).select_related("request__person", "decided_by")
    return rows.filter(request=asked).order_by("choice", "table", "pk") if asked else rows


@passing("what is left to decide")
def undecided(actor: Actor, asked: AccessRequest) -> int:
    """How many things nobody has decided about yet."""
    return Redaction.objects.filter(request=asked, choice="").count()


@dataclass(frozen=True)
class Progress:
    """How many of the things of a request are decided."""

    decided: int
    all: int


def progress(actor: Actor, asked: AccessRequest) -> Progress:
    """How far the weighing of a request has come."""
    mine = Redaction.objects.filter(request=asked)
    return Progress(mine.exclude(choice="").count(), mine.count())


def next_undecided(actor: Actor, asked: AccessRequest, after: str = "") -> Redaction | None:
    """The next thing of a request that nobody decided about, in the order of the list, after the one with this code."""
    waiting = redactions(actor, asked).filter(choice="")
    past = Redaction.objects.filter(request=asked, code=after).first()
    if past is not None:
        later = waiting.filter(Q(table__gt=past.table) | Q(table=past.table, pk__gt=past.pk)).first()
        return later or waiting.exclude(pk=past.pk).first()
    return waiting.first()


def verdict_on_releasing(actor: Actor, asked: AccessRequest) -> Verdict:
    """Whether this actor may be the second person: everything is decided, and nothing of it by them."""
    mine = Redaction.objects.filter(request=asked)
    if asked.proven_by_id == actor.user_id or mine.filter(decided_by_id=actor.user_id).exists():
        return Verdict(_("You prepared this file. Somebody else has to release it."), guard="G-TWO")
    if asked.collected_on is None:
        return Verdict(_("Nothing has been collected yet."), guard="G-STEP")
    if undecided(actor, asked):
        return Verdict(_("Some things that may speak of others are not decided yet."), guard="G-STEP")
    return YES


def rows_about(actor: Actor, person: Person) -> Iterator[Row]:
    """Every row that leads to a person, table by table; the person first. Whoever asks: a file must be complete."""
    yield person
    model: Any
    for model, found in ways().items():
        if model._meta.label in LEFT_OUT:
            continue
        leads = Q()
        for way in found:
            leads |= Q(**{way: person})
        keys = model._base_manager.filter(leads).values("pk")
        yield from model._base_manager.filter(pk__in=keys).order_by("pk")


def _rows_around(person: Person) -> Iterator[Row]:
    for between, key in UPWARD:
        target: Any = between._meta.get_field(key).related_model
        keys = between._base_manager.filter(person=person).values(f"{key}_id")
        yield from target._base_manager.filter(pk__in=keys).order_by("pk")


def records_about(actor: Actor, person: Person) -> list[Record]:
    """Everything about one person, as the records of a file."""
    return [
        *(told(row, person) for row in rows_about(actor, person)),
        *(told(row, person, others=True) for row in _rows_around(person)),
    ]


def is_in_sight(actor: Actor, item: Redaction) -> bool:
    """Whether the actor may read a record that is also about others: not without seeing it elsewhere."""
    if not item.is_about_others:
        return True
    model = _tables()[item.table]
    return seen(actor, model).filter(code=item.row).exists()


def _tables() -> dict[str, type[Any]]:
    """The tables that a file is made of, by their name."""
    around: list[Any] = [between._meta.get_field(key).related_model for between, key in UPWARD]
    return {model._meta.label_lower: model for model in (Person, *ways(), *around)}


@passing("a whole file")
def file_of(actor: Actor, asked: AccessRequest) -> tuple[list[Record], int, str]:
    """The file as it was decided: its records, how many things were left out, and whose file it is."""
    decided = Decided(Redaction.objects.filter(request=asked))
    records, left_out = redacted(records_about(actor, asked.person), decided)
    return records, left_out, Association.objects.values_list("name", flat=True).first() or ""
