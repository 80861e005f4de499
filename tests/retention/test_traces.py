"""An erasure removes what lies of a person outside their record, and leaves what is others’."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.drafts.models import Draft
from kinkeeper.exchange.models import Import, LikelyDuplicate, QuarantinedRow, SheetSource, SourceRow
from kinkeeper.families.models import Family, Membership
from kinkeeper.interface.models import KeptAnswer, Token
from kinkeeper.journal.models import History
from kinkeeper.people.models import Person
from kinkeeper.retention.actions import (
    collect,
    confirm_erasure,
    propose_erasure,
    prove_identity,
    receive_request,
    refuse_request,
)
from kinkeeper.retention.models import Redaction
from tests.conftest import Colleague, register

TODAY = timezone.localdate()


def erase(dalia: Colleague, karim: Colleague, person: Person) -> None:
    """Two people confirm, and it is done."""
    confirm_erasure(karim.actor, propose_erasure(dalia.actor, person, reason="Over."), answer="Yes.")


def test_drafts_about_the_person_go(
    dalia: Colleague, karim: Colleague, amina: Colleague, omar: Person, noor: Person
) -> None:
    case = Case.objects.get(child=omar)
    for code in (omar.code, case.code, Contact.objects.get(case=case).code, noor.code):
        Draft.objects.create(owner=amina.user, deed="record_contact", subject_code=code, content={"note": "Omar …"})
    erase(dalia, karim, omar)
    assert list(Draft.objects.values_list("subject_code", flat=True)) == [noor.code]


def test_kept_answers_about_the_person_go(dalia: Colleague, karim: Colleague, omar: Person, noor: Person) -> None:
    token = Token.objects.create(
        owner=dalia.user, name="Report", token_hash="x" * 64, ends_on=TODAY + timedelta(days=9)
    )
    case = Case.objects.get(child=omar)
    answers: dict[str, dict[str, Any]] = {
        "one": {"code": case.code, "version": 2, "href": ""},
        "two": {"code": "another", "version": 1, "href": f"/api/v1/people/{omar.code}/contacts"},
        "three": {"code": noor.code, "version": 1, "href": f"/people/{noor.code}/"},
    }
    for key, answer in answers.items():
        KeptAnswer.objects.create(token=token, key=key, digest="d", status=201, answer=answer)
    erase(dalia, karim, omar)
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["three"]


@pytest.fixture
def brought(village: Unit) -> Import:
    """An import of own spreadsheets into the unit."""
    source = SheetSource.objects.create(unit=village, name="The book of the office")
    return Import.objects.create(unit=village, format=Import.Format.SHEETS, source=source, folder="", digest="1" * 64)


def source_row(brought: Import, key: str, **about: Any) -> SourceRow:
    """A row that landed."""
    assert brought.source is not None
    return SourceRow.objects.create(source=brought.source, table="people", key=key, values={"said": key}, **about)


def test_rows_of_imports_that_became_the_person_go(
    dalia: Colleague, karim: Colleague, brought: Import, omar: Person, noor: Person, village: Unit
) -> None:
    own, shared = (Family.objects.create(unit=village, name=name) for name in ("Haddocks", "Others"))
    Membership.objects.create(family=own, person=omar)
    Membership.objects.create(family=shared, person=omar)
    Membership.objects.create(family=shared, person=noor)
    source_row(brought, "K1", person=omar)
    source_row(brought, "visit 1", contact=Contact.objects.get(case__child=omar))
    source_row(brought, "family 1", family=own)
    kept = [source_row(brought, "K2", person=noor), source_row(brought, "family 2", family=shared)]
    LikelyDuplicate.objects.create(of=brought, key="K1", said={"name": "Omar"}, person=omar)
    other = LikelyDuplicate.objects.create(of=brought, key="K2", said={"name": "Noor"}, person=noor)
    erase(dalia, karim, omar)
    assert list(SourceRow.objects.order_by("pk")) == kept
    assert list(LikelyDuplicate.objects.all()) == [other]
    former = History.objects.filter(table__in=[SourceRow._meta.db_table, LikelyDuplicate._meta.db_table])
    assert former.count() == 4
    assert [row.old for row in former] == [{}] * 4


def test_rows_in_quarantine_that_tell_of_the_person_go(
    dalia: Colleague, karim: Colleague, brought: Import, omar: Person, other_unit: Unit
) -> None:
    source_row(brought, "K1", person=omar)
    told: list[tuple[str, dict[str, Any]]] = [
        ("AB 123", {"note": "told under his number"}),
        ("K1", {"note": "told under the key of a row that landed"}),
        ("", {"name": " OMAR  Haddock ", "born": "?"}),
        ("", {"given": "Omar", "family": "Haddock"}),
        ("", {"passport": "ab 123"}),
        ("", {"cells": [{"value": "Omar Haddock"}]}),
        ("K9", {"given": "Omar", "family": "Other"}),
        ("", {"name": "Omar Haddockson"}),
    ]
    for line, (number, values) in enumerate(told):
        QuarantinedRow.objects.create(
            of=brought, file="a.csv", line=line, table="people", child_reference=number, reason="R", values=values
        )
    erase(dalia, karim, omar)
    assert [row.line for row in QuarantinedRow.objects.order_by("line")] == [6, 7]


def test_what_was_weighed_keeps_no_mark(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    asked = prove_identity(dalia.actor, receive_request(dalia.actor, omar, asked_on=TODAY, asker="self"), proof="known")
    refuse_request(dalia.actor, collect(dalia.actor, asked), why_refused="R")
    assert Redaction.objects.exclude(text_mark="").exists()
    erase(dalia, karim, omar)
    assert {str(row.text_mark) for row in Redaction.objects.all()} == {""}
    assert {row.text for row in Redaction.objects.all()} == {"(erased)"}


def test_somebody_elses_traces_stay(
    dalia: Colleague, karim: Colleague, brought: Import, omar: Person, village: Unit
) -> None:
    other = register(village, "Lina", "Haddock")
    row = source_row(brought, "K3", person=other)
    erase(dalia, karim, omar)
    assert SourceRow.objects.get() == row
