"""Who sees closings, follow-ups and after-care: whoever sees the case."""

from __future__ import annotations

from kinkeeper.access.gate import part_of
from kinkeeper.cases.models import Case
from kinkeeper.leaving.models import Aftercare, Closing, FollowUp, HandedPaper

part_of(Closing, Case, "case")
part_of(HandedPaper, Closing, "closing")
part_of(FollowUp, Case, "case")
part_of(Aftercare, Case, "case")
