#!/bin/bash
# Write the pinned requirements with their hashes. For maintainers, after a change of a requirements*.in; needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/bin/uv}"
[ -x "$uv" ] || uv=uv
for name in requirements requirements-build requirements-dev requirements-validator; do
    UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "tools/pin.sh" "$@" \
        "$name.in" --output-file "$name.txt"
done
if grep -nE '://|^--(index|extra|find)|^-e|(^|[ @])/' requirements*.txt; then
    echo "A pinned file names an address or a path of this machine: see the lines above." >&2
    exit 1
fi
