"""What one child's part of the return says, free of files: read from rows (`judging`), written to tables (`writing`).

Codes are kept as the return has them. A year is a collection year named by the calendar year it begins in: 2022 means
1 April 2022 to 31 March 2023. Facts with a `year` are said about that year only; dated facts belong to every year they
touch. Periods, reviews and other dated facts are in order of their dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class HeaderYear:
    """What Header says about a child from `year` on, until the next entry. `mother` is "", "0" or "1"."""

    year: int
    ethnic: str
    upn: str
    mother: str = ""
    mothers_child_born_on: date | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A row of Episodes. While it lasts, `ended_on` is None and `end_reason` and `change_reason` are empty.

    `end_reason` is X1 for every episode of a period but the last; `change_reason` says why the child left the place.
    """

    started_on: date
    new_reason: str
    legal_status: str
    place: str
    provider: str
    home_postcode: str
    place_postcode: str
    urn: str
    ended_on: date | None = None
    end_reason: str = ""
    change_reason: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken time in care: each episode begins the day the one before it ended. `need` is one CIN code for all."""

    need: str
    episodes: tuple[Episode, ...]

    @property
    def started_on(self) -> date:
        return self.episodes[0].started_on

    @property
    def ended_on(self) -> date | None:
        return self.episodes[-1].ended_on

    @property
    def end_reason(self) -> str:
        return self.episodes[-1].end_reason


@dataclass(frozen=True, slots=True)
class Review:
    """A row of Reviews."""

    held_on: date
    participation: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A row of Missing: `kind` is M (missing) or A (away without permission)."""

    kind: str
    started_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class WorkerEpisode:
    """A row of SWEpisodes: which social worker was responsible, and why this one took over."""

    worker: str
    started_on: date
    ended_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class AdoptionDecision:
    """A row of PlacedAdoption: the decision that the child should be placed for adoption, and its reversal."""

    decided_on: date
    ceased_on: date | None = None
    cease_reason: str = ""


@dataclass(frozen=True, slots=True)
class LibertyOrder:
    """A row of DoLo: an order that deprives the child of liberty."""

    started_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class AsylumYear:
    """A row of UASC: the child was an unaccompanied asylum seeker in that year, until `ceased_on`."""

    year: int
    ceased_on: date | None = None


@dataclass(frozen=True, slots=True)
class HealthYear:
    """A row of OC2. Every item is "0", "1" or empty; `sdq_score` is 0 to 40 or empty."""

    year: int
    sdq_score: str = ""
    sdq_reason: str = ""
    convicted: str = ""
    health_check: str = ""
    immunisations: str = ""
    teeth_check: str = ""
    health_assessment: str = ""
    substance_misuse: str = ""
    intervention_received: str = ""
    intervention_offered: str = ""


@dataclass(frozen=True, slots=True)
class LeavingYear:
    """A row of OC3: how a care leaver is doing around a birthday."""

    year: int
    in_touch: str
    activity: str
    accommodation: str


@dataclass(frozen=True, slots=True)
class AdoptionYear:
    """A row of AD1, for a child adopted in that year."""

    year: int
    decided_on: date | None
    matched_on: date | None
    by_foster_carer: str
    adopters: str
    adopters_sex: str
    adopters_status: str


@dataclass(frozen=True, slots=True)
class PermanenceYear:
    """A row of PrevPerm. `ordered_on` keeps the text, because parts of the date may be unknown: ZZ/ZZ/2015."""

    year: int
    option: str
    authority: str = ""
    ordered_on: str = ""


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """Everything the return says about one child. `sex` is M, F or U whatever the year."""

    child: str
    sex: str
    born_on: date
    headers: tuple[HeaderYear, ...]
    periods: tuple[Period, ...] = ()
    reviews: tuple[Review, ...] = ()
    missing: tuple[Missing, ...] = ()
    workers: tuple[WorkerEpisode, ...] = ()
    decisions: tuple[AdoptionDecision, ...] = ()
    liberty: tuple[LibertyOrder, ...] = ()
    asylum: tuple[AsylumYear, ...] = ()
    health: tuple[HealthYear, ...] = ()
    leaving: tuple[LeavingYear, ...] = ()
    adoptions: tuple[AdoptionYear, ...] = ()
    permanence: tuple[PermanenceYear, ...] = ()

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """All episodes of all periods, oldest first."""
        return tuple(episode for period in self.periods for episode in period.episodes)
