# SPDX-License-Identifier: GPL-2.0-or-later
# What was installed, in a domain of libvirt's, with a real Linux guest.
# shellcheck shell=bash

# It is there before our packages, and after them.
install_libvirt() {
    # No service is started.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    apt install libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu
    # run-libvirtd leaves these, where a package does not have them.
    mkdir -p /{etc,run,var/{cache,lib,log}}/libvirt
}

# All modules load; the guest refuses to let a disk go, libvirt and annexctl
# are told, and the disk stays; then the guest lets it go.
refused_by_guest() {
    env "ANNEX_PLUGIN_DIR=$LIBDIR" "ANNEX_GUEST_DIR=$WORK/guest" \
        "ANNEX_TEST_MODULE_DIR=$WORK/libvirt" "G_TEST_SRCDIR=$WORK/libvirt" \
        "$WORK/libvirt/libvirt-all-test" /usr/bin/annexctl 2>&1 |
        tee "$WORK/out" || {
        # What is shown of the logs might not have it.
        grep -E '^(not ok|Bail out!)' "$WORK/out"
        return 1
    }
    # Nor is it skipped.
    has '^ok [0-9]+ /libvirt/all/refused$' "$WORK/out"
}
