"""Which passwords are too easy here: those made of words that everybody would try first, and those that became known elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kinkeeper.access.models import Association, Unit

# The list of docs/guides/sign-in-safely.md; the names of the association and of its units come to it.
WORDS = frozenset({"kinkeeper", "password", "administrator", "caseworker", "supervisor", "director", "welcome"})
# A name of three letters is in too many words to be one.
SHORTEST_WORD = 4
# What has to be left beside such words.
MUST_BE_LEFT = 8


class OwnWordsValidator:
    """Refuse a password of which little is left without the names and words of the house."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError where fewer than eight letters or digits are left."""
        left = "".join(sign for sign in password.casefold() if sign.isalnum())
        for word in sorted(own_words(), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < MUST_BE_LEFT and len(left) < sum(sign.isalnum() for sign in password):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """What the form says beside the field."""
        return _("Your password can’t be made of the name of the association, of a unit or of this program.")


def own_words() -> frozenset[str]:
    """The words that are too easy here, in small letters."""
    names = [*Association.objects.values_list("name", flat=True), *Unit.objects.values_list("name", flat=True)]
    parts = {part for name in names for part in re.findall(r"\w+", name.casefold())}
    return WORDS | {part for part in parts if len(part) >= SHORTEST_WORD}


class KnownElsewhereValidator:
    """Refuse a password that stands in the list of breached ones, where the installation keeps one; nobody else is asked."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError where the list holds this password."""
        if settings.BREACHED_PASSWORDS and stands_in(settings.BREACHED_PASSWORDS, password):
            raise ValidationError(self.get_help_text(), code="password_known_elsewhere")

    def get_help_text(self) -> str:
        """What the form says beside the field."""
        return _("Your password can’t be one that became known elsewhere: whoever guesses tries those first.")


def stands_in(file: Path, line: str) -> bool:
    """Whether a file of lines that are sorted by bytes holds this one; it is halved again and again, never read as a whole."""
    wanted = line.encode()
    with file.open("rb") as lines:

        def first_from(place: int) -> bytes:
            lines.seek(max(place - 1, 0))
            if place:
                lines.readline()
            return lines.readline().rstrip(b"\r\n")

        low, high = 0, lines.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            found = first_from(middle)
            # Beyond the last line nothing is found, and everything wanted lies before it.
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        return bool(wanted) and first_from(low) == wanted
