# SPDX-License-Identifier: GPL-2.0-or-later
# Cases in TAP, and what several of them need.
# shellcheck shell=bash disable=SC2034

WORK=/srv/annex
LIBDIR=/usr/lib/x86_64-linux-gnu/qemu-annex
COUNT=0

# x86's modules; annex-papr-drc is for pseries.
MODULES=(failover pci-slots postcopy unplug vhost-user)

# check NAME COMMAND [ARGUMENT...]: one case.  COMMAND runs in a shell of its
# own, under "set -e", and what it says is shown if it fails.
check() {
    local name=$1 status word=ok
    shift
    COUNT=$((COUNT + 1))
    set +e
    (
        set -eux
        "$@"
    ) >"$WORK/log" 2>&1 </dev/null
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
        tail -n 30 -- "$WORK/log" | cut -c 1-300 | sed 's/^/# /'
        word='not ok'
    fi
    printf '%s %d /packages/%s\n' "$word" "$COUNT" "$name"
}

plan() {
    printf '1..%d\n' "$COUNT"
}

# Asserts that a text has a line like a pattern, or has none.  ("! grep" alone
# would not end a shell under "set -e".)
has() {
    grep -E -- "$1" "$2"
}

has_not() {
    if grep -E -- "$1" "$2"; then
        return 1
    fi
}

fails() {
    if "$@"; then
        return 1
    fi
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
        --no-install-recommends "$@"
}

# repack DEB OUT COMMAND...: DEB, unpacked, changed by COMMAND, whose last
# argument is then the folder, and packed into OUT (a folder or a file).
repack() {
    local deb=$1 out=$2 folder
    shift 2
    folder=$(mktemp -d)
    dpkg-deb -R "$deb" "$folder/tree"
    "$@" "$folder/tree"
    dpkg-deb --root-owner-group -Zgzip -z1 -b "$folder/tree" "$out"
    rm -rf "$folder"
}

# make_package NAME VERSION FOLDER [FIELD...]: a package of nothing but FOLDER
# (empty: of nothing), in $WORK/made/NAME.deb.  FIELD is a line of control.
make_package() {
    local folder
    folder=$(mktemp -d)
    mkdir -p "$folder/tree/DEBIAN" "$WORK/made"
    if [ -n "$3" ]; then
        cp -a "$3/." "$folder/tree"
    fi
    printf '%s\n' "Package: $1" "Version: $2" 'Architecture: amd64' \
        'Maintainer: nobody <nobody@annex.invalid>' "${@:4}" \
        'Description: made by a test' >"$folder/tree/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$folder/tree" "$WORK/made/$1.deb"
    rm -rf "$folder"
}

our_packages() {
    dpkg-query -W -f '${Package} ${source:Package}\n' |
        sed -n 's/ annex$//p'
}
