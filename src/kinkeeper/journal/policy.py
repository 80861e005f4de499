"""Who reads the journal: supervisors the entries of their units, the auditor all of them without content."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import EVERYTHING, NOTHING, YES, Actor, Verdict, scope
from kinkeeper.access.models import Role
from kinkeeper.journal.models import Entry, Erasure, History, Job, Link, Look, Refusal


@scope(Entry)
def entries(actor: Actor) -> Q:
    """Entries are read where one supervises; an auditor reads the trail of their units, which holds no content."""
    return Q(unit_id__in=actor.units(Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR))


@scope(Refusal)
def refusals(actor: Actor) -> Q:
    """What was refused is read where one supervises, and by the auditor."""
    return Q(unit_id__in=actor.units(Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR))


@scope(History)
def history(actor: Actor) -> Q:
    """Former states are shown through the record they were of, field by field; never as a list of their own."""
    return NOTHING


@scope(Erasure)
def erasures(actor: Actor) -> Q:
    """That a content was erased is shown where the content stood."""
    return NOTHING


@scope(Link)
def links(actor: Actor) -> Q:
    """The chain holds no content; the auditor of the whole association follows it."""
    return EVERYTHING if actor.oversees_all(Role.AUDITOR) else NOTHING


@scope(Look)
def looks(actor: Actor) -> Q:
    """Looks are shown through the record that was looked at, never as a list of their own, save to its reader."""
    return Q(user_id=actor.user_id) if actor.user_id else NOTHING


@scope(Job)
def jobs(actor: Actor) -> Q:
    """Jobs carry no content; the administrator sees whether they run."""
    return EVERYTHING if actor.oversees_all(Role.ADMINISTRATOR) else NOTHING


def may_try_jobs_again(actor: Actor, subject: None = None) -> Verdict:
    """Jobs that failed for good are tried again when an administrator says so."""
    if not actor.oversees_all(Role.ADMINISTRATOR):
        return Verdict(_("Only an administrator of the association can do this."))
    return YES
