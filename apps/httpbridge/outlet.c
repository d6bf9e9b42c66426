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

/* One is made only at the start, and not in the place of one that is away. */
static void
open_again(struct outlet *outlet, bool is_first)
{
    struct watch *file = &outlet->file;

    if (!watch_is_there(file) && !is_first) {
        log_event(LOG_NOT_KEPT, &(struct log_facts){ .file = file->path },
                  "no traffic %s: %s", file->path, strerror(ENOENT));
        return;
    }
    outlet->traffic =
        traffic_open(file->path, TRAFFIC_GATHER, outlet->durability);
    if (outlet->traffic != NULL)
        log_event(LOG_STORE_OPEN, &(struct log_facts){ .file = file->path },
                  "the messages' database is open: %s", file->path);
}

struct traffic *
outlet_look(struct outlet *outlet, int64_t second)
{
    struct watch *file = &outlet->file;
    bool is_first = file->second == 0;

    if (outlet->traffic != NULL && !traffic_is_in_place(outlet->traffic)) {
        log_event(LOG_STORE_GONE, &(struct log_facts){ .file = file->path },
                  "the messages' database is gone or replaced: %s", file->path);
        traffic_close(&outlet->traffic);
    }
    if (outlet->traffic != NULL)
        return outlet->traffic;
    (void)!watch_look(file);
    if (watch_try(file, second, TRY_AGAIN))
        open_again(outlet, is_first);
    return outlet->traffic;
}

void
outlet_close(struct outlet *outlet)
{
    traffic_close(&outlet->traffic);
}
