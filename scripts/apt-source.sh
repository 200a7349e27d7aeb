#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetch one version of a source package from where the machine's packages come.
#
# usage: scripts/apt-source.sh PACKAGE VERSION FOLDER
#
# Uses the machine's own package sources, asked for source packages, with a
# private index: the machine's apt configuration and state are not changed.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# The machine's sources with every "deb" made a "deb-src", into $1.
private_sources() {
    local file main parts
    eval "$(apt-config shell main Dir::Etc::sourcelist/f \
        parts Dir::Etc::sourceparts/d)"
    mkdir -p -- "$1"
    for file in "$main" "$parts"/*.list; do
        [ -f "$file" ] || continue
        sed -nE 's/^[[:blank:]]*deb(-src)?[[:blank:]]+/deb-src /p' "$file"
    done | sort -u >"$1/annex.list"
    for file in "$parts"/*.sources; do
        [ -f "$file" ] || continue
        sed -E 's/^[Tt]ypes:.*/Types: deb-src/' "$file" \
            >"$1/$(basename -- "$file")"
    done
}

# A third party's repository without sources makes the update fail; what
# counts is whether the one version is found.
download() {
    local package=$1 version=$2 work=$3 options
    mkdir -p -- "$work/lists/partial" "$work/download"
    options=(
        -o Dir::Etc::sourcelist=/dev/null
        -o Dir::Etc::sourceparts="$work/sources"
        -o Dir::State::lists="$work/lists"
        -o Dir::Cache::pkgcache=
        -o Dir::Cache::srcpkgcache=
        -o APT::Sandbox::User="$(id -un)"
    )
    apt-get "${options[@]}" update >"$work/log" 2>&1 || true
    cd -- "$work/download"
    apt-get "${options[@]}" source --only-source --download-only \
        "$package=$version" >>"$work/log" 2>&1
}

main() {
    local package=$1 version=$2 folder=$3
    WORK=$(mktemp -d)
    trap 'rm -rf -- "$WORK"' EXIT
    private_sources "$WORK/sources"
    if ! (download "$package" "$version" "$WORK"); then
        tail -n 20 -- "$WORK/log" >&2
        die "source package $package $version cannot be fetched;" \
            "if a newer one has replaced it, upgrade the installed packages"
    fi
    logged "$WORK/log" dpkg-source --no-check -x \
        "$WORK"/download/*.dsc "$folder" ||
        die "cannot unpack $package $version"
}

if [ $# -ne 3 ]; then
    printf 'usage: %s PACKAGE VERSION FOLDER\n' "$0" >&2
    exit 2
fi
main "$@"
