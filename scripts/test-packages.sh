#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Test a host's Debian packages in a root folder with nothing else in it.
#
# usage: scripts/test-packages.sh HOST
#
# Makes the packages if they are not there (package-deb.sh).  Installs QEMU and
# them, by apt, in a fresh root of the host's release; runs VMs, a guest in a
# domain of libvirt's too, upgrades, removes, purges (tests/packages).  Prints
# TAP, and leaves it beside the packages in test.tap; fails if a case did.  Root
# and mounts go when it ends.

# shellcheck source-path=SCRIPTDIR

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=root.sh
. "$SCRIPTS/root.sh"

# Inside the root.
WORK=/srv/annex

ROOT=
GUEST=

clean_up() {
    root_end
    if [ -n "$ROOT" ]; then
        rm -rf --one-file-system -- "$ROOT"
    fi
}

# copy_debs HOST FOLDER: those for users, not those for debuggers.
copy_debs() {
    local deb
    mkdir -p -- "$2"
    for deb in "$TOP/build/packages/$1"/*.deb; do
        [[ $deb == *-dbgsym_* ]] || cp -- "$deb" "$2"
    done
}

fill_root() {
    local other
    mkdir -p -- "$ROOT$WORK"
    cp -a -- "$TOP/tests/packages" "$ROOT$WORK/tests"
    cp -a -- "$TOP/tests/libvirt" "$ROOT$WORK/libvirt"
    cp -- "$(libvirt_program)" "$(map_module)" "$ROOT$WORK/libvirt"
    mkdir -- "$ROOT$WORK/guest"
    cp -- "$GUEST"/{vmlinux,initramfs.cpio.gz} "$ROOT$WORK/guest"
    copy_debs "$HOST" "$ROOT$WORK/debs"
    for other in $(default_hosts); do
        if [ "$other" != "$HOST" ] && has_packages "$other"; then
            copy_debs "$other" "$ROOT$WORK/other"
        fi
    done
}

has_packages() {
    compgen -G "$TOP/build/packages/$1/libannex_*.deb" >/dev/null
}

libvirt_program() {
    printf '%s\n' "$TOP/build/$HOST/tests/libvirt/libvirt-all-test"
}

# What all guests of tests are started with: see tests/guest/README.md.
map_module() {
    printf '%s\n' "$TOP/build/$HOST/tests/modules/annex-tcg-map.so"
}

# A program and a guest that are of the host's release, and made there.
prepare_libvirt() {
    [ -x "$(libvirt_program)" ] || "$SCRIPTS/build.sh" "$HOST" >/dev/null
    GUEST=$(cd -- "$TOP" && "$SCRIPTS/on-host.sh" "$HOST" \
        "$SCRIPTS/guest-image.sh" amd64 | tail -n 1)
}

# Whoever asked is to be able to remove the results.
become_root() {
    local owner status=0
    owner=$(id -u):$(id -g)
    mkdir -p -- "$(cache_dir)"
    as_root env "HOME=$HOME" "XDG_CACHE_HOME=$(dirname -- "$(cache_dir)")" \
        "$SCRIPTS/test-packages.sh" "$HOST" || status=$?
    as_root chown -- "$owner" "$TOP/build/packages/$HOST/test.tap" || true
    exit "$status"
}

main() {
    local base tap status=0
    if [ $# -ne 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST\n' "$0" >&2
        exit 2
    fi
    load_host "$1"
    if [ -n "$HOST_SUITE" ]; then
        die "a root folder with $HOST_SUITE is not made here"
    fi
    has_packages "$HOST" || "$SCRIPTS/package-deb.sh" "$HOST" >/dev/null
    prepare_libvirt
    if [ "$(id -u)" -ne 0 ]; then
        become_root
    fi
    tap=$TOP/build/packages/$HOST/test.tap
    base=$(root_base "$HOST_RELEASE")
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    ROOT=$(mktemp -d "$(dirname -- "$base")/packages.XXXXXX")
    tar -C "$ROOT" -xf "$base"
    chmod 755 "$ROOT"
    fill_root
    say "testing the packages of host $HOST"
    root_run "$ROOT" / HOME=/tmp '' "$WORK/tests/inside.sh" \
        "${HOST_PACKAGES[@]}" >"$tap" || status=$?
    cat -- "$tap"
    [ "$status" -eq 0 ] && ! grep -q '^not ok' "$tap"
}

main "$@"
