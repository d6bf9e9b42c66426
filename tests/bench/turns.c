// SPDX-License-Identifier: Apache-2.0
/*
 * The clocks of the benches, and what is made of them: the tenth percentile,
 * which what else the machine does hardly moves. What is timed is the callers'.
 */
#include "turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct {
    double wall; /* begun, less what was paused */
    double cpu;
    double paused_wall;
    double paused_cpu;
} turn;

static double
now_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

void
turns_pause(void)
{
    turn.paused_wall = now_us(CLOCK_MONOTONIC);
    turn.paused_cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
}

void
turns_resume(void)
{
    turn.cpu += now_us(CLOCK_PROCESS_CPUTIME_ID) - turn.paused_cpu;
    turn.wall += now_us(CLOCK_MONOTONIC) - turn.paused_wall;
}

static double
tenth(double *times, int turns)
{
    qsort(times, (size_t)turns, sizeof *times, compare);
    return times[turns / 10];
}

void
turns_run(const struct way *ways, size_t count, int turns, void *arg)
{
    static double wall[TURNS_WAYS][TURNS_MOST];
    static double cpu[TURNS_WAYS][TURNS_MOST];

    for (int i = 0; i < turns; i++)
        for (size_t w = 0; w < count; w++) {
            turn.wall = now_us(CLOCK_MONOTONIC);
            turn.cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
            ways[w].run(arg);
            cpu[w][i] = now_us(CLOCK_PROCESS_CPUTIME_ID) - turn.cpu;
            wall[w][i] = now_us(CLOCK_MONOTONIC) - turn.wall;
        }
    for (size_t w = 0; w < count; w++)
        printf("%s %.1f %.1f\n", ways[w].name, tenth(wall[w], turns),
               tenth(cpu[w], turns));
}
