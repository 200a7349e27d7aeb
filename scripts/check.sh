#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run all tests on a machine that has nothing yet: set up, build, test, count.
#
# usage: scripts/check.sh [--host HOST]... [meson test argument...]
#
# Tests the hosts named, by default all but those whose facts say that they
# are not (HOST_DEFAULT).  The last line is "N passed, N failed, N skipped",
# counting single cases of all hosts; a host that cannot be set up counts as
# one that failed.  Fails if any failed; with CI=true in the environment, if
# any was skipped.
#
# Without meson test arguments it also makes and tests the hosts' packages;
# without any it compares docs/tested.rst with what was tested, and says which
# lines of ours the tests run (coverage.sh).

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

HOSTS=()
BUILT=()
PACKAGED=()
COVERAGE=
COUNT_OPTIONS=()

# Whatever ends the script before the count is a failure to be counted.
COUNTED=false
finish() {
    local status=$? running
    mapfile -t running < <(jobs -pr)
    if [ ${#running[@]} -gt 0 ]; then
        kill -- "${running[@]/#/-}" || true
        wait
    fi
    if ! "$COUNTED"; then
        say "the tests could not be run to the end"
        printf '0 passed, 1 failed, 0 skipped\n'
        exit $((status ? status : 1))
    fi
}

logs() {
    printf '%s\n' "$TOP/build/$1/meson-logs"
}

# The modules of the other hosts: tests show that they are refused.
other_plugins() {
    local host dirs=()
    for host in "${HOSTS[@]}"; do
        if [ "$host" != "$1" ] && [ -d "$TOP/build/$host/plugins" ]; then
            dirs+=("$TOP/build/$host/plugins")
        fi
    done
    (
        IFS=:
        printf '%s\n' "${dirs[*]}"
    )
}

# A host without results counts as a failure, so that old ones must go.
drop_results() {
    rm -f -- "$(logs "$1")"/testlog.*
}

# All are built before the first is tested: see other_plugins().
build_hosts() {
    local host
    for host in "${HOSTS[@]}"; do
        say "building for host $host"
        drop_results "$host"
        if "$SCRIPTS/build.sh" "$host" >/dev/null; then
            BUILT+=("$host")
        else
            say "host $host cannot be built for"
        fi
    done
}

test_hosts() {
    local host
    for host in "${BUILT[@]}"; do
        say "testing host $host"
        if ! ANNEX_OTHER_PLUGIN_DIRS=$(other_plugins "$host") \
            "$SCRIPTS/test-host.sh" "$host" "$@"; then
            say "host $host cannot be tested"
            drop_results "$host"
        fi
    done
}

# On a third build, and beside the packages, whose tests leave a processor most
# of the time.  What cannot be measured leaves no figures, which is counted.
measure_coverage() {
    local log=${COVERAGE%.txt}.log
    say "measuring which lines the tests run"
    if "$SCRIPTS/coverage.sh" >"$COVERAGE.partial" 2>"$log"; then
        mv -- "$COVERAGE.partial" "$COVERAGE"
    else
        say "that cannot be measured: see $log"
    fi
}

# Packages for a suite on top of a release are not made.
package_hosts() {
    local host
    for host in "${BUILT[@]}"; do
        if (load_host "$host" && [ -z "$HOST_SUITE" ]); then
            PACKAGED+=("$host")
            COUNT_OPTIONS+=(--tap "$TOP/build/packages/$host/test.tap")
        fi
    done
}

# All are made before the first is tested: they are also to keep off each
# other's hosts.  Then they are tested at once, each in a root of its own: most
# of the time packages are fetched and unpacked.  What cannot be made leaves no
# results, which is counted.
test_packages() {
    local host made=()
    for host in "${PACKAGED[@]}"; do
        say "making the packages of host $host"
        if "$SCRIPTS/package-deb.sh" "$host" >/dev/null; then
            made+=("$host")
        else
            rm -rf -- "$TOP/build/packages/$host"
        fi
    done
    # Each with all its children is a group, for finish() to end.
    set -m
    for host in "${made[@]}"; do
        "$SCRIPTS/test-packages.sh" "$host" </dev/null >/dev/null ||
            say "the packages of host $host are not as they should be" &
    done
    if [ -n "$COVERAGE" ]; then
        measure_coverage </dev/null &
    fi
    set +m
    wait
}

count() {
    local host folders=()
    for host in "${HOSTS[@]}"; do
        folders+=("$(logs "$host")")
    done
    if [ "${CI:-}" = true ]; then
        COUNT_OPTIONS+=(--no-skips)
    fi
    COUNTED=true
    "$SCRIPTS/count-tests.py" "${COUNT_OPTIONS[@]}" "${folders[@]}"
}

main() {
    local host
    if [ $# -eq 0 ]; then
        COVERAGE=$TOP/build/coverage.txt
        rm -f -- "$COVERAGE"
        COUNT_OPTIONS+=(--table "$TOP/docs/tested.rst" --coverage "$COVERAGE")
    fi
    while [ "${1:-}" = --host ]; do
        HOSTS+=("${2:-}")
        shift $(($# > 1 ? 2 : 1))
    done
    if [ ${#HOSTS[@]} -eq 0 ]; then
        mapfile -t HOSTS < <(default_hosts)
    fi
    for host in "${HOSTS[@]}"; do
        (load_host "$host") || exit 2
    done
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
    install_packages python3
    build_hosts
    test_hosts "$@"
    if [ $# -eq 0 ]; then
        package_hosts
        test_packages
    fi
    count
}

main "$@"
