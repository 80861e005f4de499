"""Opens every room at start-up: policies, acts, reactions and chores register themselves by being imported."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings


class SiteConfig(AppConfig):
    """The roof as a Django app: it has no tables, only the checks."""

    name = "kinkeeper.site"
    label = "site"

    def ready(self) -> None:
        for room in settings.ROOMS:
            for part in ("policy", "actions", "reactions", "tasks"):
                if find_spec(f"kinkeeper.{room}.{part}"):
                    import_module(f"kinkeeper.{room}.{part}")
        import_module("kinkeeper.lib.standing")
        import_module("kinkeeper.access.mason")
        import_module("kinkeeper.site.checks")
        import_module("kinkeeper.site.machine").lend_to_upkeep()
