/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out at a chosen allocation, in OpenSSL, in the provider and
 * where tpm2-tss makes a connection; and a count of what the provider's own
 * sources have not given back. What is done meanwhile is the test's.
 */
#ifndef TESTS_PROVIDER_STARVE_H
#define TESTS_PROVIDER_STARVE_H

#include <stdbool.h>

#define CHECKED __attribute__((warn_unused_result))

/* More than any piece of work allocates. */
enum { STARVE_TURNS_MAX = 20000 };

/* Before anything else that allocates; false when it is too late for that. */
bool CHECKED
starve_open(void);

/* Allocation number `turn` from here on fails, the first is 0; no other does,
 * and none when it is negative. They count only between starve_begin() and
 * starve_end(). */
void
starve_at(long turn);
void
starve_begin(void);
void
starve_end(void);

/* How many there were when none failed the last time, and whether this one was
 * the provider's own. */
long
starve_count(void);
bool
starve_is_ours(long turn);

/* Whether it came to the one that was to fail. */
bool
starve_was_met(void);

/* Where that was: a file and a line of OpenSSL's or the provider's. */
const char *
starve_place(void);

/* Blocks that the provider's sources allocated and nobody has freed. */
long
starve_kept(void);

#endif
