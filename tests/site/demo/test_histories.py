"""Invented histories are the same for the same seed, keep within every home’s places, and agree with each other."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter, defaultdict
from datetime import date
from itertools import islice, pairwise

import pytest

from kinkeeper.exchange.ssda903.years import birthday, year_end
from kinkeeper.site.demo.histories import NEIGHBOURHOOD, Neighbourhood, histories, neighbourhoods

LAST = date(2025, 3, 31)


@pytest.fixture(scope="module")
def town() -> list[Neighbourhood]:
    return list(neighbourhoods(seed=4, children=400, years=3))


def test_the_same_seed_gives_the_same_children() -> None:
    assert list(histories(4, 60, 3)) == list(histories(4, 60, 3))
    assert list(histories(4, 60, 3)) != list(histories(5, 60, 3))


def test_more_children_do_not_change_the_first_ones() -> None:
    assert list(islice(histories(4, 5 * NEIGHBOURHOOD, 3), NEIGHBOURHOOD)) == list(histories(4, NEIGHBOURHOOD, 3))


@pytest.mark.parametrize("children", [0, 1, 39, 41, 100])
def test_there_are_exactly_as_many_children_as_asked_for(children: int) -> None:
    codes = [plan.record.child for plan in histories(1, children, 2)]
    assert len(codes) == children
    assert codes == sorted(set(codes))


def test_no_home_ever_takes_more_children_than_it_may(town: list[Neighbourhood]) -> None:
    for place in town:
        stays: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for child in place.children:
            for episode, code in zip(child.record.episodes, child.homes, strict=True):
                if code:
                    stays[code].append((episode.started_on, episode.ended_on or date.max))
        for home in place.homes:
            for day, _end in stays[home.code]:
                there = [stay for stay in stays[home.code] if stay[0] <= day < stay[1]]
                assert len(there) <= home.capacity, home


def test_foster_families_have_more_than_three_children_only_for_siblings(town: list[Neighbourhood]) -> None:
    for place in town:
        for home in place.homes:
            assert home.kind != "foster" or home.capacity <= 3 or home.for_siblings


def test_homes_have_a_place_of_their_own(town: list[Neighbourhood]) -> None:
    homes = [home for place in town for home in place.homes if home.kind != "breaks"]
    assert len({(home.registration, home.postcode) for home in homes}) == len(homes)
    families = {child.home_postcode for place in town for child in place.children}
    assert not families & {home.postcode for home in homes}


def test_nothing_happens_after_the_last_day() -> None:
    last_day = date(2024, 11, 20)
    for plan in histories(4, 200, 3, last_day=last_day):
        record = plan.record
        days = [e.started_on for e in record.episodes] + [e.ended_on for e in record.episodes if e.ended_on]
        days += [review.held_on for review in record.reviews] + [m.ended_on or m.started_on for m in record.missing]
        days += [worker.started_on for worker in record.workers] + [
            a.matched_on for a in record.adoptions if a.matched_on
        ]
        assert max(days) <= last_day
        assert all(year_end(fact.year) <= last_day for fact in record.health)
        assert all(year_end(fact.year) <= last_day for fact in record.leaving)


def test_episodes_follow_each_other_and_care_ends_at_eighteen(town: list[Neighbourhood]) -> None:
    for place in town:
        for child in place.children:
            for period in child.record.periods:
                for before, after in pairwise(period.episodes):
                    assert before.ended_on == after.started_on
                assert (period.ended_on or LAST) <= birthday(child.record.born_on, 18)
            for one, two in pairwise(child.record.periods):
                assert one.ended_on is not None
                assert one.ended_on < two.started_on


def test_brothers_and_sisters_enter_together_and_most_live_together(town: list[Neighbourhood]) -> None:
    families = defaultdict(list)
    for place in town:
        for child in place.children:
            families[child.family].append(child)
    groups = [group for group in families.values() if len(group) > 1]
    assert len(groups) > 30
    assert all(len({c.record.periods[0].started_on for c in group}) == 1 for group in groups)
    together = sum(len({child.homes[0] for child in group}) == 1 for group in groups)
    assert len(groups) * 0.6 < together < len(groups)


def test_the_town_has_of_everything_something(town: list[Neighbourhood]) -> None:
    records = [child.record for place in town for child in place.children]
    exits = Counter(period.end_reason for record in records for period in record.periods)
    places = Counter(episode.place for record in records for episode in record.episodes)
    assert {"E4A", "E12", "E17", "E45"} <= set(exits)
    assert {"U6", "U4", "U3", "K2", "H5", "T1", "T3", "P1", "A6", "R1"} <= set(places)
    assert any(len(record.periods) > 1 for record in records)
    assert all(any(getattr(record, table) for record in records) for table in (
        "reviews", "missing", "workers", "decisions", "asylum", "health", "leaving", "adoptions", "permanence",
    ))  # fmt: skip
    late = [
        (one.held_on, two.held_on)
        for record in records
        for one, two in pairwise(record.reviews)
        if (two.held_on - one.held_on).days > 190
    ]
    assert late, "some reviews are late, which is what the desk must find"


def test_a_social_worker_has_at_most_25_children(town: list[Neighbourhood]) -> None:
    for place in town:
        load = Counter(child.desk for child in place.children)
        assert max(load.values()) <= 25


def test_memory_does_not_grow_with_the_number_of_children() -> None:
    peaks = []
    for children in (200, 1600):
        tracemalloc.start()
        for number, _plan in enumerate(histories(4, children, 3)):
            if number % NEIGHBOURHOOD == 0:
                # Python keeps thousands of freed tuples for later and counts them as used, the more the longer it runs;
                # a collection gives them back, so that only what the generator holds is left to measure.
                gc.collect()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2.5, "eight times the children; the largest neighbourhood decides"
