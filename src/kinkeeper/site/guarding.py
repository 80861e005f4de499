"""What must hold before anything is served: a start that could lose or expose records is refused with a sentence.

The same examiners that `kinkeeper check` shows decide here; what is a trouble to them about durability, keys and the
ground the data lies on is a reason not to start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kinkeeper.access.models import Association
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.health import durability, ground, locks, private_keys, seals
from kinkeeper.upkeep.findings import Finding, Level

# What is asked before a start, quick enough for every one.
BEFORE_A_START: tuple[Callable[[], Iterator[Finding]], ...] = (durability, ground, private_keys, locks, seals)


def reasons_not_to_start() -> list[Finding]:
    """Everything that speaks against starting."""
    asked = [finding for examiner in BEFORE_A_START for finding in examiner() if finding.level == Level.TROUBLE]
    if Association.objects.filter(is_demo=True).exists():
        # Nobody real is in a demonstration. That keys are open to others is said all the same.
        asked = [finding for finding in asked if finding.what not in {"durability", "ground"}]
    return asked


def insist_on_safety() -> None:
    """Refuse to start where records could be lost or read by others."""
    reasons = reasons_not_to_start()
    if reasons:
        lines = [f"{one.sentence} {one.remedy}".rstrip() for one in reasons]
        raise Refused("Kinkeeper does not start like this.\n" + "\n".join(f"  {line}" for line in lines))
