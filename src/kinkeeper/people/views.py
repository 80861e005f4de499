"""Pages of the deeds on persons, and the only way by which the bytes of a paper or photo leave the house."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, Unseen, may_read, one, seen
from kinkeeper.access.models import Unit
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.people import actions, forms, queries
from kinkeeper.people.models import UNDISCLOSED, Document, LegalStatus, Name, Person
from kinkeeper.ui.forms import DeedForm, deed_page

Subject = Person | Name | LegalStatus | Document


def register_person(request: ActorRequest, code: str) -> HttpResponse:
    """Begin the record of a person in a unit."""
    unit = one(seen(request.actor, Unit), code=code)
    form = forms.RegisterPersonForm(request.POST or None).at(unit)
    if form.is_valid():
        with refusals_on(form):
            person = actions.register_person(request.actor, unit, **form.particulars)
            messages.success(request, _("%(name)s is registered.") % {"name": person.name})
            # A caseworker sees only people of their own cases, so the page of a new person may not be theirs to see.
            return redirect(person if queries.people(request.actor).filter(pk=person.pk).exists() else "/")
    verdict = actions.register_person.verdict(request.actor, unit)
    return deed_page(request, "people/register_person.html", {"unit": unit, "form": form, "verdict": verdict})


def describe_person(request: ActorRequest, code: str) -> HttpResponse:
    """Correct birth, sex, origin and death."""
    person = queries.person(request.actor, code)
    known = {name: getattr(person, name) for name in ("birth", "birth_by", "sex", "ethnicity", "died_on")}
    form = forms.DescribePersonForm(request.POST or None, initial=known)
    if not may_read(request.actor, person, "ethnicity"):
        del form.fields["ethnicity"]
    return _deed(request, actions.describe_person, person, form, _("Corrected."))


def describe_culture(request: ActorRequest, code: str) -> HttpResponse:
    """Record religion, practice and diet."""
    person = queries.person(request.actor, code)
    untold = person.religion == UNDISCLOSED
    known = {"religion": "" if untold else person.religion, "undisclosed": untold}
    readable = may_read(request.actor, person, "religion")
    initial = {**known, "practice": person.practice, "diet": person.diet} if readable else None
    form = forms.DescribeCultureForm(request.POST or None, initial=initial)
    return _deed(request, actions.describe_culture, person, form, _("Recorded."))


def name_person(request: ActorRequest, code: str) -> HttpResponse:
    """Add a name."""
    person = queries.person(request.actor, code)
    return _deed(request, actions.name_person, person, forms.NamePersonForm(request.POST or None), _("Name added."))


def end_name(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a name is no longer borne."""
    name = queries.name(request.actor, code)
    return _deed(request, actions.end_name, name, forms.EndNameForm(request.POST or None), _("The name has ended."))


def record_language(request: ActorRequest, code: str) -> HttpResponse:
    """Record a language."""
    person = queries.person(request.actor, code)
    form = forms.RecordLanguageForm(request.POST or None)
    return _deed(request, actions.record_language, person, form, _("Language recorded."))


def record_identifier(request: ActorRequest, code: str) -> HttpResponse:
    """Record a number of an authority."""
    person = queries.person(request.actor, code)
    form = forms.RecordIdentifierForm(request.POST or None)
    return _deed(request, actions.record_identifier, person, form, _("Number recorded."))


def record_contact_point(request: ActorRequest, code: str) -> HttpResponse:
    """Record a telephone number or address."""
    person = queries.person(request.actor, code)
    form = forms.RecordContactPointForm(request.POST or None)
    return _deed(request, actions.record_contact_point, person, form, _("Recorded."))


def record_legal_status(request: ActorRequest, code: str) -> HttpResponse:
    """Record a legal status."""
    person = queries.person(request.actor, code)
    form = forms.RecordLegalStatusForm(request.POST or None)
    return _deed(request, actions.record_legal_status, person, form, _("Legal status recorded."))


def end_legal_status(request: ActorRequest, code: str) -> HttpResponse:
    """End a legal status that nothing follows."""
    status = queries.legal_status(request.actor, code)
    form = forms.EndLegalStatusForm(request.POST or None)
    return _deed(request, actions.end_legal_status, status, form, _("The legal status has ended."))


def add_document(request: ActorRequest, code: str) -> HttpResponse:
    """Keep a paper or picture."""
    person = queries.person(request.actor, code)
    form = forms.AddDocumentForm(request.POST or None, request.FILES or None)
    return _deed(request, actions.add_document, person, form, _("The paper is kept, encrypted."))


def withdraw_document(request: ActorRequest, code: str) -> HttpResponse:
    """Take back a paper that was added by mistake."""
    document = queries.document(request.actor, code)
    form = forms.WithdrawDocumentForm(request.POST or None)
    return _deed(request, actions.withdraw_document, document, form, _("The paper is no longer shown."))


def set_photo(request: ActorRequest, code: str) -> HttpResponse:
    """Set the face beside the name."""
    person = queries.person(request.actor, code)
    form = forms.SetPhotoForm(request.POST or None, request.FILES or None)
    return _deed(request, actions.set_photo, person, form, _("The photo is set."))


def open_document(request: ActorRequest, code: str) -> HttpResponse:
    """Hand out the bytes of a paper to whoever may read it, and write down that they did."""
    document = queries.document(request.actor, code)
    content = _bytes(document.file)
    remember_look(request.actor, document, "open_document")
    remember_look(request.actor, document.person, "open_document")
    return content


def person_photo(request: ActorRequest, code: str) -> HttpResponse:
    """Hand out the photo of a person in sight."""
    person = queries.person(request.actor, code)
    if person.photo is None or not may_read(request.actor, person, "photo"):
        raise Unseen
    return _bytes(person.photo)


def _bytes(file: StoredFile) -> HttpResponse:
    """The whole content, proved before the first byte leaves; nothing in it may run, be framed or be cached."""
    response = HttpResponse(b"".join(vault.open_bytes(file)), content_type=file.media_type)
    picture = file.media_type.startswith("image/")
    response["Content-Disposition"] = content_disposition_header(not picture, file.original_name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _deed(request: ActorRequest, deed: Act[..., Any], subject: Subject, form: DeedForm, done: str) -> HttpResponse:
    """What every deed on a person shares: the form tied to its row, the act, and back to the person."""
    person = subject if isinstance(subject, Person) else subject.person
    return do(request, deed, subject, form.at(subject), done, person, person=person, subject=subject)
