"""A story of five children, in order, that a test may spoil."""

from __future__ import annotations

import pytest

from tests.exchange.ssda903.story import Story


@pytest.fixture
def story() -> Story:
    """Two years of the return without a fault."""
    return Story()
