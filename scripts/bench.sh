#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Measure what Annex costs, next to a stock QEMU in the same run.
#
# usage: scripts/bench.sh [--host HOST] [--quick] [--boots N] [--only PART]
#
# Works on a machine that has nothing yet.  Prints a report, and leaves it in
# build/HOST/bench.txt, and all numbers in build/HOST/bench.json.  Fails only
# if something could not be measured, never for what was measured.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

WANTED=
OPTIONS=()

usage() {
    printf 'usage: scripts/bench.sh [--host HOST] [--quick] [--boots N]'
    printf ' [--only PART]\n\n'
    printf '%s\n' \
        '--quick      fewer repetitions: a few minutes' \
        '--boots N    pairs of guest boots (default 5, quick 2)' \
        '--only PART  one of boot, load, latency, scale, papr, failover,' \
        '             vhost-user, slots' \
        "--host HOST  the QEMU to build for (default $(local_host));" \
        "             known: $(known_hosts)"
}

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
        --help | -h)
            usage
            exit 0
            ;;
        --quick)
            OPTIONS+=(--quick)
            shift
            ;;
        --boots | --only | --host)
            if [ $# -lt 2 ]; then
                usage >&2
                exit 2
            fi
            if [ "$1" = --host ]; then
                WANTED=$2
            else
                OPTIONS+=("$1=$2")
            fi
            shift 2
            ;;
        *)
            usage >&2
            exit 2
            ;;
        esac
    done
}

main() {
    local build
    parse "$@"
    go_to_host "${WANTED:-$(local_host)}" "$SCRIPTS/bench.sh" "$@"
    install_packages "${HOST_TEST_PACKAGES[@]}"
    prepare_host "$HOST" amd64
    build=$TOP/build/$HOST
    # However it ends, the machines' files go.
    TMPDIR=$(mktemp -d)
    export TMPDIR
    trap 'rm -rf -- "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM HUP
    "$build/tests/bench/annex-bench" "${OPTIONS[@]}" \
        --json "$build/bench.json" | tee -- "$build/bench.txt"
    say "all numbers: build/$HOST/bench.json"
}

main "$@"
