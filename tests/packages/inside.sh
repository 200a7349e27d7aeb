#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cases of scripts/test-packages.sh, in a root folder with nothing in it.
#
# usage: inside.sh QEMU-PACKAGE...
#
# In /srv/annex are the packages, in debs/; those of another host, if they have
# been built, in other/; a Linux guest in guest/; and in libvirt/ tests/libvirt,
# with a program of it.

set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/tap.sh"
for part in files series vm trigger apparmor libvirt; do
    # shellcheck source=/dev/null
    . "$(dirname -- "${BASH_SOURCE[0]}")/$part.sh"
done

set_up() {
    apt update
    apt install apparmor man-db "$@"
    install_libvirt
}

# The version after the one that was built.
raise() {
    sed -i -E '/^(Version|Depends):/s/0\.1\.0(~deb)/9.9.0\1/g' \
        "$1/DEBIAN/control"
}

make_next() {
    local deb
    mkdir -p "$WORK/next"
    for deb in "$WORK"/debs/*.deb; do
        repack "$deb" "$WORK/next" raise
    done
}

# installs FOLDER: apt takes all, and nothing is said of QEMU.
installs() {
    local version debs
    apt install "$WORK/$1"/*.deb 2>&1 | tee "$WORK/out"
    has_not annex: "$WORK/out"
    version=$(dpkg-deb -f "$WORK/$1"/libannex_*.deb Version)
    [ "$(dpkg-query -W -f '${Version}' qemu-annex-unplug)" = "$version" ]
    debs=("$WORK/$1"/*.deb)
    [ "$(our_packages | wc -l)" = ${#debs[@]} ]
}

before_install() {
    check versions versions
    check series/refused-beside-other-qemu refused_beside_other_qemu
    if [ -d "$WORK/other" ]; then
        check series/releases-ordered ordered
        check series/other-build-refused other_build_refused
    fi
    check apparmor/not-allowed-before not_allowed_before
}

installed() {
    check install installs debs
    check files/placed placed
    check files/intact intact
    check manual manual
    check completion completion
    check loads loads
    check vm/x86 x86_starts
    check vm/pseries pseries_starts
    check libvirt/refused-by-guest refused_by_guest
    check series/other-qemu-refused other_qemu_refused
    check series/other-qemu-removes-modules other_qemu_removes
    check series/same-series-accepted same_series_accepted
    check apparmor/allowed allowed
    own_words
}

changed() {
    check trigger/silent silent
    check trigger/told told
    check trigger/told-of-wrapper told_of_wrapper
    check trigger/silent-again silent
    check series/mix-refused mix_refused
    check upgrade/installs installs next
    check upgrade/running-vm-goes-on still_there
    check upgrade/starts starts_again
}

gone() {
    check remove removed
    check apparmor/taken-back taken_back
    check purge/purges purged
    check purge/nothing-remains nothing_remains
}

main() {
    {
        set_up "$@"
        series_facts
        download_qemu
        make_next
        make_libvirt_profile
        take_snapshot before
    } >"$WORK/set-up.log" 2>&1 || {
        tail -n 30 "$WORK/set-up.log" | sed 's/^/# /'
        printf 'Bail out! the root folder cannot be set up\n'
        exit 1
    }
    before_install
    installed
    changed
    gone
    plan
}

main "$@"
