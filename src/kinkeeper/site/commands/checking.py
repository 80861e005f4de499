"""`check`: whether all is well, and what to do where it is not. `anchor`: the head of the journal’s chain, carried outside."""

from __future__ import annotations

import argparse

from kinkeeper.journal import anchors
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import Progress, answer, insist_on_tables, say
from kinkeeper.site.health import examine
from kinkeeper.upkeep.findings import Level


def check(asked: argparse.Namespace) -> int:
    """Examine everything; 1 when something is wrong, 0 when at most there are remarks."""
    progress = Progress("Following the chain", after=1.0)
    findings = list(examine(quick=asked.quick, tell=progress))
    progress.end()
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


def anchor(asked: argparse.Namespace) -> int:
    """Sign the head of the chain and write it outside the database, if there is news."""
    insist_on_tables()
    try:
        made = anchors.anchor()
    except OSError as error:
        raise Refused(f"{anchors.folder() / anchors.LOG} cannot be written: {error.strerror}.") from error
    said = f"Link {made.seq:,} is anchored in {anchors.folder() / anchors.LOG}." if made else "Nothing new to anchor."
    say(said, f"Anybody can verify it with the public key {anchors.public_key()}.")
    return 0
