"""Associations that worked by the general pack work by the same one under its new code."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection

from kinkeeper.access.models import Association

MIGRATION = import_module("kinkeeper.access.migrations.0002_the_pack_of_the_un_guidelines")


def renamed(before: str) -> str:
    """The code of the pack after the migration."""
    Association.objects.update(pack=before)
    with connection.schema_editor() as editor:
        MIGRATION.rename("general", "un")(apps, editor)
    return Association.objects.get().pack


def test_the_general_pack_is_that_of_the_un_guidelines_and_others_stay(transactional_db: None) -> None:
    Association.objects.create(name="Kin of the Rivers", country="XK", pack="general")
    assert (renamed("general"), renamed("england"), renamed("un")) == ("un", "england", "un")
