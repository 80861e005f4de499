"""Text that goes into a file which a spreadsheet opens: none of it may be taken for a formula.

A program for spreadsheets computes whatever begins with one of a few signs, and some look past what is not seen: blanks,
control characters, marks of byte order and direction, letters that have no shape. So does this, for every export alike.
"""

from __future__ import annotations

import re
import unicodedata

_FIGURE = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_BEGINS_A_FORMULA = frozenset("=+-@|%−")
_ENDS_A_CELL = frozenset("\t\r\n")
# Letters and marks without a shape of their own (Unicode: Default_Ignorable_Code_Point, and the blank of Braille).
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(number) for block in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for number in block
)


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a CSV file: a leading apostrophe where one is needed."""
    return f"'{text}" if is_risky(text) else text


def plain_text(text: str) -> str:
    """What a text said before `safe_text` made it safe."""
    return text[1:] if text.startswith("'") and is_risky(text[1:]) else text


def is_risky(text: str) -> bool:
    """Whether a text begins, after all that is not seen, with a sign that may begin a formula. Numbers do not count."""
    if _FIGURE.fullmatch(text):
        return False
    if text.lstrip("'")[:1] in _ENDS_A_CELL:
        return True
    # Sign by sign, because an equals sign and a stroke laid over it would be made one harmless sign.
    for sign in (one for raw in text for one in unicodedata.normalize("NFKC", raw)):
        if unicodedata.category(sign)[0] in "CZ" or sign in _SHAPELESS or sign in "'\"":
            continue
        return sign in _BEGINS_A_FORMULA
    return any(sign in _ENDS_A_CELL for sign in text)
