"""What a program may send: each input with its shape, its longest text and its choices; nothing else is taken."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from kinkeeper.cases.models import Case, Contact
from kinkeeper.homes.models import Home
from kinkeeper.intake.actions import Said
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.interface.wording import (
    Code,
    Count,
    Day,
    Line,
    Line80,
    Line100,
    Line200,
    Moment,
    OneOf,
    PackCode,
    PartlyKnown,
    Story,
    YesOrNo,
)
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.models import BirthBy, ContactPoint, Identifier, Sex

MOST_SPOKEN_OF = 20


class Asked(Schema):
    """Whatever is sent; a name that is not declared is refused, so that no spelling mistake is lost."""

    model_config = ConfigDict(extra="forbid")


# ---- lists -----------------------------------------------------------------------------------------------------------


class PartAsked(Schema):
    """Which part of a list."""

    cursor: Annotated[str, Field(max_length=200)] = Field(
        default="", description="`next` of the part before; empty for the first part."
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(default=50, description="How many records at most.")


class ListAsked(PartAsked):
    """Which records of a list."""

    changed_since: Moment | None = Field(default=None, description="Written or changed since this moment.")


class UnitListAsked(ListAsked):
    """Which records of a list, of which unit."""

    unit: Code | None = Field(default=None, description="Code of the unit that keeps the record.")


YES_OR_NO = ("true", "false")


class CaseListAsked(UnitListAsked):
    """Which cases."""

    state: Annotated[str, OneOf(Case.State.values)] | None = Field(default=None, description="The step of the journey.")
    running: Annotated[str, OneOf(YES_OR_NO)] | None = Field(
        default=None, description="Without a last day, or with one."
    )


class HomeListAsked(UnitListAsked):
    """Which homes."""

    kind: Annotated[str, OneOf(Home.Kind.values)] | None = None
    open: Annotated[str, OneOf(YES_OR_NO)] | None = Field(default=None, description="Not closed, or closed.")


class CareListAsked(UnitListAsked):
    """Which periods of care or placements."""

    child: Code | None = Field(default=None, description="Code of the child.")
    running: Annotated[str, OneOf(YES_OR_NO)] | None = Field(
        default=None, description="Whether the period of care still runs."
    )


# ---- deeds -----------------------------------------------------------------------------------------------------------


class SaidAsked(Asked):
    """Somebody a referral speaks of, as it was said."""

    part: Annotated[str, OneOf(Mentioned.Part.values)] = Mentioned.Part.CHILD.value
    given: Line100 = ""
    middle: Line100 = ""
    family: Line100 = ""
    descriptor: Line200 = Field(default="", description="If no name is known: what tells them apart.")
    birth: PartlyKnown | None = Field(default=None, description="2014, 2014-05 or 2014-05-17; ~ marks an estimate.")
    birth_by: Annotated[str, OneOf(BirthBy.values)] = Field(default="", description="An estimate needs its method.")
    sex: Annotated[str, OneOf(Sex.values)] = Sex.UNKNOWN.value
    scheme: Annotated[str, OneOf(["", *Identifier.Scheme.values])] = Field(default="", description="Kind of number.")
    number: Line80 = Field(default="", description="Number of a document.")

    def said(self, row: str) -> Said:
        """As the deed takes it."""
        given = self.model_dump(exclude={"birth"})
        return Said(row=row, birth=PartialDate.parse(self.birth) if self.birth else None, **given)


class ReferralAsked(Asked):
    """What somebody told about a child."""

    unit: Code = Field(description="Code of the unit that receives the referral.")
    channel: Annotated[str, OneOf(Referral.Channel.values)] = Field(description="How it reached us.")
    source: Annotated[str, OneOf(Referral.Source.values)] = Field(description="Who referred.")
    known: Story = Field(description="What was seen or said, by whom and when. Facts apart from what is supposed.")
    immediate_danger: YesOrNo
    received_at: Moment | None = None
    referrer: Line200 = ""
    referrer_contact: Line = ""
    whereabouts: Line = Field(default="", description="Where the child is.")
    causes: list[PackCode] = Field(default=[], max_length=30, description="Codes of the jurisdiction pack.")
    urgency: Annotated[str, OneOf(["", *Referral.Urgency.values])] = ""
    first_action: Story = Field(default="", description="What was done at once.")
    spoken_of: list[SaidAsked] = Field(default=[], max_length=MOST_SPOKEN_OF)

    def particulars(self) -> dict[str, Any]:
        """As the deed takes it."""
        people = tuple(each.said(f"spoken_of.{place}.") for place, each in enumerate(self.spoken_of))
        return {**self.model_dump(exclude={"unit", "spoken_of"}), "spoken_of": people}


class ContactAsked(Asked):
    """When a contact was, who was there, whether the child was seen, and what was said."""

    kind: Annotated[str, OneOf(Contact.Kind.values)] = Contact.Kind.VISIT.value
    purpose: Annotated[str, OneOf(Contact.Purpose.values)] = Field(default="", description="Empty: regular.")
    happened_on: Day
    seen: Annotated[str, OneOf(Contact.Seen.values)] = Field(description="Whether and how the child was seen.")
    place: Line200 = ""
    present: Line = ""
    note: Story = ""
    child_said: Story = Field(default="", description="In the child’s own words.")
    home_conditions: Story = ""
    carer_needs: Story = ""
    next_steps: Story = ""


class ContactPointAsked(Asked):
    """How to reach a person."""

    kind: Annotated[str, OneOf(ContactPoint.Kind.values)]
    value: Line = Field(min_length=1)
    safe_to_use: YesOrNo = True


class PlacementAsked(Asked):
    """Where a child comes to live, since when, and on what legal ground. Codes are those of the jurisdiction pack."""

    home: Code
    started_on: Day
    care_type: PackCode
    legal_status_code: PackCode
    need: PackCode = ""
    authority: Line200 = ""
    order_number: Line80 = ""
    mitigation: Line = Field(default="", description="How differences of language and culture are bridged.")


class EndAsked(Asked):
    """When and why care ended."""

    ended_on: Day
    exit: PackCode = Field(description="Why care ended: a code of the jurisdiction pack.")


class PlacesAsked(Asked):
    """How many children a home takes, and of which ages. What is not sent stays; null is no limit."""

    places: Count | None = None
    age_from: Annotated[int, Field(strict=True, ge=0, le=30)] | None = None
    age_to: Annotated[int, Field(strict=True, ge=0, le=30)] | None = None
