# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU 10.0 as in Debian 13: what host-tree.sh must know to prepare its
# headers.  What a fact is for is said in 7.2.sh.
# shellcheck shell=bash disable=SC2034

HOST_SERIES=10.0
HOST_RELEASE=trixie
HOST_SUITE=
HOST_DEFAULT=yes
HOST_PACKAGES=(qemu-system-x86 qemu-system-ppc)
HOST_PACKAGE_VERSION='1:10.0.*'
HOST_BINARIES=(qemu-system-x86_64 qemu-system-ppc64)
HOST_TARGETS=x86_64-softmmu,ppc64-softmmu

HOST_GUESTS=(amd64 ppc64el)
HOST_TEST_PACKAGES=(
    dpdk-dev librte-net-vhost25 libvirt-clients libvirt-daemon
    libvirt-daemon-driver-qemu python3-clang qemu-utils strace valgrind
)
HOST_CHECKS_SOURCES=no

# configure makes itself a Python environment (python3-venv) even if the
# distribution's meson is all that is to be in it.  With libblkio there is a
# macro that configure does not even name without it.
HOST_BUILD_PACKAGES=(
    gcc libc6-dev make meson ninja-build pkg-config python3 python3-venv
    libglib2.0-dev libpixman-1-dev zlib1g-dev
    libblkio-dev libfdt-dev libgnutls28-dev liburing-dev
)

HOST_CONFIGURE=(
    --without-default-features
    --disable-docs
    --disable-download
    --disable-install-blobs
    --disable-relocatable
    --disable-user
    --disable-xen
    --enable-system
    --enable-modules
    --enable-module-upgrades
    --enable-plugins
    --enable-kvm
    --enable-tcg
    --enable-avx2
    --enable-avx512bw
    --enable-blkio
    --enable-colo-proxy
    --enable-fdt=system
    --enable-gio
    --enable-gnutls
    --enable-hv-balloon
    --enable-keyring
    --enable-l2tpv3
    --enable-libvduse
    --enable-linux-io-uring
    --enable-malloc-trim
    --enable-multiprocess
    --enable-pixman
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

HOST_DEFINES=(
    CONFIG_ATTR
    CONFIG_AUDIO_ALSA
    CONFIG_AUDIO_JACK
    CONFIG_AUDIO_OSS
    CONFIG_AUDIO_PA
    CONFIG_AUDIO_PIPEWIRE
    CONFIG_AUDIO_SDL
    CONFIG_BRLAPI
    CONFIG_CAPSTONE
    CONFIG_CRYPTO_SM3
    CONFIG_CRYPTO_SM4
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
    CONFIG_ZSTD
)

HOST_PROBES=(
    'CONFIG_CAPSTONE library capstone'
    'CONFIG_EBPF library bpf'
    'CONFIG_FDT library fdt'
    'CONFIG_GIO library gio'
    'CONFIG_GNUTLS library gnutls'
    'CONFIG_LIBPMEM library pmem'
    'CONFIG_LINUX_AIO symbol laio_init'
    'CONFIG_LINUX_IO_URING symbol fdmon_io_uring_setup'
    'CONFIG_MEMBARRIER symbol smp_mb_global'
    'CONFIG_MODULES module ui-opengl'
    'CONFIG_NUMA library numa'
    'CONFIG_OPENGL module ui-opengl'
    'CONFIG_PIXMAN library pixman'
    'CONFIG_PLUGIN symbol qemu_plugin_load_list'
    'CONFIG_RDMA library rdmacm'
    'CONFIG_SLIRP library slirp'
    'CONFIG_SPICE module ui-spice-core'
    'CONFIG_TPM symbol tpm_backend_init'
    'CONFIG_USB_LIBUSB module hw-usb-host'
    'CONFIG_VHOST_USER symbol vhost_user_init'
    'CONFIG_VIRTFS symbol qemu_fsdev_add'
    'CONFIG_VNC symbol vnc_display_init'
    'CONFIG_XEN_BACKEND library xenctrl'
    'CONFIG_ZSTD library zstd'
    'sizeof qemu/job.h job_mutex'
    'sizeof qemu/rcu.h rcu_gp_event'
    'sizeof qemu/timer.h main_loop_tlg'
    'sizeof exec/ramlist.h ram_list'
    'sizeof exec/address-spaces.h address_space_memory'
    'sizeof migration/vmstate.h vmstate_info_bool'
    'sizeof migration/migration-stats.h mig_stats'
    'sizeof hw/pci/pci_device.h vmstate_pci_device'
    'sizeof hw/pci/pci_host.h pci_host_conf_le_ops'
    'sizeof hw/qdev-properties-system.h qdev_prop_chr'
    'sizeof hw/virtio/vhost.h kernel_ops'
    'sizeof qapi/compat-policy.h compat_policy'
    'sizeof block/block_int.h bdrv_file'
)
