/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for the benchmark of PAPR: a DIMM of many LMBs, many cores. */
#include "bench-papr-vm.h"
#include "failure.h"
#include "rtas-batch.h"

#include <string.h>

/* The first connectors: of the LMBs from 1 GiB on, of core 1. */
#define FIRST_LMB 0x80000004
#define FIRST_CORE 0x10000001

/* LoPAR 7.3 and 13.5.3: indicators, and their values. */
enum { ISOLATION_STATE = 9001, ALLOCATION_STATE = 9003 };

#define MACHINE "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken," \
                "cap-ccf-assist=off"
#define CORE "power8_v2.0-spapr-cpu-core"
#define DIMM "pc-dimm,id=dev0,memdev=mem0"

#define BATCH 64
#define WORK_AREA 0x200000

/* More than the device tree of an LMB has parts; further ones do no harm. */
#define CONFIGURE_CALLS 24

static PaprVm *start(bool annex, const char *args)
{
    PaprVm *p = g_new0(PaprVm, 1);
    unsigned n;

    p->annex = annex;
    p->vm = test_vm_new_arch(annex ? "annex" : "stock", "ppc64");
    test_vm_args(p->vm, "-machine " MACHINE " -cpu power8 -S -bios %s %s",
                 test_vm_disk(p->vm, "firmware", 1), args);
    for (n = 1; strstr(args, "maxcpus") && n <= PAPR_CORES; n++) {
        test_vm_args(p->vm, "-device " CORE ",id=dev%u,core-id=%u", n - 1,
                     n);
    }
    if (annex) {
        /* With a deadline to keep, which never comes. */
        test_vm_plugin(p->vm, "papr-drc", "timeout=86400");
    }
    test_vm_qtest(p->vm);
    test_vm_start(p->vm);
    return p;
}

PaprVm *papr_vm_start_dimm(bool annex)
{
    return start(annex, "-m 512M,slots=1,maxmem=258G -smp 1 -object "
                 "memory-backend-ram,id=mem0,size=256G,reserve=off");
}

PaprVm *papr_vm_start_cores(bool annex)
{
    return start(annex, "-m 512M -smp 1,maxcpus=240");
}

void papr_vm_stop(PaprVm *p)
{
    test_vm_kill(p->vm);
    test_vm_free(p->vm);
    g_free(p);
}

/* --------------------------------------------------------------- the guest */

typedef struct Batch {
    PaprVm *p;
    RtasCall calls[BATCH];
    unsigned n;
} Batch;

static void flush(Batch *b)
{
    unsigned i;

    rtas_batch_run(b->p->vm->qtest, b->calls, b->n);
    for (i = 0; i < b->n; i++) {
        g_assert_cmpint(b->calls[i].result, >=, 0);
    }
    rtas_batch_clear(b->calls, b->n);
    b->n = 0;
}

static RtasCall *add_call(Batch *b)
{
    if (b->n == BATCH) {
        flush(b);
    }
    memset(&b->calls[b->n], 0, sizeof(b->calls[0]));
    return &b->calls[b->n++];
}

static void indicate(Batch *b, uint32_t type, uint32_t index, uint32_t value)
{
    RtasCall *call = add_call(b);

    call->name = "set-indicator";
    call->nargs = 3;
    call->nrets = 1;
    call->args[0] = type;
    call->args[1] = index;
    call->args[2] = value;
}

static void configure(Batch *b, uint32_t index)
{
    unsigned i;

    for (i = 0; i < CONFIGURE_CALLS; i++) {
        RtasCall *call = add_call(b);

        call->name = "ibm,configure-connector";
        call->nargs = 2;
        call->nrets = 1;
        call->args[0] = call->work = WORK_AREA;
        call->index = index;
    }
}

void papr_vm_plug_dimm(PaprVm *p)
{
    Batch b = { .p = p };
    uint32_t i;

    g_assert_cmpstr(qmp_hmp(p->vm->qmp, "device_add " DIMM), ==, "");
    for (i = FIRST_LMB; i < FIRST_LMB + PAPR_LMBS; i++) {
        indicate(&b, ALLOCATION_STATE, i, 1);
        indicate(&b, ISOLATION_STATE, i, 1);
        configure(&b, i);
    }
    flush(&b);
    qmp_forget_events(p->vm->qmp);
}

static double let_go(PaprVm *p, uint32_t first, unsigned n)
{
    gint64 start_us = g_get_monotonic_time();
    Batch b = { .p = p };
    uint32_t i;

    for (i = first; i < first + n; i++) {
        indicate(&b, ISOLATION_STATE, i, 0);
        indicate(&b, ALLOCATION_STATE, i, 0);
    }
    flush(&b);
    return g_get_monotonic_time() - start_us;
}

double papr_vm_let_go_dimm(PaprVm *p)
{
    return let_go(p, FIRST_LMB, PAPR_LMBS);
}

double papr_vm_let_go_cores(PaprVm *p)
{
    return let_go(p, FIRST_CORE, PAPR_CORES);
}

/* ---------------------------------------------------------------- the user */

static double round_trip(const QmpReply *reply)
{
    g_assert_null(reply->error_desc);
    return reply->received_us - reply->sent_us;
}

double papr_vm_request(PaprVm *p, unsigned n)
{
    return round_trip(qmp_execute(p->vm->qmp, "device_del",
                                  "{'id': 'dev%u'}", n));
}

double papr_vm_query(PaprVm *p, unsigned expected)
{
    const QmpReply *reply = qmp_execute(p->vm->qmp, "query-unplug-requests",
                                        QMP_ANY);
    double us = round_trip(reply);

    g_assert_cmpuint(json_array_get_length(json_node_get_array(reply->ret)),
                     ==, expected);
    return us;
}

double papr_vm_qmp(PaprVm *p)
{
    return round_trip(qmp_execute(p->vm->qmp, "query-name", QMP_ANY));
}

double papr_vm_cpu(PaprVm *p)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/schedstat",
                                            p->vm->pid, p->vm->pid);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return g_ascii_strtoull(text, NULL, 10) / 1e3;
}

void papr_vm_wait(PaprVm *p, unsigned n)
{
    while (n--) {
        qmp_wait_event(p->vm->qmp, "DEVICE_DELETED", 0,
                       "{'device': 'dev%u'}", n);
        if (p->annex) {
            qmp_wait_event(p->vm->qmp, "DEVICE_UNPLUG_DONE", 0,
                           "{'device': 'dev%u'}", n);
        }
    }
}
