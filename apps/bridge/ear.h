// SPDX-License-Identifier: Apache-2.0
/*
 * Listens to what the broker prints to stderr, within the process: while an
 * ear is open, the stream of that name is ours, and descriptor 2 as it was.
 * A time in Unix seconds before a line, mosquitto's cheapest, is written out
 * for people; the journal of systemd has its own, and is told the level.
 */
#ifndef BRIDGE_EAR_H
#define BRIDGE_EAR_H

#include "base/checked.h"

enum { EAR_LINE_MOST = 1100 }; /* bytes; mosquitto's end at 1000 */

/* The numbers are those of sd-daemon(3). */
enum ear_level {
    EAR_NOTHING = 0, /* the line goes no further */
    EAR_ERROR = 3,
    EAR_WARNING = 4,
    EAR_INFO = 6,
};

/*
 * Is told each line as it is printed, in the thread that printed it, and may
 * write another over it, of EAR_LINE_MOST bytes at most with its NUL; whatever
 * it does when it returns EAR_NOTHING.  It must print nothing itself.
 */
typedef enum ear_level
ear_listener(void *user, char *line);

struct ear;

/* NULL, logged, when it cannot be done. */
CHECKED struct ear *
ear_open(ear_listener *listener, void *user);

/* Lets stderr be what it was, after what was printed; accepts NULL. */
void
ear_close(struct ear **ear);

#endif
