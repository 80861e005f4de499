"""The sheet Contacts: visits, calls and meetings about children whose case was open that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.cases.models import Case, Contact
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.hand import Hand, Judged, Who, as_day, corrected, insist
from kinkeeper.exchange.models import SourceRow
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_the_past

DESCRIBED = ("happened_on", "kind", "seen", "place", "present", "note")


@dataclass
class Contacts:
    """Judges and keeps rows of the sheet Contacts."""

    hand: Hand
    who: dict[str, Who] = field(default_factory=dict)
    cases: dict[int, list[Case]] = field(default_factory=dict)

    def judge(self, groups: Sequence[Sequence[Told]]) -> list[Judged]:
        """What becomes of every row."""
        judged = self.hand.begin("contacts", groups)
        self.who = self.hand.people(judged, ("child",))
        people = [who.person for who in self.who.values() if who.person]
        self.cases = {pk: known.cases for pk, known in queries.known_people(self.hand.actor, people).items()}
        for one in judged:
            if not one.faults and not one.again:
                self._sense(one)
            one.weigh()
            if one.kept and one.kept.contact and not one.faults and not one.again:
                contact = one.kept.contact
                one.plan = corrected(one, DESCRIBED, lambda column, row=contact: str(getattr(row, column)))
        return judged

    def _sense(self, one: Judged) -> None:
        who, day = self.who[one.told["child"]], as_day(one.told["happened_on"])
        assert day is not None
        if not insist(one, "happened_on", insist_on_the_past, day, self.hand.actor.today):
            return
        if not insist(
            one, "happened_on", insist_on_a_lifetime, day, who.born.earliest if who.born else None, who.died_on
        ):
            return
        if who.person is None:
            open_then = who.case_from is not None and who.case_from <= day
        else:
            open_then = self._case(one) is not None
        if not open_then:
            reason = _("No case of this child was open on that day. Fill in “%(column)s” on the sheet Persons.")
            one.refuse("happened_on", reason % {"column": _("Case opened on")}, "G-STEP")

    def _case(self, one: Judged) -> Case | None:
        who, day = self.who[one.told["child"]], as_day(one.told["happened_on"])
        assert day is not None
        there = self.cases.get(who.person.pk, []) if who.person else []
        return next(
            (case for case in there if case.opened_on <= day and (case.closed_on is None or case.closed_on >= day)),
            None,
        )

    def keep(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """Write new contacts, and correct known ones."""
        rows = self.hand.remember(judged)
        contacts: list[Contact] = []
        changes: list[tuple[Any, dict[str, Any]]] = []
        for one, row in zip(judged, rows, strict=True):
            row.person = self.who[one.told["child"]].person
            if one.kept and one.kept.contact:
                row.contact = one.kept.contact
                if one.plan:
                    changes.append((one.kept.contact, _values(one.told, one.plan)))
                continue
            case = self._case(one)
            row.contact = Contact(case=case, **_values(one.told, DESCRIBED))
            contacts.append(row.contact)
        bring_in_cases(self.hand.actor, self.hand.brought.unit, contacts=contacts, changes=changes)
        return rows


def _values(told: Told, columns: Any) -> dict[str, Any]:
    found: dict[str, Any] = {name: told[name] for name in DESCRIBED[1:] if name in columns}
    return found | ({"happened_on": as_day(told["happened_on"])} if "happened_on" in columns else {})
