#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the Linux guest for tests: Debian's kernel, a busybox initramfs.
#
# usage: guest-image.sh ARCH        (Debian's name: amd64, ppc64el)
#
# Prints the folder with vmlinux and initramfs.cpio.gz (amd64: also vmlinuz)
# as its last line on stdout, progress on stderr. The folder is in the user's
# cache, named by kernel version and a hash of all inputs, and made once.
# Nothing but build tools is installed: the guest's packages are downloaded
# and unpacked.

# No pipefail: readers here stop before the end of what they read.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=apt-foreign.sh
. "$SCRIPTS/apt-foreign.sh"

top=$TOP
cache=$(cache_dir)/guest

# With the modules they depend on; loaded by the guest's init on demand.
modules="virtio_pci virtio_net net_failover virtio_blk virtio_scsi sd_mod
e1000e virtio_rng virtio_balloon ext4"

# What differs between architectures.
set_arch() {
    arch=$1
    case $arch in
    amd64)
        flavour=amd64
        image=vmlinuz
        make_arch=x86
        cross=
        modules="$modules e1000 8139cp vmxnet3"
        libc=libc6-dev
        programs=()
        ;;
    ppc64el)
        flavour=powerpc64le
        image=vmlinux
        make_arch=powerpc
        cross=powerpc64le-linux-gnu
        libc=libc6-dev-ppc64el-cross
        modules="$modules ibmveth ibmvscsi rpaphp rpadlpar_io"
        programs=(powerpc-ibm-utils)
        ;;
    *)
        die "unknown architecture '$arch' (known: amd64, ppc64el)"
        ;;
    esac
    native=$(dpkg --print-architecture)
    if [ "$arch" != "$native" ]; then
        apt_foreign "$arch"
    fi
}

install_tools() {
    install_packages cpio kmod make gzip xz-utils "$libc" "$libelf" \
        "$compiler${cross:+-$cross}"
}

update_lists() {
    if [ "$arch" != "$native" ]; then
        apt_foreign_update
    else
        say "updating the package lists"
        as_root apt-get update >&2 || say "apt-get update failed, going on"
    fi
}

# The version apt would install; nothing if it knows none.
candidate() {
    apt-cache "${APT_OPTIONS[@]}" policy "$1:$arch" |
        sed -n '/(none)/d; s/^  Candidate: //p'
}

# The names of what a package depends on, one per line.
depends() {
    apt-cache "${APT_OPTIONS[@]}" show --no-all-versions "$1:$arch" |
        sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/[ :].*//'
}

# The libraries that a package needs, directly or not.
libraries() {
    local known="$1" new="$1" found
    while [ -n "$new" ]; do
        found=$(for package in $new; do depends "$package"; done |
            grep -E '^(lib|zlib)' | sort -u)
        new=$(comm -23 <(echo "$found") \
            <(printf '%s\n' "$known" | sort -u))
        known+=$'\n'$new
    done
    echo "$known" | sed 1d
}

# Add a package of the guest's to the list, with the version to take.
add_package() {
    version=$(candidate "$1")
    [ -n "$version" ] || die "apt knows no $1 for $arch"
    packages+=("$1:$arch=$version")
}

# "linux-image-amd64" to "linux-image-6.1.0-NN-amd64".
concrete_kernel() {
    depends "linux-image-$flavour" | grep '^linux-image-[0-9]' | head -n 1
}

resolve_packages() {
    packages=()
    kernel=$(concrete_kernel)
    [ -n "$kernel" ] || die "apt knows no linux-image-$flavour"
    release=${kernel#linux-image-}
    headers=linux-headers-$release
    add_package "$kernel"
    add_package busybox-static
    add_package "$headers"
    # Headers for any architecture, and programs that have to run here: of
    # the version of the headers, whatever newer there may be for this machine.
    kbuild=$(depends "$headers" | grep '^linux-kbuild-')
    for package in "$kbuild" "$(depends "$headers" | grep '^linux-headers-')"
    do
        packages+=("$package:$native=$version")
    done
    for package in $(for program in "${programs[@]}"; do
        echo "$program"
        libraries "$program"
    done | sort -u); do
        add_package "$package"
    done
    compiler=$(depends "$headers" | grep -o 'gcc-[0-9]*' | head -n 1)
    [ -n "$compiler" ] || die "no compiler is known for $kernel"
    # objtool, in linux-kbuild, is linked to it.
    libelf=$(depends "$kbuild" | grep '^libelf')
}

# Everything the result depends on.
inputs() {
    printf '%s\n' "${packages[@]}"
    echo "$modules"
    cat "$0" "$top/tests/guest/init" "$top"/tests/guest/hold/* \
        "$top/tests/guest/annex-memory.c"
}

download() {
    say "downloading ${packages[*]}"
    mkdir "$work/deb"
    (cd "$work/deb" && apt-get -q "${APT_OPTIONS[@]}" \
        -o APT::Sandbox::User=root download "${packages[@]}" >&2) ||
        die "the guest's packages cannot be downloaded"
    # Unpacked, packages up to Debian 12 have some in bin/ and lib/; as links
    # from the start these are the same folders as those in usr/.
    mkdir -p "$work/root/usr/bin" "$work/root/usr/lib" "$work/root/usr/sbin"
    ln -s usr/bin usr/lib usr/sbin "$work/root/"
    for deb in "$work"/deb/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -C "$work/root" --keep-directory-symlink -xf -
    done
}

# The headers refer to each other by absolute paths: make them ours.  Debug
# information in BTF would need one more tool, and nothing reads it.
build_hold_module() {
    say "building annex-hold.ko for $release"
    headers_dir=$work/root/usr/src/linux-headers-$release
    sed -i "s,/usr/src,$work/root/usr/src,g" "$headers_dir/Makefile"
    mkdir "$work/hold"
    cp "$top"/tests/guest/hold/* "$work/hold/"
    make -C "$headers_dir" M="$work/hold" ARCH=$make_arch \
        CROSS_COMPILE="${cross:+$cross-}" CONFIG_DEBUG_INFO_BTF_MODULES= \
        modules >&2
    mkdir -p "$tree/lib/modules/$release/extra"
    cp "$work/hold/annex-hold.ko" "$tree/lib/modules/$release/extra/"
}

# Static: there is no C library in this guest.
build_memory_check() {
    say "building annex-memory"
    "${cross:+$cross-}$compiler" -std=gnu11 -O2 -Wall -Werror -static \
        -o "$tree/bin/annex-memory" "$top/tests/guest/annex-memory.c"
}

# The files of a module and of all that it depends on, relative.
module_files() {
    modprobe --dirname "$work/root" --set-version "$release" \
        --config /dev/null --show-depends "$1" > "$work/depends" ||
        die "kernel $release has no module $1"
    sed -n "s,^insmod $work/root/lib/modules/$release/\([^ ]*\).*,\1,p" \
        "$work/depends"
}

# Uncompressed: the initramfs is compressed as a whole, and the emulated guest
# would be slow at it.
copy_module() {
    case $1 in
    *.xz) xz -dc "$1" > "${2%.xz}" ;;
    *) cp "$1" "$2" ;;
    esac
}

# depmod reads all modules that there are; the guest has no use for the bulk.
copy_modules() {
    from=$work/root/lib/modules/$release
    (cd "$from/kernel" && rm -rf sound drivers/gpu drivers/iio \
        drivers/infiniband drivers/media drivers/net/wireless drivers/staging)
    depmod -b "$work/root" "$release"
    for module in $modules; do
        module_files "$module" > "$work/files"
        while read -r file; do
            mkdir -p "$tree/lib/modules/$release/$(dirname "$file")"
            copy_module "$from/$file" "$tree/lib/modules/$release/$file"
        done < "$work/files"
    done
    cp "$from"/modules.builtin* "$from/modules.order" \
        "$tree/lib/modules/$release/"
    depmod -b "$tree" "$release"
}

# field OFFSET SIZE: a number in the kernel image's header
# (Documentation/arch/x86/boot.rst)
field() {
    od -An -v --endian=little -j "$1" -N "$2" -t "u$2" \
        "$work/out/$image" | tr -d ' '
}

# Unpack the kernel: QEMU boots it by PVH, which saves the 3 s that the
# guest, emulated, would need for that.  After the compressed kernel there
# are four bytes more, with its size.
unpack_kernel() {
    start=$((($(field 0x1f1 1) + 1) * 512 + $(field 0x248 4)))
    length=$(($(field 0x24c 4) - 4))
    tail -c "+$((start + 1))" "$work/out/$image" | head -c "$length" \
        > "$work/payload"
    case $(od -An -N 4 -t x1 "$work/payload") in
    ' fd 37 7a 58') unpack=xz ;;
    ' 28 b5 2f fd') unpack=zstd ;;
    *) die "$kernel is compressed neither with xz nor with zstd" ;;
    esac
    command -v $unpack > /dev/null || install_packages $unpack
    $unpack -dc < "$work/payload" > "$work/out/vmlinux" ||
        die "cannot unpack the kernel"
}

build_kernel() {
    cp "$work/root/boot/$image-$release" "$work/out/$image"
    if [ "$image" = vmlinuz ]; then
        unpack_kernel
    fi
}

# The shared objects that a program is linked to, directly or not, copied to
# where the dynamic linker looks for them.
copy_libraries() {
    for library in $("$cross-readelf" -d "$1" |
        sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        if [ ! -e "$tree/lib/$library" ]; then
            cp -L "$work/root/lib/$cross/$library" "$tree/lib/"
            copy_libraries "$tree/lib/$library"
        fi
    done
}

# drmgr looks for files, and the kernel for modprobe, at these paths.
copy_programs() {
    ln -s bin "$tree/sbin"
    mkdir -p "$tree/usr" "$tree/lib" "$tree/var/log" "$tree/var/lock"
    ln -s ../bin "$tree/usr/bin"
    ln -s ../bin "$tree/usr/sbin"
    ln -s lib "$tree/lib64"
    cp "$work/root/sbin/drmgr" "$work/root/sbin/lsslot" "$tree/bin/"
    for program in drmgr lsslot; do
        copy_libraries "$tree/bin/$program"
    done
}

build_initramfs() {
    mkdir -p "$tree/bin" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/tmp" \
        "$tree/mnt"
    cp "$work/root/bin/busybox" "$tree/bin/"
    build_memory_check
    ln -s busybox "$tree/bin/sh"
    if [ ${#programs[@]} -gt 0 ]; then
        copy_programs
    fi
    cp "$top/tests/guest/init" "$tree/init"
    chmod 755 "$tree/init"
    copy_modules
    (cd "$tree" && find . | LC_ALL=C sort > "$work/names" &&
        cpio --quiet -o -H newc -R 0:0 < "$work/names") \
        > "$work/out/initramfs.cpio"
    gzip -n "$work/out/initramfs.cpio"
}

build() {
    work=$(mktemp -d "$cache/.build-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    tree=$work/tree
    mkdir "$work/out" "$work/root" "$tree"
    download
    build_hold_module
    build_initramfs
    build_kernel
    # Somebody else's equal result is as good.
    mv -T "$work/out" "$result" 2> /dev/null || [ -d "$result" ] ||
        die "cannot make $result"
}

# Where the result of what apt knows now is.
find_result() {
    resolve_packages
    hash=$(inputs | sha256sum | cut -c 1-12)
    result=$cache/$arch-$release-$hash
}

[ $# -eq 1 ] || die "usage: guest-image.sh ARCH"
set_arch "$1"
if [ -z "$(candidate "linux-image-$flavour")" ]; then
    update_lists
fi
mkdir -p "$cache"
find_result
# An index of our own is as old as the last image.
if [ ! -d "$result" ] && [ "$arch" != "$native" ]; then
    update_lists
    find_result
fi
if [ -d "$result" ]; then
    say "already there"
else
    install_tools
    build
fi
echo "$result"
