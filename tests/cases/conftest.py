"""The director of the programme to which the village belongs."""

from __future__ import annotations

import pytest

from kinkeeper.access.models import Role, Unit
from tests.conftest import Colleague, hire


@pytest.fixture
def tess(village: Unit) -> Colleague:
    """Director of the programme to which the village belongs."""
    return hire("Tess Director", (Role.DIRECTOR, village.programme))
