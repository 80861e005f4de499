"""Photos, papers and notices of the demo: for the first children of each unit, and with gaps worth finding."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.utils import timezone

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.families.queries import legally_responsible_for
from kinkeeper.files import vault
from kinkeeper.notices.models import Notice
from kinkeeper.people.actions import add_document, record_consent, set_photo
from kinkeeper.people.models import Consent, Document, Person
from kinkeeper.people.queries import missing_consent
from kinkeeper.site.demo import pictures
from kinkeeper.site.demo.staff import Staff

CHILDREN_PER_UNIT = 40


def fill(actor: Actor, staff: Staff, rng: Random) -> None:
    """Draw pictures for the children people will look at first; some have no photo, without consent none does, a third no birth certificate."""
    for unit in staff.units[:2] + staff.units[-2:]:
        open_cases = Case.objects.filter(unit=unit, closed_on=None).select_related("child").order_by("pk")
        for case in open_cases[:CHILDREN_PER_UNIT]:
            child = case.child
            if rng.random() < 0.75 and _photos_are_agreed(actor, child, rng):
                child = set_photo(actor, child, upload=vault.accept(pictures.avatar(rng), "photo.png"))
            if rng.random() < 0.6:
                upload = vault.accept(pictures.paper(rng), "birth-certificate.png")
                add_document(
                    actor,
                    child,
                    kind=Document.Kind.BIRTH_CERTIFICATE,
                    title="Birth certificate",
                    issued_on=child.born_from + timedelta(days=20) if child.born_from else None,
                    upload=upload,
                )
    _tell(staff)


def _photos_are_agreed(actor: Actor, child: Person, rng: Random) -> bool:
    """Record who agreed to photographs: a responsible parent, and the child from the age on. Without one, no photo."""
    asked_on = max(actor.today - timedelta(days=rng.randint(10, 300)), child.born_from or actor.today)
    grown = (child.age(asked_on) or 0) >= pack_in_force().limit("age_of_majority").value
    adults = [] if grown else legally_responsible_for(actor, child, asked_on)[:1]
    for giver in [*adults, None]:
        record_consent(
            actor,
            child,
            purpose="PHOTO",
            answer=Consent.Answer.GIVEN,
            given_by=giver,
            given_on=asked_on,
            explained="Shown a few photographs, and told that a no has no bad consequences.",
            data_scope="A portrait for the record, pictures for the life story book.",
            language="en",
        )
    return not missing_consent(actor, child, "PHOTO")


def _tell(staff: Staff) -> None:
    """A few notices, so that the bell is not empty."""
    for who in ("amina", "bruno"):
        user = staff.users.get(who)
        mine = Case.objects.filter(worker=user, closed_on=None).select_related("child").order_by("-opened_on")[:2]
        Notice.objects.bulk_create(
            Notice(
                to=user,
                kind=Notice.Kind.CASE_ASSIGNED,
                subject_code=case.code,
                link=f"/cases/{case.code}/",
                at=timezone.now() - timedelta(hours=5 * number + 3),
            )
            for number, case in enumerate(mine)
            if user
        )
