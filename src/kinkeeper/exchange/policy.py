"""Who brings data in and takes it out: supervisors and directors, for units they oversee."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows
from kinkeeper.access.models import Association, Role, Unit
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.exchange.models import (
    Import,
    LikelyDuplicate,
    QuarantinedRow,
    ReportedFact,
    SheetSource,
    SourceRow,
)
from kinkeeper.people.models import Person


@scope(Import)
def imports(actor: Actor) -> Q:
    """Imports are seen by the supervisors and directors of the unit they land in."""
    return Q(unit_id__in=actor.units(*OVERSEERS))


@scope(SheetSource)
def sheet_sources(actor: Actor) -> Q:
    """Sources of spreadsheets are seen by the supervisors and directors of the unit they belong to."""
    return Q(unit_id__in=actor.units(*OVERSEERS))


part_of(SourceRow, SheetSource, "source")
part_of(QuarantinedRow, Import, "of")
part_of(LikelyDuplicate, Import, "of")
part_of(ReportedFact, Person, "person")
shows(LikelyDuplicate, "person")


def _imports(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits_any(OVERSEERS, unit_id):
        return Verdict(_("Only a supervisor or director of this unit can bring data in or take it out."))
    return YES


def may_preview_import(actor: Actor, unit: Unit) -> Verdict:
    """Files are brought in by the supervisors and directors of a unit."""
    return _imports(actor, unit.pk)


def may_preview_sheets(actor: Actor, unit: Unit) -> Verdict:
    """Own spreadsheets are brought in by the supervisors and directors of a unit."""
    return _imports(actor, unit.pk)


def may_match_columns(actor: Actor, brought: Import) -> Verdict:
    """What the columns of a preview mean is said by those who may import."""
    return _questions(actor, brought)


def may_tell_apart(actor: Actor, brought: Import) -> Verdict:
    """Whether somebody is recorded already is decided by those who may import."""
    return _questions(actor, brought)


def _questions(actor: Actor, brought: Import) -> Verdict:
    if brought.state not in {Import.State.PREVIEWED, Import.State.FINISHED} or not brought.is_sheets:
        return Verdict(_("This import asks nothing any more. Bring the files in again to answer anew."))
    return _imports(actor, brought.unit_id)


def may_begin_landing(actor: Actor, brought: Import) -> Verdict:
    """A previewed import is landed, or taken up again, by the supervisors and directors of the unit."""
    if brought.state == Import.State.ABANDONED:
        return Verdict(_("This import was abandoned. Bring the files in again."))
    return _imports(actor, brought.unit_id)


def may_keep_children(actor: Actor, unit: Unit) -> Verdict:
    """Whole child records are brought into a unit by its supervisors and directors."""
    return _imports(actor, unit.pk)


def may_bring_in_reported_facts(actor: Actor, unit: Unit) -> Verdict:
    """Facts that only the return asks for are brought in by the supervisors and directors of the unit."""
    return _imports(actor, unit.pk)


def may_land_children(actor: Actor, brought: Import) -> Verdict:
    """Children are landed in batches while the import is landing."""
    return _imports(actor, brought.unit_id)


def may_finish_landing(actor: Actor, brought: Import) -> Verdict:
    """An import is finished when its last child has landed."""
    return _imports(actor, brought.unit_id)


def may_abandon_import(actor: Actor, brought: Import) -> Verdict:
    """A preview that is not wanted is abandoned; nothing of it has landed."""
    return _imports(actor, brought.unit_id)


def may_mend_row(actor: Actor, row: QuarantinedRow) -> Verdict:
    """A row in quarantine is mended by those who may import."""
    if row.state != QuarantinedRow.State.WAITING:
        return Verdict(_("This row is no longer waiting."))
    return _imports(actor, row.unit_id)


def may_set_row_aside(actor: Actor, row: QuarantinedRow) -> Verdict:
    """A row that needs no mending is set aside; it stays readable."""
    if row.state != QuarantinedRow.State.WAITING:
        return Verdict(_("This row is no longer waiting."))
    return _imports(actor, row.unit_id)


def may_export(actor: Actor, unit: Unit) -> Verdict:
    """Statutory tables are taken out by the supervisors and directors of a unit; the deed is remembered."""
    return _imports(actor, unit.pk)


def may_export_all(actor: Actor, association: Association) -> Verdict:
    """The return of the whole association is taken out by a director of the whole association."""
    if not actor.oversees_all(Role.DIRECTOR):
        return Verdict(_("Only a director of the whole association can take out the data of all units."))
    return YES
