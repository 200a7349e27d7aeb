# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt's own AppArmor profile for guests, with the abstraction.
# shellcheck shell=bash disable=SC2164

PROFILE=/etc/apparmor.d/abstractions/libvirt-qemu
ADDITIONS=/etc/apparmor.d/local/abstractions/libvirt-qemu

# A package that does with libvirt's profile what libvirt's does.  Debian 13's
# is there (libvirt.sh); that of Debian 12 is in a package with services.
make_libvirt_profile() {
    [ ! -e "$PROFILE" ] || return 0
    mkdir -p "$WORK/profile-package/tree"
    cd "$WORK/profile-package"
    apt-get -q -o APT::Sandbox::User=root download libvirt-daemon-system
    dpkg-deb --fsys-tarfile libvirt-daemon-system_*.deb |
        tar -C tree -xf - ".$PROFILE"
    make_package libvirt-profile 1 tree
}

# Debian 12's has this file made by the postinst, and includes it by force.
add_libvirt() {
    [ -e "$PROFILE" ] || dpkg -i "$WORK/made/libvirt-profile.deb"
    mkdir -p "${ADDITIONS%/*}"
    [ -e "$ADDITIONS" ] || : >"$ADDITIONS"
}

# What is not installed dpkg passes over.
remove_libvirt() {
    dpkg --purge libvirt-profile
    rm "$ADDITIONS"
    rmdir "${ADDITIONS%/*}"
}

# The rules that a guest's profile has, all includes resolved; and that the
# kernel would be given them.
guest_profile() {
    cat >"$WORK/profile" <<'END'
#include <tunables/global>
profile annex-test flags=(attach_disconnected) {
  #include <abstractions/libvirt-qemu>
}
END
    apparmor_parser -Q -K -S "$WORK/profile" >"$WORK/policy"
    [ -s "$WORK/policy" ]
    apparmor_parser -Q -K -p "$WORK/profile" >"$WORK/rules"
}

# Without the packages; so the next case can fail.
not_allowed_before() {
    add_libvirt
    guest_profile
    has_not qemu-annex "$WORK/rules"
    remove_libvirt
}

# Where it is not there already, libvirt's comes after the packages.
allowed() {
    add_libvirt
    guest_profile
    has '^ *"?/usr/lib/@?\{[^ ]*\}/qemu-annex/\*\.so"? mr,' "$WORK/rules"
}

# The profile is as whole as before, and the administrator's lines are there.
taken_back() {
    guest_profile
    has_not '^ *(#)?include if exists <abstractions/libvirt-qemu.d/annex>' \
        "$ADDITIONS"
    has '^# own words$' "$ADDITIONS"
    remove_libvirt
}

own_words() {
    echo '# own words' >>"$ADDITIONS"
}
