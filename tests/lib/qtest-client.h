/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of QEMU's qtest protocol: the machine's ports and memory. */
#ifndef ANNEX_TEST_QTEST_CLIENT_H
#define ANNEX_TEST_QTEST_CLIENT_H

#include <glib.h>
#include <stdint.h>

/*
 * Every call is a round trip and runs in QEMU's main loop with the BQL
 * held. A QEMU that is gone or refuses fails the test. Main thread only.
 * There is no clock_step: with -accel tcg time runs by itself, as long as
 * the CPU is halted or runs (see test_vm_halt_rom()).
 */
typedef struct QtestClient QtestClient;

/* Take over @fd, connected to QEMU's -qtest character device. */
QtestClient *qtest_client_new(int fd);
void qtest_client_free(QtestClient *q);

/* Have losing the connection explained, as qmp_client_on_loss(). */
void qtest_client_on_loss(QtestClient *q, char *(*explain)(void *opaque),
                          void *opaque);

/*
 * Send a line of the protocol (without its end), return the words of the
 * answer after "OK", for what has no function here. Free with g_strfreev().
 */
char **qtest_command(QtestClient *q, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);

/*
 * The two halves of that, to have many commands under way, or one that QEMU
 * will not live to answer.  Lines of one qtest_send() are separate commands,
 * and so are their answers, which come in that order; @command: what a
 * failure names.  Take them before the socket's buffers are full, at some
 * hundred.
 */
void qtest_send(QtestClient *q, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
char **qtest_answer(QtestClient *q, const char *command);

void qtest_outb(QtestClient *q, uint16_t port, uint8_t value);
void qtest_outw(QtestClient *q, uint16_t port, uint16_t value);
void qtest_outl(QtestClient *q, uint16_t port, uint32_t value);
uint8_t qtest_inb(QtestClient *q, uint16_t port);
uint16_t qtest_inw(QtestClient *q, uint16_t port);
uint32_t qtest_inl(QtestClient *q, uint16_t port);

/* Guest-physical memory, in the guest's byte order. */
void qtest_writeb(QtestClient *q, uint64_t addr, uint8_t value);
void qtest_writew(QtestClient *q, uint64_t addr, uint16_t value);
void qtest_writel(QtestClient *q, uint64_t addr, uint32_t value);
void qtest_writeq(QtestClient *q, uint64_t addr, uint64_t value);
uint8_t qtest_readb(QtestClient *q, uint64_t addr);
uint16_t qtest_readw(QtestClient *q, uint64_t addr);
uint32_t qtest_readl(QtestClient *q, uint64_t addr);
uint64_t qtest_readq(QtestClient *q, uint64_t addr);
void qtest_memwrite(QtestClient *q, uint64_t addr, const void *data,
                    size_t len);
void qtest_memread(QtestClient *q, uint64_t addr, void *data, size_t len);

#endif
