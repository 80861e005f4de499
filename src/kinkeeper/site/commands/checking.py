"""`check`: whether all is well, and what to do where it is not."""

from __future__ import annotations

import argparse

from kinkeeper.site.commands.answering import answer, say
from kinkeeper.site.health import examine
from kinkeeper.upkeep.findings import Level


def check(asked: argparse.Namespace) -> int:
    """Examine everything; 1 when something is wrong, 0 when at most there are remarks."""
    findings = list(examine())
    wrong = [finding for finding in findings if finding.level == Level.TROUBLE]
    if asked.json:
        answer(
            {
                "well": not wrong,
                "findings": [
                    {"what": one.what, "level": one.level.value, "sentence": one.sentence, "remedy": one.remedy}
                    for one in findings
                ],
            }
        )
    else:
        for one in findings:
            say(
                f"{one.level.value:<8} {one.what}: {one.sentence}",
                *([f"         → {one.remedy}"] if one.remedy else []),
            )
        say("", "All is well." if not wrong else f"{len(wrong)} troubles were found.")
    return 1 if wrong else 0
