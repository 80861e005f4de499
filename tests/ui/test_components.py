"""The components draw what they promise, in every language, and never run what a reader typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from kinkeeper import ui as gallery_file
from kinkeeper.ui.examples import Refusal
from kinkeeper.ui.templatetags.ui import age, initials, register
from kinkeeper.ui.views import gallery


def draw(template: str, **context: Any) -> str:
    request = RequestFactory().get("/list/?q=noor&sort=name&page=3")
    return Template(template).render(Context({"request": request, **context}))


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language of the house."""
    with override(request.param):
        yield request.param


def test_the_gallery_shows_every_component(language: str) -> None:
    page = gallery(RequestFactory().get("/ui/")).content.decode()
    text = Path(gallery_file.__file__).with_name("templates").joinpath("ui/gallery.html").read_text()
    # Used by the frame and inside the components themselves.
    elsewhere = {"writing", "icon", "draft_of"}
    assert [name for name in register.tags if f"{{% {name}" not in text and name not in elsewhere] == []
    assert 'aria-current="page"' in page


def test_a_refused_deed_stands_still_and_says_why() -> None:
    drawn = draw('{% deed "End it" "/end/" refusal %}', refusal=Refusal("Only a caseworker can."))
    assert "Only a caseworker can." in drawn
    assert 'aria-disabled="true"' in drawn
    assert "/end/" not in drawn
    assert 'href="/end/"' in draw('{% deed "End it" "/end/" yes %}', yes=True)


@pytest.mark.asvs("1.1.2", "1.2.1")
def test_what_people_typed_is_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    drawn = draw(
        "{% badge words %}{% fact words %}{{ words }}{% endfact %}{% card title=words %}{{ words }}{% endcard %}"
        "{% avatar words %}{% avatars people %}{% empty words words %}{% figure words words %}{% icon 'x' words %}",
        words=hostile,
        people=[hostile],
    )
    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_sorting_says_how_it_is_sorted_and_keeps_the_search() -> None:
    drawn = draw('{% column "Name" sort="name" %}{% column "Age" sort="age" %}')
    assert 'aria-sort="ascending"' in drawn
    assert "?q=noor&amp;sort=-name" in drawn
    assert "?q=noor&amp;sort=age" in drawn
    assert "page=3" not in drawn


def test_pages_keep_search_and_sorting() -> None:
    drawn = draw("{% pagination page %}", page=Paginator(range(100), 10).page(3))
    assert "?q=noor&amp;sort=name&amp;page=4" in drawn
    assert "21–30 of 100" in drawn
    assert draw("{% pagination page %}", page=Paginator(range(5), 10).page(1)).strip() == ""


@pytest.mark.parametrize(
    "name, letters",
    [("Noor Saleh", "NS"), ("Ёлка", "Ё"), ("ليلى حداد", "لح"), ("", ""), ("Ana (Anuska) de la Paz", "AP")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    "born, words",
    [
        (date(2024, 10, 24), "1 month"),
        (date(2022, 11, 25), "23 months"),
        (date(2022, 11, 24), "2 years"),
        (date(2016, 11, 25), "7 years"),
        (None, "age not known"),
    ],
)
def test_ages(born: date | None, words: str) -> None:
    assert age(born, date(2024, 11, 24)) == words


def test_days_are_written_in_the_readers_language_and_exactly() -> None:
    with override("ru"):
        assert draw("{% day on %}", on=date(2026, 11, 24)) == '<time datetime="2026-11-24">24 ноября 2026 г.</time>'
    assert "not recorded" in draw("{% day on %}", on=None)
