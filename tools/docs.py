"""The reference pages and the code that pages quote: `python -m tools.docs` writes them, `--check` fails if it would."""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
PACKAGE = ROOT / "src" / "kinkeeper"
# Pages of this folder that people or measurements write.
BY_HAND = {"conformance.md", "glossary.md", "performance.md", "reliability.md", "security-tests.md"}
# Where pages quote code: `<!-- code: placements/policy.py may_end_placement -->` and the block that follows.
QUOTE = re.compile(r"<!-- code: (\S+) (\w+) -->\n```python\n.*?```\n", re.DOTALL)


# ---- quoted code -----------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """The page with each quoted function or class as it stands in the source today."""

    def fresh(found: re.Match[str]) -> str:
        return f"<!-- code: {found[1]} {found[2]} -->\n```python\n# {found[1]}\n{definition(found[1], found[2])}\n```\n"

    return QUOTE.sub(fresh, text)


def definition(path: str, name: str) -> str:
    """The source of a function or class, with its decorators."""
    text = (PACKAGE / path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    raise LookupError(f"{path} has no {name} any more; a page of docs quotes it.")


def pages_that_quote() -> dict[Path, str]:
    """Every page of docs that quotes code, as it would read today."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))}
    return {path: quoted(text) for path, text in texts.items() if QUOTE.search(text)}


# ---- write or compare ------------------------------------------------------------------------------------------------


def differences(made: dict[str, str], folder: Path = REFERENCE) -> list[str]:
    """What is not as it would be written, one sentence each."""
    found = []
    for path, text in made.items():
        file = folder / path
        if not file.exists():
            found.append(f"docs/reference/{path} does not exist.")
        elif file.read_text(encoding="utf-8") != text:
            found.append(f"docs/reference/{path} is not what the code says.")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.md")}
    return found + [f"docs/reference/{path} is no longer written." for path in sorted(there - set(made) - BY_HAND)]


def write_pages(made: dict[str, str], folder: Path = REFERENCE) -> None:
    """Write the pages and remove those that the code no longer fills."""
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for file in folder.rglob("*.md"):
        if str(file.relative_to(folder)) not in set(made) | BY_HAND:
            file.unlink()


def main() -> int:
    """Write the pages, or say what is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a page would change")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        # The reference speaks of the house as it is given out, not of this machine’s settings.
        for name in [name for name in os.environ if name.startswith("KINKEEPER_")]:
            del os.environ[name]
        os.environ |= {"DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings", "KINKEEPER_DATA": data}
        import django  # noqa: PLC0415 (the settings are read when it is set up)

        django.setup()
        from tools.reference import pages  # noqa: PLC0415 (needs the house to stand)

        made = pages()
    if options.check:
        found = differences(made)
        found += [
            f"{path.relative_to(ROOT)} quotes old code."
            for path, text in pages_that_quote().items()
            if path.read_text() != text
        ]
        print("\n".join([*found, "Run: make docs"] if found else ["The reference is what the code says."]))
        return 1 if found else 0
    write_pages(made)
    for path, text in pages_that_quote().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
