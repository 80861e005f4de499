"""Forms of upkeep: a deed that needs nothing but a decision."""

from __future__ import annotations

from kinkeeper.ui.forms import DeedForm


class TryJobsAgainForm(DeedForm):
    """Nothing to fill in."""
