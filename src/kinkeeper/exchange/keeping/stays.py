"""The sheet Placements: the stays of a child are judged as one history, and kept as periods of care with episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.hand import Hand, Judged, Outcome, Who, as_day, insist
from kinkeeper.exchange.keeping.shelf import Shelf
from kinkeeper.exchange.keeping.storing import Batch, runs_of, stays_on
from kinkeeper.exchange.models import SourceRow
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.exchange.ssda903 import records
from kinkeeper.homes.models import Home
from kinkeeper.lib.guards import in_words, insist_on_a_lifetime, insist_on_the_past
from kinkeeper.people.actions import bring_in_legal_statuses
from kinkeeper.people.models import LegalStatus
from kinkeeper.placements.actions import bring_in_care_histories
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement


@dataclass(frozen=True)
class Stay:
    """One stay: told by a row of the files, or kept from an earlier landing (`row` is None)."""

    home: str
    started_on: date
    ended_on: date | None
    care_type: str
    legal_status: str
    need: str = ""
    leave_reason: str = ""
    exit: str = ""
    row: Judged | None = None
    was: date | None = None

    @property
    def where(self) -> str:
        return self.row.told.place if self.row else ""


@dataclass
class Stays:
    """Judges and keeps rows of the sheet Placements, child by child."""

    hand: Hand
    who: dict[str, Who] = field(default_factory=dict)
    homes: dict[str, Home | None] = field(default_factory=dict)
    shelves: dict[int, Shelf] = field(default_factory=dict)
    histories: dict[str, list[list[Stay]]] = field(default_factory=dict)

    def judge(self, groups: Sequence[Sequence[Told]]) -> list[Judged]:
        """What becomes of every row."""
        hand = self.hand
        judged = hand.begin("stays", groups)
        self.who = hand.people(judged, ("child",))
        self.homes = hand.homes(judged, "home")
        people = [who.person for who in self.who.values() if who.person]
        kept: dict[int, list[SourceRow]] = {}
        for row in queries.landed_about(hand.actor, hand.source, "stays", people):
            kept.setdefault(row.person_id or 0, []).append(row)
            if row.home:
                self.homes.setdefault(row.values.get("home", ""), row.home)
        self.shelves = queries.shelves_of(hand.actor, [person.pk for person in people])
        for one in judged:
            if not one.faults and not one.again:
                self._sense(one)
        children = dict.fromkeys(one.told["child"] for one in judged)
        for child in children:
            rows = [one for one in judged if one.told["child"] == child]
            who = self.who.get(child)
            landed = kept.get(who.person.pk, []) if who and who.person else []
            self._history(child, rows, landed)
        return judged

    def _sense(self, one: Judged) -> None:
        told, today = one.told, self.hand.actor.today
        who = self.who[told["child"]]
        started, ended = as_day(told["started_on"]), as_day(told["ended_on"])
        assert started is not None
        for column, day in (("started_on", started), ("ended_on", ended)):
            if day and insist(one, column, insist_on_the_past, day, today):
                insist(one, column, insist_on_a_lifetime, day, who.born.earliest if who.born else None, who.died_on)
        if ended and ended <= started:
            one.refuse("ended_on", _("A stay ends after the day it begins."), "G-TIME")
        if told["exit"] and not ended:
            one.refuse("ended_on", _("Care ended: say on which day the child left."), "READ-EMPTY")

    # ---- one child ----

    def _history(self, child: str, rows: list[Judged], landed: Sequence[SourceRow]) -> None:
        """Judge all stays of a child together; where one row is wrong, the others wait for it."""
        for one in rows:
            one.weigh()
        if not any(one.faults for one in rows) and all(one.outcome is Outcome.SAME for one in rows):
            return
        if not any(one.faults for one in rows):
            told = {one.kept.pk for one in rows if one.kept}
            stays = [_told(one) for one in rows if not one.again]
            stays += [_kept(row) for row in landed if row.pk not in told]
            stays.sort(key=lambda stay: stay.started_on)
            self._strangers(child, rows, landed)
            self._order(stays, rows)
            if not any(one.faults for one in rows):
                self.histories[child] = _periods(stays)
                return
        first = next(one for one in rows if one.faults)
        for one in rows:
            if not one.faults and not one.again:
                one.wait(first.told.place)

    def _strangers(self, child: str, rows: list[Judged], landed: Sequence[SourceRow]) -> None:
        """Care that was recorded here otherwise is not rewritten by a spreadsheet."""
        who = self.who[child]
        if who.person is None:
            return
        known = {as_day(row.values["started_on"]) for row in landed}
        shelf = self.shelves[who.person.pk]
        changed = {episode.started_on for episode in shelf.episodes} != known
        moved = any(not _agrees(shelf, row) for row in landed)
        if changed or moved:
            reason = _(
                "The care of this child was recorded or changed here by other ways. Record the rest on the child’s page."
            )
            rows[0].refuse("started_on", reason, "G-CONFLICT")

    def _order(self, stays: list[Stay], rows: list[Judged]) -> None:
        """Refuse stays that overlap, ends without a reason, and reasons without an end."""
        for stay, following in zip(stays, [*stays[1:], None], strict=True):
            one = stay.row or rows[0]
            if following is None:
                self._last(stay, one)
            elif stay.started_on == following.started_on:
                (following.row or one).refuse(
                    "started_on", _("Two stays begin on this day. Remove or correct one."), "G-OVERLAP"
                )
            elif stay.ended_on and stay.ended_on > following.started_on:
                reason = _("The stay before (from %(day)s) lasts longer than this day. Correct one of the two.")
                words = {"day": in_words(stay.started_on)}
                (following.row or one).refuse("started_on", reason % words, "G-OVERLAP")
            elif stay.ended_on and stay.ended_on < following.started_on:
                self._last(stay, one)
            elif stay.exit:
                reason = _(
                    "Another stay begins when this one ends, so care did not end. Empty this, or correct the days."
                )
                one.refuse("exit", reason, "G-STEP")

    def _last(self, stay: Stay, one: Judged) -> None:
        if stay.ended_on and not stay.exit:
            one.refuse("exit", _("No stay follows at once: say why care ended."), "READ-EMPTY")
        if stay.leave_reason:
            one.refuse("leave_reason", _("No stay follows at once. Say instead why care ended."), "G-STEP")

    # ---- keeping ----

    def keep(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """Write the histories that are new, and those that a corrected file changes."""
        batch = _Batch(self.hand.brought.unit, lambda child, episode: self._home(episode.urn))
        for child, periods in self.histories.items():
            self._keep(batch, child, periods)
        actor, unit = self.hand.actor, self.hand.brought.unit
        bring_in_legal_statuses(actor, unit, statuses=batch.statuses, changes=batch.edits.get("people", ()))
        bring_in_care_histories(
            actor, unit, periods=batch.periods, placements=batch.placements, episodes=batch.episodes,
            extended=batch.extended, changes=batch.edits.get("placements", ()),
        )  # fmt: skip
        rows = self.hand.remember(judged)
        for one, row in zip(judged, rows, strict=True):
            row.person, row.home = self.who[one.told["child"]].person, self._home(one.told["home"])
        return rows

    def _home(self, number: str) -> Home:
        home = self.homes[number]
        assert home is not None, number
        return home

    def _keep(self, batch: _Batch, child: str, periods: list[list[Stay]]) -> None:
        person = self.who[child].person
        assert person is not None
        shelf = self.shelves[person.pk]
        known = {episode.started_on: episode for episode in shelf.episodes}
        # A stay whose first day is corrected keeps its rows: they are found under the new day.
        for stay in (stay for stays in periods for stay in stays if stay.was and stay.was in known):
            known[stay.was].started_on = stay.started_on  # type: ignore[index]
        for stays in periods:
            said = records.Period(need=stays[0].need, episodes=tuple(_episodes(stays)))
            for stay in stays:
                episode = known.get(stay.was) if stay.was else None
                if episode is None or stay.row is None or stay.row.outcome is Outcome.SAME:
                    continue
                period = next(row for row in shelf.periods if row.pk == episode.period_id)
                if period not in batch.extended:
                    batch.extended.append(period)
            batch._keep_period(child, said, shelf)
        _merged(batch)


class _Batch(Batch):
    """Histories whose past a corrected file may change: a row that two stays shared becomes two where they part."""

    def _keep_statuses(
        self, said: records.Period, shelf: Shelf, known: Mapping[Any, Episode]
    ) -> dict[Any, LegalStatus]:
        found: dict[Any, LegalStatus] = {}
        taken: set[int] = set()
        for run in runs_of(said.episodes, lambda last, new: last.legal_status == new.legal_status):
            days = {"starts_on": run[0].started_on, "ends_on": run[-1].ended_on}
            there = [known[one.started_on].legal_status for one in run if one.started_on in known]
            status = next((row for row in there if row.pk not in taken), None)
            if status is None:
                status = LegalStatus(code=self.mint(), person=shelf.person, status=run[0].legal_status, **days)
                self.statuses.append(status)
            else:
                taken.add(status.pk)
                self.edit(status, status=run[0].legal_status, **days)
            found |= {one.started_on: status for one in run}
        return found

    def _keep_placements(
        self, child: str, said: records.Period, period: PeriodOfCare, known: Mapping[Any, Episode]
    ) -> dict[Any, Placement]:
        found: dict[Any, Placement] = {}
        taken: set[int] = set()
        for run in runs_of(said.episodes, stays_on):
            last, home = run[-1], self.home_of(child, run[0])
            there = [known[one.started_on].placement for one in run if one.started_on in known]
            placement = next((row for row in there if row.pk not in taken), None)
            if placement is None:
                placement = Placement(code=self.mint(), period=period, home=home, care_type=last.place)
                placement.leave_reason = last.change_reason
                self.placements.append(placement)
            else:
                taken.add(placement.pk)
                self.edit(placement, home_id=home.pk, leave_reason=last.change_reason, care_type=last.place)
            found |= {one.started_on: placement for one in run}
        return found


def _merged(batch: Batch) -> None:
    """Changes to one row as one change, since a row is written once."""
    for room, edits in batch.edits.items():
        rows: dict[Any, tuple[Any, dict[str, Any]]] = {}
        for row, values in edits:
            rows.setdefault((type(row), row.pk), (row, {}))[1].update(values)
        batch.edits[room] = list(rows.values())


def _told(one: Judged) -> Stay:
    told = one.told
    started = as_day(told["started_on"])
    assert started is not None
    was = as_day(one.kept.values.get("started_on")) if one.kept else None
    return Stay(
        told["home"], started, as_day(told["ended_on"]), told["care_type"], told["legal_status"], told["need"],
        told["leave_reason"], told["exit"], one, was,
    )  # fmt: skip


def _kept(row: SourceRow) -> Stay:
    values = row.values
    started = as_day(values["started_on"])
    assert started is not None
    said = {name: values.get(name, "") for name in ("care_type", "legal_status", "need", "leave_reason", "exit")}
    return Stay(values["home"], started, as_day(values.get("ended_on")), **said, was=started)


def _agrees(shelf: Shelf, row: SourceRow) -> bool:
    """Whether the episode that a row became still says what the row said."""
    values = row.values
    episode = next((one for one in shelf.episodes if one.started_on == as_day(values["started_on"])), None)
    if episode is None:
        return False
    told = (row.home_id, values["care_type"], values["legal_status"])
    if told != (episode.placement.home_id, episode.placement.care_type, episode.legal_status.status):
        return False
    period = next(one for one in shelf.periods if one.pk == episode.period_id)
    last = max(one.started_on for one in shelf.episodes if one.period_id == period.pk) == episode.started_on
    return not last or period.ended_on == as_day(values.get("ended_on"))


def _periods(stays: Sequence[Stay]) -> list[list[Stay]]:
    """Stays that follow each other without a gap, together."""
    periods: list[list[Stay]] = []
    for stay in stays:
        last = periods[-1][-1] if periods else None
        if last is not None and (last.ended_on is None or last.ended_on == stay.started_on):
            periods[-1][-1] = replace(last, ended_on=stay.started_on)
            periods[-1].append(stay)
        else:
            periods.append([stay])
    return periods


def _episodes(stays: Sequence[Stay]) -> list[records.Episode]:
    """The stays of one period as episodes, each with what changed."""
    found: list[records.Episode] = []
    for place, stay in enumerate(stays):
        before = stays[place - 1] if place else None
        is_last = place + 1 == len(stays)
        follows = None if is_last else stays[place + 1]
        goes_on = follows is not None and (follows.home, follows.care_type) == (stay.home, stay.care_type)
        found.append(
            records.Episode(
                started_on=stay.started_on,
                new_reason=_reason(before, stay),
                legal_status=stay.legal_status,
                place=stay.care_type,
                provider="",
                home_postcode="",
                place_postcode="",
                urn=stay.home,
                ended_on=stay.ended_on,
                end_reason=stay.exit if is_last else "",
                change_reason="" if is_last or goes_on else stay.leave_reason,
            )
        )
    return found


def _reason(before: Stay | None, stay: Stay) -> str:
    if before is None:
        return "S"
    legal = before.legal_status != stay.legal_status
    if before.home != stay.home:
        return "B" if legal else "P"
    if before.care_type != stay.care_type:
        return "U" if legal else "T"
    return "L"
