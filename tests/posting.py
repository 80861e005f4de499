"""Every form of the house, sent with more than its page offers: rows of others in its choices, and fields that it has not.

`forms_in()` reads the forms of a page as a browser would; `overreach()` fills each with what it offers, and then with
rows that belong to somebody else or to another parent, and with a field for every key of every table. Nothing may point
to a row that the page did not offer afterwards, and nobody may have changed what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import resolve

from kinkeeper.access.models import Seat, User
from kinkeeper.site.checks import tables_of_the_house
from tests.carried import carried
from tests.conftest import Colleague
from tests.walk import Address, World, leaks, writes

# What nobody may give themselves by sending it along.
SCALARS = {
    "role": "administrator",
    "is_active": "on",
    "is_superuser": "on",
    "is_staff": "on",
    "groups": "1",
    "user_permissions": "1",
    "seats": "1",
    "starts_on": "2020-01-01",
    "ends_on": "",
    "session_epoch": "9",
    "password": "a password sent along",
    "email": "sent-along@example.org",
    "external_id": "sent-along",
    **dict.fromkeys(("unit", "unit_id", "programme", "programme_id", "user", "user_id", "seat"), "1"),
}
# Doors that end or colour one’s own session, with tests of their own.
LEFT_ALONE = {"sign_out", "sign_in", "end_session", "end_other_sessions", "choose_language"}
CODE = re.compile(r"[0-9A-Z]{12}")


@dataclass
class Form:
    """A form of a page: where it is sent, what its fields hold, and what each of them offers to choose from."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    offers: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select, self.text = "", ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = Form(told.get("action", "")) if told.get("method", "").casefold() == "post" else None
        elif self.form is None:
            return
        elif tag == "select":
            self.select = told.get("name", "")
            self.form.offers.setdefault(self.select, [])
        elif tag == "option" and self.select:
            self.form.offers[self.select].append(told.get("value", ""))
        elif tag == "textarea":
            self.form.values[told.get("name", "")] = ["Some words."]
        elif tag == "input":
            self._input(self.form, told)

    def _input(self, form: Form, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if kind in {"radio", "checkbox"}:
            form.offers.setdefault(name, []).append(told.get("value", "on"))
        elif kind in {"hidden", "submit"} or told.get("value"):
            form.values[name] = [told.get("value", "")]
        else:
            filled = {"date": date.today().isoformat(), "number": "1", "email": "kim@example.org"}
            form.values[name] = [filled.get(kind, date.today().isoformat() if name.endswith("_on") else "Some words")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form is not None:
            self.forms.append(self.form)
            self.form = None
        elif tag == "select":
            self.select = ""


def forms_in(page: str) -> list[Form]:
    """The forms of a page that change something."""
    reader = _Forms()
    reader.feed(page)
    return reader.forms


def filled(form: Form) -> dict[str, list[str]]:
    """The form as somebody would send it: what it holds, and the first of each of its choices."""
    chosen = {name: [next((one for one in offered if one), "")] for name, offered in form.offers.items()}
    return {name: values for name, values in {**chosen, **form.values}.items() if name}


def rows_now() -> list[models.Model]:
    """Every row with a public code that exists now."""
    return [
        row for model in tables_of_the_house() for row in model._base_manager.order_by("pk") if getattr(row, "code", "")
    ]


def keys_of(rows: list[models.Model]) -> dict[str, str]:
    """A field for each key of each table that could point to one of these rows: what one might send along."""
    first = {type(row): str(row.pk) for row in reversed(rows)}
    found: dict[str, str] = {}
    for model in tables_of_the_house():
        for each in model._meta.local_fields:
            if each.is_relation and each.related_model in first:
                found[each.name] = found[each.attname] = first[each.related_model]
    return found


def pointing_to(rows: list[models.Model]) -> set[tuple[str, Any, str]]:
    """Which rows point to one of these, and by which key; these themselves aside."""
    mine: dict[type, list[Any]] = {
        model: [row.pk for row in group]
        for model, group in groupby(sorted(rows, key=lambda row: row._meta.label), key=type)
    }
    return {
        (model._meta.label, pk, each.name)
        for model in tables_of_the_house()
        for each in model._meta.local_fields
        if each.is_relation and each.related_model in mine and model._meta.app_label != "journal"
        for pk in model._base_manager.filter(**{f"{each.attname}__in": mine[each.related_model]}).values_list(
            "pk", flat=True
        )
    }


def own_account(user: User) -> list[tuple[Any, ...]]:
    """Who somebody is and what they may do, as the tables keep it."""
    facts = ("pk", "email", "name", "is_active", "external_id", "external_source", "code", "password")
    seats = Seat.objects.filter(user=user).order_by("pk")
    return [
        *User.objects.filter(pk=user.pk).values_list(*facts),
        *seats.values_list("pk", "role", "unit", "programme", "starts_on", "ends_on"),
    ]


def overreach(
    colleague: Colleague,
    doors: list[tuple[Address, str]],
    rows: list[models.Model],
    world: World,
    told: list[str] | None = None,
) -> Iterator[str]:
    """Send every form of these pages with rows of others in it; tells what came of it that may not be.

    `told` collects what was sent, so that a test can see that something was.
    """
    along = {**SCALARS, **keys_of(rows)}
    before, who = pointing_to(rows), own_account(colleague.user)
    for address, path in doors:
        for action, form in _forms_at(colleague.browser, path):
            for what, sent in _sendings(form, along, rows):
                if told is not None:
                    told.append(what)
                with sent_and_undone(colleague.browser, action, sent) as (heard, has_written):
                    said = [f"it reads {canary}." for canary in leaks(heard, world)]
                    if has_written:
                        links = pointing_to(_not_offered(rows, form)) - before
                        said += [f"{link} points there now." for link in sorted(map(str, links))]
                    if own_account(colleague.user) != who:
                        said.append("one’s own account or seats changed.")
                yield from (f"{path} ({address.name}) with {what}: {each}" for each in said)


@contextmanager
def sent_and_undone(
    browser: Client, action: str, sent: dict[str, list[str]], **more: Any
) -> Iterator[tuple[str, bool]]:
    """Send a form; tells what was answered and whether anything was written, and undoes it afterwards."""
    with transaction.atomic():
        heard, written = "", []
        # The world holds a row of every table, also where no deed would have made both; then the database refuses.
        with suppress(IntegrityError), transaction.atomic(), writes() as sending:
            heard = carried(browser.post(action, sent, **more))
            written = list(sending)
        yield heard, bool(written)
        transaction.set_rollback(True)


def _forms_at(browser: Client, path: str) -> Iterator[tuple[str, Form]]:
    """The forms of a page that change something, with the addresses they are sent to."""
    page = browser.get(path)
    if page.status_code != 200 or page.streaming or "html" not in page.headers.get("Content-Type", ""):
        list(page)  # a file is read to its end, and so closed
        return
    for form in forms_in(page.content.decode("utf-8", "replace")):
        action = f"{path.partition('?')[0]}{form.action}" if form.action.startswith("?") else form.action or path
        if resolve(action.partition("?")[0]).url_name not in LEFT_ALONE:
            yield action, form


def _not_offered(rows: list[models.Model], form: Form) -> list[models.Model]:
    offered = {one for some in (*form.offers.values(), *form.values.values()) for one in some}
    return [row for row in rows if not {str(row.pk), str(getattr(row, "code", ""))} & offered]


def _sendings(
    form: Form, along: dict[str, str], rows: list[models.Model]
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    usual = filled(form)
    yield "fields sent along", {**{name: [value] for name, value in along.items()}, **usual}
    for name, offered in form.offers.items():
        for table, value in _strangers_for(offered, rows):
            yield f"{name}={table}", {**usual, name: [value]}


def _strangers_for(offered: list[str], rows: list[models.Model]) -> Iterator[tuple[str, str]]:
    """For a choice among rows one row of each table that is not offered: by its code, or by its key where keys are offered."""
    some = [one for one in offered if one]
    if some and all(CODE.fullmatch(one) for one in some):
        kind = "code"
    elif some and all(one.isdecimal() for one in some):
        kind = "pk"
    else:
        return
    told: set[str] = set()
    for row in rows:
        value, table = str(getattr(row, kind, "")), row._meta.label
        if value and value not in offered and table not in told:
            told.add(table)
            yield table, value


def knock_filled(who: str, colleague: Colleague, doors: list[tuple[Address, str]], world: World) -> Iterator[str]:
    """Fill in and send every form of these pages, as somebody who must find nothing there: lists, exports."""
    known = world.known.get(who, set())
    for address, path in doors:
        for action, form in _forms_at(colleague.browser, path):
            with sent_and_undone(colleague.browser, action, filled(form), follow=True) as (heard, _has_written):
                found = leaks(heard, world) - known
            yield from (f"{who} sends {path} ({address.name}) and reads {canary}." for canary in found)
