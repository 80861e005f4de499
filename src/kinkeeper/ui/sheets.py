"""Clean sheets of paper: a typst template and words become a tagged PDF (PDF/UA-1). Knows nothing of children.

The words travel to the template as one JSON text that the template reads as data, never as markup: whatever somebody
wrote is printed and cannot do anything. The typefaces come with Kinkeeper, so a sheet looks the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.http import HttpResponse
from django.utils.translation import get_language, get_language_bidi

HOUSE = Path(__file__).resolve().parent.parent
FACES = HOUSE / "ui" / "static" / "vendor" / "paper"


def sheet(template: Path, words: Mapping[str, Any], filename: str) -> HttpResponse:
    """The sheet as an answer that a browser shows; `filename` carries a code, never a name."""
    answer = HttpResponse(pdf(template, words), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{filename}"'
    answer["Cache-Control"] = "no-store"
    return answer


def pdf(template: Path, words: Mapping[str, Any], *, tagged: bool = True) -> bytes:
    """The sheet as the bytes of a PDF, in the language and the direction of writing of the moment.

    A tagged sheet (PDF/UA-1) raises `TypstError` where no typeface has a letter; an untagged one prints a box.
    """
    made = typst.compile(template, format="pdf", pdf_standards=["ua-1"] if tagged else [], **_asked(words))
    assert isinstance(made, bytes)
    return made


def _asked(words: Mapping[str, Any]) -> dict[str, Any]:
    language = (get_language() or "en").split("-")[0]
    told = {**words, "language": language, "direction": "rtl" if get_language_bidi() else "ltr"}
    return {
        "root": HOUSE,
        "font_paths": _faces(),
        "ignore_system_fonts": True,
        "sys_inputs": {"words": json.dumps(told, ensure_ascii=False)},
    }


@cache
def _faces() -> typst.Fonts:
    """The typefaces, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FACES])
