"""Small bookkeeping of the sign-in page, which is no deed of anybody’s: wrong passwords, counted and forgotten again."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from kinkeeper.access.models import SignInFailure
from kinkeeper.lib.standing import passing

# Long enough for the slow-down, too short to tell anybody’s habits.
KEPT_FOR = timedelta(days=1)


@passing("door")
def note_wrong_password(email: str) -> None:
    """Remember that a password for this address was wrong, and forget what is a day old."""
    SignInFailure.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    SignInFailure.objects.create(address_hash=SignInFailure.hash_of(email))


@passing("door")
def forget_wrong_passwords(email: str) -> None:
    """Begin to count anew for an address whose owner has signed in."""
    SignInFailure.objects.filter(address_hash=SignInFailure.hash_of(email)).delete()
