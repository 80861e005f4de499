"""What the source may name at all: found in the syntax of every file, each rule with a break planted beside it.

Where something dangerous is needed, its place is named here; whoever needs another place writes it down, too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests import laws
from tests.laws import Module

# ---- the rules -------------------------------------------------------------------------------------------------------

READS_ANYTHING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "jsonpickle", "code", "codeop"}
PARSES_XML = {"xml", "lxml", "defusedxml", "xmltodict", "bs4"}
CALLS_OTHERS = {
    "requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "socket", "smtplib", "ftplib",
    "telnetlib", "imaplib", "poplib", "paramiko", "websockets", "websocket", "django.core.mail",
}  # fmt: skip
# The directory’s exchange is allauth’s; here only its exception is named. The others ask for the own name and a free port.
MAY_CALL = {"entrance/directory.py", "site/commands/serving.py", "upkeep/tasks.py"}
MAY_START = {"site/backup/database.py", "site/commands/serving.py"}
# Patterns of tables in the code, and words that were escaped one by one.
MAY_MAKE_PATTERNS = {
    "access/sessions.py",
    "access/wall.py",
    "lib/scripts.py",
    "retention/weighing.py",
    "sharing/sheet.py",
}
# Statements of the own database, put together from names of tables and columns that stand in the code.
MAY_PUT_TOGETHER = {
    "access/mason.py", "lib/standing.py",
    "exchange/sheets/spool.py", "exchange/ssda903/spool.py", "journal/history.py", "journal/chain.py",
    "placements/guards.py", "site/backup/database.py", "site/backup/making.py", "site/health.py", "keys/rotation.py",
}  # fmt: skip
# The conditions of the second wall are written from scopes, when the tables are made and never for a request.
MAY_WRITE_CONDITIONS = {"access/wall.py"}
MAY_MARK = {"ui/templatetags/ui.py", "ui/charts.py"}
WEAK = re.compile(r"\b(md5|sha1|sha224|des|arc4|rc4|blowfish|ecb|cbc|pkcs1v15|rsa|dsa|uuid1|uuid4)\b", re.IGNORECASE)
# Invented people are the same each time from the same seed; codes are no secrets.
MAY_CHANCE = {"lib/codes.py"}
# A worker’s name and a file that is not finished yet: they must differ, not be unguessable.
NAMES_OF_THEIR_OWN = {"upkeep/tasks.py", "keys/master.py", "keys/envelopes.py"}
SECRET = re.compile(r"(token|secret|password|passphrase|signature|hmac|auth_hash)$")


@cache
def nodes(text: str) -> tuple[ast.AST, ...]:
    """The syntax of a file; every rule asks for it, so it is read once."""
    return tuple(ast.walk(ast.parse(text)))


def imported(module: Module) -> Iterator[tuple[int, str, str]]:
    """Each (line, module, name) that a file imports, also inside a function."""
    for node in nodes(module.text):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Each call of a file with the dotted name of what is called."""
    for node in nodes(module.text):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def _is_of(name: str, family: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in family)


def no_text_becomes_code(module: Module) -> Iterator[str]:
    """Nothing that was read is run, and nothing is read in a form that can run something."""
    for line, name, _part in imported(module):
        if _is_of(name, READS_ANYTHING):
            yield f"{module.path}:{line} reads with {name}."
    for call, name in calls(module):
        if name in {"eval", "exec", "compile", "__import__"}:
            yield f"{module.path}:{call.lineno} runs text with {name}."


def programs_are_started_in_two_places_and_without_a_shell(module: Module) -> Iterator[str]:
    """Other programs are started by a list of words, never by a line for a shell."""
    for line, name, _part in imported(module):
        if name == "subprocess" and module.path not in MAY_START:
            yield f"{module.path}:{line} starts programs."
    for call, name in calls(module):
        if name in {"os.system", "os.popen", "os.spawnl", "os.execv", "os.execvp"}:
            yield f"{module.path}:{call.lineno} starts a program with {name}."
        if any(keyword.arg == "shell" for keyword in call.keywords):
            yield f"{module.path}:{call.lineno} starts a shell."


def statements_hold_no_values(module: Module) -> Iterator[str]:
    """What is asked of the database beside its mapper is a constant; values travel beside it."""
    for call, name in calls(module):
        last = name.rpartition(".")[2]
        if last in {"raw", "extra", "RawSQL"} and name != "extra" and module.path not in MAY_WRITE_CONDITIONS:
            yield f"{module.path}:{call.lineno} goes past the mapper with {last}."
        if last in {"execute", "executemany", "executescript"} and call.args and module.path not in MAY_PUT_TOGETHER:
            if not isinstance(call.args[0], ast.Constant):
                yield f"{module.path}:{call.lineno} puts a statement together."


def no_statement_is_formatted(module: Module) -> Iterator[str]:
    """Also where statements are put together, nothing is put in by “%” or format(), which values are."""
    for call, name in calls(module):
        if name.rpartition(".")[2] in {"execute", "executemany"} and call.args:
            first = call.args[0]
            formatted = isinstance(first, ast.Call) and ast.unparse(first.func).endswith(".format")
            if formatted or (isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mod)):
                yield f"{module.path}:{call.lineno} formats a statement."


def nobody_is_called(module: Module) -> Iterator[str]:
    """The house calls no other machine, but for the association’s directory; certificates are always judged."""
    for line, name, part in imported(module):
        if (_is_of(name, CALLS_OTHERS) or _is_of(f"{name}.{part}", CALLS_OTHERS)) and module.path not in MAY_CALL:
            yield f"{module.path}:{line} can call others with {name}."
    for call, _name in calls(module):
        for keyword in call.keywords:
            off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg in {"verify", "verify_ssl", "check_hostname"} and off:
                yield f"{module.path}:{call.lineno} does not judge a certificate."


def templates_are_files(module: Module) -> Iterator[str]:
    """No template is made from text, and none is chosen by it."""
    for call, name in calls(module):
        if name.rpartition(".")[2] in {"from_string", "select_template"} or name in {"Template", "Engine"}:
            yield f"{module.path}:{call.lineno} makes a template from text."


def patterns_are_constants(module: Module) -> Iterator[str]:
    """A regular expression is written in the code; what somebody typed is never a part of one unless escaped."""
    for call, name in calls(module):
        if name.startswith("re.") and name != "re.escape" and call.args and module.path not in MAY_MAKE_PATTERNS:
            first = call.args[0]
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            for part in parts:
                inner = part.value if isinstance(part, ast.FormattedValue) else part
                constant = isinstance(inner, ast.Constant) or re.fullmatch(r"[A-Z_.]+(pattern)?", ast.unparse(inner))
                if not constant and not ast.unparse(inner).startswith("re.escape("):
                    yield f"{module.path}:{call.lineno} makes a pattern of {ast.unparse(inner)}."


def html_is_marked_in_two_places(module: Module) -> Iterator[str]:
    """Only the components call something safe to show, and they escape what goes into it."""
    for call, name in calls(module):
        last = name.rpartition(".")[2]
        if last == "mark_safe" and module.path not in MAY_MARK:
            yield f"{module.path}:{call.lineno} calls HTML safe."
        if last == "format_html" and call.args and not isinstance(call.args[0], ast.Constant | ast.Name):
            yield f"{module.path}:{call.lineno} puts HTML together before it is escaped."


def no_xml_is_parsed_by_us(module: Module) -> Iterator[str]:
    """Workbooks are XML: they are looked through as bytes and read by calamine, which knows no entities."""
    for line, name, _part in imported(module):
        if _is_of(name, PARSES_XML):
            yield f"{module.path}:{line} parses XML with {name}."


def chance_is_for_invented_people(module: Module) -> Iterator[str]:
    """Whatever nobody may guess comes from the system’s own source, and is long."""
    if module.path.startswith("site/demo/") or module.path in MAY_CHANCE:
        return
    for line, name, part in imported(module):
        if name in {"random", "uuid", "numpy.random"} and part != "SystemRandom":
            yield f"{module.path}:{line} draws from {name}."
    for call, name in calls(module):
        if name.rpartition(".")[2] in {"token_urlsafe", "token_hex", "token_bytes", "urandom"}:
            given = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else 32
            length = given if isinstance(given, int) else 0
            nonce = name == "os.urandom" and length == 12
            if length < 16 and not nonce and module.path not in NAMES_OF_THEIR_OWN:
                yield f"{module.path}:{call.lineno} draws only {length} bytes."


def nothing_weak_is_named(module: Module) -> Iterator[str]:
    """No broken hash, no cipher without a seal, no key drawn from a clock."""
    for node in nodes(module.text):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if WEAK.search(name):
            yield f"{module.path}:{node.lineno} names {name}."  # type: ignore[attr-defined]
    for line, name, part in imported(module):
        if WEAK.search(f"{name} {part}"):
            yield f"{module.path}:{line} imports {name} {part}."
    for call, name in calls(module):
        words = [one.value for one in call.args if isinstance(one, ast.Constant)]
        words += [one.value.value for one in call.keywords if isinstance(one.value, ast.Constant)]
        hashing = name.rpartition(".")[2] in {"new", "file_digest", "salted_hmac", "pbkdf2_hmac"}
        if hashing and any(isinstance(word, str) and WEAK.fullmatch(word) for word in words):
            yield f"{module.path}:{call.lineno} hashes with something weak."


def secrets_are_compared_in_constant_time(module: Module) -> Iterator[str]:
    """No “==” between a secret that was shown and one that is kept: how long it takes would tell how much is right."""
    for node in nodes(module.text):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, *node.comparators]
            named = [ast.unparse(side).rpartition(".")[2].strip("()[]'\"").casefold() for side in sides]
            plain = any(isinstance(side, ast.Constant) for side in sides)
            if not plain and any(SECRET.search(name) for name in named):
                yield f"{module.path}:{node.lineno} compares {ast.unparse(node)} as words."


RULES: dict[Callable[[Module], Iterator[str]], tuple[str, ...]] = {
    no_text_becomes_code: ("eval('1')", "import pickle", "from yaml import load"),
    programs_are_started_in_two_places_and_without_a_shell: ("import subprocess", "run(x, shell=True)", "os.system(x)"),
    statements_hold_no_values: ("cursor.execute(f'SELECT {x}')", "Person.objects.raw(x)", "rows.extra(where=[x])"),
    no_statement_is_formatted: ("cursor.execute('SELECT %s' % x)", "cursor.execute('SELECT {}'.format(x))"),
    nobody_is_called: ("import requests", "from urllib import request", "import socket", "get(url, verify=False)"),
    templates_are_files: ("Template(text)", "engines['django'].from_string(text)"),
    patterns_are_constants: ("re.search(words, text)", "re.compile(f'^{words}')"),
    html_is_marked_in_two_places: ("mark_safe(text)", "format_html('<b>' + name + '</b>')"),
    no_xml_is_parsed_by_us: ("from xml.etree import ElementTree", "import lxml.etree"),
    chance_is_for_invented_people: ("import random", "from uuid import uuid4", "secrets.token_urlsafe(8)"),
    nothing_weak_is_named: ("hashlib.md5(x)", "hmac.new(k, m, 'sha1')", "modes.ECB()", "from hashlib import sha1"),
    secrets_are_compared_in_constant_time: (
        "given.token == self.token",
        "user.get_session_auth_hash() == shown",
        "signature != made",
    ),
}
# Where hashing, sealing, signing and drawing stand, and with what; the inventory of the house.
CRYPTOGRAPHY = {
    "hashlib",
    "hmac",
    "secrets",
    "cryptography",
    "pyrage",
    "argon2",
    "nacl",
    "ssl",
    "django.utils.crypto",
    "django.core.signing",
}

INVENTORY = {
    "access/factors.py": {"AESGCM", "HKDF", "SHA256"},
    "access/mason.py": {"sha256"},
    "access/models.py": {"salted_hmac", "sha256"},
    "access/views.py": {"secrets"},
    "drafts/queries.py": {"HKDF", "SHA256"},
    "entrance/door.py": {"constant_time_compare"},
    "entrance/queries.py": {"salted_hmac"},
    "entrance/scim.py": {"constant_time_compare"},
    "exchange/keeping/folders.py": {"hashlib"},
    "files/vault.py": {"AESGCM", "HKDF", "InvalidTag", "SHA256", "hashlib"},
    "interface/models.py": {"sha256"},
    "interface/queries.py": {"BadSignature", "Signer"},
    "interface/views.py": {"secrets"},
    "interface/writing.py": {"sha256"},
    "journal/anchors.py": {"Ed25519PrivateKey", "InvalidSignature", "hashlib"},
    "journal/chain.py": {"hashlib"},
    "keys/envelopes.py": {"pyrage", "sha256"},
    "keys/master.py": {"AESGCM", "HKDF", "InvalidTag", "SHA256", "secrets"},
    "keys/ring.py": {"AESGCM", "HKDF", "InvalidTag", "SHA256", "hmac", "sha256"},
    "notices/models.py": {"sha256"},
    "notices/views.py": {"secrets"},
    "sharing/sheet.py": {"sha256"},
    "site/backup/archive.py": {"hashlib", "pyrage"},
    "site/backup/keys.py": {"hashlib", "hmac", "pyrage"},
    "site/backup/making.py": {"hashlib"},
    "site/commands/serving.py": {"hashlib"},
    "site/environment.py": {"secrets"},
    "site/machine.py": {"x509"},
    "site/watching.py": {"hmac"},
    "upkeep/tasks.py": {"token_hex"},
}


def inventory() -> dict[str, set[str]]:
    """Each file that names cryptography, with what it takes from there."""
    found: dict[str, set[str]] = {}
    for module in laws.modules():
        for _line, name, part in imported(module):
            if _is_of(name, CRYPTOGRAPHY):
                found.setdefault(module.path, set()).add(part or name)
    return found


PLANTED = [(rule, text) for rule, texts in RULES.items() for text in texts]


@pytest.mark.asvs(
    "1.2.1",
    "1.2.4",
    "1.2.5",
    "1.2.9",
    "1.3.2",
    "1.3.6",
    "1.3.7",
    "1.5.1",
    "1.5.2",
    "6.5.3",
    "11.2.4",
    "11.3.1",
    "11.4.1",
    "11.5.1",
    "12.3.2",
    "13.1.1",
    "13.2.4",
    "14.2.3",
)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds_in_every_file(rule: Callable[[Module], Iterator[str]]) -> None:
    found = [fault for module in laws.modules() for fault in rule(module)]
    assert not found, laws.breaks(rule, found)


@pytest.mark.parametrize("rule, text", PLANTED)
def test_the_rule_finds_a_planted_break(rule: Callable[[Module], Iterator[str]], text: str) -> None:
    assert list(rule(Module("people", "actions", text, "people/actions.py")))


@pytest.mark.asvs("11.1.2", "11.1.3", "11.2.1", "11.2.3", "11.3.2", "11.4.1", "11.4.3", "11.6.1")
def test_the_inventory_of_cryptography_is_this_one() -> None:
    """Whoever hashes, seals, signs or draws in another place says so here, too."""
    assert inventory() == INVENTORY
