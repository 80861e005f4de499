"""Papers and photos: kept encrypted, opened by whoever may read them, every reading remembered."""

from __future__ import annotations

import io
from datetime import date, timedelta
from email.message import Message
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.files.vault import Accepted
from kinkeeper.journal.models import Entry, Look
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions, queries
from kinkeeper.people.models import Consent, Document, Person
from tests.conftest import Colleague, hire
from tests.files.conftest import PDF, SECRET_PLACE, picture

TODAY = date.today()


@pytest.fixture
def order() -> Accepted:
    """A court order as it was uploaded."""
    return vault.accept(PDF, "order of the court.pdf")


@pytest.fixture
def paper(amina: Colleague, noor: Person, order: Accepted) -> Document:
    """The court order about Noor."""
    return actions.add_document(
        amina.actor, noor, kind="court_decision", title=" The order ", upload=order, issued_on=TODAY
    )


def test_a_paper_is_kept_and_remembered(amina: Colleague, noor: Person, paper: Document, own_vault: Path) -> None:
    paper = Document.objects.get(pk=paper.pk)
    assert (paper.person, paper.kind, paper.title, paper.issued_on, paper.added_by) == (
        noor, "court_decision", "The order", TODAY, amina.user,
    )  # fmt: skip
    assert b"".join(vault.open_bytes(paper.file)) == PDF
    assert queries.documents_of(amina.actor, noor) == [paper]
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.unit_id) == ("people.add_document", paper.code, noor.unit_id)
    assert entry.facts == {"subject": noor.code, "issued_on": TODAY.isoformat()}


def test_a_paper_from_the_future_leaves_no_row(amina: Colleague, noor: Person, order: Accepted) -> None:
    with pytest.raises(Refused, match="still to come"):
        actions.add_document(
            amina.actor, noor, kind="other", title="X", upload=order, issued_on=TODAY + timedelta(days=1)
        )
    assert (Document.objects.count(), StoredFile.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_others_add_and_withdraw_nothing(
    bruno: Colleague, noor: Person, order: Accepted, paper: Document, village: Unit
) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    with pytest.raises(Unseen):
        actions.add_document(bruno.actor, noor, kind="other", title="X", upload=order)
    with pytest.raises(Unseen):
        actions.withdraw_document(bruno.actor, paper)
    with pytest.raises(Refused, match="Only workers of this person’s unit"):
        actions.add_document(director.actor, noor, kind="other", title="X", upload=order)
    with pytest.raises(Refused, match="Only workers of this person’s unit"):
        actions.withdraw_document(director.actor, paper)
    assert (Document.objects.filter(withdrawn_on=None).count(), Entry.objects.count()) == (1, 1)


def test_a_withdrawn_paper_is_no_longer_shown(amina: Colleague, noor: Person, paper: Document) -> None:
    actions.withdraw_document(amina.actor, paper)
    assert Document.objects.get().withdrawn_on == TODAY
    assert queries.documents_of(amina.actor, noor) == []
    with pytest.raises(Unseen):
        queries.document(amina.actor, paper.code)
    assert amina.browser.get(f"/documents/{paper.code}/").status_code == 404
    with pytest.raises(Refused, match="already been withdrawn"):
        actions.withdraw_document(amina.actor, Document.objects.get())


@pytest.mark.asvs("3.2.1", "5.4.1")
def test_an_opened_paper_cannot_run_be_framed_or_cached(amina: Colleague, paper: Document) -> None:
    response = amina.browser.get(f"/documents/{paper.code}/")
    assert (response.status_code, response.content) == (200, PDF)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="order of the court.pdf"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.asvs("5.4.1", "5.4.2")
@pytest.mark.parametrize(
    "name",
    [
        'order".pdf',
        'a"; filename="evil.exe',
        "a\r\nSet-Cookie: x=y.pdf",
        "фото \u202efdp.exe.pdf",
        "../../etc/x.pdf",
        ";=.pdf",
    ],
)
def test_a_hostile_name_stays_inside_its_header(amina: Colleague, noor: Person, name: str) -> None:
    upload = vault.accept(PDF, name if name.endswith(".pdf") else f"{name}.pdf")
    paper = actions.add_document(amina.actor, noor, kind="court_decision", title="The order", upload=upload)
    told = amina.browser.get(f"/documents/{paper.code}/").headers["Content-Disposition"]
    said = Message()
    said["Content-Disposition"] = told
    assert said.get_content_disposition() == "attachment"
    shown = said.get_filename() or ""
    assert shown.endswith(".pdf")
    assert not set(shown) & {"/", "\\", "\r", "\n", "\u202e"}
    assert "Set-Cookie" not in told.partition("filename")[0]


def test_reading_a_paper_is_remembered(amina: Colleague, noor: Person, paper: Document) -> None:
    amina.browser.get(f"/documents/{paper.code}/")
    assert sorted(Look.objects.values_list("user", "subject_type", "subject_id", "page")) == [
        (amina.user.pk, "people.document", paper.pk, "open_document"),
        (amina.user.pk, "people.person", noor.pk, "open_document"),
    ]


def test_a_damaged_paper_is_never_handed_out(amina: Colleague, paper: Document, own_vault: Path) -> None:
    [stored] = [path for path in own_vault.rglob("*") if path.is_file()]
    sealed = stored.read_bytes()
    stored.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    browser = amina.browser
    with pytest.raises(vault.Damaged):
        browser.get(f"/documents/{paper.code}/")
    assert not Look.objects.exists()


def test_papers_are_hidden_from_who_may_not_read_them(
    bruno: Colleague, eve: Colleague, rosa: Colleague, noor: Person, paper: Document, village: Unit
) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    assert queries.documents_of(director.actor, noor) == []
    for colleague in (director, bruno, eve, rosa):
        assert colleague.browser.get(f"/documents/{paper.code}/").status_code == 404
        with pytest.raises(Unseen):
            queries.document(colleague.actor, paper.code)
    assert not Look.objects.exists()


# ---- the photo -------------------------------------------------------------------------------------------------------


def face(colour: str = "orange") -> Accepted:
    """A photo that says where it was taken."""
    out = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "JPEG")
    return vault.accept(out.getvalue(), f"{colour}.jpg")


@pytest.mark.usefixtures("photos_agreed")
def test_a_photo_is_set_and_the_former_one_destroyed(amina: Colleague, noor: Person) -> None:
    actions.set_photo(amina.actor, noor, upload=face())
    noor.refresh_from_db()
    first = noor.photo
    assert first is not None
    actions.set_photo(amina.actor, noor, upload=face("navy"))
    noor.refresh_from_db()
    assert [file.pk for file in StoredFile.objects.all()] == [noor.photo_id]
    assert noor.photo_id != first.pk
    assert [entry.act for entry in Entry.objects.all()] == ["people.set_photo"] * 2
    response = amina.browser.get(f"/people/{noor.code}/photo/")
    assert (response["Content-Type"], response["Content-Disposition"]) == ("image/webp", 'inline; filename="navy.webp"')
    with Image.open(io.BytesIO(response.content)) as shown:
        assert shown.size == (256, 256)


@pytest.mark.usefixtures("photos_agreed")
def test_a_paper_is_no_photo(amina: Colleague, noor: Person, order: Accepted) -> None:
    with pytest.raises(Refused, match="A photo must be"):
        actions.set_photo(amina.actor, noor, upload=order)
    assert StoredFile.objects.count() == 0


@pytest.mark.usefixtures("photos_agreed")
def test_others_neither_set_nor_see_the_photo(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    address = f"/people/{noor.code}/photo/"
    assert amina.browser.get(address).status_code == 404
    with pytest.raises(Unseen):
        actions.set_photo(bruno.actor, noor, upload=face())
    actions.set_photo(amina.actor, noor, upload=face())
    assert bruno.browser.get(address).status_code == 404


# ---- the pages -------------------------------------------------------------------------------------------------------


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


@pytest.mark.usefixtures("photos_agreed")
def test_a_picture_is_added_on_the_page(amina: Colleague, noor: Person) -> None:
    said = {"version": "1", "kind": "photo", "title": "First day", "upload": upload("day.jpg", picture("JPEG"))}
    response = amina.browser.post(f"/people/{noor.code}/add-document/", said)
    assert response.status_code == 302
    kept = b"".join(vault.open_bytes(Document.objects.get().file))
    assert SECRET_PLACE.encode() not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert dict(drawn.getexif()) == {}


@pytest.mark.parametrize("name", ["order.pdf", "order.exe"])
def test_a_program_is_refused_on_the_page_with_a_sentence(name: str, amina: Colleague, noor: Person) -> None:
    said = {"version": "1", "kind": "other", "title": "X", "upload": upload(name, b"MZ\x90\x00" + bytes(200))}
    response = amina.browser.post(f"/people/{noor.code}/add-document/", said)
    assert response.status_code == 200
    sentence = {"order.pdf": "not what its name says", "order.exe": "Only PDF, JPEG, PNG"}[name]
    assert sentence in response.content.decode()
    assert StoredFile.objects.count() == 0


# ---- consent ---------------------------------------------------------------------------------------------------------


def test_without_consent_no_photo_is_kept(amina: Colleague, noor: Person) -> None:
    with pytest.raises(Refused, match="has agreed to “Taking and keeping photographs”") as refused:
        actions.set_photo(amina.actor, noor, upload=face())
    assert refused.value.guard == "G-CONSENT"
    with pytest.raises(Refused, match="Nobody with legal responsibility") as refused:
        actions.add_document(amina.actor, noor, kind="photo", title="X", upload=face())
    assert (refused.value.guard, refused.value.field) == ("G-CONSENT", "kind")
    assert (StoredFile.objects.count(), Document.objects.count(), Entry.objects.count()) == (0, 0, 0)
    actions.add_document(amina.actor, noor, kind="letter", title="X", upload=face())


def test_a_withdrawn_consent_ends_new_photos(amina: Colleague, noor: Person, photos_agreed: Consent) -> None:
    actions.set_photo(amina.actor, noor, upload=face())
    actions.withdraw_consent(amina.actor, photos_agreed, withdrawn_on=TODAY)
    noor.refresh_from_db()
    with pytest.raises(Refused, match="no longer agrees"):
        actions.set_photo(amina.actor, noor, upload=face("navy"))


def test_the_page_of_the_photo_says_which_consent_is_missing(amina: Colleague, noor: Person) -> None:
    page = amina.browser.get(f"/people/{noor.code}/set-photo/").content.decode()
    assert "Nobody with legal responsibility for Noor Saleh" in page
    said = {"version": "1", "kind": "photo", "title": "X", "upload": upload("day.jpg", picture("JPEG"))}
    answer = amina.browser.post(f"/people/{noor.code}/add-document/", said)
    assert (answer.status_code, StoredFile.objects.count()) == (409, 0)
    assert "G-CONSENT" in answer.content.decode()
