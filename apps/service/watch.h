// SPDX-License-Identifier: Apache-2.0
/*
 * A file as a process sees it that keeps it open by another's hand: it may come
 * late, go away, be replaced, and be of no use until somebody touches it.
 */
#ifndef SERVICE_WATCH_H
#define SERVICE_WATCH_H

#include "base/checked.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* All but PATH, which is borrowed, starts as zero. */
struct watch {
    const char *path;
    struct stat now;   /* all zero: it is not there */
    struct stat tried; /* as it was when it was tried last */
    int64_t second;    /* in which that was; 0: never */
};

/* Looks at the file: is it still there, and the one that was tried last? */
CHECKED bool
watch_look(struct watch *watch);

bool
watch_is_there(const struct watch *watch);

/* Is the file, as it was when looked at, to be tried in this second?  Then it
 * counts as tried.  One that nobody has touched is after AGAIN seconds. */
CHECKED bool
watch_try(struct watch *watch, int64_t second, int64_t again);

#endif
