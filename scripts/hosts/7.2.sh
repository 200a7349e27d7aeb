# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU 7.2 as in Debian 12: what host-tree.sh must know to prepare its headers.
# shellcheck shell=bash disable=SC2034

# The series; in which release, or suite on top of one, the packages are, and
# the pattern that is their version.  HOST_DEFAULT: check.sh tests it unasked.
HOST_SERIES=7.2
HOST_RELEASE=bookworm
HOST_SUITE=
HOST_DEFAULT=yes
HOST_PACKAGES=(qemu-system-x86 qemu-system-ppc)
HOST_PACKAGE_VERSION='1:7.2+*'
HOST_BINARIES=(qemu-system-x86_64 qemu-system-ppc64)
HOST_TARGETS=x86_64-softmmu,ppc64-softmmu

# For the tests only: the guests' architectures, and packages; whether they
# also look at what is the same for all hosts: the sources by other compilers
# and analysers, parsers by themselves, the manual.  One host does.
HOST_GUESTS=(amd64 ppc64el)
HOST_TEST_PACKAGES=(
    dpdk-dev librte-net-vhost23 libvirt-clients libvirt-daemon
    libvirt-daemon-driver-qemu python3-clang strace valgrind
    clang cppcheck libclang-rt-14-dev llvm python3-sphinx
)
HOST_CHECKS_SOURCES=yes

# To configure QEMU, and to compile against its headers; libraries that no
# header a module can use includes are left out (see HOST_DEFINES).
HOST_BUILD_PACKAGES=(
    gcc libc6-dev make meson ninja-build pkg-config python3
    libglib2.0-dev libpixman-1-dev zlib1g-dev
    libfdt-dev libgnutls28-dev liburing-dev
)

# --without-default-features makes the result independent of the libraries
# that happen to be installed; then what Debian's build enables, as far as it
# needs no further library.
HOST_CONFIGURE=(
    --with-git-submodules=ignore
    --without-default-features
    --disable-docs
    --disable-user
    --disable-xen
    --enable-system
    --enable-modules
    --enable-module-upgrades
    --enable-plugins
    --enable-kvm
    --enable-avx2
    --enable-fdt=system
    --enable-gio
    --enable-gnutls
    --enable-keyring
    --enable-l2tpv3
    --enable-libvduse
    --enable-linux-io-uring
    --enable-live-block-migration
    --enable-malloc-trim
    --enable-multiprocess
    --enable-replication
    --enable-tpm
    --enable-vduse-blk-export
    --enable-vhost-crypto
    --enable-vhost-kernel
    --enable-vhost-net
    --enable-vhost-user
    --enable-vhost-user-blk-server
    --enable-vhost-vdpa
    --enable-vnc
)

# Debian's build sets these too, but each needs a library.  The headers only
# test them, so that it is enough to define them.
HOST_DEFINES=(
    CONFIG_ATTR
    CONFIG_AUDIO_ALSA
    CONFIG_AUDIO_JACK
    CONFIG_AUDIO_OSS
    CONFIG_AUDIO_PA
    CONFIG_AUDIO_SDL
    CONFIG_AUDIO_SNDIO
    CONFIG_BRLAPI
    CONFIG_CAPSTONE
    CONFIG_CURL
    CONFIG_CURSES
    CONFIG_DBUS_DISPLAY
    CONFIG_EBPF
    CONFIG_FUSE
    CONFIG_FUSE_LSEEK
    CONFIG_GBM
    CONFIG_GLUSTERFS
    CONFIG_GTK
    CONFIG_HOGWEED
    CONFIG_LIBCAP_NG
    CONFIG_LIBISCSI
    CONFIG_LIBNFS
    CONFIG_LIBPMEM
    CONFIG_LIBSSH
    CONFIG_LIBUDEV
    CONFIG_LINUX_AIO
    CONFIG_NETTLE
    CONFIG_NUMA
    CONFIG_OPENGL
    CONFIG_PNG
    CONFIG_RBD
    CONFIG_RDMA
    CONFIG_SDL
    CONFIG_SECCOMP
    CONFIG_SELINUX
    CONFIG_SLIRP
    CONFIG_SPICE
    CONFIG_SPICE_PROTOCOL
    CONFIG_USB_LIBUSB
    CONFIG_VDE
    CONFIG_VIRTFS
    CONFIG_VNC_JPEG
    CONFIG_VNC_SASL
    CONFIG_VTE
    CONFIG_X11
    CONFIG_XKBCOMMON
    CONFIG_ZSTD
)

# Macros that headers test and QAPI's introspection cannot show, each with
# what tells in the binary; and variables whose sizes show that the headers
# are laid out as in the binary.  See verify-host.py.
HOST_PROBES=(
    'CONFIG_CAPSTONE library capstone'
    'CONFIG_FDT library fdt'
    'CONFIG_GIO library gio'
    'CONFIG_GNUTLS library gnutls'
    'CONFIG_LIBPMEM library pmem'
    'CONFIG_LINUX_AIO symbol laio_init'
    'CONFIG_LINUX_IO_URING symbol fdmon_io_uring_setup'
    'CONFIG_LIVE_BLOCK_MIGRATION symbol blk_mig_init'
    'CONFIG_MEMBARRIER symbol smp_mb_global'
    'CONFIG_MODULES module ui-opengl'
    'CONFIG_NUMA library numa'
    'CONFIG_OPENGL module ui-opengl'
    'CONFIG_PLUGIN symbol qemu_plugin_load_list'
    'CONFIG_RDMA library rdmacm'
    'CONFIG_SLIRP library slirp'
    'CONFIG_SPICE module ui-spice-core'
    'CONFIG_TPM symbol tpm_backend_init'
    'CONFIG_USB_LIBUSB module hw-usb-host'
    'CONFIG_VHOST_USER symbol vhost_user_init'
    'CONFIG_VIRTFS symbol qemu_fsdev_add'
    'CONFIG_VNC symbol vnc_display_init'
    'CONFIG_XEN_BACKEND symbol xen_be_init'
    'CONFIG_ZSTD library zstd'
    'sizeof qemu/job.h job_mutex'
    'sizeof qemu/rcu.h rcu_gp_event'
    'sizeof qemu/timer.h main_loop_tlg'
    'sizeof exec/ramlist.h ram_list'
    'sizeof exec/address-spaces.h address_space_memory'
    'sizeof migration/vmstate.h vmstate_info_bool'
    'sizeof hw/pci/pci.h vmstate_pci_device'
    'sizeof hw/qdev-properties-system.h qdev_prop_chr'
    'sizeof net/net.h nd_table'
    'sizeof block/block_int.h bdrv_file'
)
