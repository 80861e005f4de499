"""Pages of what is kept: what is past its time, holds, requests for a file and what has to be looked through."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do, show
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.people.models import Person
from kinkeeper.people.queries import people
from kinkeeper.retention import actions, bundle, forms, queries, weighing
from kinkeeper.retention.models import Redaction
from kinkeeper.ui.forms import DeedForm


def _done(request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, said: str, back: str) -> HttpResponse:
    """Do a deed as the form says, and go back; or show its page."""
    return do(request, deed, row, form, said, back, row=row, subject=_name(row), back=back)


def _name(row: Any) -> str:
    """The name of the person whom a row is about."""
    person: Person = row if isinstance(row, Person) else getattr(row, "request", row).person
    return person.name


def retention(request: ActorRequest) -> HttpResponse:
    """What is past its time, what waits for a second person, and the holds."""
    page = queries.past_page(request.actor, request.GET.get("page"))
    words = {
        "page": page,
        "past": [found for person in page if (found := queries.past_of(request.actor, person))],
        "disposals": list(queries.disposals(request.actor)[: queries.AT_ONCE]),
        "holds": list(queries.holds(request.actor).filter(lifted_on=None)[: queries.AT_ONCE]),
    }
    return render(request, "retention/retention.html", words)


def retention_of(request: ActorRequest, code: str) -> HttpResponse:
    """Holds, erasures and requests of one person."""
    person = one(people(request.actor), code=code)
    remember_look(request.actor, person, "retention_of")
    words = {
        "person": person,
        "holds": list(queries.holds(request.actor).filter(person=person)),
        "disposals": list(queries.disposals(request.actor).filter(person=person)),
        "requests": list(queries.access_requests(request.actor).filter(person=person)),
        "may_hold": actions.set_hold.verdict(request.actor, person),
        "may_propose": actions.propose_erasure.verdict(request.actor, person),
        "may_receive": actions.receive_request.verdict(request.actor, person),
    }
    return render(request, "retention/retention_of.html", words)


def set_hold(request: ActorRequest, code: str) -> HttpResponse:
    """Forbid erasing somebody."""
    person = one(people(request.actor), code=code)
    form = forms.SetHoldForm(request.POST or None).at(person)
    back = reverse("retention_of", args=[code])
    return _done(request, actions.set_hold, person, form, _("Nothing of this person can be erased now."), back)


def lift_hold(request: ActorRequest, code: str) -> HttpResponse:
    """Lift a hold."""
    hold = one(queries.holds(request.actor), code=code)
    form = forms.LiftHoldForm(request.POST or None).at(hold)
    return _done(request, actions.lift_hold, hold, form, _("The hold is lifted."), hold.get_absolute_url())


def propose_erasure(request: ActorRequest, code: str) -> HttpResponse:
    """Confirm an erasure as the first of two."""
    person = one(people(request.actor), code=code)
    form = forms.ProposeErasureForm(request.POST or None).at(person)
    said = _("You confirmed the erasure. Somebody else has to confirm it, too.")
    return _done(request, actions.propose_erasure, person, form, said, reverse("retention"))


@freshly_confirmed
def confirm_erasure(request: ActorRequest, code: str) -> HttpResponse:
    """Confirm an erasure as the second of two; it is done at once."""
    row = one(queries.disposals(request.actor), code=code)
    form = forms.AnswerErasureForm(request.POST or None).at(row)
    return _done(request, actions.confirm_erasure, row, form, _("The person is erased."), reverse("retention"))


def decline_erasure(request: ActorRequest, code: str) -> HttpResponse:
    """Decline an erasure."""
    row = one(queries.disposals(request.actor), code=code)
    form = forms.AnswerErasureForm(request.POST or None).at(row)
    return _done(request, actions.decline_erasure, row, form, _("The record stays."), reverse("retention"))


def access_requests(request: ActorRequest) -> HttpResponse:
    """Requests for a file, what is due soonest first."""
    page = Paginator(queries.access_requests(request.actor), queries.AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "retention/access_requests.html", {"page": page})


def access_request(request: ActorRequest, code: str) -> HttpResponse:
    """One request: how far it is, and what has to be looked through."""
    asked = one(queries.access_requests(request.actor), code=code)
    remember_look(request.actor, asked.person, "access_request")
    items = Paginator(queries.redactions(request.actor, asked), queries.AT_ONCE).get_page(request.GET.get("page"))
    deeds = ("prove_identity", "collect", "release_file", "extend_answer", "refuse_request", "download_file")
    verdicts = {f"may_{name}": getattr(actions, name).verdict(request.actor, asked) for name in deeds}
    words = {"asked": asked, "page": items, "progress": queries.progress(request.actor, asked), **verdicts}
    return render(request, "retention/access_request.html", words)


def receive_request(request: ActorRequest, code: str) -> HttpResponse:
    """Write down that somebody asked for a file."""
    person = one(people(request.actor), code=code)
    form = forms.ReceiveRequestForm(request.POST or None).at(person)
    back = reverse("retention_of", args=[code])
    return _done(request, actions.receive_request, person, form, _("The request is written down."), back)


def prove_identity(request: ActorRequest, code: str) -> HttpResponse:
    """Write down how it was proven who asks."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = forms.ProveIdentityForm(request.POST or None).at(asked)
    said = _("It is written down who asks.")
    return _done(request, actions.prove_identity, asked, form, said, asked.get_absolute_url())


def collect(request: ActorRequest, code: str) -> HttpResponse:
    """Collect what is kept."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = DeedForm(request.POST if request.method == "POST" else None).at(asked)
    return _done(request, actions.collect, asked, form, _("Everything is collected."), asked.get_absolute_url())


def extend_answer(request: ActorRequest, code: str) -> HttpResponse:
    """Put the answer off, once."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = forms.ExtendAnswerForm(request.POST or None).at(asked)
    return _done(request, actions.extend_answer, asked, form, _("The answer is put off."), asked.get_absolute_url())


def next_redaction(request: ActorRequest, code: str) -> HttpResponse:
    """Go on to the next thing that nobody decided about; to the request where there is none."""
    asked = one(queries.access_requests(request.actor), code=code)
    return redirect(queries.next_undecided(request.actor, asked, request.GET.get("after", "")) or asked)


def decide_redaction(request: ActorRequest, code: str) -> HttpResponse:
    """Decide about something that may speak of others, and go on to the next."""
    item = one(queries.redactions(request.actor), code=code)
    remember_look(request.actor, item.request.person, "decide_redaction")
    form = forms.DecideRedactionForm(request.POST or None).at(item)
    words = {**_weighing(request, item), "groups": weighing.groups(request.actor, item)}
    return do(request, actions.decide_redaction, item, form, _("Decided."), words["onward"], **words)


def decide_alike(request: ActorRequest, code: str, among: str) -> HttpResponse:
    """Decide the same about several things, and go on to the next."""
    item = one(queries.redactions(request.actor), code=code)
    remember_look(request.actor, item.request.person, "decide_alike")
    form = forms.DecideRedactionForm(request.POST or None).at(item)
    words = {**_weighing(request, item), "group": weighing.group_of(request.actor, item, among)}
    if form.is_valid():
        with refusals_on(form):
            decided = actions.decide_alike(request.actor, item, among=among, **form.particulars)
            messages.success(request, _("Decided: %(n)s.") % {"n": len(decided)})
            return redirect(words["onward"])
    return show(request, actions.decide_alike, item, form, **words)


def _weighing(request: ActorRequest, item: Redaction) -> dict[str, Any]:
    """What the pages on which something is weighed say besides."""
    onward = f"{reverse('next_redaction', args=[item.request.code])}?after={item.code}"
    seen = queries.is_in_sight(request.actor, item)
    words = {"row": item, "subject": _name(item), "back": item.request.get_absolute_url(), "onward": onward}
    return {**words, "is_seen": seen, "progress": queries.progress(request.actor, item.request)}


def release_file(request: ActorRequest, code: str) -> HttpResponse:
    """Release a file as the second person."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = DeedForm(request.POST if request.method == "POST" else None).at(asked)
    return _done(request, actions.release_file, asked, form, _("The file is released."), asked.get_absolute_url())


def refuse_request(request: ActorRequest, code: str) -> HttpResponse:
    """Refuse a request."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = forms.RefuseRequestForm(request.POST or None).at(asked)
    return _done(request, actions.refuse_request, asked, form, _("The request is refused."), asked.get_absolute_url())


@freshly_confirmed
def download_file(request: ActorRequest, code: str) -> HttpResponseBase:
    """Fetch a released file."""
    asked = one(queries.access_requests(request.actor), code=code)
    form = DeedForm(request.POST if request.method == "POST" else None).at(asked)
    if form.is_valid():
        with refusals_on(form):
            asked = actions.download_file(request.actor, asked)
            return _zip(f"{asked.code}.zip", bundle.packed(asked, *queries.file_of(request.actor, asked)))
    back = asked.get_absolute_url()
    return show(request, actions.download_file, asked, form, row=asked, subject=_name(asked), back=back)


def _zip(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)
