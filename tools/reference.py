"""The pages of docs/reference, each made from the running house; `tools/docs.py` sets the house up and writes them.

Nothing here is typed twice: each sentence is the first one of a docstring, each value is read from the code.
"""

from __future__ import annotations

import argparse
import inspect
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from kinkeeper.access.gate import CEILING, scope_of, wideners_of
from kinkeeper.access.models import Role
from kinkeeper.journal.acts import acts, reaction_called, reactions
from kinkeeper.lib.pack_schema import WEEKDAYS, Step
from kinkeeper.lib.packs import SECTIONS, load_pack, packs
from kinkeeper.lib.rules import RULES, Realm, Rule
from kinkeeper.lib.sensitivity import Compartment, Level, level_of
from kinkeeper.site import cli
from kinkeeper.site.adjustable import SETTINGS
from tools import asvs
from tools.guards import guards_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kinkeeper"
REFERENCE = ROOT / "docs" / "reference"

NOTE = "<!-- Written by `python -m tools.docs` from the code. Change the code, then run `make docs`. -->\n\n"
_OF_EVERY_ROW = ("code", "version", "created_at")


# ---- words and tables ------------------------------------------------------------------------------------------------


def sentence(thing: object) -> str:
    """The first paragraph of a docstring on one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [list(heads), ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |\n" for line in lines
    )


def code(text: object) -> str:
    """Text as code, or nothing."""
    return f"`{text}`" if str(text) else ""


def rooms() -> list[str]:
    """The rooms with tables or pages, from the ground up, then the cellar’s sisters."""
    return ["lib", "ui", *settings.ROOMS, "site"]


def models_of(room: str) -> list[type[Model]]:
    """The tables of a room, in the order of its file."""
    return list(apps.get_app_config(room).get_models()) if apps.is_installed(f"kinkeeper.{room}") else []


# ---- pages -----------------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """Settings that an installation may change, all of them environment variables."""
    rows = [(code(setting.name), setting.meaning, setting.default) for setting in SETTINGS]
    return (
        "A setting that makes no sense is refused at the start with a sentence that says what to write instead.\n\n"
        + table(("Setting", "What it is for", "When not given"), rows)
    )


def commands_page() -> str:
    """What `kinkeeper` understands on the command line."""
    return "".join(_command(parser, "##") for parser in commands())


def commands() -> list[argparse.ArgumentParser]:
    """The parser of `kinkeeper` and those of its commands."""
    return list(_parsers(cli.parser()))


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    yield parser
    for action in inner:
        for child in dict.fromkeys(action.choices.values()):
            yield from _parsers(child)


def _command(parser: argparse.ArgumentParser, level: str) -> str:
    text = f"{level} {parser.prog}\n\n{' '.join((parser.description or '').split())}\n\n"
    rows = [(_option(action), _help(parser, action)) for action in parser._actions if _is_own(action)]
    text += table(("Argument", "What it does"), rows) + "\n" if rows else ""
    epilog = (parser.epilog or "").removeprefix("examples:")
    if epilog.startswith("\n"):
        return f"{text}```sh\n{inspect.cleandoc(epilog)}\n```\n\n"
    return text + (f"{epilog}\n\n" if epilog else "")


def _is_own(action: argparse.Action) -> bool:
    hidden = isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    return not hidden and action.help != argparse.SUPPRESS


def _option(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    takes = action.option_strings and action.nargs != 0
    return code(f"{name} {action.metavar or action.dest.upper()}" if takes else name)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    words = (action.help or "") % {**vars(action), "prog": parser.prog}
    if action.choices:
        words += f" One of: {', '.join(map(str, action.choices))}."
    return words


def rooms_page() -> str:
    """What lives in each room, and the walls between rooms that the import checker guards."""
    text = "Rooms lie on floors; a room imports only rooms below it. `docs/why/house.md` says why.\n\n## Floors\n\n"
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    names = [" and ".join(code(room.strip(" ()")) for room in layer.split("|")) for layer in layers]
    text += table(("Floor, from the roof down", "Rooms"), enumerate(names, 1)) + "\n"
    text += "## Walls\n\n" + table(("Contract", "Kind"), ((one["name"], code(one["type"])) for one in contracts)) + "\n"
    for room in rooms():
        doc = inspect.cleandoc(import_module(f"kinkeeper.{room}").__doc__ or "")
        parts = sorted(path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__")
        text += f"## {room}\n\n{doc}\n\nFiles: {', '.join(code(part) for part in parts) or 'none yet'}.\n\n"
    return text


def models_page() -> str:
    """Every table with its fields, how harmful each field is in the wrong hands, and what the database insists on."""
    meanings = {
        Level.S0: "aggregate or configuration",
        Level.S1: "operational",
        Level.S2: "personal",
        Level.S3: "special",
        Level.S4: "sealed",
    }
    text = "Sensitivity: " + "; ".join(f"**{level.name}** {words}" for level, words in meanings.items()) + ".\n\n"
    text += (
        "Most tables also carry `code` (the public one), `version` and `created_at`, all S1; they are not repeated.\n\n"
    )
    for room in rooms():
        for model in models_of(room):
            text += f"## {room}.{model.__name__}\n\n{sentence(model)}\n\n"
            own = [field for field in model._meta.local_fields if field.name not in {"id", *_OF_EVERY_ROW}]
            text += table(("Field", "Kind", "In words", "Sensitivity"), map(_field, own)) + "\n"
            rules = [code(rule.name) for rule in model._meta.constraints]
            text += f"The database insists: {', '.join(rules)}.\n\n" if rules else ""
    return text


def _field(field: Field[Any, Any]) -> tuple[str, str, str, str]:
    target = field.related_model
    kind = f"key to {target._meta.label}" if isinstance(target, type) else _kind(field)
    level, compartment = level_of(field), getattr(field, "compartment", None)
    words = "" if field.verbose_name == field.name.replace("_", " ") else str(field.verbose_name)
    shown = (level.name if level is not None else "") + (f", compartment {compartment.value}" if compartment else "")
    return code(field.name), kind, words, shown


def _kind(field: Field[Any, Any]) -> str:
    words = field.get_internal_type().removesuffix("Field")
    codes = [str(value) for value, _label in field.flatchoices if value != ""]
    length = f" of at most {field.max_length}" if field.max_length else ""
    return f"one of {', '.join(map(code, codes))}" if codes else f"{words}{length}"


def scopes_page() -> str:
    """Which rows of each table an actor sees, and which upper room shows more of them."""
    text = "A row outside the scope is not found (404) by anyone who asks for it.\n\n"
    for room in rooms():
        for model in models_of(room):
            declared = scope_of(model)
            assert declared is not None, f"{model._meta.label} has no scope"
            text += f"## {room}.{model.__name__}\n\n{_scope(declared)}\n\n"
            for wider in wideners_of(model):
                text += f"* `{wider.__module__.split('.')[1]}` opens more: {sentence(wider)}\n"
            text += "\n" if wideners_of(model) else ""
    return text


def _scope(declared: Callable[..., Any]) -> str:
    whole = inspect.getclosurevars(declared).nonlocals
    if "whole" in whole and "by" in whole:
        return f"Seen with its {whole['whole']._meta.label}, through `{whole['by']}`."
    return sentence(declared)


def acts_page() -> str:
    """Every deed: what it is about, who may do it, and what other rooms do afterwards."""
    text = (
        "Each deed is permitted, whole and remembered: the row must be visible, the judge is asked, the change and one "
        "journal entry are stored in one transaction. The judge of `x` is `may_x`.\n\n"
    )
    for room in rooms():
        mine = [act for act in acts.values() if act.room == room and act.do.__module__.startswith("kinkeeper.")]
        text += f"## {room}\n\n" if mine else ""
        for act in mine:
            text += f"### {act.name}\n\n{sentence(act)}{' One entry for each row.' if act.bulk else ''}\n\n"
            text += f"* Call: `{_call(act.do)}`\n* Who may: {sentence(act.judge)}\n"
            for name, _react in reactions.get(act.name, []):
                text += f"* Afterwards `{name}`: {sentence(reaction_called(name))}\n"
            text += "\n"
    return text


def _call(do: Callable[..., Any]) -> str:
    parts, starred = [], False
    for parameter in inspect.signature(do).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        kind = f": {parameter.annotation}" if parameter.annotation is not parameter.empty else ""
        parts.append(f"{parameter.name}{kind}{'' if parameter.default is parameter.empty else ' = …'}")
    return f"{do.__name__}({', '.join(parts)})"


def guards_page() -> str:
    """The rules that refuse a deed or keep an imported row back, with the sentences people read."""
    text = "The code travels with the refusal, so that a test or a letter can name it.\n\n"
    found = guards_of(PACKAGE)
    for realm in Realm:
        rows = [_rule(rule, len(found.get(rule.code, []))) for rule in RULES.values() if rule.realm is realm]
        text += f"## {realm.value}\n\n{table(('Guard', 'What it refuses', 'Sentences', 'Source'), rows)}\n"
    text += "## What is said\n\nWords in braces stand for what is said each time.\n\n"
    for guard in sorted(found):
        said = [f"* {words} <small>({place})</small>\n" for words, place in found[guard]]
        text += f"### {guard}\n\n{''.join(said)}\n"
    return text


def _rule(rule: Rule, sentences: int) -> tuple[str, str, str, str]:
    link = f"[{sentences}](#{rule.code.lower()})" if sentences else ""
    return (
        code(rule.code),
        rule.refuses,
        link,
        rule.source + ("" if rule.checked else " (not yet compared with its text)"),
    )


def roles_page() -> str:
    """What each role reads inside the rows of its scope. A role is always held in a seat, in one place."""
    rows = [(code(role.value), role.label, CEILING[role].name) for role in Role]
    walls = ", ".join(code(one.value) for one in Compartment)
    return (
        table(("Role", "In words", "Reads up to"), rows)
        + f"\nCompartments are walls inside a level: {walls}. A field in `address` is read from S3 on only, and never"
        " through a wider scope such as kinship or an opening.\n\nThe scopes are on [their own page](scopes.md); who may"
        " do what is on [the page of deeds](acts.md).\n"
    )


def addresses_page() -> str:
    """Every address of the house, with the room that answers it."""
    rows = [(code("/" + route), code(name), room, words) for route, name, room, words in sorted(_addresses())]
    return table(("Address", "Name", "Room", "What it does"), rows)


def _addresses() -> Iterator[tuple[str, str, str, str]]:
    def walk(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str, str, str]]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            inner = getattr(pattern, "url_patterns", None)
            if inner is not None:
                yield from walk(inner, route)
                continue
            callback = getattr(pattern, "callback", None)
            view = inspect.unwrap(callback) if callback else walk
            pieces = view.__module__.split(".")
            yield (
                route,
                getattr(pattern, "name", None) or "",
                pieces[1] if pieces[0] == "kinkeeper" else "Django",
                sentence(view),
            )

    yield from walk(get_resolver().url_patterns, "")


def pack_page(name: str) -> str:
    """The codes, ages, limits and schedules of one jurisdiction, with their sources; “checked” says whether somebody
    compared a value with its source.
    """
    pack = load_pack(name)
    free = [WEEKDAYS[day].capitalize() for day in sorted(pack.calendar.weekend)]
    days = ", ".join([*free, pack.calendar.region or "no public holidays"])
    text = f"File: `src/kinkeeper/packs/{name}.toml`. Source: {pack.source}.\n\n"
    text += f"Days that are not worked: {days}. Source: {pack.calendar.source}.\n\n## Limits\n\n"
    limits = [
        (code(one.name), one.label, _measure(one.value, one.unit), one.source, "yes" if one.verified else "")
        for one in pack.limits.values()
    ]
    text += table(("Name", "In words", "Value", "Source", "Checked"), limits)
    for section in SECTIONS:
        if section != "limits":
            text += f"\n## {section.replace('_', ' ').capitalize()}\n\n{_section(getattr(pack, section).values())}"
    return text


def _section(entries: Iterable[Any]) -> str:
    """A table of the entries, without the columns in which all of them keep silent."""
    rows = list(entries)
    usual = {one.name: one.default for one in fields(rows[0])}
    said = {head: [_value(getattr(entry, head), usual[head]) for entry in rows] for head in usual}
    heads = [head for head in said if any(said[head])]
    names = ["checked" if head == "verified" else head.replace("_", " ") for head in heads]
    return table(names, [[said[head][number] for head in heads] for number in range(len(rows))])


def _measure(value: int, unit: str) -> str:
    if unit == "yes":
        return "yes" if value else "no"
    words = unit.replace("_", " ")
    return f"{value} {words.removesuffix('s') if value == 1 else words}"


def _value(value: object, usual: object) -> str:
    if isinstance(value, bool):
        return ("yes" if value else "no") if value != usual else ""
    if isinstance(value, tuple):
        return "; ".join(_step(one) if isinstance(one, Step) else str(one) for one in value)
    return "" if value == usual else str(value)


def _step(step: Step) -> str:
    times = f"{step.times} × within " if step.times else "every "
    return f"{times}{step.within}" + (f" until {step.until}" if step.until else "")


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings.md": ("Settings", settings_page),
    "commands.md": ("Commands", commands_page),
    "rooms.md": ("Rooms, floors and walls", rooms_page),
    "models.md": ("Tables", models_page),
    "scopes.md": ("Scopes: who sees what", scopes_page),
    "acts.md": ("Deeds", acts_page),
    "guards.md": ("Guards", guards_page),
    "roles.md": ("Roles", roles_page),
    "addresses.md": ("Addresses", addresses_page),
    "asvs.md": ("OWASP ASVS 5.0.0, level 2", asvs.page),
}


def pages() -> dict[str, str]:
    """Every generated page by its path under docs/reference."""
    made: dict[str, str] = {}
    with translation.override("en"):
        for path, (title, write) in PAGES.items():
            made[path] = _page(title, f"{sentence(write)}\n\n{write()}")
        for name in packs():
            pack = load_pack(name)
            made[f"packs/{name}.md"] = _page(f"Pack: {pack.label}", f"{sentence(pack_page)}\n\n{pack_page(name)}")
        made["README.md"] = _page("Reference", _index())
    return made


def _index() -> str:
    lines = [f"* [{title}]({path}): {sentence(write)}\n" for path, (title, write) in PAGES.items()]
    lines += [f"* [Pack {name}](packs/{name}.md)\n" for name in packs()]
    lines += ["* [Glossary](glossary.md): the field’s words, where they come from, and what the code calls them.\n"]
    lines += ["* [Conformance](conformance.md): what the long proofs showed, and when.\n"]
    lines += ["* [Performance](performance.md): measured figures.\n"] if (REFERENCE / "performance.md").exists() else []
    said = "* [Tests of security](security-tests.md): which broken rules of access the tests notice.\n"
    lines += [said] if (REFERENCE / "security-tests.md").exists() else []
    return "These pages are written from the code, the glossary and the figures aside.\n\n" + "".join(lines)


def _page(title: str, body: str) -> str:
    return f"# {title}\n\n{NOTE}{body.strip()}\n"
