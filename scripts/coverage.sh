#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which lines of ours the tests run: build with gcov, test, print percentages.
#
# usage: scripts/coverage.sh [--host HOST] [meson test argument...]
#
# By default the suites unit, tools and qtest, for the host that this machine
# is of, in build/coverage-HOST.  A test that fails is said to, and counts as
# far as it went.  What a QEMU has run that was killed does not count.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

SUITES=(--suite unit --suite tools --suite qtest)

main() {
    local host build
    host=$(local_host)
    if [ "${1:-}" = --host ]; then
        host=${2:-}
        shift $(($# > 1 ? 2 : 1))
    fi
    go_to_host "$host" "$SCRIPTS/coverage.sh" --host "$host" "$@"
    build=$TOP/build/coverage-$host
    ANNEX_BUILD_DIR=$build "$SCRIPTS/build.sh" "$host" -Db_coverage=true \
        >/dev/null
    install_packages "${HOST_TEST_PACKAGES[@]}"
    find "$build" -name '*.gcda' -delete
    meson test -C "$build" --no-rebuild --num-processes $(($(nproc) * 2)) \
        "${@:-"${SUITES[@]}"}" >&2 ||
        say "there are tests that failed"
    "$SCRIPTS/coverage.py" "$build" "$TOP"
}

main "$@"
