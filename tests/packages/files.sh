# SPDX-License-Identifier: GPL-2.0-or-later
# What is where on the machine, and that nothing is left of it.
# shellcheck shell=bash

# What dpkg, apt and the tools that they call remember, and this test's own.
NOT_COMPARED=(
    "$WORK" /tmp /var/tmp
    /var/cache/apt /var/lib/apt /var/log/apt
    /var/lib/dpkg/status /var/lib/dpkg/status-old
    /var/lib/dpkg/available /var/lib/dpkg/triggers
    /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend
    /var/log/dpkg.log /var/log/alternatives.log
    /var/cache/debconf /var/cache/ldconfig /etc/ld.so.cache
    /var/cache/man
)

# Every file of this root: type, owner, mode, target or contents.
snapshot() {
    local path prune=()
    for path in "${NOT_COMPARED[@]}"; do
        prune+=(-path "$path" -prune -o)
    done
    find / -xdev "${prune[@]}" -not -type f -printf '%p %y %u:%g %m %l\n'
    find / -xdev "${prune[@]}" -type f -printf '%p %y %u:%g %m\n'
    find / -xdev "${prune[@]}" -type f -print0 | xargs -0 sha256sum |
        awk '{ sum = $1; $1 = ""; print substr($0, 2), sum }'
}

take_snapshot() {
    snapshot | LC_ALL=C sort >"$WORK/$1.files"
}

nothing_remains() {
    take_snapshot after
    diff "$WORK/before.files" "$WORK/after.files"
}

# The modules are in a folder of their own, not among QEMU's.
placed() {
    local package
    for package in $(our_packages); do
        dpkg -L "$package"
    done | while read -r path; do
        [ -d "$path" ] || printf '%s\n' "$path"
    done | sort -u >"$WORK/paths"
    {
        printf "$LIBDIR/annex-%s.so\n" papr-drc "${MODULES[@]}"
        printf '%s\n' "$LIBDIR/libannex.so" \
            /usr/bin/annex-check /usr/bin/annexctl \
            /usr/share/man/man1/annex-check.1.gz \
            /usr/share/man/man1/annexctl.1.gz \
            /usr/share/bash-completion/completions/annexctl \
            /usr/share/doc-base/annex-doc.annex \
            /etc/apparmor.d/abstractions/libvirt-qemu.d/annex
    } | sort >"$WORK/expected"
    diff "$WORK/expected" <(grep -v '^/usr/share/doc/' "$WORK/paths")
    has '^/usr/share/doc/annex-doc/html/index.html$' "$WORK/paths"
    has '^/usr/share/doc/annex-doc/html/unplug-reference.html$' "$WORK/paths"
}

# As they were packed, by their checksums.
intact() {
    # shellcheck disable=SC2046 # a list
    dpkg --verify $(our_packages) >"$WORK/verify"
    cat "$WORK/verify"
    [ ! -s "$WORK/verify" ]
}

manual() {
    local name
    for name in annex-check annexctl; do
        [ "$(man -w "$name")" = "/usr/share/man/man1/$name.1.gz" ]
        MANPAGER=cat MANWIDTH=80 man "$name" >"$WORK/page"
        has "^ *$name - " "$WORK/page"
    done
}

completion() {
    bash -euc '
        . /usr/share/bash-completion/completions/annexctl
        complete -p annexctl
    '
}

removed() {
    # shellcheck disable=SC2046 # a list
    apt remove $(our_packages)
    [ ! -e "$LIBDIR" ]
    [ ! -e /usr/bin/annex-check ]
    [ -e /etc/apparmor.d/abstractions/libvirt-qemu.d/annex ]
    qemu_runs qemu-system-x86_64 q35
}

# The libraries that came along are apt's to remove.
purged() {
    # shellcheck disable=SC2046 # a list
    apt purge $(our_packages)
    apt autoremove --purge
    [ -z "$(our_packages)" ]
}
