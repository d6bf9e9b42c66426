// SPDX-License-Identifier: Apache-2.0
/*
 * The messages' database as a file that may go, come back and be replaced: it
 * is open as long as it is where people look for it.
 */
#ifndef HTTPBRIDGE_OUTLET_H
#define HTTPBRIDGE_OUTLET_H

#include "base/checked.h"
#include "service/watch.h"
#include "traffic/traffic.h"

#include <stdint.h>

/* FILE.path and DURABILITY are the caller's; all else starts as zero. */
struct outlet {
    struct watch file;
    enum traffic_durability durability;
    struct traffic *traffic; /* NULL while it is not open */
};

/*
 * The database, opened if it was not; NULL, having logged why when that is new.
 * To be asked before each transaction: what goes to a file that was moved away
 * nobody finds.  SECOND is of the monotonic clock.  One stat if all is well.
 */
struct traffic *
outlet_look(struct outlet *outlet, int64_t second);

void
outlet_close(struct outlet *outlet);

#endif
