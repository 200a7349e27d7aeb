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

# shellcheck source-path=SCRIPTDIR

set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=root.sh
. "$SCRIPTS/root.sh"

# Inside the root.
TREE=/srv/annex
HOME_INSIDE=/srv/home

ROOT=

copy_tree() {
    mkdir -p -- "$ROOT$TREE" "$ROOT$HOME_INSIDE"
    if "$1"; then
        tar -C "$TOP" --exclude=./build --exclude=./.git -cf - . |
            tar -C "$ROOT$TREE" -xf -
    else
        git clone -q -- "$TOP" "$ROOT$TREE"
    fi
}

clean_up() {
    root_end
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
    base=$(root_base "$(codename)")
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    ROOT=$(mktemp -d "$(dirname -- "$base")/fresh.XXXXXX")
    tar -C "$ROOT" -xf "$base"
    chmod 755 "$ROOT"
    copy_tree "$worktree"
    say "running $* in a fresh root"
    root_run "$ROOT" "$TREE" "HOME=$HOME_INSIDE" '' "$@"
}

main "$@"
