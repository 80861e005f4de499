"""The catalogues of translations: `python -m tools.translations compile | update | check`.

compile: write the .mo files Django reads, with Babel, so that no system package is needed to run Kinkeeper.
update:  collect the marked strings with Django's makemessages (needs gettext).
check:   fail if `update` would change a catalogue, or a string is untranslated or fuzzy, or a placeholder is lost.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kinkeeper.lib.packs import messages

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kinkeeper"
LANGUAGES = ("ru",)  # the source language is English


def catalogues(package: Path = PACKAGE) -> list[Path]:
    """All .po files, in a stable order."""
    return sorted(package.rglob("locale/*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """The catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def compile_all() -> int:
    """Write each .mo file whose .po file is newer."""
    for path in catalogues():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        scratch = target.with_suffix(f".mo.{os.getpid()}")
        with scratch.open("wb") as file:
            write_mo(file, read(path))
        scratch.replace(target)
    return 0


@contextmanager
def labels_of_the_packs(package: Path) -> Iterator[None]:
    """The labels of the jurisdiction packs as marked strings, for as long as makemessages reads the package."""
    page = package / "packs" / "labels.py"
    page.write_text("".join(f"_({label!r})\n" for label in messages()), encoding="utf-8")
    try:
        yield
    finally:
        page.unlink()


def collect(package: Path) -> None:
    """Run makemessages over a package; new languages get a catalogue."""
    (package / "locale").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", "--verbosity=0", "--no-wrap", "--no-obsolete"]
    command += ["--add-location=file", "--ignore=static/*"]
    for language in LANGUAGES:
        command += ["--locale", language]
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    with labels_of_the_packs(package):
        subprocess.run(command, cwd=package, check=True, env=environment)
    for path in catalogues(package):
        path.write_text(with_short_header(path.read_text(encoding="utf-8"), path.parent.parent.name), encoding="utf-8")


def with_short_header(text: str, language: str) -> str:
    """The catalogue with only those header lines that mean something; dates and placeholders would change for nothing."""
    header, _blank, rest = text.partition("\n\n")
    kept = [line for line in header.splitlines() if line.startswith(('"MIME-', '"Content-', '"Plural-'))]
    return "\n".join(['msgid ""', 'msgstr ""', f'"Language: {language}\\n"', *kept]) + "\n\n" + rest


def problems_of(path: Path) -> list[str]:
    """What keeps a catalogue from being complete, one sentence each."""
    found = []
    for message in read(path):
        if not message.id:
            continue
        words = message.id if isinstance(message.id, str) else message.id[0]
        translations = [message.string] if isinstance(message.string, str) else list(message.string or [""])
        if message.fuzzy:
            found.append(f"fuzzy: {words!r}")
        elif not all(translations):
            found.append(f"not translated: {words!r}")
        found.extend(f"{error}: {words!r}" for error in message.check())
    return [f"{path.parent.parent.name}: {problem}" for problem in found]


def check() -> int:
    """Compare the catalogues with what the code says today, in a copy."""
    problems = [problem for path in catalogues() for problem in problems_of(path)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kinkeeper"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.mo", "__pycache__", "static"))
        collect(copy)
        for path in catalogues(copy):
            original = PACKAGE / path.relative_to(copy)
            if not original.exists() or set(_ids(original)) != set(_ids(path)):
                name = original.relative_to(ROOT)
                problems.append(f"{name} is out of date: run `make translations`, then translate what is new.")
    print("\n".join(problems[:40]))
    if len(problems) > 40:
        print(f"… and {len(problems) - 40} more.")
    return 1 if problems else 0


def _ids(path: Path) -> list[tuple[str, str]]:
    return [(str(message.context or ""), str(message.id)) for message in read(path) if message.id]


def main(arguments: list[str]) -> int:
    """Run the named command."""
    match arguments:
        case ["compile"]:
            return compile_all()
        case ["update"]:
            collect(PACKAGE)
            return compile_all()
        case ["check"]:
            return check()
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
