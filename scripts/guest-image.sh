#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the Linux guest for tests: Debian's kernel, a busybox initramfs.
#
# usage: guest-image.sh ARCH        (Debian's name: amd64)
#
# Prints the folder with vmlinux, vmlinuz and initramfs.cpio.gz as its last
# line on stdout, progress on stderr. The folder is in the user's cache,
# named by kernel version and a hash of all inputs, and made once. Nothing
# but build tools is installed: the guest's packages are downloaded and
# unpacked.

# No pipefail: readers here stop before the end of what they read.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

top=$TOP
cache=$(cache_dir)/guest

# With the modules they depend on; loaded by the guest's init on demand.
modules="virtio_pci virtio_net net_failover virtio_blk virtio_scsi sd_mod
e1000e e1000 8139cp virtio_rng virtio_balloon ext4"

# What differs between architectures.
set_arch() {
    arch=$1
    case $arch in
    amd64)
        flavour=amd64
        image=vmlinuz
        make_arch=x86
        ;;
    *)
        die "unknown architecture '$arch' (known: amd64)"
        ;;
    esac
}

install_tools() {
    install_packages cpio kmod make gzip xz-utils "$libelf" "$compiler"
}

# The version apt would install; nothing if it knows none.
candidate() {
    apt-cache policy "$1" |
        sed -n '/(none)/d; s/^  Candidate: //p'
}

# "linux-image-amd64" to "linux-image-6.1.0-NN-amd64".
concrete_kernel() {
    apt-cache show --no-all-versions "linux-image-$flavour" |
        sed -n "s/^Depends: .*\(linux-image-[0-9][^ ,]*\).*/\1/p" | head -n 1
}

resolve_packages() {
    if [ -z "$(candidate "linux-image-$flavour")" ]; then
        say "updating the package lists"
        as_root apt-get update >&2 || say "apt-get update failed, going on"
    fi
    kernel=$(concrete_kernel)
    [ -n "$kernel" ] || die "apt knows no linux-image-$flavour"
    release=${kernel#linux-image-}
    mapfile -t packages < <(depends "linux-headers-$release" |
        grep -E '^linux-(headers|kbuild)-')
    packages+=("$kernel" busybox-static "linux-headers-$release")
    compiler=$(depends "linux-headers-$release" | grep -o 'gcc-[0-9]*' |
        head -n 1)
    [ -n "$compiler" ] || die "no compiler is known for $kernel"
    # objtool, in linux-kbuild, is linked to it.
    libelf=$(depends "$(printf '%s\n' "${packages[@]}" | grep kbuild)" |
        grep '^libelf')
}

# The names of what a package depends on, one per line.
depends() {
    apt-cache show --no-all-versions "$1" |
        sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//'
}

# Everything the result depends on.
inputs() {
    for package in "${packages[@]}"; do
        echo "$package $(candidate "$package")"
    done
    echo "$modules"
    cat "$0" "$top/tests/guest/init" "$top"/tests/guest/hold/*
}

download() {
    say "downloading ${packages[*]}"
    mkdir "$work/deb"
    (cd "$work/deb" && apt-get -o APT::Sandbox::User=root \
        download "${packages[@]}" >&2)
    for deb in "$work"/deb/*.deb; do
        dpkg-deb -x "$deb" "$work/root"
    done
    # Packages since Debian 13 have all in usr/.
    for dir in bin lib; do
        [ -e "$work/root/$dir" ] || ln -s "usr/$dir" "$work/root/$dir"
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
        CONFIG_DEBUG_INFO_BTF_MODULES= modules >&2
    mkdir -p "$tree/lib/modules/$release/extra"
    cp "$work/hold/annex-hold.ko" "$tree/lib/modules/$release/extra/"
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
build_kernel() {
    cp "$work/root/boot/$image-$release" "$work/out/$image"
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

build_initramfs() {
    mkdir -p "$tree/bin" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/tmp" \
        "$tree/mnt"
    cp "$work/root/bin/busybox" "$tree/bin/"
    # In one process: it is some hundred.
    (cd "$tree/bin" && ./busybox --list |
        perl -ne 'chomp; symlink "busybox", $_')
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

[ $# -eq 1 ] || die "usage: guest-image.sh ARCH"
set_arch "$1"
resolve_packages
hash=$(inputs | sha256sum | cut -c 1-12)
mkdir -p "$cache"
result=$cache/$arch-$release-$hash
if [ -d "$result" ]; then
    say "already there"
else
    install_tools
    build
fi
echo "$result"
