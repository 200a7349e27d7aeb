#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Remove what the other scripts made: build/, and with --cache the caches too.
#
# usage: scripts/clean.sh [--cache]

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

remove() {
    if [ -e "$1" ]; then
        say "removing $1"
        rm -rf --one-file-system -- "$1"
    fi
}

case "${1:-}" in
'')
    remove "$TOP/build"
    ;;
--cache)
    remove "$TOP/build"
    remove "$(cache_dir)"
    ;;
*)
    printf 'usage: %s [--cache]\n' "$0" >&2
    exit 2
    ;;
esac
