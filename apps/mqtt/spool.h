// SPDX-License-Identifier: Apache-2.0
/*
 * Messages on their way, kept in a folder until the bridge has acknowledged
 * them: what spool_sync has taken survives kill -9 and a power cut (rule 14
 * of the design), at the price that some may be sent twice.  Without a folder
 * the same lives in memory and ends with the process.
 *
 * The folder holds append-only files of messages ("NNN.log"), a "cursor"
 * that says up to where they are acknowledged, a "lock", and after an
 * accident "torn": what was found damaged, set aside.  When the spool is
 * full the newest message is refused: to drop the oldest would break a
 * promise that was given.
 */
#ifndef MQTT_SPOOL_H
#define MQTT_SPOOL_H

#include "base/checked.h"
#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_WINDOW = 256 }; /* messages handed out at a time */

struct spool_limits {
    uint64_t bytes;    /* of messages not acknowledged, heads included */
    uint64_t messages; /* likewise */
};

struct spool;

enum spool_answer {
    SPOOL_MESSAGE, /* here is one */
    SPOOL_NOTHING, /* none for now */
    SPOOL_BROKEN,  /* the disk gave back something else; it was logged */
};

/*
 * Opens the spool in FOLDER, which is made (0700) unless it exists, or one in
 * memory when FOLDER is NULL.  OWNER, a device's path, is written into it.
 * Whatever an earlier process left unacknowledged will be handed out first.
 * NULL, having logged why: not a folder, in use by another process, of
 * another device, unreadable.
 */
CHECKED struct spool *
spool_open(const char *folder, const char *owner,
           const struct spool_limits *limits);

/*
 * Appends a message, whose sequence is ignored and given by the spool.  It is
 * kept only once spool_sync has returned true.  False, with *REASON a
 * sentence: full, or the disk is; nothing is half done then.
 */
CHECKED bool
spool_append(struct spool *spool, const struct record *record,
             const char **reason);

/* Makes what was appended last.  False, having logged why: then nobody knows
 * what the disk holds, and one should stop. */
CHECKED bool
spool_sync(struct spool *spool);

/*
 * The next message to send; RECORD borrows from the spool until the next
 * call.  There is none when all are handed out or SPOOL_WINDOW of them are
 * not acknowledged.  A message not synced is not handed out.
 */
CHECKED enum spool_answer
spool_next(struct spool *spool, struct record *record);

/* The message of this sequence is with the bridge; forget it. */
void
spool_acknowledge(struct spool *spool, uint64_t sequence);

/* The connection is gone: hand out again what was not acknowledged. */
void
spool_rewind(struct spool *spool);

/* How many messages are not acknowledged. */
uint64_t
spool_count(const struct spool *spool);

/* Closes it; what is in a folder stays there.  Clears the pointer. */
void
spool_close(struct spool **spool);

#endif
