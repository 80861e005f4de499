"""What a weighing must hold before it counts: the child’s view, every factor, options, an impartial panel, what was tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.lib.guards import known
from kinkeeper.lib.refusals import Refused

# Rows of a form, such as options or members of a panel: the fields of their table by name.
Rows = Sequence[Mapping[str, Any]]
# With the child’s view and the effects of each option, the elements of General Comment 14 of the CRC Committee.
FACTORS = (
    "identity",
    "family_environment",
    "safety",
    "vulnerability",
    "health",
    "education",
    "continuity",
    "conclusion",
)


def insist_on_every_factor(said: Mapping[str, Any]) -> None:
    """G-BIA: the child’s view and how it was learned, and every part of the child’s life."""
    if not said.get("child_view") or said.get("child_view_by") not in Assessment.ViewBy.values:
        missing = "child_view_by" if said.get("child_view") else "child_view"
        raise Refused(
            _("Write down the child’s view and how it was learned; a child who cannot speak yet is observed."),
            guard="G-BIA",
            field=missing,
        )
    for factor in FACTORS:
        if not said.get(factor):
            raise Refused(
                _("Every part of the child’s life is weighed. Write this one, too."), guard="G-BIA", field=factor
            )


def insist_on_options(options: Rows) -> None:
    """G-BIA: enough options, each with a form of care of the pack, and exactly one of them recommended."""
    pack = pack_in_force()
    least = pack.limit("options_least").value
    for option in options:
        known(pack.care_types, option["care_type"], "options")
    if len(options) < least:
        raise Refused(_("Compare at least %(least)s options.") % {"least": least}, guard="G-BIA", field="options")
    if sum(bool(option.get("chosen")) for option in options) != 1:
        raise Refused(_("Recommend one of the options, and only one."), guard="G-BIA", field="options")


def insist_on_a_panel(case: Case, panel: Rows) -> None:
    """G-BIDPANEL: enough members, none close to anybody concerned, and not the worker of the case."""
    names = [" ".join(str(member["name"]).split()).casefold() for member in panel]
    least = pack_in_force().limit("panel_least").value
    if len(set(names)) < least:
        raise Refused(
            _("A panel has at least %(least)s members. Name them all.") % {"least": least},
            guard="G-BIDPANEL",
            field="panel",
        )
    partial = [str(member["name"]).strip() for member in panel if str(member.get("conflict", "")).strip()]
    if partial:
        raise Refused(
            _("Whoever is close to somebody concerned does not decide. Replace %(names)s.")
            % {"names": ", ".join(partial)},
            guard="G-BIDPANEL",
            field="panel",
        )
    if case.worker is not None and " ".join(case.worker.name.split()).casefold() in names:
        raise Refused(
            _("The worker of the case presents it and does not decide. Replace %(names)s.")
            % {"names": case.worker.name},
            guard="G-BIDPANEL",
            field="panel",
        )


def insist_on_need(*, poverty_only: bool, emergency: bool, supports: Rows, kin: Rows) -> None:
    """G-POV and G-NEC: care is needed on more than poverty, after support and kin were tried, or in an emergency."""
    if poverty_only:
        raise Refused(_("Poverty alone cannot justify care; choose family support."), guard="G-POV", field="needed")
    if emergency:
        return
    if not supports:
        raise Refused(
            _("Support for the family comes first. Write down what was tried, or what the emergency is."),
            guard="G-NEC",
            field="supports",
        )
    if not any(str(one.get("outcome", "")).strip() for one in kin):
        raise Refused(
            _("Ask relatives and friends first. Write down who was asked and the answer, or what the emergency is."),
            guard="G-NEC",
            field="kin",
        )
