"""The laws of the house as functions over code: each returns the breaks it finds, as sentences with a place.

`tests/test_house.py` runs them over the house (no break) and over a planted break (found).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "kinkeeper"

ROOM_FILES = {
    "__init__", "models", "policy", "queries", "actions", "duties", "forms", "views", "urls", "tasks", "reactions",
}  # fmt: skip
# Ground-floor modules, the roof and adapters have names of their own, because they are one of a kind.
OWN_NAMES = {
    "keys": {"fields", "ring", "master", "moving", "rotation", "envelopes"},
    "access": {"gate", "sessions", "limits", "factors", "fresh", "passwords", "wall", "mason"},
    "entrance": {"door", "directory", "scim"},
    "journal": {"acts", "pages", "history", "chain", "anchors"},
    "files": {"vault"},
    "upkeep": {"findings"},
    "people": {"consenting", "naming", "newcomers"},
    "decisions": {"guards", "weighing"},
    "placements": {"guards", "fit", "course", "outlook"},
    "plans": {"guards", "paper"},
    "leaving": {"guards"},
    "sharing": {"sheet"},
    "interface": {"api", "asked", "guide", "problems", "reading", "shapes", "wording", "writing"},
    "retention": {"collecting", "bundle", "ledger", "traces", "weighing"},
    "desk": {"calendar", "homes"},
    "book": {"kin", "relatives", "genogram", "rows", "network", "journey", "sheet", "work", "reading", "before"},
}
FREE_ROOMS = {"ui", "lib", "site", "packs", "locale"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "core", "base", "misc", "services", "service", "managers"}
# From the cellar to the roof; a room may know the rooms before it.
FLOORS = (
    "lib", "ui", "keys", "access", "journal", "entrance", "notices", "files", "drafts", "upkeep", "people", "families", "cases", "intake", "assessments",
    "decisions", "plans", "homes", "placements", "leaving", "sharing", "exchange", "interface", "retention", "book", "desk", "site",
)  # fmt: skip
DATA_FILES = {"models", "policy", "queries", "actions", "reactions", "duties", "tasks"}


@dataclass(frozen=True)
class Module:
    """One file of the house, with the room and the part it belongs to."""

    room: str
    part: str
    text: str
    path: str

    @property
    def tree(self) -> ast.Module:
        """The file as syntax."""
        return ast.parse(self.text)


def modules() -> Iterator[Module]:
    """Every Python file of the house, migrations aside."""
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE)
        if "migrations" in inside.parts:
            continue
        room = inside.parts[0] if len(inside.parts) > 1 else ""
        yield Module(room, inside.stem, path.read_text(), str(inside))


def rows_only_through_the_gate(module: Module) -> Iterator[str]:
    """`.objects` and `_base_manager` are named only where access is decided or rows are written."""
    if module.room in {"lib", "site", ""} or module.part in DATA_FILES | OWN_NAMES.get(module.room, set()):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}:
            yield f"{module.path}:{node.lineno} asks the table past the gate ({node.attr})."


def files_are_named_after_their_job(module: Module) -> Iterator[str]:
    """A room has the ten files and no others; nothing is called utils."""
    parts = Path(module.path).with_suffix("").parts
    for part in parts:
        if part in FORBIDDEN_NAMES:
            yield f"{module.path} is called {part}: say what it is for."
    if module.room in FREE_ROOMS or module.room == "" or "templatetags" in parts or len(parts) > 2:
        return
    if module.part not in ROOM_FILES | OWN_NAMES.get(module.room, set()):
        yield f"{module.path}: a room has no file called {module.part}."


def packages_are_adapters_or_pages(module: Module) -> Iterator[str]:
    """Only `exchange` has folders of code (adapters named after their format); rooms are never split by layer."""
    parts = Path(module.path).parts
    if module.room in FREE_ROOMS | {""} or len(parts) <= 2 or parts[1] in {"templatetags", "migrations", "management"}:
        return
    if module.room != "exchange":
        yield f"{module.path}: split a room by noun into two rooms, never into folders."


def functions_stay_short(module: Module) -> Iterator[str]:
    """Functions have at most 40 lines, views at most 15, files at most about 400."""
    limit = 15 if module.part == "views" else 40
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef):
            length = _code_lines(node, module.text)
            if length > limit:
                yield f"{module.path}:{node.lineno} {node.name} has {length} lines; {limit} is the limit."
    if len(module.text.splitlines()) > 440:
        yield f"{module.path} has {len(module.text.splitlines())} lines: it has become two."


def _code_lines(node: ast.FunctionDef, text: str) -> int:
    doc = node.body[0] if ast.get_docstring(node, clean=False) else None
    first = node.lineno
    last = node.end_lineno or first
    spent = (doc.end_lineno or 0) - doc.lineno + 1 if doc else 0
    blank = sum(1 for line in text.splitlines()[first - 1 : last] if not line.strip())
    return last - first + 1 - spent - blank


def models_only_state_facts(module: Module) -> Iterator[str]:
    """No `save()` or `delete()` overrides and no signals: what a deed does is written in the deed."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef) and module.part == "models" and node.name in {"save", "delete"}:
            yield f"{module.path}:{node.lineno} overrides {node.name}()."
        if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals":
            for name in node.names:
                if name.name != "post_migrate":
                    yield f"{module.path}:{node.lineno} listens to {name.name}."


def state_moves_by_steps_only(module: Module) -> Iterator[str]:
    """Nothing writes `state` but `lib.steps.move()`; the outbox keeps its own."""
    if module.path in {"lib/steps.py", "journal/tasks.py"}:
        return
    for node in ast.walk(module.tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state":
                yield f"{module.path}:{target.lineno} sets a state by hand."
        named = {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()
        if isinstance(node, ast.Call) and _called(node) in {"update", "write"} and "state" in named:
            yield f"{module.path}:{node.lineno} updates a state past the steps."


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


# What one request may remember beside its actor; never who is asking (decision 23).
MAY_REMEMBER = {"access/models.py", "keys/ring.py"}


def nobody_is_above_the_gate(module: Module) -> Iterator[str]:
    """No superuser, no staff flag, no Django permissions, no admin site, no ambient actor."""
    for node in ast.walk(module.tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name == "ContextVar" and module.path in MAY_REMEMBER:
            continue
        if name in {"is_superuser", "is_staff", "has_perm", "PermissionsMixin", "ContextVar"}:
            yield f"{module.path}:{node.lineno} names {name}."  # type: ignore[attr-defined]
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.contrib.admin"):
            yield f"{module.path}:{node.lineno} uses the admin site."
        if isinstance(node, ast.arg) and node.arg == "actor" and _may_be_none(node.annotation):
            yield f"{module.path}:{node.lineno} lets the actor be None."


def _may_be_none(annotation: ast.expr | None) -> bool:
    return annotation is not None and "None" in ast.unparse(annotation)


def questions_and_deeds_name_their_actor(module: Module) -> Iterator[str]:
    """The first parameter of every public query, act and judge is the actor."""
    if module.part not in {"queries", "actions", "policy"} or module.room in FREE_ROOMS:
        return
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if (not names or names[0] != "actor") and not _is_ungated(node):
            yield f"{module.path}:{node.lineno} {node.name} does not say who is asking."


def _is_ungated(node: ast.FunctionDef) -> bool:
    """A pure calculation over rows that are already in hand says so in its docstring: “Pure: …”."""
    return (ast.get_docstring(node) or "").startswith("Pure: ")


def views_do_not_write_or_judge(module: Module) -> Iterator[str]:
    """Views neither name roles nor save; forms neither save nor ask tables."""
    if module.part not in {"views", "forms"}:
        return
    for node in ast.walk(module.tree):
        is_role = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role"
        if is_role and module.part == "views":
            yield f"{module.path}:{node.lineno} names a role; a judge should."  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and _called(node) in {"save", "bulk_create", "get_or_create"}:
            yield f"{module.path}:{node.lineno} writes; an act should."


def rooms_say_what_lives_there(module: Module) -> Iterator[str]:
    """Every room opens with a docstring that also says what does not live there, and holds no other code."""
    if (
        module.part != "__init__"
        or module.room in {"", "packs", "locale"}
        or Path(module.path).parent.name != module.room
    ):
        return
    docstring = ast.get_docstring(module.tree) or ""
    if not docstring:
        yield f"{module.path} does not say what lives there."
    elif module.room != "site" and "Not here" not in docstring and "Knows nothing" not in docstring:
        yield f"{module.path} does not say what lives elsewhere."
    if len(module.tree.body) > 1:
        yield f"{module.path} holds code; a room's first page is its sign."


def public_things_are_described(module: Module) -> Iterator[str]:
    """Models, acts, scopes, judges and queries have a sentence a caseworker could approve."""
    if (
        module.part not in {"models", "policy", "queries", "actions", "reactions", "duties"}
        or module.room in FREE_ROOMS
    ):
        return
    for node in module.tree.body:
        is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if is_public and not ast.get_docstring(node):  # type: ignore[arg-type]
            yield f"{module.path}:{node.lineno} {node.name} has no sentence."  # type: ignore[attr-defined]


# Neighbours on the ground floor: the journal speaks of users and units, and the deeds of access are remembered by it.
NEIGHBOURS = {("access/actions.py", "kinkeeper.journal.acts")}


def imports_run_down_the_stairs(module: Module) -> Iterator[str]:
    """A room imports only rooms below it, and of those only models, queries and actions (and ground-floor modules)."""
    if module.room not in FLOORS or module.room == "site":
        return
    for node in ast.walk(module.tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            pieces = name.split(".")
            if pieces[0] != "kinkeeper" or len(pieces) < 2 or pieces[1] == module.room:
                continue
            if (module.path, name) in NEIGHBOURS:
                continue
            if pieces[1] not in FLOORS or FLOORS.index(pieces[1]) > FLOORS.index(module.room):
                yield f"{module.path}:{node.lineno} climbs the stairs to {name}."  # type: ignore[attr-defined]
            elif _through_the_window(pieces):
                yield f"{module.path}:{node.lineno} enters {name} through the window."  # type: ignore[attr-defined]


def _through_the_window(pieces: list[str]) -> bool:
    hidden = {"views", "forms", "urls", "tasks", "reactions"}
    return len(pieces) > 2 and pieces[2] in hidden and pieces[1] not in {"lib", "ui"}


# ---- templates and styles --------------------------------------------------------------------------------------------


def templates() -> Iterator[tuple[str, str, str]]:
    """Every template as (room, path, text)."""
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        inside = path.relative_to(SOURCE)
        yield inside.parts[0], str(inside), path.read_text()


def template_names_only_its_floor(room: str, path: str, text: str, url_rooms: Mapping[str, str]) -> Iterator[str]:
    """`{% url %}`, `{% include %}` and `{% extends %}` to an upper room are imports in disguise."""
    for name in re.findall(r"{%\s*url\s+[\"']([\w:-]+)[\"']", text):
        target = url_rooms.get(name)
        if target is None:
            yield f"{path} links to “{name}”, which does not exist."
        elif FLOORS.index(target) > FLOORS.index(room):
            yield f"{path} links up the stairs to “{name}” in {target}."
    for name in re.findall(r"{%\s*(?:include|extends)\s+[\"']([\w/.-]+)[\"']", text):
        target = name.split("/")[0]
        if target in FLOORS and FLOORS.index(target) > FLOORS.index(room):
            yield f"{path} takes “{name}” from the upper room {target}."


def template_keeps_the_policy(path: str, text: str) -> Iterator[str]:
    """No inline script, style or handler: the content security policy would refuse it."""
    for pattern, what in (
        (r"<style\b", "an inline style sheet"),
        (r"\sstyle\s*=", "a style attribute"),
        (r"\son\w+\s*=\s*[\"']", "an inline handler"),
        (r"<script(?![^>]*\bsrc=)[^>]*>", "an inline script"),
        (r"javascript:", "a script address"),
        (r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", "something from another server"),
        (r"\|safe\b|{%\s*autoescape off", "unescaped text"),
    ):
        if re.search(pattern, text):
            yield f"{path} holds {what}."


_BLOCKS = re.compile(
    r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%\s*blocktrans\b.*?{%\s*endblocktrans\s*%}"
    r"|{%\s*comment.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->|<script.*?</script>|<svg.*?</svg>|{%.*?%}|{{.*?}}",
    re.DOTALL,
)


def template_speaks_every_language(path: str, text: str) -> Iterator[str]:
    """Words of a page are marked for translation, in text and in attributes that people read or hear."""
    bare = _BLOCKS.sub(" ", text)
    for attribute in re.findall(r"\s(?:title|placeholder|aria-label|alt)\s*=\s*\"([^\"]*)\"", bare):
        if re.search(r"[^\W\d_]{2,}", attribute):
            yield f"{path} says “{attribute.strip()}” in one language only."
    for words in re.split(r"<[^>]*>", bare, flags=re.DOTALL):
        if re.search(r"[^\W\d_]{2,}", words) and "Kinkeeper" not in words:
            yield f"{path} says “{' '.join(words.split())[:60]}” in one language only."


def styles() -> Iterator[tuple[str, str]]:
    """Every style sheet of our own as (path, text)."""
    for path in sorted(SOURCE.rglob("static/**/*.css")):
        if "vendor" not in path.parts:
            yield str(path.relative_to(SOURCE)), path.read_text()


_PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right)(?![\w])|(?<![\w-])(?:left|right)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)"
)


def style_has_no_left_and_right(path: str, text: str) -> Iterator[str]:
    """Styles say start and end, so that a page in Arabic is right without a second sheet."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for found in _PHYSICAL.finditer(plain):
        yield f"{path} says “{found.group()}”: say inline-start or inline-end."


def breaks(law: object, found: Iterable[str]) -> str:
    """The breaks as one readable message for a failing test."""
    name = getattr(law, "__name__", str(law)).replace("_", " ")
    return "\n".join([f"Law “{name}” is broken:", *sorted(found)])
