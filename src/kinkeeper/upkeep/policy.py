"""Who sees how the installation is kept running: its administrator, and nobody else. Nothing here is about a child."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import EVERYTHING, NOTHING, YES, Actor, Verdict, scope
from kinkeeper.access.policy import administers
from kinkeeper.upkeep.models import Backup, Chore, Worker

KEEPER = "machine:backup"


@scope(Backup)
def backups(actor: Actor) -> Q:
    """Backups are seen by the administrator, and by the command that makes them."""
    return EVERYTHING if administers(actor) or actor.name == KEEPER else NOTHING


@scope(Worker)
def workers(actor: Actor) -> Q:
    """The administrator sees whether anybody is at work."""
    return EVERYTHING if administers(actor) else NOTHING


@scope(Chore)
def chores(actor: Actor) -> Q:
    """The administrator sees what the clock brings and whether it was done."""
    return EVERYTHING if administers(actor) else NOTHING


def _keeper_only(actor: Actor) -> Verdict:
    if actor.name != KEEPER:
        return Verdict(_("Backups are written down by the command kinkeeper backup."))
    return YES


def may_note_backup(actor: Actor, subject: None = None) -> Verdict:
    """That a backup was made is written down by the command that made it."""
    return _keeper_only(actor)


def may_note_verification(actor: Actor, backup: Backup) -> Verdict:
    """That a backup opens is written down by the command that proved it."""
    return _keeper_only(actor)


def may_keep_running(actor: Actor) -> Verdict:
    """How the installation runs is the business of its administrator."""
    if not administers(actor):
        return Verdict(_("Only an administrator of the association can do this."))
    return YES
