# SPDX-License-Identifier: GPL-2.0-or-later
# The packages are for one series of QEMU, and for each other.
# shellcheck shell=bash

# "7.2" of "1:7.2+dfsg-7+deb12u18", and series below and above it.
series_facts() {
    SERIES=$(dpkg-query -W -f '${Version}' qemu-system-x86 |
        sed -E 's/^1:([0-9]+\.[0-9]+).*/\1/')
    NEXT=${SERIES%.*}.$((${SERIES#*.} + 1))
    LAST=$((${SERIES%.*} - 1)).99
}

# For libvirt it has to be one that runs guests.
make_qemu() {
    make_package qemu-system-x86 "$1" '' 'Provides: qemu-kvm'
}

# Every one of this release and series, which its file's name tells.
versions() {
    local release deb
    release=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
    for deb in "$WORK"/debs/*.deb; do
        [[ $deb == *"~deb$release+qemu${SERIES}_"* ]]
    done
}

# The other host's, as far as they are built: the older release's is lower.
ordered() {
    local deb here other
    here=$(dpkg-deb -f "$WORK"/debs/libannex_*.deb Version)
    for deb in "$WORK"/other/libannex_*.deb; do
        other=$(dpkg-deb -f "$deb" Version)
        case $here:$other in
        *~deb12+*:*~deb13+*) dpkg --compare-versions "$here" lt "$other" ;;
        *~deb13+*:*~deb12+*) dpkg --compare-versions "$here" gt "$other" ;;
        *) return 1 ;;
        esac
    done
}

# Where the modules are, a QEMU of another series is for dpkg an error...
other_qemu_refused() {
    local version
    for version in "1:$NEXT" "1:$NEXT~rc1" "1:$LAST+dfsg-1"; do
        make_qemu "$version"
        fails dpkg -i "$WORK/made/qemu-system-x86.deb" >"$WORK/out" 2>&1
        cat "$WORK/out"
        has "libannex .* breaks qemu-system-x86" "$WORK/out"
    done
    dpkg -i "$WORK"/qemu/qemu-system-x86_*.deb
}

# ... and apt takes it for the modules, and says so; an "apt-get upgrade",
# which removes nothing, would leave QEMU as it is.
other_qemu_removes() {
    make_qemu "1:$NEXT"
    apt -s install "$WORK/made/qemu-system-x86.deb" >"$WORK/out"
    cat "$WORK/out"
    has '^Remv libannex ' "$WORK/out"
    has '^Remv qemu-annex-unplug ' "$WORK/out"
}

same_series_accepted() {
    make_qemu "1:$SERIES.99+dfsg-1"
    apt -s install "$WORK/made/qemu-system-x86.deb" >"$WORK/out"
    cat "$WORK/out"
    has '^Inst qemu-system-x86 ' "$WORK/out"
    has_not '^Remv' "$WORK/out"
}

# Nor do the modules come in beside such a QEMU.
refused_beside_other_qemu() {
    make_qemu "1:$NEXT"
    fails apt -s install "$WORK/made/qemu-system-x86.deb" \
        "$WORK"/debs/libannex_*.deb >"$WORK/out" 2>&1
    cat "$WORK/out"
    has "libannex : Breaks: qemu-system-x86 \(>= 1:$NEXT~\)" "$WORK/out"
}

# Built for the other host's QEMU, on this one.
other_build_refused() {
    fails apt -s install "$WORK"/other/libannex_*.deb >"$WORK/out" 2>&1
    cat "$WORK/out"
    has 'libannex : (Depends|Breaks): .*qemu-system-x86' "$WORK/out"
}

# A module of another build than libannex.
mix_refused() {
    fails apt -s install "$WORK"/next/qemu-annex-unplug_*.deb \
        >"$WORK/out" 2>&1
    cat "$WORK/out"
    has 'qemu-annex-unplug : Depends: libannex \(= 9\.9' "$WORK/out"
}
