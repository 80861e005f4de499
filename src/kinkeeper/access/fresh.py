"""Fresh confirmation (step-up): before far-reaching deeds whoever sits here shows once more that it is they.

`@freshly_confirmed` stands over every view of such a deed. Where the last confirmation is older than five minutes it asks
in place: the form that was filled in travels along in the page, under the same address, so that nothing is lost and
nothing is stored. `ASKS` names the deeds; a law of the house looks for views that forget.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from kinkeeper.access import factors, limits, sessions
from kinkeeper.access.gate import ActorRequest
from kinkeeper.access.models import User
from kinkeeper.ui.forms import StrictJSONField

P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponseBase]

ASKS = frozenset(
    {
        "access.end_seat",
        "access.give_seat",
        "access.invite",
        "access.let_back_in",
        "access.open_record",
        "access.restore_user",
        "access.take_factors_away",
        "desk.download_caseload",
        "entrance.add_app",
        "entrance.add_passkey",
        "entrance.remove_factor",
        "entrance.renew_recovery_codes",
        "exchange.export",
        "exchange.export_all",
        "notices.open_calendar_feed",
        "retention.confirm_erasure",
        "retention.download_file",
    }
)
PREFIX = "confirming"
METHOD = f"{PREFIX}-method"


class ConfirmForm(forms.Form):
    """What proves that it is oneself: a passkey or a code where a second factor is set up, otherwise the password."""

    prefix = PREFIX
    password = forms.CharField(
        label=_("Password"), strip=False, max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code of your app, or a recovery code"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip
    credential = StrictJSONField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user
        self.kinds = factors.kinds_of(user)
        strong = bool(self.kinds & {factors.PASSKEY, factors.APP})
        if strong or not user.has_usable_password():
            del self.fields["password"]
        if not strong:
            del self.fields["code"]
            del self.fields["credential"]
        for name in {"password", "code"} & set(self.fields):
            self.fields[name].required = not self.has_passkey

    @property
    def has_passkey(self) -> bool:
        """Whether a passkey can be shown."""
        return factors.PASSKEY in self.kinds

    @property
    def can_confirm(self) -> bool:
        """Whether there is anything to show at all; whoever comes from a directory may have neither."""
        return bool(self.fields)

    def clean(self) -> dict[str, Any]:
        """Judge what was shown, and count what was wrong."""
        data = self.cleaned_data
        if self.errors:
            return data
        if not limits.takes_a_try(self.request, "confirm", str(self.user.pk)):
            raise forms.ValidationError(limits.wait_a_while())
        if not self._is_right(data):
            raise forms.ValidationError(_("This is not right. Try once more."))
        limits.forget(self.request, "confirm", str(self.user.pk))
        return data

    def _is_right(self, data: dict[str, Any]) -> bool:
        if "password" in self.fields:
            return self.user.check_password(data.get("password") or "")
        if data.get("credential"):
            return factors.holder_of_passkey(data["credential"], self.user) is not None
        return bool(data.get("code")) and factors.kind_of_code(self.user, data["code"]) is not None


def freshly_confirmed(view: View[P]) -> View[P]:
    """Ask for a fresh confirmation before this view, and go on with what was asked."""

    @wraps(view)
    @sensitive_post_parameters(f"{PREFIX}-password", f"{PREFIX}-code")
    def ask_first(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        method, kept = _as_it_was(request)
        user = request.user
        if not isinstance(user, User) or (sessions.is_freshly_confirmed(request) and method == request.method):
            return view(request, *args, **kwargs)
        form = ConfirmForm(request.POST if METHOD in request.POST else None, request=request, user=user)
        if not form.is_valid():
            return _ask(request, form, method, kept)
        sessions.confirm(request)
        if method != "POST":
            return redirect(request.get_full_path())
        request.POST = kept  # type: ignore[assignment]  # what the view’s own form sent
        return view(request, *args, **kwargs)

    ask_first.asks_freshly = True  # type: ignore[attr-defined]
    return ask_first


def _as_it_was(request: HttpRequest) -> tuple[str, QueryDict]:
    """How the view was asked before the confirmation came between, and the fields of its own form."""
    kept = request.POST.copy()
    for name in [name for name in kept if name.startswith(f"{PREFIX}-")]:
        del kept[name]
    kept.pop("csrfmiddlewaretoken", None)
    return request.POST.get(METHOD, request.method or "GET"), kept


def _ask(request: HttpRequest, form: ConfirmForm, method: str, kept: QueryDict) -> HttpResponse:
    words = {
        "form": form,
        "method_field": METHOD,
        "method": "POST" if method == "POST" else "GET",
        "kept": [(name, value) for name, values in kept.lists() for value in values],
        "question": factors.passkey_question(form.user) if form.has_passkey else "",
        "credential_id": f"id_{PREFIX}-credential",
    }
    return render(request, "access/confirm.html", words)
