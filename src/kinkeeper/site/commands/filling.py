"""`demo`, `setup`, `generate`: what is in a new installation."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kinkeeper.access.actions import appoint_first_administrator, found_association
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Programme, Role, Unit, User
from kinkeeper.journal.chain import remembered
from kinkeeper.lib.packs import DEFAULT, load_pack, packs
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.site.commands.answering import Progress, insist_on_tables, say, table
from kinkeeper.site.commands.locking import two_envelopes
from kinkeeper.site.commands.serving import serve
from kinkeeper.site.demo.making import Wish, fill
from kinkeeper.site.demo.staff import NAME, sign_ins

PASSWORD_VARIABLE = "KINKEEPER_ADMIN_PASSWORD"  # noqa: S105  # the name of a setting, not a password
DEFAULT_UNIT = f"{Programme.Kind.FAMILY_CARE}:{Unit.Kind.OFFICE}"


def demo(asked: argparse.Namespace) -> int:
    """Make the demo, or take the one that is here; say who can sign in; serve."""
    insist_on_tables()
    association = Association.objects.first()
    if association and not association.is_demo:
        raise Refused(
            f"This installation keeps the records of {association.name}. The demo never touches a real one: "
            "name another folder in KINKEEPER_DATA."
        )
    if association is None:
        _fill(asked, date.today())  # noqa: DTZ011  # the demo is alive on the day of whoever looks at it
    _tell_sign_ins(asked.port)
    if asked.no_serve:
        return 0
    return serve(argparse.Namespace(host="127.0.0.1", port=asked.port, workers=1, no_worker=False))


def generate(asked: argparse.Namespace) -> int:
    """Fill an empty installation with invented people."""
    insist_on_tables()
    association = Association.objects.first()
    if association and (not association.is_demo or Person.objects.exists()):
        raise Refused("This installation is not empty. Name another folder in KINKEEPER_DATA, or another database.")
    _fill(asked, asked.until)
    return 0


def _fill(asked: argparse.Namespace, until: date) -> None:
    progress = Progress("Inventing children")
    fill(Wish(asked.children, asked.seed, asked.years, until), tell=progress)
    progress.end()
    say(f"Invented {Person.objects.count():,} people, {asked.children:,} of them children in care (seed {asked.seed}).")


def _tell_sign_ins(port: int) -> None:
    heads = ("Role", "Name", "Sign in as", "Password")
    say("", f"{NAME}: an invented association. Nobody in it is real.", "", *table(heads, sign_ins()), "")
    say(f"Open http://127.0.0.1:{port}/ while it is served. Never put real records into a demo.", "")


def setup(asked: argparse.Namespace) -> int:
    """Found a real association and appoint its first administrator."""
    insist_on_tables()
    association = Association.objects.first()
    if association:
        raise Refused(f"{association.name} is set up here already. Its administrator invites everyone else.")
    name = asked.name or _ask("Name of the association")
    country = _country(asked.country or _ask("Country, two letters"))
    pack = _pack(asked.pack or _ask(f"Jurisdiction pack ({', '.join(packs())})", DEFAULT))
    units = [_unit(text) for text in asked.unit or [f"{DEFAULT_UNIT}:{_ask('Name of the first unit', 'Office')}"]]
    admin = asked.admin_name or _ask("Name of the first administrator")
    email = _email(asked.admin_email or _ask("E-mail address of the first administrator"))
    password = _password(asked, User(email=email, name=admin))
    two_envelopes()
    programmes: dict[str, list[dict[str, str]]] = {}
    for programme, unit in units:
        programmes.setdefault(programme, []).append(unit)
    with remembered("machine:setup", "site.setup"):
        actor = machine("setup", Role.ADMINISTRATOR)
        founded = found_association(actor, name=name, country=country, pack=pack, programmes=programmes)
        appoint_first_administrator(actor, founded, email=email, name=admin, password=password)
    say(f"{name} is set up. Next: kinkeeper serve, sign in as {email}, and invite your colleagues.")
    return 0


def _ask(question: str, usual: str = "") -> str:
    """Ask on the terminal; where nobody sits there, say which option was missing."""
    if not sys.stdin.isatty():
        if usual:
            return usual
        raise Refused(f"{question} is missing, and nobody can be asked. See: kinkeeper setup --help")
    while True:
        given = input(f"{question}{f' [{usual}]' if usual else ''}: ").strip() or usual
        if given:
            return given


def _country(text: str) -> str:
    if len(text) != 2 or not text.isalpha():
        raise Refused(f"“{text}” is not a country. Write two letters, for example UZ, NL or XK.")
    return text.upper()


def _pack(text: str) -> str:
    try:
        return load_pack(text).code
    except ValueError as error:
        raise Refused(str(error)) from error


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Refused(f"“{text}” is not an e-mail address.") from None
    return text.strip().casefold()


def _unit(text: str) -> tuple[str, dict[str, str]]:
    programme, _colon, rest = text.partition(":")
    kind, _colon, name = rest.partition(":")
    if programme not in Programme.Kind.values or kind not in Unit.Kind.values or not name.strip():
        raise Refused(
            f"“{text}” does not describe a unit. Write PROGRAMME:KIND:NAME with programme {', '.join(Programme.Kind.values)} "
            f"and kind {', '.join(Unit.Kind.values)}."
        )
    return programme, {"name": name.strip(), "kind": kind, "place": ""}


def _password(asked: argparse.Namespace, user: User) -> str:
    given = asked.password_file.read_text().strip() if asked.password_file else os.environ.get(PASSWORD_VARIABLE, "")
    if not given:
        if not sys.stdin.isatty():
            raise Refused(f"The password is missing. Give --password-file FILE or {PASSWORD_VARIABLE}.")
        given = getpass.getpass("Password of the first administrator (12 characters or more): ")
        if given != getpass.getpass("Once more: "):
            raise Refused("The two passwords differ.")
    try:
        validate_password(given, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    return given
