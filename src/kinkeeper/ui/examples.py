"""Made-up words, people and lives for the gallery of components."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.safestring import SafeString

from kinkeeper.ui import charts
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField
from kinkeeper.ui.frame import Entry

TODAY = date(2026, 11, 24)


WORDS = {
    "title": "Components",
    "lead": "Every part a page is made of, once. Use these; do not draw your own.",
    "language": "Uzbek",
    "home": "The Okafors",
    "ask": "All sessions end at once.",
    "late": "The last visit to Noor was 40 days ago.",
    "saved": "Saved.",
    "not_saved": "Not saved.",
}


class GalleryForm(DeedForm):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As it is used every day.")
    on = DayField(label="Day")
    born = PartialDateField(label="Date of birth", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Foster family"), ("b", "Kinship care")])
    why = forms.ChoiceField(
        label="Why", choices=[("x", "Nearer to school"), ("y", "Asked for")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="The child agrees", required=False)

    def outline(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Two parts, to show how a long form is drawn."""
        return [("who", "Who and when", ("name", "on", "born")), ("what", "What", ("kind", "why", "note", "agreed"))]


class GalleryFilters(forms.Form):
    """A small bar of filters."""

    unit = forms.ChoiceField(label="Unit", choices=[("", "All"), ("r", "Riverside")], required=False)
    late = forms.BooleanField(label="Only late visits", required=False)


def examples() -> dict[str, Any]:
    """Made-up words, people and a life for the gallery."""
    return {
        "say": WORDS,
        "refusal": Refusal("Only a caseworker of the child’s unit can end a placement."),
        "people": ["Noor Saleh", "Grace Okafor", "Ёлка Иванова", "ليلى حداد", "Bruno Peeters", "Eve", "Dalia Marku"],
        "page": Paginator(range(240), 20).page(4),
        "entries": [Entry("Story", "#", "history", here=True), Entry("Documents", "#", "file", count=3)],
        "bar": GalleryFilters(),
        "today": TODAY,
        "drawing": _life(),
        "curve": charts.sparkline([4, 6, 5, 9, 8, 12], title="Visits", description="From 4 to 12 in six months."),
        "lying": charts.bars([("Foster family", 14), ("Kinship care", 6)], title="Care", description="14 and 6."),
        "born": TODAY - timedelta(days=8 * 366),
        "events": [
            {
                "on": TODAY,
                "title": "Visit at home",
                "text": "Made pancakes together.",
                "icon": "message",
                "tone": "leaf",
            },
            {"on": TODAY - timedelta(days=90), "title": "Moved to the Okafors", "icon": "home-heart", "tone": "clay"},
        ],
    }


class Refusal(SimpleNamespace):
    """A verdict that says no."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence=sentence)

    def __bool__(self) -> bool:
        return False


def _life() -> SafeString:
    """A life with four homes, a time away and a way back."""
    bands = [
        charts.Band(date(2019, 2, 3), date(2019, 3, 20), "Emergency foster care", "clay", "Home"),
        charts.Band(date(2019, 3, 20), date(2021, 9, 1), "Berisha family", "honey", "Home"),
        charts.Band(date(2021, 9, 1), date(2022, 1, 10), "Children’s village", "sky", "Home"),
        charts.Band(date(2023, 2, 1), None, "The Okafors", "leaf", "Home"),
        charts.Band(date(2022, 1, 10), date(2023, 2, 1), "With grandmother", "plum", "Home"),
        charts.Band(date(2019, 2, 3), date(2022, 1, 10), "Interim order", "stone", "Legal status"),
    ]
    marks = [charts.Mark(date(2021, 9, 10), "First day at school", "school"), charts.Mark(TODAY, "Review", "notes")]
    return charts.timeline(
        bands,
        marks,
        start=date(2018, 11, 18),
        end=TODAY,
        today=TODAY,
        born=date(2018, 11, 18),
        title="Where I live and have lived",
        description="Five homes since 2019; since February 2023 with the Okafors.",
    )
