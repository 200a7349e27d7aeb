#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run a command where a host's QEMU is.
#
# usage: scripts/on-host.sh HOST [COMMAND [ARGUMENT...]]
#
# On a machine of the host's own release that is this machine.  Elsewhere it
# is a root folder of that release, made once (with debootstrap) and kept in
# the user's cache folder, in which this tree, the cache folder and /tmp are
# seen at their own paths.  COMMAND is by default a shell.

# shellcheck source-path=SCRIPTDIR

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=root.sh
. "$SCRIPTS/root.sh"

# A root older than this many days is upgraded before it is used again: a
# mirror has the source of the newest packages only.
FRESH_DAYS=7

# What a command is told of the environment, beside HOME and the cache.
PASSED='^(ANNEX_[A-Z0-9_]*|CI|MESON_TESTTHREADS)='

# Backports and the like are taken before what the release itself has.
add_suite() {
    local root=$1
    printf 'deb %s %s main\n' "$(mirror "$HOST_RELEASE")" "$HOST_SUITE" \
        >>"$root/etc/apt/sources.list"
    printf 'Package: *\nPin: release n=%s\nPin-Priority: 500\n' \
        "$HOST_SUITE" >"$root/etc/apt/preferences.d/annex"
}

make_root() {
    local root=$1 base
    base=$(root_base "$HOST_RELEASE")
    say "unpacking it for host $HOST"
    rm -rf --one-file-system -- "$root.partial"
    mkdir -- "$root.partial"
    tar -C "$root.partial" -xf "$base"
    chmod 755 "$root.partial"
    printf 'APT::Keep-Downloaded-Packages "false";\n' \
        >"$root.partial/etc/apt/apt.conf.d/90annex"
    if [ -n "$HOST_SUITE" ]; then
        add_suite "$root.partial"
    fi
    touch "$root.partial/annex-upgraded"
    mv -T -- "$root.partial" "$root"
}

upgrade_root() {
    local root=$1 log
    say "upgrading the root folder of host $HOST"
    log=$(mktemp)
    logged "$log" root_run "$root" / DEBIAN_FRONTEND=noninteractive '' \
        sh -c 'apt-get -q update && apt-get -q -y dist-upgrade' ||
        say "it could not be upgraded, going on with what there is"
    rm -f -- "$log"
    touch "$root/annex-upgraded"
}

prepare_root() {
    local root=$1
    mkdir -p -- "$(dirname -- "$root")"
    exec 9>"$root.lock"
    flock 9
    if [ ! -d "$root" ]; then
        make_root "$root"
    elif [ -n "$(find "$root/annex-upgraded" -mtime "+$FRESH_DAYS")" ]; then
        upgrade_root "$root"
    fi
    exec 9>&-
}

# The folders that all share are to be the user's own.
become_root() {
    local passed
    mkdir -p -- "$(cache_dir)" "$TOP/build"
    mapfile -t passed < <(env | grep -E "$PASSED")
    as_root env "${passed[@]}" "HOME=$HOME" \
        "XDG_CACHE_HOME=$(dirname -- "$(cache_dir)")" \
        "ANNEX_OWNER=$(id -u):$(id -g)" \
        "$SCRIPTS/on-host.sh" "$HOST" "$@"
}

# What was made as root for somebody else is theirs.
give_back() {
    if [ -n "${ANNEX_OWNER:-}" ]; then
        chown -hR -- "$ANNEX_OWNER" "$TOP"/build/{"$HOST",packages} \
            "$(cache_dir)"/{host,guest} 2>/dev/null || true
    fi
}

clean_up() {
    root_end
    give_back
}

main() {
    local root variables
    if [ $# -lt 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST [COMMAND [ARGUMENT...]]\n' "$0" >&2
        printf 'HOST is one of: %s\n' "$(known_hosts)" >&2
        exit 2
    fi
    load_host "$1"
    shift
    if [ $# -eq 0 ]; then
        set -- "${SHELL:-bash}"
    fi
    if host_is_here; then
        exec "$@"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        become_root "$@"
        exit
    fi
    root=$(cache_dir)/root/$HOST-$(dpkg --print-architecture)
    prepare_root "$root"
    variables=$(
        printf '%s\n' "HOME=$HOME" "ANNEX_ON_HOST=$HOST" \
            "XDG_CACHE_HOME=$(dirname -- "$(cache_dir)")"
        env | grep -E "$PASSED" || true
    )
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    root_run "$root" "$PWD" "$variables" \
        "$(printf '%s\n' "$TOP" "$(cache_dir)" /tmp)" "$@"
}

main "$@"
