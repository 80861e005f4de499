"""Forms that keep drafts: one line turns it on, the page says where and how, and other forms say nothing of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from kinkeeper.ui.forms import DeedForm

ROW = SimpleNamespace(version=3, code="BCDF2345")


class Plain(DeedForm):
    """A short form."""

    note = forms.CharField()


class Long(DeedForm):
    """A form in which people write much."""

    drafts = True
    note = forms.CharField()


class Frame:
    """A frame that knows where drafts are kept."""

    sign_in_again = "/sign-in/?next=/here/"

    def draft(self, deed: str, subject: str) -> dict[str, str]:
        return {"address": f"/drafts/{deed}/{subject}/", "drawer": '{"content": null}'}


def drawn(form: DeedForm, **more: Any) -> str:
    page = {"form": form, "request": SimpleNamespace(resolver_match=SimpleNamespace(url_name="record_contact"))}
    return Template("{% deed_form form submit='Save' %}").render(Context({"frame": Frame(), **page, **more}))


def test_one_line_keeps_drafts_under_the_name_of_the_page_and_the_code_of_the_row() -> None:
    page = drawn(Long().at(ROW))
    assert 'data-draft="/drafts/record_contact/BCDF2345/"' in page
    assert 'data-draft-drawer="{&quot;content&quot;: null}"' in page
    assert 'data-draft-saved="Saved as a draft at %(time)s."' in page
    assert 'data-draft-offline="No connection: kept on this device."' in page
    assert 'data-draft-out="Signed out: kept on this device. Sign in again to go on."' in page
    assert 'name="kept_as" value="record_contact/BCDF2345"' in page
    assert '<span role="status" data-draft-status></span>' in page
    assert 'href="/sign-in/?next=/here/"' in page
    assert "ui/drafts.js" in page


def test_a_view_may_give_the_draft_a_name_of_its_own() -> None:
    assert 'data-draft="/drafts/answer-2/XYZ/"' in drawn(Plain().at(ROW).kept("answer-2", "XYZ"))
    assert 'data-draft="/drafts/answer-2/XYZ/"' in drawn(Long().kept("answer-2", "XYZ").at(ROW))


@pytest.mark.parametrize(
    "form, more",
    [(Plain().at(ROW), {}), (Long(), {}), (Long().at(ROW), {"frame": None}), (Long().at(ROW), {"request": None})],
    ids=["a form without drafts", "a form of no row", "a page without a frame", "a page without an address"],
)
def test_nothing_is_said_where_nothing_is_kept(form: DeedForm, more: dict[str, Any]) -> None:
    page = drawn(form, **more)
    assert ("draft" in page, "kept_as" in page) == (False, False)
    assert 'name="note"' in page


def test_the_name_of_the_draft_is_no_particular_of_the_deed() -> None:
    form = Long({"version": "3", "note": "x", "kept_as": "record_contact/BCDF2345"}).at(ROW)
    assert form.is_valid()
    assert form.particulars == {"note": "x"}
