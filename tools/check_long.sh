#!/bin/bash
# The long proofs: new examples for the property tests, slow drills, broken rules of access, kills, power cuts, a full disk, round trips of the SSDA903 return at
# 200 and 10 000 children, and the public validator’s verdict. It must be allowed to mount, and needs /dev/fuse.
#   tools/check_long.sh [CHILDREN …]
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- 200 10000
out="build/check-long"
rm -rf "$out"
mkdir -p "$out"

echo "── property tests with examples nobody has seen yet"
.venv/bin/python -m pytest -q -m hypothesis --hypothesis-seed="$RANDOM$RANDOM"

echo "── the slow drills of backup, restore and upgrade, on both engines"
.venv/bin/python -m pytest -q -m long tests/site
KINKEEPER_DATABASE_URL=$(tools/postgres.sh start) .venv/bin/python -m pytest -q -m long tests/site

echo "── whoever was erased stays erased, on PostgreSQL as well"
KINKEEPER_DATABASE_URL=$(tools/postgres.sh start) .venv/bin/python -m pytest -q tests/retention

echo "── every rule of who may, broken one place at a time, is noticed by the tests of its room"
.venv/bin/python -m tools.mutants | tee "$out/mutants.txt"

echo "── what was confirmed survives signal 9; a server that forgets is seen to forget"
.venv/bin/python -m tools.faults kill --engine sqlite --kills "${KILLS:-250}" --json "$out/kill-sqlite.json"
.venv/bin/python -m tools.faults kill --engine postgresql --kills "${KILLS:-250}" --json "$out/kill-postgresql.json"
.venv/bin/python -m tools.faults kill --engine postgresql --kills "${KILLS:-250}" --forgetful --json "$out/kill-forgetful.json"

echo "── a worker killed with a job in hand; each job takes effect once"
.venv/bin/python -m tools.jobs --engine sqlite --json "$out/jobs-sqlite.json"
.venv/bin/python -m tools.jobs --engine postgresql --json "$out/jobs-postgresql.json"

echo "── power cuts on a disk that keeps only what it was asked to; lower settings are seen to lose"
tools/system_packages.sh libfuse2
.venv/bin/python -m tools.power --cuts "${CUTS:-200}" --json "$out/power-full.json"
.venv/bin/python -m tools.power --cuts 20 --synchronous NORMAL --json "$out/power-normal.json"
.venv/bin/python -m tools.power --cuts 20 --synchronous OFF --json "$out/power-off.json"

echo "── a clock that jumps"
.venv/bin/python -m tools.clock --json "$out/clock.json"

echo "── a disk that fills"
.venv/bin/python -m tools.full_disk --json "$out/full-disk.json"

for children in "$@"; do
    echo "── $children children: generate, export three years, import, export again, compare"
    .venv/bin/python -m tools.check_round_trip --children "$children" --keep "$out/$children" --json "$out/$children.json"
    echo "── $children children: csc-validator-be-903, rule packs 2022/23 to 2024/25"
    .venv-validator/bin/python tools/validate_903.py "$out/$children"/20* > "$out/validator-$children.json" || {
        cat "$out/validator-$children.json"
        echo "The validator found errors that are not the package's own." >&2
        exit 1
    }
    echo "   no error but the package's own, row by row: $out/validator-$children.json"
done
echo "All long proofs hold."
