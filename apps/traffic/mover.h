// SPDX-License-Identifier: Apache-2.0
/*
 * Moves what is in the intake's trays into the traffic's database, many entries
 * in one transaction, which also says up to where: so nothing is moved twice,
 * whenever the process ends.  When to do so is intake.h's.
 */
#ifndef TRAFFIC_MOVER_H
#define TRAFFIC_MOVER_H

#include "traffic.h"

struct mover;

/* Up to where there is something to move. */
struct mover_limit {
    uint64_t tray; /* that is being filled, or will be; 0 when nobody does */
    uint64_t end;  /* how much of it is whole; 0 while it is not there */
};

enum mover_result {
    MOVER_FAILED, /* logged; to be tried again later */
    MOVER_DONE,   /* there was nothing to move */
    MOVER_MOVED,  /* something, and perhaps all */
    MOVER_FULL,   /* as much as one step may; there is more */
};

/* Both names are borrowed.  NULL, logged.  The database need not be there. */
CHECKED struct mover *
mover_new(const char *path, const char *folder,
          enum traffic_durability durability);

void
mover_free(struct mover **mover);

/* Moves the oldest entries, a few milliseconds' worth, and removes trays that
 * are empty then; *FREED is how many bytes they had. */
CHECKED enum mover_result
mover_step(struct mover *mover, const struct mover_limit *limit,
           uint64_t *freed);

/* As traffic_sweep; false when it failed or there is no database. */
CHECKED bool
mover_sweep(struct mover *mover, int64_t bytes, bool *is_done);

#endif
