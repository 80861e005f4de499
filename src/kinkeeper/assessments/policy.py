"""Who sees assessments: whoever sees the case."""

from __future__ import annotations

from kinkeeper.access.gate import part_of
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case

part_of(Assessment, Case, "case")
part_of(Finding, Assessment, "assessment")
