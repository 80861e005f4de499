"""Pages of the deeds on families; the pages that show families belong to upper rooms."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, may_read, one, seen
from kinkeeper.access.models import Unit
from kinkeeper.families import actions, forms, queries
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do
from kinkeeper.journal.queries import remember_look
from kinkeeper.people import actions as people_acts
from kinkeeper.people import queries as people
from kinkeeper.ui.forms import DeedForm


def add_relative(request: ActorRequest, code: str) -> HttpResponse:
    """Register a relative, tie the two and put both into one family."""
    person = people.person(request.actor, code)
    form = forms.AddRelativeForm(request.POST or None)
    return _deed(request, actions.add_relative, person, person, form, _("The relative is added."))


def tie_kin(request: ActorRequest, code: str) -> HttpResponse:
    """Tie two people whose records are here already."""
    person = people.person(request.actor, code)
    text = request.GET.get("who", "")
    form = forms.TieKinForm(request.POST or None)
    form.choose_from(queries.perhaps_kin(request.actor, person, text))
    return _deed(request, actions.tie_kin, person, person, form, _("The tie is recorded."), who=text)


def end_tie(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a tie no longer holds."""
    return _on_tie(request, code, actions.end_tie, forms.EndTieForm(request.POST or None), _("The tie has ended."))


def end_legal_responsibility(request: ActorRequest, code: str) -> HttpResponse:
    """Say that somebody no longer has legal responsibility."""
    form = forms.EndLegalResponsibilityForm(request.POST or None)
    return _on_tie(request, code, actions.end_legal_responsibility, form, _("The legal responsibility has ended."))


def set_contact_rule(request: ActorRequest, code: str) -> HttpResponse:
    """Write down which contact is allowed."""
    tie = queries.tie(request.actor, code)
    shown = {name: getattr(tie, name) for name in ("contact", "court_ref") if may_read(request.actor, tie, name)}
    form = forms.SetContactRuleForm(request.POST or None, initial=shown)
    return _on_tie(request, code, actions.set_contact_rule, form, _("The rule on contact is written down."))


def _on_tie(request: ActorRequest, code: str, deed: Act[..., Any], form: DeedForm, done: str) -> HttpResponse:
    """What deeds on a tie share: it is said in words, and one comes back to whom of the two one sees."""
    tie = queries.tie(request.actor, code)
    known = people.people(request.actor)
    back = known.filter(pk=tie.relative_id).first() or known.get(pk=tie.person_id)
    return _deed(request, deed, tie, back, form, done, words=queries.tie_in_words(request.actor, tie))


def add_support(request: ActorRequest, code: str) -> HttpResponse:
    """Write down somebody who matters to a child."""
    child = people.person(request.actor, code)
    text = request.GET.get("who", "")
    form = forms.AddSupportForm(request.POST or None)
    form.choose_from(queries.perhaps_kin(request.actor, child, text))
    return _deed(request, actions.add_support, child, child, form, _("The person is written down."), who=text)


def end_support(request: ActorRequest, code: str) -> HttpResponse:
    """Say that somebody no longer matters so."""
    support = queries.support(request.actor, code)
    form = forms.EndSupportForm(request.POST or None)
    words = queries.supporter_name(request.actor, support)
    return _deed(request, actions.end_support, support, support.child, form, _("That has ended."), words=words)


def consents(request: ActorRequest, code: str) -> HttpResponse:
    """What a person and the adults responsible for it have agreed to, refused or not been asked."""
    person = people.person(request.actor, code)
    remember_look(request.actor, person, "consents")
    standings = people.standings_of(request.actor, person)
    page = {
        "person": person,
        "standings": standings,
        "missing": [standing.missing for standing in standings if standing.missing],
        "adults": queries.legally_responsible_for(request.actor, person, request.actor.today),
        "givers": queries.givers_of_consents(request.actor, person),
        "verdict": people_acts.record_consent.verdict(request.actor, person),
    }
    return render(request, "families/consents.html", page)


def record_consent(request: ActorRequest, code: str) -> HttpResponse:
    """Record an answer of a person, or of somebody responsible for it."""
    person = people.person(request.actor, code)
    asked = {name: request.GET.get(name, "")[:200] for name in ("purpose", "recipient")}
    form = forms.RecordConsentForm(request.POST or None, initial=asked)
    form.asking(person, queries.ever_responsible_for(request.actor, person))
    back = reverse("consents", args=[code])
    return _deed(request, people_acts.record_consent, person, person, form, _("The answer is recorded."), to=back)


def withdraw_consent(request: ActorRequest, code: str) -> HttpResponse:
    """Take back a consent."""
    consent = people.consent(request.actor, code)
    form = forms.WithdrawConsentForm(request.POST or None)
    back, done = reverse("consents", args=[consent.person.code]), _("The consent is withdrawn.")
    givers = queries.givers_of_consents(request.actor, consent.person)
    return _deed(request, people_acts.withdraw_consent, consent, consent.person, form, done, to=back, givers=givers)


def found_family(request: ActorRequest, code: str) -> HttpResponse:
    """Begin the record of a family in a unit."""
    unit = one(seen(request.actor, Unit), code=code)
    form = forms.FoundFamilyForm(request.POST or None)
    return _deed(request, actions.found_family, unit, unit, form, _("The family is recorded."))


def add_member(request: ActorRequest, code: str) -> HttpResponse:
    """Add somebody whose record is here already to a family."""
    family = one(queries.families(request.actor), code=code)
    text = request.GET.get("who", "")
    form = forms.AddMemberForm(request.POST or None).choose_from(people.search(request.actor, text, limit=10))
    return _deed(request, actions.add_member, family, family, form, _("The member is added."), who=text)


def set_up_household(request: ActorRequest, code: str) -> HttpResponse:
    """Describe a household of a family."""
    family = one(queries.families(request.actor), code=code)
    form = forms.SetUpHouseholdForm(request.POST or None)
    form.choose_from(person for _row, person in queries.members_of(request.actor, family) if person)
    return _deed(request, actions.set_up_household, family, family, form, _("The household is described."))


def _deed(
    request: ActorRequest, deed: Act[..., Any], subject: Any, back: Any, form: DeedForm, done: str, **more: object
) -> HttpResponse:
    """What every deed on a family shares: the form tied to its row, the act, and back to where one came from, or `to`."""
    to = str(more.pop("to", "")) or back
    # Consent is recorded in the room below; its pages are here, because here is known who is responsible for whom.
    template = f"families/{deed.name.split('.')[1]}.html"
    return do(request, deed, subject, form.at(subject), done, to, template=template, subject=subject, back=back, **more)
