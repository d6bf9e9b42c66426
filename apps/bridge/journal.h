// SPDX-License-Identifier: Apache-2.0
/*
 * What the bridge writes down.  Messages and states at once, because they are
 * acknowledged, by way of the intake (traffic/intake.h); times, errors and
 * comings and goings within the second, by a thread (scribe.h).  Nothing here
 * waits for whoever holds the database, but to open it, and then 3 ms.
 */
#ifndef BRIDGE_JOURNAL_H
#define BRIDGE_JOURNAL_H

#include "base/checked.h"
#include "base/names.h"
#include "counters.h"
#include "traffic/traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* google.rpc.Code, as in a device's last error (sections 2.9 and 5.2). */
enum journal_code {
    JOURNAL_OK = 0,
    JOURNAL_INVALID_ARGUMENT = 3,
    JOURNAL_NOT_FOUND = 5,
    JOURNAL_ALREADY_EXISTS = 6,
    JOURNAL_PERMISSION_DENIED = 7,
    JOURNAL_RESOURCE_EXHAUSTED = 8,
    JOURNAL_FAILED_PRECONDITION = 9,
    JOURNAL_UNAVAILABLE = 14,
    JOURNAL_UNAUTHENTICATED = 16,
};

/* Something that happened to a device. */
struct journal_note {
    const struct names_path *device;
    uint64_t num_id;        /* 0 when it is not known who it is */
    const char *kind;       /* "CONNECT"; at most 23 bytes */
    const char *text;       /* for people */
    const char *gateway;    /* that it came through now, or NULL */
    const char *word;       /* "connect" on the topic of connections, or NULL */
    enum journal_code code; /* its last error from now on, unless OK */
};

struct journal;

/* NULL, logged, when there is no memory.  PATH is borrowed.  The database shall
 * not be larger than MOST bytes. */
CHECKED struct journal *
journal_new(const char *path, enum traffic_durability durability, int64_t most);

/* Writes down what is left, and goes. */
void
journal_free(struct journal **journal);

/* The database; NULL while it cannot be opened. */
CHECKED struct traffic *
journal_traffic(struct journal *journal);

/* Keeps a message of a topic that exists.  Only when this has returned true may
 * the device be told that it arrived. */
CHECKED bool
journal_keep_message(struct journal *journal,
                     const struct traffic_message *message);

/* Likewise a state. */
CHECKED bool
journal_keep_state(struct journal *journal, uint64_t num_id, const void *data,
                   size_t length);

/* The device did this just now. */
void
journal_touch(struct journal *journal, uint64_t num_id, enum traffic_time what);

/* The device acknowledged this version of its config just now. */
void
journal_acked(struct journal *journal, uint64_t num_id, int64_t version);

/* Tells the sender of the command KEY what became of it, as soon as the
 * database can be written. */
void
journal_outcome(struct journal *journal, int64_t key,
                enum traffic_outcome outcome);

/* Keeps a copy of the note. */
void
journal_note(struct journal *journal, const struct journal_note *note);

/* Opens the database if it is not open or another has taken its place, and says
 * in the log what threads have to say.  To be called about once a second. */
void
journal_look(struct journal *journal, int64_t second);

/* The topic, in full, that a project's comings and goings go to when an
 * operator has made it: "projects/P/topics/iot-connections". */
#define JOURNAL_CONNECTIONS "iot-connections"

#endif
