# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU 10.0 as in Debian 12's backports: what differs from that of Debian 13.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034

# shellcheck source=10.0.sh
. "$SCRIPTS/hosts/10.0.sh"

HOST_RELEASE=bookworm
HOST_SUITE=bookworm-backports
HOST_DEFAULT=no
HOST_PACKAGE_VERSION='1:10.0.*~bpo12*'

# Debian 12 has no libblkio, and an older DPDK.
HOST_TEST_PACKAGES=(
    "${HOST_TEST_PACKAGES[@]/librte-net-vhost25/librte-net-vhost23}"
)
HOST_CONFIGURE=("${HOST_CONFIGURE[@]/#--enable-blkio/--disable-blkio}")
mapfile -t HOST_BUILD_PACKAGES < <(
    printf '%s\n' "${HOST_BUILD_PACKAGES[@]}" | grep -vx libblkio-dev
)
