# SPDX-License-Identifier: GPL-2.0-or-later
# What annex-tools says when QEMU changes.
# shellcheck shell=bash disable=SC2164

# dpkg's log from here on.
log_mark() {
    wc -l </var/log/dpkg.log >"$WORK/mark"
}

log_shows_trigger() {
    tail -n "+$(($(cat "$WORK/mark") + 1))" /var/log/dpkg.log |
        grep "^[^ ]* [^ ]* trigproc $1:"
}

download_qemu() {
    mkdir -p "$WORK/qemu"
    cd "$WORK/qemu"
    apt-get -q -o APT::Sandbox::User=root download qemu-system-x86
}

# The same package again: the trigger has nothing to say.
silent() {
    log_mark
    dpkg -i "$WORK"/qemu/qemu-system-x86_*.deb 2>&1 | tee "$WORK/out"
    log_shows_trigger annex-tools
    has_not annex: "$WORK/out"
}

# In the text by which annex-check knows a QEMU's version.
falsify() {
    local qemu=$1/usr/bin/qemu-system-x86_64 version
    version=$(qemu-system-x86_64 --version |
        sed -nE 's/.* version ([0-9.]*) .*/\1/p')
    sed -i "s/${version//./\\.}/${version//[0-9]/9}/g" "$qemu"
    printf '%s\n' "$version" >"$WORK/qemu-version"
    sed -i "s/^Version: .*/&+false1/" "$1/DEBIAN/control"
}

# An upgrade to a QEMU that the modules were not built for.
told() {
    local module version
    repack "$WORK"/qemu/qemu-system-x86_*.deb "$WORK/false-qemu.deb" falsify
    version=$(cat "$WORK/qemu-version")
    log_mark
    dpkg -i "$WORK/false-qemu.deb" 2>&1 | tee "$WORK/out"
    log_shows_trigger annex-tools
    has '^annex: the installed QEMU will not load these modules:$' "$WORK/out"
    for module in "${MODULES[@]}"; do
        has "^  annex-$module in /usr/bin/qemu-system-x86_64: built for$(
        ) QEMU $version .* but this is QEMU ${version//[0-9]/9} " "$WORK/out"
    done
    has '^annex: a VM that asks for one of them will not start' "$WORK/out"
    has_not 'papr-drc|ppc64' "$WORK/out"
}

wrap() {
    printf '#!/bin/sh\n' >"$1/usr/bin/qemu-system-x86_64"
}

# A file that annex-check can say nothing of is told, and is no error.
told_of_wrapper() {
    repack "$WORK"/qemu/qemu-system-x86_*.deb "$WORK/wrapper.deb" wrap
    dpkg -i "$WORK/wrapper.deb" 2>&1 | tee "$WORK/out"
    has '^  annex-check: /usr/bin/qemu-system-x86_64: not an ELF file' \
        "$WORK/out"
}
