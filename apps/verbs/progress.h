// SPDX-License-Identifier: Apache-2.0
/*
 * A bar on standard error while a file is read, if that is a terminal.
 */
#ifndef VERBS_PROGRESS_H
#define VERBS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    bool is_shown;
    int64_t size; /* bytes of the whole; 0 if nobody knows */
    int64_t done;
    int64_t begun; /* milliseconds */
    int64_t drawn; /* likewise, when it was last */
};

void
progress_begin(struct progress *progress, FILE *file);

/* BYTES more were read, ITEMS altogether.  Draws ten times a second. */
void
progress_move(struct progress *progress, size_t bytes, size_t items);

/* Takes the bar away. */
void
progress_end(struct progress *progress);

#endif
