/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration: two guests, the same requests, what each side says. */
#ifndef ANNEX_DEMO_H
#define ANNEX_DEMO_H

#include "demo-print.h"
#include "vm.h"

/* One QEMU with a Linux guest. */
typedef struct DemoSide {
    DemoWho who;
    TestVm *vm;
    gint64 asked_us;            /* when the last command was sent */
    gint64 spoke_us;            /* when the last event told came */
    unsigned told;              /* events printed, of those that count */
    gsize log_told;             /* how much of the kernel's log is printed */
} DemoSide;

/* Two guests that differ in one option of their QEMU. */
typedef struct Demo {
    DemoSide stock;
    DemoSide annex;
} Demo;

/* Seconds until the module says that a device is still not deleted. */
#define DEMO_TIMEOUT_S 7

/* How long to listen to a side that has said all, or nothing. */
#define DEMO_QUIET_MS 3000

#define DEMO_DISKS 2

/* What every disk holds, as the guest's md5sum prints it. */
extern char *demo_checksum;

/* Start both with these options; wait until the guests have booted. */
void demo_start(Demo *d, const char *args);
void demo_ready(Demo *d);
void demo_stop(Demo *d);

/* Begin a step: events and kernel messages until now do not count. */
void demo_begin(Demo *d, const char *title, const char *text);

/* Run a command in both guests; it must succeed. */
void demo_both(Demo *d, const char *command);

/*
 * Send a QMP command with this id to both QEMUs, print it, and what they
 * reply if that is more than "done".  The reply of the side with Annex.
 */
const QmpReply *demo_ask(Demo *d, const char *command, const char *id);

/* Let @ms go by since the last command. */
void demo_listen(Demo *d, int ms);

/* Wait for an event about the device @id; NULL: it has not come. */
const QmpEvent *demo_wait(DemoSide *side, const char *name, const char *id);

/* The first such event of this step, or NULL. */
const QmpEvent *demo_find(DemoSide *side, const char *name, const char *id);

/* How many events of that name this step has had. */
unsigned demo_count(DemoSide *side, const char *name);

/* Milliseconds from the last command to @e. */
double demo_ms(const DemoSide *side, const QmpEvent *e);

/* Print what the guest's kernel has said in this step, if it matches. */
void demo_tell_guest(Demo *d, const char *pattern);

/* Print the events of a side that were not printed yet. */
void demo_tell(DemoSide *side);

/* Print for how long the side has not said anything. */
void demo_tell_silence(DemoSide *side, const char *then);

/* What must be so: if it is not, it is printed and the demo has failed. */
void demo_claim(bool is_so, const char *what);
bool demo_has_failed(void);

/* The steps.  After demo_cpu() the guests are of no more use. */
void demo_cpu(Demo *d);
void demo_held_disk(Demo *d);
void demo_cancel(Demo *d);
void demo_memory(Demo *d);

#endif
