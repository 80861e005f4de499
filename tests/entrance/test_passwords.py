"""Passwords: long, not everybody’s, of any signs, taken exactly as typed, changed by their owner and never by the calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.access.models import Association, Unit, User
from kinkeeper.access.passwords import WORDS, stands_in
from kinkeeper.site import environment
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import with_password


def change(colleague: Colleague, password: str, old: str = PASSWORD) -> Any:
    """What the page of the own password answers."""
    version = str(User.objects.get(pk=colleague.user.pk).version)
    return colleague.browser.post("/password/", {"old": old, "password": password, "version": version})


def opens(colleague: Colleague, password: str) -> bool:
    """Whether this password opens the door."""
    client = Client()
    client.post("/sign-in/", {"email": colleague.user.email, "password": password})
    return SESSION_KEY in client.session


@pytest.mark.asvs("6.2.1", "6.2.4", "6.2.11")
@pytest.mark.parametrize(
    "password, words",
    [
        ("short and 11", None),
        ("eleven sign", "at least 12"),
        ("qazwsxedcrfv", "too common"),
        ("amina haddad", "too similar"),
        ("Kinkeeper2026", "name of the association"),
        ("Rivers-Riverside-26", "name of the association"),
        ("password password password", "name of the association"),
    ],
)
def test_a_password_that_is_tried_first_is_refused(
    amina: Colleague, village: Unit, password: str, words: str | None
) -> None:
    with_password(amina)
    page = change(amina, password).content.decode()
    assert (words or "") in page
    assert opens(amina, password) is (words is None)


@pytest.mark.asvs("6.2.11")
def test_the_words_of_the_house_stand_in_the_guide() -> None:
    from tools.docs import ROOT

    guide = (ROOT / "docs" / "guides" / "sign-in-safely.md").read_text(encoding="utf-8")
    assert [word for word in sorted(WORDS) if word not in guide] == []


LIST = [
    "correct horse battery",
    "correct horse battery staple",
    "iloveyou iloveyou",
    "qwerty qwerty qwerty",
    "Ёлочка зажгись",
]


@pytest.mark.asvs("6.2.12")
def test_a_password_that_became_known_elsewhere_is_refused(amina: Colleague, tmp_path: Path, settings: Any) -> None:
    settings.BREACHED_PASSWORDS = tmp_path / "breached.txt"
    settings.BREACHED_PASSWORDS.write_text("".join(f"{one}\n" for one in sorted(LIST, key=str.encode)))
    with_password(amina)
    assert "became known elsewhere" in change(amina, LIST[1]).content.decode()
    assert not opens(amina, LIST[1])
    change(amina, "correct horse battery stapler")
    assert opens(amina, "correct horse battery stapler")


@pytest.mark.hypothesis
@given(lines=st.sets(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1), max_size=40),
       other=st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), ended=st.booleans())  # fmt: skip
def test_a_line_is_found_exactly_where_it_stands(lines: set[str], other: str, ended: bool) -> None:
    text = b"\n".join(sorted(line.encode() for line in lines)) + (b"\n" if ended and lines else b"")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "list.txt"
        file.write_bytes(text)
        assert all(stands_in(file, line) for line in lines)
        assert stands_in(file, other) is (other in lines)


def test_a_list_that_is_not_there_or_not_sorted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "list.txt"
    monkeypatch.setenv("KINKEEPER_BREACHED_PASSWORDS", str(file))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        environment.breached_passwords()
    file.write_text("b\na\n")
    with pytest.raises(ImproperlyConfigured, match="LC_ALL=C sort"):
        environment.breached_passwords()
    file.write_text("a\nb\n")
    assert environment.breached_passwords() == file
    monkeypatch.delenv("KINKEEPER_BREACHED_PASSWORDS")
    assert environment.breached_passwords() is None


@pytest.mark.asvs("6.2.3")
def test_the_password_of_until_now_is_asked_for(amina: Colleague) -> None:
    with_password(amina)
    assert "This is not your password" in change(amina, "quite another password", old="not mine").content.decode()
    assert (opens(amina, PASSWORD), opens(amina, "quite another password")) == (True, False)


@pytest.mark.asvs("6.2.5", "6.2.8", "6.2.9")
@pytest.mark.parametrize(
    "password",
    [
        "only small letters here",
        "839201746553",
        "  blanks before and after  ",
        "пароль длинный и свой",
        "🌲🌳🌴🌵🌾🌿🍀🍁🍂🍃🍄🍇",
        "Long " + "and longer " * 15,
    ],
)
def test_any_signs_will_do_and_count_exactly_as_typed(amina: Colleague, password: str) -> None:
    with_password(amina)
    assert change(amina, password).status_code == 302
    assert opens(amina, password)
    for other in (password[:-1], password.swapcase(), password.strip(), password[:72]):
        assert opens(amina, other) is (other == password)
    amina.user.refresh_from_db()


@pytest.mark.asvs("6.2.6", "6.2.7")
def test_fields_of_passwords_hide_and_let_managers_help(amina: Colleague) -> None:
    fields = []
    for page in (Client().get("/sign-in/"), amina.browser.get("/password/")):
        text = page.content.decode()
        fields += re.findall(r"<input[^>]*name=\"(?:old|password)\"[^>]*>", text)
        assert "onpaste" not in text
    assert len(fields) == 3
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "readonly" not in field


@pytest.mark.asvs("6.2.10")
def test_a_password_does_not_grow_old(amina: Colleague) -> None:
    with_password(amina)
    with time_machine.travel(timezone.now() + timedelta(days=3 * 365)):
        assert opens(amina, PASSWORD)


@pytest.mark.asvs("6.3.2", "13.2.3")
@pytest.mark.django_db
def test_nobody_has_an_account_before_somebody_is_invited() -> None:
    assert User.objects.count() == 0


@pytest.mark.asvs("6.3.8")
def test_an_unknown_address_costs_as_much_as_a_known_one(amina: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long the page takes is how often it hashes."""
    with_password(amina)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append("x")
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    costs = []
    for email in ("amina@example.org", "nobody@example.org"):
        hashed.clear()
        Client().post("/sign-in/", {"email": email, "password": "not this one"})
        costs.append(len(hashed))
    assert costs[0] == costs[1] > 0


@pytest.mark.django_db
def test_an_installation_without_an_association_knows_its_own_words() -> None:
    assert not Association.objects.exists()
    with pytest.raises(ValidationError, match="made of the name"):
        validate_password("kinkeeper-kinkeeper")
