// SPDX-License-Identifier: Apache-2.0
/*
 * Opens and closes the messages' database.  What is written is for others.
 */
#include "outlet.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

/* Seconds between tries at a file that nobody has touched since. */
enum { TRY_AGAIN = 5 };

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
is_untouched(const struct stat *a, const struct stat *b)
{
    return is_same_file(a, b) && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* One is made only at the start, and not in the place of one that is away. */
static void
open_again(struct outlet *outlet, const struct stat *now, int64_t second)
{
    bool is_first = outlet->tried == 0;

    if (!is_first && is_untouched(now, &outlet->file) &&
        second - outlet->tried < TRY_AGAIN)
        return;
    outlet->tried = second;
    outlet->file = *now;
    if (now->st_ino == 0 && !is_first) {
        log_error("no traffic %s: %s", outlet->path, strerror(ENOENT));
        return;
    }
    outlet->traffic =
        traffic_open(outlet->path, TRAFFIC_GATHER, outlet->durability);
    if (outlet->traffic != NULL && stat(outlet->path, &outlet->file) != 0)
        traffic_close(&outlet->traffic);
    if (outlet->traffic != NULL)
        log_info("the messages' database is open: %s", outlet->path);
}

struct traffic *
outlet_look(struct outlet *outlet, int64_t second)
{
    struct stat now;

    if (stat(outlet->path, &now) != 0)
        memset(&now, 0, sizeof now);
    if (outlet->traffic != NULL && !is_same_file(&now, &outlet->file)) {
        log_warning("the messages' database is gone or replaced: %s",
                    outlet->path);
        traffic_close(&outlet->traffic);
    }
    if (outlet->traffic == NULL)
        open_again(outlet, &now, second);
    return outlet->traffic;
}

void
outlet_close(struct outlet *outlet)
{
    traffic_close(&outlet->traffic);
}
