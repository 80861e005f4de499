"""Who sees assessments (whoever sees the case), and who assesses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import is_responsible

part_of(Assessment, Case, "case")
part_of(Finding, Assessment, "assessment")


def _assesses(actor: Actor, case: Case) -> Verdict:
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can assess."))
    return YES


def may_complete_assessment(actor: Actor, case: Case) -> Verdict:
    """The first assessment is completed by the worker of the case, once it is registered and before anything is decided."""
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again before you assess."), guard="G-STEP")
    if case.state == Case.State.INTAKE:
        return Verdict(_("Register this case first; then assess."), guard="G-STEP")
    if case.state != Case.State.ASSESSMENT:
        return Verdict(_("This case has its assessment. Assess again instead."), guard="G-STEP")
    return _assesses(actor, case)


def may_reassess(actor: Actor, case: Case) -> Verdict:
    """A child is assessed again by the worker of the case, at any later step."""
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again before you assess."), guard="G-STEP")
    if case.state in (Case.State.INTAKE, Case.State.ASSESSMENT):
        return Verdict(_("Complete the first assessment of this case; later ones follow it."), guard="G-STEP")
    return _assesses(actor, case)
