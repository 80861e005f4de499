"""What follows when an account is closed: its tokens are revoked for good."""

from __future__ import annotations

from kinkeeper.access.actions import suspend_user
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Role, User
from kinkeeper.interface.actions import revoke_tokens_of
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry


@after(suspend_user)
def revoke_the_tokens_of_a_closed_account(entry: Entry) -> None:
    """A closed account has no tokens: none speaks from the moment it is closed, and none returns when it opens again."""
    user = User.objects.filter(pk=entry.subject_id).first()
    if user is not None:
        revoke_tokens_of(machine("interface", Role.ADMINISTRATOR), user)
