"""Keeping drafts, which is no deed: nothing is said about anybody yet. See decision 17.

A draft is written every few seconds, read by its writer alone and gone after thirty days, so these writes have no judge
beyond “it is your own” and leave no journal entry. The deed at the end has both.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, Unseen, seen
from kinkeeper.drafts.models import KEPT_FOR, LONGEST_BYTES, Draft
from kinkeeper.lib.chores import NIGHTLY, chore
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.standing import passing
from kinkeeper.lib.strict_json import read_json

log = logging.getLogger("kinkeeper.worker")

DEED = re.compile(r"[a-z][a-z0-9_-]{0,59}")
CODE = re.compile(r"[0-9A-Za-z-]{1,40}")


@passing("draft")
def keep_draft(actor: Actor, deed: str, subject_code: str, body: bytes, written_at: datetime | None = None) -> Draft:
    """Keep the fields of a form as they are now, in the place of what was kept before. `body` is JSON.

    `written_at` is when they were written, where the save comes later than that: of two copies of a draft, here and on
    the device, the one that was written last is offered, not the one that arrived last.
    """
    if actor.user_id is None or not (DEED.fullmatch(deed) and CODE.fullmatch(subject_code)):
        raise Unseen
    kept, _new = Draft.objects.update_or_create(
        owner_id=actor.user_id,
        deed=deed,
        subject_code=subject_code,
        defaults={"content": _fields(body), "saved_at": min(timezone.now(), written_at or timezone.now())},
    )
    return kept


def _fields(body: bytes) -> dict[str, list[str]]:
    """The fields by name, each with its values, as a browser sends them."""
    if len(body) > LONGEST_BYTES:
        raise Refused(
            _("This is too long for a draft. Hand it in, or move a part of it into a document."), guard="G-SIZE"
        )
    try:
        content = read_json(body)
    except ValueError:
        content = None
    if not (isinstance(content, dict) and all(_is_a_list_of_words(values) for values in content.values())):
        raise Refused(_("A draft holds the fields of one form. Load the page again."), guard="G-FORM")
    return content


def _is_a_list_of_words(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) and "\0" not in value for value in values)


@passing("draft")
def discard_draft(actor: Actor, deed: str, subject_code: str) -> None:
    """Throw away what the actor was writing; nothing happens where there is nothing."""
    seen(actor, Draft).filter(deed=deed, subject_code=subject_code).delete()


@chore(every=NIGHTLY)
def forget_old_drafts() -> int:
    """Remove what nobody has gone on with for thirty days; returns how many. Once a night is enough."""
    removed, _tables = Draft.objects.filter(saved_at__lte=timezone.now() - KEPT_FOR).delete()
    if removed:
        log.info("Removed %s drafts that nobody had gone on with for thirty days.", removed)
    return removed
