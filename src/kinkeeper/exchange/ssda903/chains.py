"""What must hold between the episodes of one child: periods of care without gap or overlap, and reasons that fit the change.

A fault belongs to one row: to the later of two neighbours where the later one is wrong or could mend it, and to the
earlier one where that one says how it ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.checks import Child
from kinkeeper.exchange.ssda903.merging import Fact
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row, clean
from kinkeeper.exchange.ssda903.years import format_date, parse_date, year_start

# Faults that a row in quarantine may cause whose own dates cannot be read: the missing neighbour may be that row.
MAY_BE_MISSING = frozenset({"142", "357", "388", "433"})


@dataclass(frozen=True, slots=True)
class Link:
    """One episode in its place in the chain: a fact, or a row already in quarantine whose first day can be read."""

    day: date
    fact: Fact | None
    bad: BadRow | None

    def __getitem__(self, column: str) -> str:
        if self.fact:
            return self.fact[column]
        assert self.bad is not None
        return clean(self.bad.cells.get(column, ""))

    @property
    def ended(self) -> date | None:
        return parse_date(self["DEC"])

    @property
    def row(self) -> Row | None:
        return self.fact.row if self.fact else None

    @property
    def continues(self) -> bool:
        return self["REC"] == codes.CONTINUES


Period = list[Link]


def chain(facts: Sequence[Fact], bad: Sequence[BadRow]) -> tuple[list[Link], list[BadRow]]:
    """All episodes by their first day, and the rows in quarantine that have no readable first day."""
    links = [Link(fact.row.day("DECOM"), fact, None) for fact in facts]
    loose = []
    for row in bad:
        day = parse_date(clean(row.cells.get("DECOM", "")))
        if day:
            links.append(Link(day, None, row))
        else:
            loose.append(row)
    return sorted(links, key=lambda link: (link.day, link.bad is not None)), loose


def periods(links: Sequence[Link]) -> list[Period]:
    """Cut the chain where care ended: after an episode that ended for good, or before a new start that leaves a gap."""
    cut: list[Period] = []
    for link in links:
        if cut and not _care_ended_between(cut[-1][-1], link):
            cut[-1].append(link)
        else:
            cut.append([link])
    return cut


def _care_ended_between(last: Link, link: Link) -> bool:
    ended, starts = last.ended, link["RNE"] == "S"
    if ended is None or link.day < ended:
        return False
    if last["REC"] in codes.PACK.exits:
        return starts or last.bad is None
    return starts and link.day > ended and not (last.bad or link.bad)


def faults_in_chain(links: Sequence[Link], child: Child) -> Iterator[Fault]:
    """Every fault between neighbours, and of the first and last episode. Rows in quarantine are not judged again."""
    for place, link in enumerate(links):
        last = links[place - 1] if place else None
        if link.fact is None:
            continue
        if last is None:
            yield from _as_first(link.fact)
        elif last.fact:
            yield from _between_days(last.fact.row, link.fact.row)
        yield from _after_the_end(links[:place], link.fact.row)
        if place == len(links) - 1 and link.continues:
            yield _goes_on_nowhere(link.fact.row)
    yield from _too_long_under_one_status(links, child)


def faults_in_period(period: Sequence[Link]) -> Iterator[Fault]:
    """What changed between neighbours that follow each other without a gap, against what the reasons say."""
    for place in range(1, len(period)):
        last, row = period[place - 1].row, period[place].row
        if last and row and last.on("DEC") == row.day("DECOM") and last["REC"] == codes.CONTINUES:
            yield from _changes(last, row)
            if last["PLACE"] in codes.TEMPORARY:
                yield from _returns(period[place - 2].row if place > 1 else None, row)


def warnings_in_period(period: Sequence[Link]) -> Iterator[Fault]:
    """Things that the return asks for, though the episodes are clear without them."""
    for one, two in pairwise(period):
        last, row = one.row, two.row
        usual = last and row and not {last["PLACE"], row["PLACE"]} & codes.TEMPORARY
        if last and row and usual and row["RNE"] in {"P", "B", "T", "U"} and not last["REASON_PLACE_CHANGE"]:
            reason = _("The child moved, but why is not recorded. Fill in REASON_PLACE_CHANGE.")
            yield last.fault("REASON_PLACE_CHANGE", reason, "G-REASON", "225")


def _as_first(fact: Fact) -> Iterator[Fault]:
    years = [row.year for row in fact.rows if row.year is not None]
    if fact["RNE"] != "S" and years and fact.row.day("DECOM") >= year_start(min(years)):
        reason = _(
            "This is the child’s first episode, so RNE must be S. Correct it, or add the episode that came before."
        )
        yield fact.row.fault("RNE", reason, "G-NEW", "357")


def _between_days(last: Row, row: Row) -> Iterator[Fault]:
    ended, began, starts = last.on("DEC"), row.day("DECOM"), row["RNE"] == "S"
    words = {"day": format_date(began), "ended": format_date(ended), "file": last.file, "line": last.line}
    if ended is None:
        reason = _("The next episode begins on {day}, but this one has not ended. Fill in when and why it ended.")
        yield last.fault("DEC", reason.format(**words), "G-OVERLAP", "142")
    elif began < ended:
        reason = _(
            "The episode before ({file}, line {line}) ended on {ended}, after this one began. Correct one of them."
        )
        yield row.fault("DECOM", reason.format(**words), "G-OVERLAP", "501")
    elif began > ended and last["REC"] == codes.CONTINUES:
        if starts:
            yield _goes_on_nowhere(last)
        else:
            reason = _(
                "The episode before ({file}, line {line}) ended on {ended}: the days until this one are not covered."
            )
            yield row.fault("DECOM", reason.format(**words), "G-GAP", "433")
    elif starts and began == ended:
        reason = _(
            "RNE says that care began, but the episode before ({file}, line {line}) ended the same day. Correct it."
        )
        yield row.fault("RNE", reason.format(**words), "G-NEW", "431")
    elif not starts and last["REC"] != codes.CONTINUES:
        reason = _(
            "Care had ended ({file}, line {line}), so a new episode begins with S. Correct RNE, or that row’s REC."
        )
        yield row.fault("RNE", reason.format(**words), "G-NEW", "432")


def _goes_on_nowhere(row: Row) -> Fault:
    reason = _("X1 says that a new episode begins on {day}, but none does. Add it, or say why care ended.")
    return row.fault("REC", reason.format(day=format_date(row.on("DEC"))), "G-END", "388")


def _after_the_end(before: Sequence[Link], row: Row) -> Iterator[Fault]:
    final = next((link for link in before if link["REC"] in codes.FINAL), None)
    if final:
        ending = str(codes.EPISODE_CEASED[final["REC"]])
        reason = _(
            "An episode with “{reason}” ended on {day}; nothing can come after. Correct that row or remove this one."
        )
        rule = "199" if final["REC"] in codes.ADOPTED else "437"
        yield row.fault("DECOM", reason.format(reason=ending, day=final["DEC"]), "G-TIME", rule)


_PLACE_COLUMNS = ("PLACE", "PL_POST", "URN", "PLACE_PROVIDER")
_CHANGE_RULES = {"L": "434", "P": "435", "T": "435", "U": "436", "B": "436"}


def _changes(last: Row, row: Row) -> Iterator[Fault]:
    new, moved = row["RNE"], any(last[column] != row[column] for column in _PLACE_COLUMNS)
    legal = last["LS"] != row["LS"]
    told = new != "L" and (moved or not all(row[column] for column in _PLACE_COLUMNS))
    fits = {
        "L": legal and not moved,
        "P": told and not legal,
        "T": told and not legal,
        "U": legal and moved,
        "B": legal and moved,
    }
    if not fits.get(new, True):
        reason = _(
            "RNE is {code}, “{label}”, but that is not what changed from {file}, line {line}. Correct one of them."
        )
        words = {"code": new, "label": codes.NEW_EPISODE[new], "file": last.file, "line": last.line}
        yield row.fault("RNE", reason.format(**words), "G-NEW", _CHANGE_RULES[new])
    if last["CIN"] != row["CIN"]:
        reason = _(
            "The need is {mine}, but {other} when this period of care began. It stays the same: correct one of them."
        )
        yield row.fault("CIN", reason.format(mine=row["CIN"], other=last["CIN"]), "G-NEED", "504")
    if last["REASON_PLACE_CHANGE"] and (new == "L" or row["PLACE"] in codes.TEMPORARY):
        reason = _(
            "A reason for a change of place is given, but the next episode has no such change. Remove the reason."
        )
        rule = "226" if row["PLACE"] in codes.TEMPORARY else ""
        yield last.fault("REASON_PLACE_CHANGE", reason, "G-REASON", rule)
    if row["PLACE"] in {"A3", "A4"} and last["PLACE"] not in codes.FOSTER_PLACES | codes.ADOPTION_PLACES:
        reason = _(
            "A child placed for adoption with consent comes from a foster family. Correct this place or the one before."
        )
        yield row.fault("PLACE", reason, "G-ADOPTION", "336")


def _returns(before: Row | None, row: Row) -> Iterator[Fault]:
    if row["RNE"] != "P" or (before and before["PLACE"] != row["PLACE"]):
        reason = _("After a temporary stay the child returns to the usual place (RNE is P, the same PLACE as before).")
        yield row.fault("PLACE", reason, "G-TEMPORARY", "383")


_LIMIT_RULES = {"L1": "361", "L2": "362", "L3": "363", "J2": "364", "V3": "365"}


def _too_long_under_one_status(links: Sequence[Link], child: Child) -> Iterator[Fault]:
    began: date | None = None
    last: Link | None = None
    for link in links:
        status = link["LS"]
        if last is None or last["LS"] != status or last.ended != link.day:
            began = link.day
        last = link
        limit = codes.PACK.legal_statuses[status].days_limit if status in _LIMIT_RULES else 0
        until = link.ended or (child.known_until(link.row) if link.row else None)
        if link.row and limit and began and until:
            days = (until - began).days
            if days > limit:
                reason = _(
                    "“{status}” lasts {days} days; at most {limit} are allowed. Correct the dates or the legal status."
                )
                words = {"status": codes.LEGAL_STATUS[status], "days": days, "limit": limit}
                yield link.row.fault("LS", reason.format(**words), "G-LIMIT", _LIMIT_RULES[status])
