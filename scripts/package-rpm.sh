#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make RPM packages for one host, from nothing, in build/packages/HOST-rpm.
#
# usage: scripts/package-rpm.sh HOST
#
# With Debian's rpmbuild, which knows of no installed RPM: what is needed is
# what package-deb.sh installs.  Shows that packaging/rpm/annex.spec is right;
# nothing can install the result on Debian.  Prints the folder.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

PACKAGES=(build-essential git libelf-dev libjson-glib-dev python3-sphinx rpm)

# The distribution's tools, whatever else the user has.
BUILD_PATH=/usr/sbin:/usr/bin:/sbin:/bin

main() {
    local out spec=packaging/rpm/annex.spec version
    if [ $# -ne 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST\n' "$0" >&2
        exit 2
    fi
    go_to_host "$1" "$SCRIPTS/package-rpm.sh" "$@"
    install_packages "${PACKAGES[@]}"
    "$SCRIPTS/host-tree.sh" "$HOST" >/dev/null
    out=$TOP/build/packages/$HOST-rpm
    rm -rf -- "$out"
    mkdir -p -- "$out"
    WORK=$(mktemp -d "$out/work.XXXXXX")
    trap 'rm -rf -- "$WORK"' EXIT
    version=$(sed -n 's/^Version: *//p' "$TOP/$spec")
    mkdir -p -- "$WORK/SOURCES" "$WORK/annex-$version"
    copy_sources "$WORK/annex-$version"
    tar -C "$WORK" -czf "$WORK/SOURCES/annex-$version.tar.gz" "annex-$version"
    PATH=$BUILD_PATH logged "$out/build.log" rpmbuild -bb --nodeps \
        --define "_topdir $WORK" --define "debug_package %{nil}" \
        "$TOP/$spec" || die "rpmbuild failed"
    mv -- "$WORK"/RPMS/*/*.rpm "$out"
    printf '%s\n' "$out"
}

main "$@"
