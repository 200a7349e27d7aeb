#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make the Debian packages for one host, from nothing, in build/packages/HOST.
#
# usage: scripts/package-deb.sh HOST [VERSION]
#
# What is packaged is what git has of this tree, uncommitted changes included.
# VERSION is by default that of packaging/debian/changelog; its release and
# QEMU are added (debian/rules).  lintian has to be content.  Prints the folder.
# Where the host's QEMU is in a root folder (on-host.sh), so is this done.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

PACKAGES=(build-essential debhelper git lintian python3-sphinx)

# The distribution's tools, whatever else the user has.
BUILD_PATH=/usr/sbin:/usr/bin:/sbin:/bin

set_version() {
    sed -i "1s/(.*)/($2)/" "$1/debian/changelog"
}

main() {
    local host version=${2:-} out work
    if [ $# -lt 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST [VERSION]\n' "$0" >&2
        exit 2
    fi
    go_to_host "$1" "$SCRIPTS/package-deb.sh" "$@"
    host=$1
    install_packages "${PACKAGES[@]}"
    # What the host's headers need, and QEMU itself, in the order of build.sh.
    "$SCRIPTS/host-tree.sh" "$host" >/dev/null
    # shellcheck disable=SC2046 # a list
    install_packages $(build_depends)
    out=$TOP/build/packages/$host
    rm -rf -- "$out"
    mkdir -p -- "$out"
    WORK=$(mktemp -d "$out/work.XXXXXX")
    work=$WORK
    trap 'rm -rf -- "$WORK"' EXIT
    mkdir -- "$work/annex"
    copy_sources "$work/annex"
    cp -a -- "$TOP/packaging/debian" "$work/annex/debian"
    if [ -n "$version" ]; then
        set_version "$work/annex" "$version"
    fi
    (cd -- "$work/annex" && PATH=$BUILD_PATH \
        logged "$out/build.log" dpkg-buildpackage -b -us -uc) ||
        die "dpkg-buildpackage failed"
    logged "$out/lintian.log" lintian --fail-on error,warning \
        "$work"/*.changes || die "lintian is not content"
    mv -- "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out"
    printf '%s\n' "$out"
}

# The names in Build-Depends, without versions.
build_depends() {
    sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z0-9.+-]*\).*/\1/p' \
        "$TOP/packaging/debian/control" | grep -v '^debhelper-compat'
}

main "$@"
