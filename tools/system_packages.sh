#!/bin/bash
# Install the Debian packages that are named as arguments and missing. Does nothing when all of them are there.
set -euo pipefail

missing=()
for package in "$@"; do
    if ! command -v dpkg-query >/dev/null; then
        echo "This is not a Debian system. Please install what Debian calls: $*. Then run the command again." >&2
        exit 1
    fi
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Please install these packages as root, then run the command again: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "Installing Debian packages: ${missing[*]}"
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet=2 --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
}
# A bare machine has no package lists, an old one has stale lists: both show as a failed install.
install 2>/dev/null || { "${as_root[@]}" apt-get update --quiet=2 -o DPkg::Lock::Timeout=300 && install; }
