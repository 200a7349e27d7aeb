/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-memory: a guest's check of its own memory and clocks. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * usage: annex-memory FOLDER RESERVE
 *
 * Takes all memory that is available, but for RESERVE MiB, and fills it: no
 * word is like another.  Writes to FOLDER/filled how many MiB that is, and
 * stops itself (SIGSTOP).  When it is continued, a process on each processor
 * looks again and again at a page at random, and writes to it anew, some
 * hundred in a second; until there is FOLDER/stop.  Then all is looked at.
 * What is wrong is in FOLDER/bad, a line for each, at most MOST_LINES of a
 * process; FOLDER/done gets a line in the end.
 */
#define PAGE       4096
#define WORDS      (PAGE / sizeof(uint64_t))
#define PAUSE_NS   10000000
#define MOST_LINES 8

static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME };

#define CLOCKS (sizeof(clocks) / sizeof(*clocks))

/* Of all processes, apart from the memory that is checked. */
typedef struct Shared {
    _Atomic int64_t latest_ns[CLOCKS];
    _Atomic uint64_t looked_at;         /* pages */
    _Atomic int64_t gap_ns;             /* the longest between two looks */
    _Atomic unsigned wrong;
} Shared;

static Shared *shared;
static uint64_t (*memory)[WORDS];
static uint32_t *written;               /* how often each page was */
static size_t pages;
static const char *folder;
static unsigned lines;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* A line at the end of FOLDER/@name. */
static void say(const char *name, const char *fmt, ...)
{
    char path[256], line[256];
    va_list ap;
    int fd, n;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0 || write(fd, line, n) != n) {
        fail(path);
    }
    close(fd);
}

static uint64_t word_of(size_t page, size_t i)
{
    uint64_t x = ((uint64_t)written[page] << 40 | page << 9 | i) + 1;

    /* The finaliser of SplitMix64: no two have the same. */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static void write_page(size_t page)
{
    size_t i;

    for (i = 0; i < WORDS; i++) {
        memory[page][i] = word_of(page, i);
    }
}

static void look_at_page(size_t page)
{
    size_t i;

    atomic_fetch_add(&shared->looked_at, 1);
    for (i = 0; i < WORDS; i++) {
        if (memory[page][i] != word_of(page, i)) {
            atomic_fetch_add(&shared->wrong, 1);
            if (lines++ < MOST_LINES) {
                say("bad", "page %zu of %zu, written %u times, word %zu:"
                    " %016llx\n", page, pages, written[page], i,
                    (unsigned long long)memory[page][i]);
            }
            return;
        }
    }
}

/* No processor may see less than another has seen before. */
static void look_at_clock(unsigned n)
{
    int64_t latest_ns = atomic_load(&shared->latest_ns[n]), now_ns;
    struct timespec now;

    clock_gettime(clocks[n], &now);
    now_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
    if (now_ns < latest_ns && lines++ < MOST_LINES) {
        say("bad", "clock %u: %lld ns after %lld ns\n", n, (long long)now_ns,
            (long long)latest_ns);
    }
    while (now_ns > latest_ns &&
           !atomic_compare_exchange_weak(&shared->latest_ns[n], &latest_ns,
                                         now_ns)) {
        continue;
    }
}

static void note_gap(void)
{
    static int64_t last_ns;
    int64_t longest_ns = atomic_load(&shared->gap_ns), now_ns, gap_ns;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    now_ns = now.tv_sec * 1000000000ll + now.tv_nsec;
    gap_ns = last_ns ? now_ns - last_ns : 0;
    last_ns = now_ns;
    while (gap_ns > longest_ns &&
           !atomic_compare_exchange_weak(&shared->gap_ns, &longest_ns,
                                         gap_ns)) {
        continue;
    }
}

static bool is_to_stop(void)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/stop", folder);
    return access(path, F_OK) == 0;
}

/* Of pages @first to before @end, on processor @cpu. */
static void work(int cpu, size_t first, size_t end)
{
    const struct timespec pause = { .tv_nsec = PAUSE_NS };
    unsigned short state[3] = { cpu, 1, 2 };
    cpu_set_t set;
    size_t page;
    unsigned i;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) < 0) {
        fail("sched_setaffinity");
    }
    while (!is_to_stop()) {
        page = first + nrand48(state) % (end - first);
        look_at_page(page);
        written[page]++;
        write_page(page);
        for (i = 0; i < CLOCKS; i++) {
            look_at_clock(i);
        }
        note_gap();
        nanosleep(&pause, NULL);
    }
    for (page = first; page < end; page++) {
        look_at_page(page);
    }
}

static size_t available_mib(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    unsigned long long kib = 0;
    char line[128];

    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1) {
            break;
        }
    }
    if (!kib) {
        fail("/proc/meminfo");
    }
    fclose(f);
    return kib >> 10;
}

static void *map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        fail("mmap");
    }
    return p;
}

static void take_memory(size_t mib)
{
    size_t page;

    pages = (mib << 20) / PAGE;
    shared = map(sizeof(*shared));
    written = map(pages * sizeof(*written));
    memory = map(pages * PAGE);
    for (page = 0; page < pages; page++) {
        write_page(page);
    }
}

static void start_workers(int n)
{
    int cpu;

    for (cpu = 0; cpu < n; cpu++) {
        pid_t pid = fork();

        if (pid < 0) {
            fail("fork");
        }
        if (!pid) {
            work(cpu, pages * cpu / n, pages * (cpu + 1) / n);
            exit(0);
        }
    }
}

int main(int argc, char **argv)
{
    size_t mib = available_mib(), reserve = argc == 3 ? atoi(argv[2]) : 0;
    int n = sysconf(_SC_NPROCESSORS_ONLN), i, status;

    if (argc != 3 || mib <= reserve) {
        fprintf(stderr, "usage: annex-memory FOLDER RESERVE\n");
        return 2;
    }
    folder = argv[1];
    take_memory(mib - reserve);
    say("filled", "%zu\n", mib - reserve);
    raise(SIGSTOP);
    start_workers(n);
    for (i = 0; i < n; i++) {
        if (wait(&status) < 0 || status) {
            say("bad", "a process ends with %d\n", status);
        }
    }
    if (shared->wrong) {
        say("bad", "%u pages are wrong\n", shared->wrong);
    }
    say("done", "memory: %zu MiB, %d processors, %llu looks at a page,"
        " at most %lld ms between two\n", mib - reserve, n,
        (unsigned long long)shared->looked_at,
        (long long)shared->gap_ns / 1000000);
    return 0;
}
