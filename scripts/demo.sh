#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Show what Annex does, in a real Linux guest, next to a QEMU without it.
#
# usage: scripts/demo.sh [--host HOST]
#
# Works on a machine that has nothing yet: installs, builds, then runs the
# demonstration (tests/demo), which takes less than a minute.  Fails if
# anything did not happen as the demonstration claims.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    printf 'usage: scripts/demo.sh [--host HOST]\n\n'
    printf 'Shows unplug requests that a Linux guest refuses, ignores, or\n'
    printf 'answers late, on a stock QEMU and on the same with Annex.\n'
    printf 'HOST: the QEMU to build for, by default %s; known: %s\n' \
        "$(local_host)" "$(known_hosts)"
}

# A first run shows what it does for minutes; later there is nothing to see,
# unless it fails.
set_up() {
    local log=$TOP/build/$HOST/demo-setup.log
    if [ ! -x "$TOP/build/$HOST/tests/demo/annex-demo" ]; then
        say "the first run installs and builds all that is needed:" \
            "this takes some minutes"
        prepare_host "$HOST" amd64
    else
        # shellcheck disable=SC2064 # the log's name, as it is now
        trap "tail -n 40 -- '$log' >&2" EXIT
        prepare_host "$HOST" amd64 2>"$log"
        trap - EXIT
    fi
}

main() {
    local host
    case "${1:-}" in
    --help | -h)
        usage
        exit 0
        ;;
    --host)
        host=${2:-}
        shift 2 || true
        ;;
    *)
        host=$(local_host)
        ;;
    esac
    if [ $# -ne 0 ]; then
        usage >&2
        exit 2
    fi
    go_to_host "$host" "$SCRIPTS/demo.sh" --host "$host"
    set_up
    # However it ends, the guests' files go.
    TMPDIR=$(mktemp -d)
    export TMPDIR
    trap 'rm -rf -- "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM HUP
    "$TOP/build/$HOST/tests/demo/annex-demo"
}

main "$@"
