"""A vault of the test’s own, and people as the deeds register them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kinkeeper.people import actions
from kinkeeper.people.models import Person
from tests.conftest import Colleague


@pytest.fixture(autouse=True)
def own_vault(tmp_path: Path, settings) -> Path:
    """Stored bytes of a test lie in its own folder."""
    settings.DATA = tmp_path
    return tmp_path / "files"


def enter(who: Colleague, given: str, family: str, **particulars: Any) -> Person:
    """A person registered through the deed, in the first unit where the colleague sits."""
    from kinkeeper.access.models import Seat

    seat = Seat.objects.filter(user=who.user).order_by("pk").first()
    assert seat is not None
    assert seat.unit is not None
    return actions.register_person(who.actor, seat.unit, given=given, family=family, **particulars)
