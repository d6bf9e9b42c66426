// SPDX-License-Identifier: Apache-2.0
/*
 * A thread that writes pages into the traffic's database: whoever holds that,
 * and for however long, the broker's thread does not wait.
 */
#ifndef BRIDGE_SCRIBE_H
#define BRIDGE_SCRIBE_H

#include "base/checked.h"
#include "page.h"

#include <stdbool.h>

struct scribe;

/* For the database PATH, which is borrowed and need not be there; nothing is
 * written before that is allowed.  NULL, logged. */
CHECKED struct scribe *
scribe_new(const char *path);

/* Is the database there, and this broker's? */
void
scribe_allow(struct scribe *scribe, bool is_ours);

/* Has what is left written, if that can be at once, and goes; accepts NULL. */
void
scribe_free(struct scribe **scribe);

/* The page to write on, which is the caller's until scribe_put. */
CHECKED struct page *
scribe_page(struct scribe *scribe);

/* What is on the page is written within the second; at once if it IS_URGENT. */
void
scribe_put(struct scribe *scribe, bool is_urgent);

/* Says in the log what the thread has to say. */
void
scribe_tell(struct scribe *scribe);

#endif
