"""Bookkeeping of the interface, which is no deed of anybody’s: calls are counted, answers are kept and forgotten again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from kinkeeper.interface.models import KeptAnswer, Token
from kinkeeper.lib.standing import passing

CALLS_A_MINUTE = 120
# A program that lost its line over a weekend still gets its answer on Monday.
KEPT_FOR = timedelta(days=3)


def count_call(token: Token) -> int:
    """Count a call of a token; answers 0, or how many seconds it has to wait when the minute is full.

    Each try is one UPDATE with its condition, so that of many calls at once none is counted for nothing.
    """
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    this, used = Token.objects.filter(pk=token.pk), {"last_used_at": now}
    for _again in range(2):
        if this.filter(minute=minute, calls__lt=CALLS_A_MINUTE).update(calls=F("calls") + 1, **used):
            return 0
        # A clock that runs a little behind another worker’s opens no minute of the past.
        earlier = this.filter(minute=None) | this.filter(minute__lt=minute)
        if earlier.update(minute=minute, calls=1, **used):
            return 0
    return _left_of(minute, now)


def _left_of(minute: datetime, now: datetime) -> int:
    return max(1, int((minute + timedelta(minutes=1) - now).total_seconds()) + 1)


@passing("interface")
def take_key(token: Token, key: str, digest: str) -> tuple[KeptAnswer, bool]:
    """The row of a key, and whether it is new; whoever comes second waits here until the first is done.

    Must be called inside the transaction of the deed, so that the key and what was done with it stand or fall together.
    """
    KeptAnswer.objects.filter(token=token, kept_at__lt=timezone.now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(token=token, key=key, digest=digest), True
    except IntegrityError:
        return KeptAnswer.objects.get(token=token, key=key), False


@passing("interface")
def keep_answer(row: KeptAnswer, status: int, answer: dict[str, Any]) -> None:
    """Keep what was answered, with the deed."""
    KeptAnswer.objects.filter(pk=row.pk).update(status=status, answer=answer)


@passing("interface")
def give_key_back(row: KeptAnswer) -> None:
    """Nothing was done with this key: it may be used again."""
    row.delete()
