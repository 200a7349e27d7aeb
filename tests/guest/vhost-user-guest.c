/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux guests with a network card on vhost-user, in pairs that migrate. */
#include "vhost-user-guest.h"

#define DRIVER "/sys/bus/virtio/drivers/virtio_net"

VhostGuest vhost_guest_new(const char *name, bool module, const char *args)
{
    VhostGuest g = { .vm = test_vm_new(name) };
    g_autofree char *path = g_build_filename(g.vm->dir, "vhost", NULL);

    g.back = test_vhost_new(path, VHOST_PROTOCOL_DEFAULT);
    /* Stock crashes with MSI-X vectors of vhost-user on TCG. */
    test_vm_args(g.vm, "-m 256M"
                 " -object memory-backend-memfd,id=mem0,size=256M,share=on"
                 " -chardev socket,id=chr0,path=%s,reconnect=1"
                 " -netdev vhost-user,id=net0,chardev=chr0"
                 " -device virtio-net-pci,id=nic0,netdev=net0,vectors=0 %s",
                 path, args);
    if (module) {
        test_vm_plugin(g.vm, "vhost-user", NULL);
    }
    test_vm_guest(g.vm, "q35,memory-backend=mem0");
    return g;
}

void vhost_guest_free(VhostGuest *g)
{
    test_vm_free(g->vm);
    test_vhost_free(g->back);
}

void vhost_guest_rebind(VhostGuest *g)
{
    guest_ok(g->vm->guest, "test -e " DRIVER "/virtio0");
    guest_start(g->vm->guest, "while :; do echo virtio0 > " DRIVER "/unbind;"
                " echo virtio0 > " DRIVER "/bind; done");
}
