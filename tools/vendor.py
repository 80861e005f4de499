"""The front end's files that others wrote: `python -m tools.vendor --check | --write`.

The manifest names each npm package, its version and integrity, and every file taken from it with its hash.
--check: compare the files with the manifest, offline; a test runs it.
--write: fetch the named versions with npm and make the files and hashes anew. For maintainers; review the difference.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "kinkeeper" / "ui" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
# Besides the vendor folder, the tests keep one file of others' that no user needs.
TEST_FILES = ROOT / "tests" / "vendor"

SOURCE_MAP = re.compile(r"\n?/\*# sourceMappingURL=.*?\*/|\n?//# sourceMappingURL=.*")
FONT_FACE = re.compile(r"/\* (?P<name>\S+) \*/\n@font-face \{.*?\n\}(?:\n|\Z)", re.DOTALL)

Package = dict[str, Any]


def digest(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults(manifest: dict[str, Any]) -> list[str]:
    """Every file that is missing, changed, or not in the manifest, one sentence each."""
    named = {ROOT / file["path"]: file["sha256"] for package in manifest["packages"] for file in package["files"]}
    present = {path for folder in (VENDOR, TEST_FILES) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    found = [f"{path.relative_to(ROOT)} is not in the manifest." for path in present - set(named)]
    for path, expected in named.items():
        if path not in present:
            found.append(f"{path.relative_to(ROOT)} is missing.")
        elif digest(path) != expected:
            found.append(f"{path.relative_to(ROOT)} is not the file the manifest names.")
    return sorted(found)


def fetch(package: Package, folder: Path) -> Path:
    """Unpack a package's tarball, after comparing it with the manifest's integrity where one is recorded."""
    wanted = f"{package['package']}@{package['version']}"
    pack = ["npm", "pack", wanted, "--silent", "--pack-destination", str(folder)]
    name = subprocess.run(pack, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    tarball = folder / name
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if package.setdefault("integrity", integrity) != integrity:
        raise SystemExit(f"{wanted} is not what the manifest recorded: {integrity}")
    target = folder / name.removesuffix(".tgz")
    with tarfile.open(tarball) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def sprite(source: Path, names: list[str]) -> str:
    """One SVG file with a symbol per icon, shown with <use href="…/icons.svg#name">."""
    pen = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    symbols = []
    for name in sorted(names):
        drawing = (source / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        shapes = re.findall(r"<(?:path|circle|rect|line|ellipse|polyline)\b[^>]*/>", drawing)
        visible = "".join(shape for shape in shapes if 'stroke="none" d="M0 0h24v24H0z"' not in shape)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" {pen}>{visible}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def font_faces(source: Path, files: list[str]) -> str:
    """The @font-face rules of the font files that we keep, pointing beside the style sheet."""
    faces = FONT_FACE.finditer((source / "wght.css").read_text(encoding="utf-8"))
    return "\n".join(face[0].replace("./files/", "./") for face in faces if f"{face['name']}.woff2" in files)


def write_package(package: Package, source: Path) -> None:
    """Make the files of one package anew and record their hashes."""
    for file in package["files"]:
        path = ROOT / file["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        match file["from"]:
            case "written by hand":
                pass
            case "the icons named here":
                path.write_text(sprite(source, package["icons"]), encoding="utf-8")
            case "the font faces of these files":
                kept = [Path(other["path"]).name for other in package["files"]]
                path.write_text(font_faces(source, kept), encoding="utf-8")
            case origin if path.suffix in {".css", ".js"}:
                path.write_text(SOURCE_MAP.sub("", (source / origin).read_text(encoding="utf-8")), encoding="utf-8")
            case origin:
                path.write_bytes((source / origin).read_bytes())
        file["sha256"] = digest(path)


def write(manifest: dict[str, Any]) -> None:
    """Make every file anew."""
    with tempfile.TemporaryDirectory() as folder:
        for package in manifest["packages"]:
            write_package(package, fetch(package, Path(folder)))
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run the named command."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    if arguments == ["--write"]:
        write(manifest)
    elif arguments != ["--check"]:
        print(__doc__, file=sys.stderr)
        return 2
    found = faults(manifest)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
