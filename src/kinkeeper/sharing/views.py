"""Pages about what leaves the team: ask, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do, show
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.sharing import actions, forms, queries
from kinkeeper.sharing.models import PartnerReferral, Transfer
from kinkeeper.sharing.sheet import Part, digest_of
from kinkeeper.ui.forms import DeedForm

AT_ONCE = 30


def _page(request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, back: str, **more: Any) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    return show(request, deed, row, form, **{"row": row, "subject": row.code, "back": back, **more})


def _done(
    request: ActorRequest, deed: Act[..., Any], row: Any, form: DeedForm, said: str, back: str = ""
) -> HttpResponse:
    """Do a deed as the form says, and go back to the row; or show its page."""
    back = back or row.get_absolute_url()
    return do(request, deed, row, form, said, back, row=row, subject=row.code, back=back)


# ---- partners --------------------------------------------------------------------------------------------------------


def partners(request: ActorRequest) -> HttpResponse:
    """The partners of the units of the actor."""
    form = forms.PartnersFilter(request.GET)
    rows = queries.partners(request.actor, **form.wishes())
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    units = [(unit, actions.add_partner.verdict(request.actor, unit)) for unit in queries.units_to_keep(request.actor)]
    return render(request, "sharing/partners.html", {"page": page, "form": form, "units": units})


def partner(request: ActorRequest, code: str) -> HttpResponse:
    """One partner, and what was sent to it."""
    row = one(queries.partners(request.actor, closed=True), code=code)
    sent = Paginator(queries.referrals_to(request.actor, row), AT_ONCE).get_page(request.GET.get("page"))
    verdict = actions.describe_partner.verdict(request.actor, row)
    return render(request, "sharing/partner.html", {"partner": row, "page": sent, "verdict": verdict})


def add_partner(request: ActorRequest, code: str) -> HttpResponse:
    """Add a partner to a unit."""
    unit = one(queries.units(request.actor), code=code)
    form = forms.PartnerForm(request.POST or None).at(unit)
    return _done(request, actions.add_partner, unit, form, _("The partner is added."), reverse("partners"))


def describe_partner(request: ActorRequest, code: str) -> HttpResponse:
    """Correct what is known of a partner."""
    row = one(queries.partners(request.actor, closed=True), code=code)
    start = {name: getattr(row, name) for name in ("name", "kind", "offers", "contact")}
    form = forms.PartnerForm(request.POST or None, initial=start).at(row)
    return _done(request, actions.describe_partner, row, form, _("The partner is described anew."))


def close_partner(request: ActorRequest, code: str) -> HttpResponse:
    """Record that we no longer work with a partner."""
    row = one(queries.partners(request.actor, closed=True), code=code)
    form = forms.ClosePartnerForm(request.POST or None).at(row)
    return _done(request, actions.close_partner, row, form, _("This is no longer a partner."))


# ---- what is handed over ---------------------------------------------------------------------------------------------


def _hand_over(
    request: ActorRequest, deed: Act[..., Any], case: Case, form: forms.SheetForm, said: str
) -> HttpResponse:
    """Fill in, read the sheet word for word, confirm."""
    if form.is_valid() and "change" not in request.POST:
        with refusals_on(form):
            if shown := request.POST.get("shown", ""):
                row = deed(request.actor, case, **form.particulars, shown=shown)
                messages.success(request, said)
                return redirect(row)
            return _sheet(request, deed, case, form, actions.preview_sheet(request.actor, case, **form.question))
    return _sheet(request, deed, case, form, [])


def _sheet(
    request: ActorRequest, deed: Act[..., Any], case: Case, form: forms.SheetForm, sheet: list[Part]
) -> HttpResponse:
    """The page with the purposes, the form, or the sheet to be read."""
    more = {"sheet": sheet, "digest": digest_of(sheet), "child": case.child}
    back = reverse("sharing_of_case", args=[case.code])
    return _page(request, deed, case, form, back, purposes=queries.purposes(request.actor), **more)


def sharing_of_case(request: ActorRequest, code: str) -> HttpResponse:
    """What left a case: transfers, referrals, shares."""
    case = one(queries.cases(request.actor), code=code)
    return render(request, "sharing/sharing_of_case.html", _left(request, case))


def _left(request: ActorRequest, case: Case) -> dict[str, Any]:
    actor = request.actor
    return {
        "case": case,
        "knows": queries.knows_child(actor, case),
        "transfers": queries.transfers_of(actor, case),
        "referrals": queries.partner_referrals_of(actor, case),
        "page": Paginator(queries.shares_of(actor, case), AT_ONCE).get_page(request.GET.get("page")),
        "may_share": actions.share.verdict(actor, case),
        "may_refer": actions.refer_to_partner.verdict(actor, case),
        "may_offer": actions.offer_transfer.verdict(actor, case),
    }


def share(request: ActorRequest, code: str) -> HttpResponse:
    """Hand something over: choose the purpose, fill in, read it, confirm."""
    case = one(queries.cases(request.actor), code=code)
    partners = queries.partners_of(request.actor, case)
    form = forms.ShareForm(request.POST or None, purpose=request.GET.get("purpose", ""), partners=partners).at(case)
    return _hand_over(request, actions.share, case, form, _("It is recorded what was handed over."))


def refer_to_partner(request: ActorRequest, code: str) -> HttpResponse:
    """Send a child to a partner: choose the purpose, fill in, read it, confirm."""
    case = one(queries.cases(request.actor), code=code)
    partners, purpose = queries.partners_of(request.actor, case), request.GET.get("purpose", "")
    form = forms.ReferToPartnerForm(request.POST or None, purpose=purpose, partners=partners).at(case)
    return _hand_over(request, actions.refer_to_partner, case, form, _("The referral is recorded."))


def shared(request: ActorRequest, code: str) -> HttpResponse:
    """One share, with what was handed over."""
    row = one(queries.shares(request.actor), code=code)
    remember_look(request.actor, row.case.child, "shared")
    words = {"share": row, "may_acknowledge": actions.acknowledge_share.verdict(request.actor, row)}
    may_revoke = actions.revoke_share.verdict(request.actor, row)
    return render(request, "sharing/shared.html", {**words, "may_revoke": may_revoke})


def share_sheet(request: ActorRequest, code: str) -> HttpResponse:
    """The sheet alone, to be printed; called by its code, so that no name lands in a folder."""
    row = one(queries.shares(request.actor), code=code)
    remember_look(request.actor, row.case.child, "share_sheet")
    response = render(request, "sharing/share_sheet.html", {"share": row})
    response["Content-Disposition"] = f'inline; filename="{row.code}.html"'
    return response


def acknowledge_share(request: ActorRequest, code: str) -> HttpResponse:
    """Record that the recipient confirmed the receipt."""
    row = one(queries.shares(request.actor), code=code)
    form = forms.AcknowledgeShareForm(request.POST or None).at(row)
    return _done(request, actions.acknowledge_share, row, form, _("The receipt is recorded."))


def revoke_share(request: ActorRequest, code: str) -> HttpResponse:
    """Take a share back."""
    row = one(queries.shares(request.actor), code=code)
    form = forms.RevokeShareForm(request.POST or None).at(row)
    return _done(request, actions.revoke_share, row, form, _("The share is revoked."))


# ---- referrals to partners -------------------------------------------------------------------------------------------


def partner_referral(request: ActorRequest, code: str) -> HttpResponse:
    """One referral to a partner, and what comes next."""
    row = one(queries.partner_referrals(request.actor), code=code)
    remember_look(request.actor, row.case.child, "partner_referral")
    return render(request, "sharing/partner_referral.html", _came_of(request, row))


def _came_of(request: ActorRequest, row: PartnerReferral) -> dict[str, Any]:
    return {
        "referral": row,
        "again": queries.asks_for_another(request.actor, row),
        "may_answer": actions.answer_referral.verdict(request.actor, row),
        "may_attend": actions.record_attendance.verdict(request.actor, row),
        "may_feed_back": actions.record_feedback.verdict(request.actor, row),
    }


def answer_referral(request: ActorRequest, code: str) -> HttpResponse:
    """Record the answer of the partner."""
    row = one(queries.partner_referrals(request.actor), code=code)
    form = forms.AnswerReferralForm(request.POST or None).at(row)
    return _done(request, actions.answer_referral, row, form, _("The answer is recorded."))


def record_attendance(request: ActorRequest, code: str) -> HttpResponse:
    """Record whether the child went there."""
    row = one(queries.partner_referrals(request.actor), code=code)
    form = forms.RecordAttendanceForm(request.POST or None).at(row)
    return _done(request, actions.record_attendance, row, form, _("It is recorded."))


def record_feedback(request: ActorRequest, code: str) -> HttpResponse:
    """Record what came of a referral."""
    row = one(queries.partner_referrals(request.actor), code=code)
    form = forms.RecordFeedbackForm(request.POST or None).at(row)
    return _done(
        request, actions.record_feedback, row, form, _("The feedback is recorded, and the referral is closed.")
    )


# ---- transfers -------------------------------------------------------------------------------------------------------


def transfers(request: ActorRequest) -> HttpResponse:
    """The cases offered to the units for which the actor answers, and those offered to others."""
    page = Paginator(queries.transfers_sent(request.actor), AT_ONCE).get_page(request.GET.get("page"))
    offers = queries.transfers_offered_to_me(request.actor)
    return render(request, "sharing/transfers.html", {"offers": offers, "page": page})


def transfer(request: ActorRequest, code: str) -> HttpResponse:
    """One transfer, as each side reads it."""
    row = one(queries.transfers(request.actor), code=code)
    remember_look(request.actor, row.case.child, "transfer")
    return render(request, "sharing/transfer.html", _offered(request, row))


def _offered(request: ActorRequest, row: Transfer) -> dict[str, Any]:
    return {
        "page": queries.transfer_page(request.actor, row),
        "transfer": row,
        "may_accept": actions.accept_transfer.verdict(request.actor, row),
        "may_decline": actions.decline_transfer.verdict(request.actor, row),
        "may_withdraw": actions.withdraw_transfer.verdict(request.actor, row),
    }


def offer_transfer(request: ActorRequest, code: str) -> HttpResponse:
    """Offer a case to others: fill in, read what they will read, confirm."""
    case = one(queries.cases(request.actor), code=code)
    units = queries.units_to_offer(request.actor, case)
    form = forms.OfferTransferForm(request.POST or None, units=units).at(case)
    return _hand_over(request, actions.offer_transfer, case, form, _("The case is offered. You stay responsible."))


def accept_transfer(request: ActorRequest, code: str) -> HttpResponse:
    """Take a case over."""
    row = one(queries.transfers(request.actor), code=code)
    workers, outside = queries.workers_to_name(request.actor, row), row.unit_to_id is None
    form = forms.AcceptTransferForm(request.POST or None, workers=workers, outside=outside).at(row)
    return _done(request, actions.accept_transfer, row, form, _("The transfer is accepted."))


def decline_transfer(request: ActorRequest, code: str) -> HttpResponse:
    """Decline a case; whoever declines it no longer sees the offer."""
    row = one(queries.transfers(request.actor), code=code)
    form = forms.EndTransferForm(request.POST or None).at(row)
    sends = queries.cases(request.actor).filter(pk=row.case_id).exists()
    back = row.get_absolute_url() if sends or form.errors or request.method == "GET" else reverse("transfers")
    return _done(request, actions.decline_transfer, row, form, _("The transfer is declined."), back)


def withdraw_transfer(request: ActorRequest, code: str) -> HttpResponse:
    """Withdraw an offer."""
    row = one(queries.transfers(request.actor), code=code)
    form = forms.EndTransferForm(request.POST or None).at(row)
    return _done(request, actions.withdraw_transfer, row, form, _("The offer is withdrawn. You stay responsible."))
