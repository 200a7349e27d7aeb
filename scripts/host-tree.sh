#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prepare the headers of the QEMU a distribution ships, and print their folder.
#
# usage: scripts/host-tree.sh HOST
#
# The folder printed last on stdout holds
#   src/              the source package the installed QEMU was built from
#   build/            its generated headers (QAPI, trace, configuration)
#   annex-host.conf   key=value: series, version, package, src, build
# and is kept in the user's cache folder, under a name made from the source
# version and from all that the result depends on.  Where the host's QEMU is
# in a root folder (on-host.sh), so is this done.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    printf 'usage: %s HOST    HOST is one of: %s\n' "$0" "$(known_hosts)"
}

# "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)"
binary_version() {
    local line
    line=$("$1" --version | head -n 1)
    if [[ ! $line =~ version\ ([0-9.]+\ \(.*\))$ ]]; then
        die "$1 --version: cannot read '$line'"
    fi
    printf '%s\n' "${BASH_REMATCH[1]}"
}

# Of one version all, since they are of one source package.
read_binaries() {
    local version binary
    version=$(binary_version "${HOST_BINARIES[0]}")
    for binary in "${HOST_BINARIES[@]:1}"; do
        if [ "$(binary_version "$binary")" != "$version" ]; then
            die "$binary is not of the version of ${HOST_BINARIES[0]}"
        fi
    done
    VERSION=${version%% *}
    PACKAGE=${version#* (}
    PACKAGE=${PACKAGE%)}
    if [ "${VERSION%.*}" != "$HOST_SERIES" ]; then
        die "QEMU $HOST_SERIES wanted, but ${HOST_BINARIES[0]} is $VERSION"
    fi
}

# A binary package rebuilt as +bN comes from a source package without it.
read_source_version() {
    SOURCE=$(dpkg-query -W -f '${source:Package}' "${HOST_PACKAGES[0]}")
    SOURCE_VERSION=$(dpkg-query -W -f '${source:Version}' \
        "${HOST_PACKAGES[0]}")
}

# Name the entry by everything that decides what is in it.
entry_name() {
    local hash
    hash=$({
        printf '%s\n' "$PACKAGE" "$(uname -m)"
        declare -p "${!HOST_@}"
        cd -- "$SCRIPTS"
        cat host-tree.sh apt-source.sh verify-host.py
    } | sha256sum)
    printf '%s-%.12s\n' "${SOURCE_VERSION#*:}" "$hash"
}

configure_tree() {
    local defined
    mkdir build
    (
        cd build
        logged configure.log ../src/configure \
            --target-list="$HOST_TARGETS" \
            --with-pkgversion="$PACKAGE" \
            "${HOST_CONFIGURE[@]}"
    ) || die "configure of $SOURCE $SOURCE_VERSION failed"
    for defined in "${HOST_DEFINES[@]}"; do
        grep -q "^#undef $defined\$" build/config-host.h ||
            die "configure knows no $defined, or has already set it"
        sed -i "s/^#undef $defined\$/#define $defined/" build/config-host.h
    done
}

# Every header that ninja can make, but for those of other programs.
generate_headers() {
    local headers
    mapfile -t headers < <(
        ninja -C build -t targets all |
            sed -nE 's/^(.*\.(h|def)): CUSTOM_COMMAND$/\1/p' |
            grep -vE '^(tests|qga|storage-daemon|target|ui|block)/')
    logged build/headers.log ninja -C build "${headers[@]}" ||
        die "cannot generate the headers of $SOURCE $SOURCE_VERSION"
}

# What is left of build/ is true wherever the entry is moved to.  The device
# configurations go too: those without the libraries would be wrong.  Firmware
# and tests are half of the source, and nothing includes them.
keep_headers() {
    local asm
    rm -rf src/roms src/tests
    asm=$(basename -- "$(readlink build/linux-headers/asm)")
    ln -sfn "../../src/linux-headers/$asm" build/linux-headers/asm
    rm -f build/*-config-devices.h
    find build -type f ! -name '*.h' ! -name '*.def' -delete
    find build -type l ! -path build/linux-headers/asm -delete
    find build -type d -empty -delete
}

verify_headers() {
    local binary
    for binary in "${HOST_BINARIES[@]}"; do
        printf '%s\n' "${HOST_PROBES[@]}" |
            "$SCRIPTS/verify-host.py" "$binary" src build ||
            die "the headers made are not those of $binary"
    done
}

write_facts() {
    cat <<END
series=$HOST_SERIES
version=$VERSION
package=$PACKAGE
src=$1/src
build=$1/build
END
}

# Everything happens in a folder aside; only a whole entry gets its name.
make_entry() {
    local entry=$1 aside=$1.partial
    rm -rf -- "$(dirname -- "$entry")"/*.partial
    mkdir -- "$aside"
    cd -- "$aside"
    say "fetching the source of $SOURCE $SOURCE_VERSION"
    "$SCRIPTS/apt-source.sh" "$SOURCE" "$SOURCE_VERSION" src
    say "configuring it"
    configure_tree
    say "generating its headers"
    generate_headers
    keep_headers
    say "comparing them with ${HOST_BINARIES[*]}"
    verify_headers
    write_facts "$entry" >annex-host.conf
    cd -- "$TOP"
    mv -T -- "$aside" "$entry"
    say "host tree kept in $entry"
}

main() {
    local entry
    if [ $# -ne 1 ] || [ "$1" = --help ]; then
        usage >&2
        exit 2
    fi
    go_to_host "$1" "$SCRIPTS/host-tree.sh" "$@"
    install_packages "${HOST_PACKAGES[@]}" "${HOST_BUILD_PACKAGES[@]}" \
        ca-certificates dpkg-dev xz-utils
    read_binaries
    read_source_version
    entry=$(cache_dir)/host/$(entry_name)
    mkdir -p -- "$(dirname -- "$entry")"
    exec 9>"$(dirname -- "$entry")/lock"
    flock 9
    if [ ! -d "$entry" ]; then
        make_entry "$entry"
    fi
    say "host $HOST: QEMU $VERSION ($PACKAGE)"
    printf '%s\n' "$entry"
}

main "$@"
