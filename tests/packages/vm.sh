# SPDX-License-Identifier: GPL-2.0-or-later
# VMs with the modules, from where the packages have put them.
# shellcheck shell=bash

# What annex-check says of the QEMUs installed.
loads() {
    annex-check --quiet "${MODULES[@]/#/--module=}" /usr/bin/qemu-system-x86_64
    annex-check --quiet --module=papr-drc /usr/bin/qemu-system-ppc64
}

# vm_start NAME ARCHITECTURE MACHINE MODULE...: returns once QMP is there.
vm_start() {
    local name=$1 arch=$2 machine=$3 module plugins=()
    shift 3
    for module in "$@"; do
        plugins+=(-plugin "$LIBDIR/annex-$module.so")
    done
    "qemu-system-$arch" -accel tcg -machine "$machine" -nodefaults \
        -display none -daemonize -pidfile "$WORK/$name.pid" \
        -qmp "unix:$WORK/$name.qmp,server=on,wait=off" "${plugins[@]}"
}

vm_ask() {
    local name=$1
    shift
    ANNEXCTL_SOCKET=$WORK/$name.qmp annexctl "$@"
}

vm_has_modules() {
    local name=$1 module
    shift
    vm_ask "$name" modules | tee "$WORK/modules"
    for module in "$@"; do
        has "^$module +active" "$WORK/modules"
    done
}

vm_quit() {
    local name=$1 pid
    pid=$(cat "$WORK/$name.pid")
    kill "$pid"
    timeout 60 tail --pid="$pid" -f /dev/null
}

x86_starts() {
    local view
    vm_start x86 x86_64 q35 "${MODULES[@]}"
    vm_has_modules x86 "${MODULES[@]}"
    for view in unplugs failover vhost-user slots postcopy; do
        vm_ask x86 "$view"
    done
}

pseries_starts() {
    vm_start pseries ppc64 pseries papr-drc
    vm_has_modules pseries papr-drc
    vm_ask pseries connectors
    vm_quit pseries
}

still_there() {
    vm_has_modules x86 "${MODULES[@]}"
    vm_quit x86
}

starts_again() {
    vm_start again x86_64 q35 "${MODULES[@]}"
    vm_has_modules again "${MODULES[@]}"
    vm_quit again
}

# Without modules.
qemu_runs() {
    timeout 60 "$1" -accel tcg -machine "$2" -nodefaults -display none \
        -qmp stdio <<<'{"execute":"qmp_capabilities"} {"execute":"quit"}' |
        grep SHUTDOWN
}
