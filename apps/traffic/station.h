// SPDX-License-Identifier: Apache-2.0
/*
 * Inside this folder: an open traffic database, which is a store of its own
 * schema, and the clock that its rows are stamped with.
 */
#ifndef TRAFFIC_STATION_H
#define TRAFFIC_STATION_H

#include "entry.h"
#include "store/store.h"
#include "traffic.h"

#include <sys/types.h>

struct traffic {
    struct store store;
    dev_t device; /* of the file that is open */
    ino_t inode;
    int64_t opened;  /* nanoseconds; no two have the same */
    int64_t seen;    /* data_version at the last look for commands */
    bool has_looked; /* and there were none */
    int64_t swept;   /* the topic that the last sweep looked at */
};

/* Unix milliseconds. */
int64_t
station_now_ms(void);

/* What traffic_append and traffic_state_add do, of an entry. */
CHECKED bool
station_message_put(struct traffic *traffic, const struct entry *entry,
                    bool *has_topic);
CHECKED bool
station_state_put(struct traffic *traffic, const struct entry *entry);

/* MESSAGE, sent now, as an entry that borrows from it. */
struct entry
station_entry(const struct traffic_message *message);

/* Likewise a state. */
struct entry
station_state_entry(uint64_t num_id, const void *data, size_t length);

/* Up to where the intake is in the database: the id of a tray (tray.h), 0
 * before there was any, and a place in it. */
CHECKED bool
station_place_find(struct traffic *traffic, uint64_t *id, uint64_t *at);
CHECKED bool
station_place_set(struct traffic *traffic, uint64_t id, uint64_t at);

#endif
