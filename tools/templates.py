"""Check the templates' format with djade, or write it: `python -m tools.templates [--write]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Hand every template of every room to djade."""
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("templates/**/*.html"))
    if not templates:
        return 0
    mode = [] if "--write" in sys.argv[1:] else ["--check"]
    djade = str(Path(sys.executable).with_name("djade"))
    done = subprocess.run([djade, "--target-version", "5.2", *mode, *templates], cwd=ROOT, check=False)
    return 0 if "--write" in sys.argv[1:] else done.returncode


if __name__ == "__main__":
    sys.exit(main())
