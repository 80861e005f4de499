"""Pages of decisions and of the deeds that lead to them: ask, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.decisions import actions, forms, queries
from kinkeeper.decisions.models import Decision, Separation
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import show
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.people.models import Person
from kinkeeper.ui.forms import DeedForm


def _deed(
    request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, words: dict[str, Any], done: str
) -> HttpResponse:
    """The page of a deed: does it, or shows its form, or why it cannot be done. A deed the judge denies is refused, too."""
    verdict = deed.verdict(request.actor, row)
    if request.method == "POST" and (not verdict or form.is_valid()):
        with refusals_on(form):
            deed(request.actor, row, **(form.particulars if verdict else {}))
            messages.success(request, done)
            return redirect(words["back"])
    return show(request, deed, row, form, **words)


def _posted(request: ActorRequest) -> QueryDict | None:
    """What was sent, also where nothing was filled in."""
    return request.POST if request.method == "POST" else None


def _of_case(request: ActorRequest, deed: Act[..., Any], case: Case, form: DeedForm, done: str) -> HttpResponse:
    remember_look(request.actor, case.child, deed.name.split(".")[1])
    instead = actions.decide_family_support.verdict(request.actor, case)
    words = {"case": case, "subject": case.child.name, "back": case.get_absolute_url(), "instead": instead}
    return _deed(request, deed, case, form.at(case), words, done)


def _case(request: ActorRequest, code: str) -> Case:
    return one(queries.cases(request.actor), code=code)


def _in_force(request: ActorRequest) -> dict[str, Any]:
    return {"pack": pack_in_force(), "today": request.actor.today}


# ---- pages to read ------------------------------------------------------------------------------------------------------


def decisions(request: ActorRequest, code: str) -> HttpResponse:
    """The chain of a case: whether care is needed, what is best, what was decided; and siblings who live apart."""
    case, actor = _case(request, code), request.actor
    remember_look(actor, case.child, "decisions")
    page = {
        "case": case,
        "necessities": queries.necessities_of(actor, case),
        "best_interests": queries.best_interests_of(actor, case),
        "decisions": queries.decisions_of(actor, case),
        "requirements": queries.requirements_of(actor, case),
        "apart": queries.apart(actor, case.child),
        "siblings": queries.siblings_to_consider(actor, case.child),
    }
    return render(request, "decisions/decisions.html", page)


def decision(request: ActorRequest, code: str) -> HttpResponse:
    """One decision, to be read and printed."""
    row = one(queries.decisions(request.actor), code=code)
    remember_look(request.actor, row.case.child, "decision")
    together = queries.persons_with_codes(request.actor, row.together)
    verdict = actions.withdraw_decision.verdict(request.actor, row)
    return render(request, "decisions/decision.html", {"decision": row, "together": together, "verdict": verdict})


def best_interest(request: ActorRequest, code: str) -> HttpResponse:
    """One best-interest procedure with its options, to be read and printed."""
    best = one(queries.best_interests(request.actor), code=code)
    remember_look(request.actor, best.case.child, "best_interest")
    return render(request, "decisions/best_interest.html", {"best": best, "case": best.case})


# ---- what is best, and is care needed ---------------------------------------------------------------------------------


def require_determination(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a panel must determine what is best."""
    form = forms.RequireDeterminationForm(_posted(request))
    done = _("A determination by a panel is required now.")
    return _of_case(request, actions.require_determination, _case(request, code), form, done)


def record_best_interest(request: ActorRequest, code: str) -> HttpResponse:
    """Record what two workers find best."""
    case = _case(request, code)
    colleagues = queries.colleagues(request.actor, case.unit_id)
    form = forms.RecordBestInterestForm(_posted(request), colleagues=colleagues, **_in_force(request))
    done = _("What is best for %(name)s is recorded.") % {"name": case.child.name}
    return _of_case(request, actions.record_best_interest, case, form, done)


def record_determination(request: ActorRequest, code: str) -> HttpResponse:
    """Record what a panel determined to be best."""
    form = forms.RecordDeterminationForm(_posted(request), **_in_force(request))
    done = _("The determination is recorded.")
    return _of_case(request, actions.record_determination, _case(request, code), form, done)


def record_necessity(request: ActorRequest, code: str) -> HttpResponse:
    """Test whether care outside the family is needed."""
    form = forms.RecordNecessityForm(_posted(request), **_in_force(request))
    done = _("The necessity test is recorded.")
    return _of_case(request, actions.record_necessity, _case(request, code), form, done)


# ---- the decision ---------------------------------------------------------------------------------------------------------


def decide_family_support(request: ActorRequest, code: str) -> HttpResponse:
    """Decide for support in the family."""
    form = forms.DecideFamilySupportForm(_posted(request))
    done = _("The decision is recorded. The plan follows.")
    return _of_case(request, actions.decide_family_support, _case(request, code), form, done)


def decide_alternative_care(request: ActorRequest, code: str) -> HttpResponse:
    """Decide for care outside the family."""
    case, actor = _case(request, code), request.actor
    siblings = queries.those(actor, queries.siblings_to_consider(actor, case.child))
    types = choices_of(pack_in_force().care_types, actor.today)
    form = forms.DecideAlternativeCareForm(_posted(request), types=types, siblings=siblings)
    done = _("The decision is recorded. The plan follows.")
    return _of_case(request, actions.decide_alternative_care, case, form, done)


def decide_no_service(request: ActorRequest, code: str) -> HttpResponse:
    """Decide that no service is needed."""
    form = forms.DecideNoServiceForm(_posted(request))
    done = _("The decision is recorded. The case is closed next.")
    return _of_case(request, actions.decide_no_service, _case(request, code), form, done)


def authorise_emergency(request: ActorRequest, code: str) -> HttpResponse:
    """Authorise care at once, in immediate danger."""
    types = queries.emergency_forms(request.actor)
    form = forms.AuthoriseEmergencyForm(_posted(request), types=types)
    done = _("The emergency is authorised. Weigh what is best within the time that is shown.")
    return _of_case(request, actions.authorise_emergency, _case(request, code), form, done)


def withdraw_decision(request: ActorRequest, code: str) -> HttpResponse:
    """Withdraw a decision."""
    row: Decision = one(queries.decisions(request.actor), code=code)
    form = forms.WithdrawDecisionForm(_posted(request)).at(row)
    words = {"subject": row.case.child.name, "back": row.case.get_absolute_url()}
    return _deed(request, actions.withdraw_decision, row, form, words, _("The decision is withdrawn."))


# ---- siblings -----------------------------------------------------------------------------------------------------------------


def _back_to(request: ActorRequest, child: Person) -> str:
    case = queries.cases(request.actor).filter(child=child, closed_on=None).first()
    return (case or child).get_absolute_url()


def separate_siblings(request: ActorRequest, code: str) -> HttpResponse:
    """Record that two siblings live apart."""
    child: Person = one(queries.children(request.actor), code=code)
    siblings = queries.brothers_and_sisters(request.actor, child)
    reasons = choices_of(pack_in_force().separations, request.actor.today)
    form = forms.SeparateSiblingsForm(_posted(request), siblings=siblings, reasons=reasons).at(child)
    words = {"subject": child.name, "back": _back_to(request, child)}
    return _deed(request, actions.separate_siblings, child, form, words, _("It is recorded that they live apart."))


def _of_separation(
    request: ActorRequest, deed: Act[..., Any], row: Separation, form: DeedForm, done: str
) -> HttpResponse:
    child = one(queries.children(request.actor).filter(pk__in=[row.child_id, row.sibling_id]).order_by("pk"))
    words = {"subject": child.name, "back": _back_to(request, child), "separation": row}
    return _deed(request, deed, row, form.at(row), words, done)


def review_separation(request: ActorRequest, code: str) -> HttpResponse:
    """Look again at whether two siblings must live apart."""
    row = one(queries.separations(request.actor), code=code)
    form = forms.ReviewSeparationForm(_posted(request), initial=queries.as_it_is(request.actor, row))
    return _of_separation(request, actions.review_separation, row, form, _("The separation was looked at again."))


def end_separation(request: ActorRequest, code: str) -> HttpResponse:
    """Record that two siblings live together again."""
    row = one(queries.separations(request.actor), code=code)
    form = forms.EndSeparationForm(_posted(request))
    return _of_separation(request, actions.end_separation, row, form, _("They live together again."))
