/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times several ways to do the same, one after the other in turns, so that
 * whatever else the machine does falls on all of them.
 */
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#include <stddef.h>

enum { TURNS_MOST = 10000, TURNS_WAYS = 4 };

struct way {
    const char *name;
    void (*run)(void *arg);
};

/* Runs each way `turns` times and prints a line of each: its name, and what the
 * fastest tenth took at most, of the clock and of the processor, both in
 * microseconds. */
void
turns_run(const struct way *ways, size_t count, int turns, void *arg);

/* Stops the clocks of the turn under way, for what is no part of it. */
void
turns_pause(void);
void
turns_resume(void);

#endif
