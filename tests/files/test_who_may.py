"""Nobody sees a stored file by itself."""

from __future__ import annotations

from kinkeeper.access.gate import NOTHING, Actor
from kinkeeper.access.models import Role
from kinkeeper.files import policy


def test_no_seat_shows_a_file_by_itself() -> None:
    seats = frozenset((role, 1) for role in Role.values)
    assert policy.stored_files(Actor("user:X", 7, seats=seats, over_all=frozenset(Role.values))) == NOTHING
