"""How this installation runs: what is to be done next, backups, jobs, chores, workers, the machine under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen, seen
from kinkeeper.journal.models import Job
from kinkeeper.upkeep.findings import Finding, Level, Machine, roof
from kinkeeper.upkeep.models import Backup, Chore, Worker
from kinkeeper.upkeep.policy import may_keep_running

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A night may fail; two in a row are a trouble.
OLDEST_BACKUP = timedelta(hours=36)
OLDEST_PROOF = timedelta(days=100)
LIVES = timedelta(seconds=60)
MANY_JOBS = 1000


@dataclass(frozen=True)
class Step:
    """One thing to do, most urgent first: `tone` bad (records are at risk), warn (soon), info."""

    tone: str
    text: str | _StrPromise
    remedy: str | _StrPromise = ""


@dataclass(frozen=True)
class State:
    """How this installation stands."""

    steps: list[Step]
    machine: Machine
    findings: list[Finding]
    backups: list[Backup]
    chores: list[Chore]
    workers: int
    waiting: int
    failed: int


def state_of_installation(actor: Actor) -> State:
    """Everything an administrator looks at, in a constant number of questions; `Unseen` for everybody else."""
    if not may_keep_running(actor):
        raise Unseen
    jobs = dict(seen(actor, Job).exclude(state=Job.State.DONE).order_by().values_list("state").annotate(n=Count("pk")))
    findings = [one for one in roof.examine() if one.level != Level.GOOD]
    backups = list(seen(actor, Backup)[:5])
    chores = list(seen(actor, Chore))
    workers = seen(actor, Worker).filter(seen_at__gt=timezone.now() - LIVES).count()
    waiting, failed = jobs.get(Job.State.READY, 0), jobs.get(Job.State.FAILED, 0)
    proved = seen(actor, Backup).exclude(verified_at=None).order_by("-verified_at").first()
    steps = [
        *_of_findings(findings),
        *_of_backups(backups, proved),
        *_of_work(chores, workers, waiting, failed),
    ]
    steps.sort(key=lambda step: ("bad", "warn", "info").index(step.tone))
    return State(steps, roof.machine(), findings, backups, chores, workers, waiting, failed)


def _of_findings(findings: list[Finding]) -> list[Step]:
    tones = {Level.TROUBLE: "bad", Level.REMARK: "info"}
    # Failed jobs have a button of their own, below.
    return [Step(tones[one.level], one.sentence, one.remedy) for one in findings if "jobs failed" not in one.sentence]


def _of_backups(backups: list[Backup], proved: Backup | None) -> list[Step]:
    if not backups:
        return [
            Step(
                "bad",
                _("There is no backup yet."),
                _("On the server run: kinkeeper backup-key, then: kinkeeper backup"),
            )
        ]
    now = timezone.now()
    steps = []
    if now - backups[0].made_at > OLDEST_BACKUP:
        steps.append(
            Step(
                "bad", _("The newest backup is older than a day and a half."), _("On the server run: kinkeeper backup")
            )
        )
    if backups[0].missing:
        steps.append(
            Step("bad", _("Documents were missing in the newest backup."), _("On the server run: kinkeeper check"))
        )
    if proved is None or proved.verified_at is None or now - proved.verified_at > OLDEST_PROOF:
        steps.append(
            Step(
                "warn",
                _("No backup was proved in the last hundred days. One that was never opened is a hope."),
                _("On the server run: kinkeeper backup --verify FILE"),
            )
        )
    return steps


def _of_work(chores: list[Chore], workers: int, waiting: int, failed: int) -> list[Step]:
    steps = []
    if not workers:
        steps.append(
            Step(
                "bad",
                _("No worker is at work: notices, imports and nightly work wait."),
                _("Start the service kinkeeper again."),
            )
        )
    if failed:
        steps.append(
            Step("warn", _("Jobs failed for good."), _("Look into the log for the cause, then try them again below."))
        )
    if waiting > MANY_JOBS:
        steps.append(Step("warn", _("More than a thousand jobs wait."), _("Look whether a worker is busy or stuck.")))
    if any(one.trouble for one in chores):
        steps.append(
            Step(
                "warn",
                _("A scheduled task failed the last time."),
                _("It is tried again; look into the log for the cause."),
            )
        )
    return steps
