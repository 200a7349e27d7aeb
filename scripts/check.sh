#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run all tests on a machine that has nothing yet: set up, build, test, count.
#
# usage: scripts/check.sh [--host HOST] [meson test argument...]
#
# The last line is "N passed, N failed, N skipped", counting single cases.
# Fails if any failed; with CI=true in the environment, if any was skipped.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Whatever ends the script before the tests ran is a failure to be counted.
HOST=7.2
COUNTED=false
finish() {
    local status=$?
    if ! "$COUNTED"; then
        say "the tests could not be run to the end"
        printf '0 passed, 1 failed, 0 skipped\n'
        exit $((status ? status : 1))
    fi
}

# The count decides, not meson's exit code: meson knows no skipped case.
run_tests() {
    local logs=$TOP/build/$HOST/meson-logs options=()
    rm -f -- "$logs"/testlog.*
    meson test -C "$TOP/build/$HOST" --no-rebuild --print-errorlogs "$@" ||
        true
    if [ "${CI:-}" = true ]; then
        options+=(--no-skips)
    fi
    COUNTED=true
    "$SCRIPTS/count-tests.py" "${options[@]}" "$logs"
}

main() {
    if [ "${1:-}" = --host ]; then
        HOST=$2
        shift 2
    fi
    trap finish EXIT
    load_host "$HOST"
    install_packages "${HOST_TEST_PACKAGES[@]}"
    prepare_host "$HOST"
    run_tests "$@"
}

main "$@"
