#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run a command on this tree in a root folder as bare as a machine can be.
#
# usage: scripts/fresh-root.sh [--worktree] [COMMAND [ARGUMENT...]]
#
# Proves that the scripts do all their own set-up: unpacks a minimal root of
# the release that this machine runs (made once, with debootstrap), puts a
# clean clone of HEAD into it (--worktree: a copy of the tree as it is), and
# runs COMMAND there, by default .ci/run.  Root and mounts go when it ends.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Inside the root.
TREE=/srv/annex
HOME_INSIDE=/srv/home

ROOT=
CHILD=

# "URI RELEASE COMPONENT" of what apt takes the distribution's packages from
# shellcheck disable=SC2016 # expanded by apt-get
apt_origins() {
    apt-get indextargets \
        --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' "Origin: $(dpkg-vendor --query vendor)"
}

codename() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

mirror() {
    local uri release component
    while read -r uri release component; do
        if [ "$release $component" = "$(codename) main" ]; then
            printf '%s\n' "$uri"
            return
        fi
    done < <(apt_origins)
    die "apt has no source for $(codename) main; is its index there?"
}

# The base is made with nothing but what debootstrap installs, and the
# machine's package sources and proxies.
make_base() {
    local base=$1 aside options=(--variant=minbase) uri
    install_packages debootstrap dpkg-dev
    aside=$(mktemp -d "$base.XXXXXX")
    uri=$(mirror)
    if [[ $uri == https:* ]]; then
        options+=(--include=ca-certificates)
    fi
    say "making a minimal $(codename) root from $uri"
    logged "$aside/debootstrap.log" \
        debootstrap "${options[@]}" "$(codename)" "$aside/root" "$uri" ||
        die "debootstrap failed"
    apt_origins | sed 's/^/deb /' >"$aside/root/etc/apt/sources.list"
    apt-config dump | grep -i '^Acquire::.*::Proxy ' \
        >"$aside/root/etc/apt/apt.conf.d/90proxy" || true
    tar -C "$aside/root" -cf "$aside/base.tar" .
    mv -- "$aside/base.tar" "$base"
    rm -rf --one-file-system -- "$aside"
}

copy_tree() {
    mkdir -p -- "$ROOT$TREE" "$ROOT$HOME_INSIDE"
    if "$1"; then
        tar -C "$TOP" --exclude=./build --exclude=./.git -cf - . |
            tar -C "$ROOT$TREE" -xf -
    else
        git clone -q -- "$TOP" "$ROOT$TREE"
    fi
}

# In a mount and a process namespace of its own: when its first process ends,
# so does every other, and with the last one the mounts are gone.
# shellcheck disable=SC2016 # expanded by the shell inside
run_inside() {
    cp -L -- /etc/resolv.conf "$ROOT/etc/resolv.conf"
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 tree=$2 home=$3
        shift 3
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" /usr/bin/env -i TERM="${TERM:-dumb}" \
            LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" \
            sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$tree" "$@"
    ' bash "$ROOT" "$TREE" "$HOME_INSIDE" "$@" &
    CHILD=$!
    wait "$CHILD"
}

# unshare itself lets no signal through while it waits; it ends when the
# first process of the namespace has ended.
clean_up() {
    local first
    if first=$(cat "/proc/$CHILD/task/$CHILD/children" 2>/dev/null); then
        # shellcheck disable=SC2086 # no word if there is no process
        kill -KILL $first 2>/dev/null || true
        wait "$CHILD" 2>/dev/null || true
    fi
    if [ -n "$ROOT" ]; then
        rm -rf --one-file-system -- "$ROOT"
    fi
}

main() {
    local worktree=false base
    if [ "${1:-}" = --worktree ]; then
        worktree=true
        shift
    fi
    if [[ ${1:-} == -* ]]; then
        printf 'usage: %s [--worktree] [COMMAND [ARGUMENT...]]\n' "$0" >&2
        exit 2
    fi
    if [ $# -eq 0 ]; then
        set -- .ci/run
    fi
    if [ "$(id -u)" -ne 0 ]; then
        die "this must be run as root"
    fi
    base=$(cache_dir)/root/$(codename)-$(dpkg --print-architecture).tar
    mkdir -p -- "$(dirname -- "$base")"
    if [ ! -f "$base" ]; then
        make_base "$base"
    fi
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    ROOT=$(mktemp -d "$(dirname -- "$base")/fresh.XXXXXX")
    tar -C "$ROOT" -xf "$base"
    chmod 755 "$ROOT"
    copy_tree "$worktree"
    say "running $* in a fresh root"
    run_inside "$@"
}

main "$@"
