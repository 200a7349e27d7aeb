#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Set up, build and test one host; the results are left for count-tests.py.
#
# usage: scripts/test-host.sh HOST [meson test argument...]
#
# Works on a machine that has nothing yet.  The results are in
# build/HOST/meson-logs.  Fails if the tests could not be run to the end,
# never for what they found.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Two tests for each processor: many wait for a guest's clock.
#
# Meson's exit code tells nothing: it knows no skipped case.  Without a log
# at the end there is nothing to be counted, though.
run_tests() {
    local build=$TOP/build/$HOST
    rm -f -- "$build"/meson-logs/testlog.*
    meson test -C "$build" --no-rebuild --print-errorlogs \
        --num-processes $(($(nproc) * 2)) "$@" || true
    [ -f "$build/meson-logs/testlog.junit.xml" ] ||
        die "meson test left no results"
}

main() {
    if [ $# -lt 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST [meson test argument...]\n' "$0" >&2
        exit 2
    fi
    go_to_host "$1" "$SCRIPTS/test-host.sh" "$@"
    shift
    install_packages "${HOST_TEST_PACKAGES[@]}"
    prepare_host "$HOST" "${HOST_GUESTS[@]}"
    run_tests "$@"
}

main "$@"
