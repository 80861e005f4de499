"""What the page of a case says is due, as its rooms count it."""

from __future__ import annotations

from kinkeeper.access.models import Unit
from kinkeeper.book.duties import due_of
from kinkeeper.cases.actions import record_contact
from kinkeeper.cases.models import Case
from kinkeeper.intake.actions import receive_referral, screen_in
from kinkeeper.intake.models import Referral
from tests.conftest import Colleague
from tests.intake.conftest import DASHA, TAKEN, TOLD


def kinds(amina: Colleague, case: Case) -> list[str]:
    return [duty.kind for duty in due_of(amina.actor, [case])[case.pk]]


def test_the_first_visit_is_not_asked_for_beside_the_first_contact(amina: Colleague, village: Unit) -> None:
    receive_referral(amina.actor, village, **{**TOLD, "spoken_of": (DASHA,)})
    screen_in(amina.actor, Referral.objects.get(), **TAKEN)
    case = Case.objects.get()
    assert "first_contact" in kinds(amina, case)
    assert "visit" not in kinds(amina, case)
    record_contact(amina.actor, case, kind="call", happened_on=amina.actor.today, seen="with_others")
    assert "first_contact" not in kinds(amina, case)
    assert "visit" in kinds(amina, case)
