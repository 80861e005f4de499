"""Second factors: passkeys, codes of an app, recovery codes. The ceremonies are django-allauth’s, the deeds are ours.

A passkey is registered so that the device asks for a finger, a face or a PIN: it is two factors in one and lets somebody
in without a password. A code of an app, or a recovery code, follows the password. See decision 24.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from kinkeeper.access.models import User
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.standing import passing

PASSKEY, APP, RECOVERY = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
# A code counts in its half minute, the one before and the one after: so long it must not count a second time.
CODE_COUNTS_FOR_SECONDS = 90
MOST_PASSKEYS = 10


class Keeper(DefaultMFAAdapter):  # type: ignore[misc]  # allauth comes without types
    """How allauth names this site, and how it keeps secrets: encrypted under a key outside the database."""

    def encrypt(self, text: str) -> str:
        """AES-256-GCM with a nonce of its own."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + _lock().encrypt(nonce, text.encode(), b"factor")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret, or InvalidTag where it was changed or belongs to another key."""
        sealed = base64.b64decode(encrypted_text)
        return _lock().decrypt(sealed[:12], sealed[12:], b"factor").decode()

    def _get_site_name(self) -> str:
        return "Kinkeeper"


def _lock() -> AESGCM:
    key = HKDF(SHA256(), 32, None, b"kinkeeper second factors").derive(settings.FACTORS_KEY.encode())
    return AESGCM(key)


def has_factor(user: User) -> bool:
    """Whether the user has set up a passkey or an app; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=(PASSKEY, APP)).exists())


def kinds_of(user: User) -> set[str]:
    """Which kinds of factors the user can show."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


# ---- Setting up ------------------------------------------------------------------------------------------------------


def new_app_secret() -> str:
    """A secret for an app that makes codes."""
    return str(generate_totp_secret())


def app_picture(user: User, secret: str) -> str:
    """The picture an app reads, as the address of an image."""
    keeper = Keeper()
    svg = keeper.build_totp_svg(keeper.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def insist_on_the_code(secret: str, code: str) -> None:
    """Refuse a code that the app with this secret would not make now."""
    if not validate_totp_code(secret, code):
        raise Refused(
            _("This code is not right. Look at the app and at the clock of your telephone, and write the code of now."),
            guard="G-FACTOR",
            field="code",
        )


def keep_app(user: User, secret: str) -> Authenticator:
    """Keep the secret of an app; there is one app in an account."""
    if Authenticator.objects.filter(user=user, type=APP).exists():
        raise Refused(_("An app is set up already. Take it away first."), guard="G-DOUBLE")
    return TOTP.activate(user, secret).instance


def passkey_wishes(user: User) -> str:
    """What a browser needs to make a passkey, as JSON."""
    return json.dumps(webauthn.begin_registration(user, True))


def keep_passkey(user: User, name: str, credential: Any) -> Authenticator:
    """Keep a passkey that a browser has just made for this user on this site."""
    if Authenticator.objects.filter(user=user, type=PASSKEY).count() >= MOST_PASSKEYS:
        raise Refused(_("There are ten passkeys already. Take one away that you do not use."), guard="G-FACTOR")
    try:
        webauthn.parse_registration_response(credential)
        made = webauthn.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise _no_passkey() from error
    if not made.is_user_verified():
        raise Refused(
            _("This device did not ask for a finger, a face or a PIN. Set that up on the device, then try again."),
            guard="G-FACTOR",
        )
    return webauthn.WebAuthn.add(user, name, credential).instance


def _no_passkey() -> Refused:
    return Refused(_("The passkey could not be read. Try once more."), guard="G-FACTOR")


@passing("second factor")
def recovery_codes(user: User) -> list[str]:
    """Recovery codes that have not been used; made now where there were none."""
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def forget_recovery_codes(user: User) -> None:
    """Make the recovery codes of until now worthless."""
    Authenticator.objects.filter(user=user, type=RECOVERY).delete()


def remove(factor: Authenticator) -> None:
    """Take one factor away; with the last one the recovery codes go."""
    user = factor.user
    factor.delete()
    if not has_factor(user):
        forget_recovery_codes(user)


def remove_all(user: User) -> int:
    """Take every factor of a user away; returns how many there were."""
    removed, _tables = Authenticator.objects.filter(user=user).delete()
    return int(removed)


# ---- Showing ---------------------------------------------------------------------------------------------------------


@passing("second factor")
def kind_of_code(user: User, code: str) -> str | None:
    """Which kind of factor this code belongs to, used up from now on; None where it is wrong."""
    words = "".join(code.split())
    if not (words.isascii() and words.isdigit()):
        return None
    app = Authenticator.objects.filter(user=user, type=APP).first()
    if app is not None and validate_totp_code(Keeper().decrypt(app.data["secret"]), words):
        fresh = cache.add(f"kinkeeper-code-{user.pk}-{words}", "used", timeout=CODE_COUNTS_FOR_SECONDS)
        return _used(app) if fresh else None
    codes = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    if codes is not None and RecoveryCodes(codes).validate_code(words):
        return _used(codes)
    return None


def passkey_question(user: User | None) -> str:
    """What a browser needs to show a passkey: of this user, or of whoever has one here. As JSON."""
    return json.dumps(webauthn.begin_authentication(user))


@passing("second factor")
def holder_of_passkey(credential: Any, user: User | None = None) -> User | None:
    """Who has just shown a passkey of this site; with `user` only a passkey of theirs counts. None where it is wrong."""
    try:
        webauthn.parse_authentication_response(credential)
        holder = user or webauthn.extract_user_from_response(credential)
        factor = webauthn.complete_authentication(holder, credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    finally:
        context.request.session.pop(webauthn.STATE_SESSION_KEY, None)  # one question, one answer
    _used(factor)
    return holder if isinstance(holder, User) else None


def _used(factor: Authenticator) -> str:
    Authenticator.objects.filter(pk=factor.pk).update(last_used_at=timezone.now())
    return str(factor.type)
