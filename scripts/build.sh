#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the modules for one host, from nothing, into build/HOST/plugins.
#
# usage: scripts/build.sh HOST [meson setup argument...]
#
# Installs what is missing, prepares the host's headers (host-tree.sh), sets
# build/HOST up where that is needed, and compiles.  Where the host's QEMU is
# in a root folder (on-host.sh), so is all of this done.  ANNEX_BUILD_DIR in
# the environment is another folder than build/HOST.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# For tools and tests; the modules need what the host's headers need.
PACKAGES=(libelf-dev libjson-glib-dev)

# Set up anew if there is no whole build folder yet, or the headers, or these
# arguments, are not those that it was set up with.
set_up() {
    local build=$1 tree=$2 stamp=$1/annex-setup arguments
    shift 2
    arguments=(
        "-Dhost_series=$(host_fact "$tree" series)"
        "-Dhost_version=$(host_fact "$tree" version)"
        "-Dhost_package=$(host_fact "$tree" package)"
        "-Dhost_src=$(host_fact "$tree" src)"
        "-Dhost_build=$(host_fact "$tree" build)"
        "-Dcheck_sources=$([ "$HOST_CHECKS_SOURCES" = yes ] &&
            echo true || echo false)"
        "$@"
    )
    if printf '%s\n' "${arguments[@]}" | cmp -s - "$stamp"; then
        return
    fi
    if [ -f "$stamp" ]; then
        say "setting $build up again"
        meson setup --reconfigure "${arguments[@]}" "$build" "$TOP" >&2
    else
        say "setting $build up"
        rm -rf -- "$build"
        meson setup "${arguments[@]}" "$build" "$TOP" >&2
    fi
    printf '%s\n' "${arguments[@]}" >"$stamp"
}

main() {
    local host tree build
    if [ $# -lt 1 ] || [[ $1 == -* ]]; then
        printf 'usage: %s HOST [meson setup argument...]\n' "$0" >&2
        exit 2
    fi
    go_to_host "$1" "$SCRIPTS/build.sh" "$@"
    host=$1
    shift
    install_packages "${PACKAGES[@]}"
    tree=$("$SCRIPTS/host-tree.sh" "$host" | tail -n 1)
    build=${ANNEX_BUILD_DIR:-$TOP/build/$host}
    set_up "$build" "$tree" "$@"
    ninja -C "$build" >&2
    printf '%s\n' "$build/plugins"
}

main "$@"
