"""Forms of deeds: the version of the page, dates as people write them, dates known in part, errors tied to their fields."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

from kinkeeper.lib.ages import PartialDate
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField


class Sample(DeedForm):
    """A form with a name and a day."""

    name = forms.CharField(help_text="As used.")
    on = DayField(required=False)


def test_a_page_of_now_is_accepted() -> None:
    form = Sample(QueryDict("name=Noor&version=3")).at(SimpleNamespace(version=3))
    assert form.is_valid()
    assert form.particulars == {"name": "Noor", "on": None}
    assert 'name="version" value="3"' in str(Sample().at(SimpleNamespace(version=3)))


@pytest.mark.parametrize("sent", ["name=Noor&version=2", "name=Noor", "name=Noor&version=x"])
def test_a_stale_page_is_refused_once_and_keeps_what_was_typed(sent: str) -> None:
    form = Sample(QueryDict(sent)).at(SimpleNamespace(version=3))
    assert not form.is_valid()
    drawn = str(form)
    assert "Someone else changed this record" in drawn
    assert 'value="Noor"' in drawn
    assert 'name="version" value="3"' in drawn


@pytest.mark.parametrize("language, written", [("en", "11/24/2026"), ("ru", "24.11.2026"), ("ru", "2026-11-24")])
def test_days_are_read_as_people_write_them(language: str, written: str) -> None:
    with override(language):
        assert DayField().clean(written) == date(2026, 11, 24)


def test_dates_known_in_part() -> None:
    field = PartialDateField(required=False)
    assert field.clean("~2014-05") == PartialDate(2014, 5, estimated=True)
    assert field.clean("") is None
    with pytest.raises(forms.ValidationError, match=r"Write a year \(2014\)"):
        field.clean("spring 2014")


def test_errors_are_listed_first_and_tied_to_their_fields() -> None:
    drawn = str(Sample(QueryDict("version=1")).at(SimpleNamespace(version=1)))
    assert drawn.index("error-summary") < drawn.index('name="name"')
    assert 'href="#id_name"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'class="form-control"' in drawn
