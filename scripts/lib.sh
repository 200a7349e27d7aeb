# SPDX-License-Identifier: GPL-2.0-or-later
# What the scripts share: messages, packages, cache folder, host facts.
# shellcheck shell=bash source-path=SCRIPTDIR

SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # used where this is read
TOP=$(dirname -- "$SCRIPTS")

# Progress goes to stderr: stdout carries results only.
say() {
    printf 'annex: %s\n' "$*" >&2
}

die() {
    printf 'annex: error: %s\n' "$*" >&2
    exit 1
}

# Run a command with its output kept in LOG; show the end of it on failure.
logged() {
    local log=$1
    shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 -- "$log" >&2
        return 1
    fi
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "this needs root or sudo: $*"
    fi
}

# The release of Debian that this machine runs.
codename() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

cache_dir() {
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/annex"
}

package_installed() {
    local status
    status=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) || true
    [ "$status" = installed ]
}

# Install those of the named packages that are missing.  A stale index is no
# error as long as the packages themselves can still be fetched.  Services of
# theirs (Debian 13's libvirt-daemon has some) are not started.
install_packages() {
    local package log missing=()
    for package in "$@"; do
        package_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    say "installing ${missing[*]}"
    log=$(mktemp)
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 ||
        say "apt-get update failed, going on with the index there is"
    logged "$log" as_root env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 \
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends "${missing[@]}" ||
        die "cannot install ${missing[*]}"
    rm -f -- "$log"
}

# Read the facts about a host (see hosts/7.2.sh) into HOST_* variables.
load_host() {
    HOST=$1
    local facts=$SCRIPTS/hosts/$1.sh
    if [ ! -f "$facts" ]; then
        die "unknown host '$1'; known: $(known_hosts)"
    fi
    # shellcheck source=hosts/7.2.sh
    . "$facts"
}

# Whether this machine is where the host's QEMU is, or may be installed.
host_is_here() {
    local version
    if [ "${ANNEX_ON_HOST:-}" = "$HOST" ]; then
        return
    fi
    version=$(dpkg-query -W -f '${Version}' "${HOST_PACKAGES[0]}" \
        2>/dev/null) || true
    # shellcheck disable=SC2053 # a pattern
    [ "$(codename)" = "$HOST_RELEASE" ] &&
        { [[ $version == $HOST_PACKAGE_VERSION ]] ||
            [ -z "$version$HOST_SUITE" ]; }
}

# Go on in the script that calls this, with its arguments, where HOST's QEMU
# is: here, or in a root folder of the host's release.
go_to_host() {
    load_host "$1"
    if ! host_is_here; then
        # Wherever this was called, it may not be seen in the root folder.
        cd -- "$TOP" || exit
        exec "$SCRIPTS/on-host.sh" "$1" "${@:2}"
    fi
}

# Oldest first.
known_hosts() {
    local facts names=()
    for facts in "$SCRIPTS"/hosts/*.sh; do
        names+=("$(basename -- "$facts" .sh)")
    done
    mapfile -t names < <(printf '%s\n' "${names[@]}" | sort -V)
    printf '%s\n' "${names[*]}"
}

# The hosts that are tested when none is named, one per line.
default_hosts() {
    local host
    for host in $(known_hosts); do
        (
            load_host "$host"
            [ "$HOST_DEFAULT" != yes ] || printf '%s\n' "$host"
        )
    done
}

# The host that needs no root folder, since this machine's own QEMU is of it.
local_host() {
    local host
    for host in $(known_hosts); do
        if (load_host "$host" && host_is_here); then
            printf '%s\n' "$host"
            return
        fi
    done
    printf '7.2\n'
}

# host_fact TREE KEY: one value out of a prepared tree's annex-host.conf
host_fact() {
    sed -n "s/^$2=//p" "$1/annex-host.conf"
}

# Put what git has of this tree, uncommitted changes included, into $1.  In a
# host's root folder the tree may be another user's, which git would refuse.
copy_sources() {
    local file
    git -c "safe.directory=$TOP" -C "$TOP" \
        ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do
            [ ! -e "$TOP/$file" ] || printf '%s\0' "$file"
        done | tar -C "$TOP" --null -T - -cf - | tar -C "$1" -xf -
}

# Make a guest's image, and tell the programs in tests/ where it is.
prepare_guest() {
    local folder
    folder=$("$SCRIPTS/guest-image.sh" "$1" | tail -n 1)
    case $1 in
    amd64) export ANNEX_GUEST_DIR=$folder ;;
    ppc64el) export ANNEX_GUEST_DIR_PPC64=$folder ;;
    *) die "no test knows a guest of $1" ;;
    esac
}

# prepare_host HOST GUEST...: build for it, and tell the programs in tests/
# where QEMU, the modules and the guest images are (tests/lib/host.h).
prepare_host() {
    local guest
    "$SCRIPTS/build.sh" "$1" >/dev/null
    ANNEX_QEMU_X86_64=$(command -v qemu-system-x86_64)
    ANNEX_QEMU_PPC64=$(command -v qemu-system-ppc64)
    ANNEX_PLUGIN_DIR=$TOP/build/$1/plugins
    ANNEX_HOST=$1
    export ANNEX_QEMU_X86_64 ANNEX_QEMU_PPC64 ANNEX_PLUGIN_DIR ANNEX_HOST
    for guest in "${@:2}"; do
        prepare_guest "$guest"
    done
}
