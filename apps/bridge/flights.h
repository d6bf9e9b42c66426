// SPDX-License-Identifier: Apache-2.0
/*
 * What was sent on a connection with quality of service 1 and has not been
 * acknowledged: configs and commands (cloud-iot-core reference, sections 2.6
 * and 2.7).  The broker chooses the packet identifier and tells it later: it
 * counts whatever it is given, also what it then has no room for.
 */
#ifndef BRIDGE_FLIGHTS_H
#define BRIDGE_FLIGHTS_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLIGHTS_MOST = 4096 };

struct flight {
    uint64_t num_id; /* the device that it is for */
    int64_t version; /* of a config; 0 for a command */
    int64_t command; /* its key; 0 for a config */
    int64_t expires; /* of a command, Unix time */
    int64_t since;   /* clock_seconds */
    int64_t wait;    /* for a config to be sent again, seconds */
    size_t length;   /* bytes */
    uint64_t number; /* that it was given to the broker as */
    bool is_stale;   /* there is a newer config by now */
    bool is_landed;  /* it is acknowledged */
    unsigned mid;    /* packet identifier, 0 until it is known */
    char *topic;
};

/* In the order in which they were sent.  Starts as zero, but for IS_IN_STEP on
 * a connection whose identifiers begin at 1. */
struct flights {
    struct flight *all;
    size_t count;
    size_t room;
    uint64_t given;  /* how many the broker was given */
    unsigned before; /* the identifier before that of the first of them */
    bool is_in_step; /* BEFORE is known */
};

/* The broker was given one more. */
void
flights_give(struct flights *flights);

/* Adds the one that was given last, with a copy of its topic.  NULL, and nobody
 * waits for it, when there are FLIGHTS_MOST or no memory.  Good until the list
 * changes. */
CHECKED struct flight *
flights_add(struct flights *flights, const struct flight *flight);

/* The broker has sent LENGTH bytes to TOPIC as MID.  Nobody's, unless
 * identifier, topic and length agree; if they tell that the broker counts
 * otherwise, such as on a session that it has from before, the first that fits
 * leads the count. */
void
flights_sent(struct flights *flights, const char *topic, size_t length,
             unsigned mid);

/* MID was acknowledged.  Is it one of these? */
CHECKED bool
flights_landed(struct flights *flights, unsigned mid);

/* The newest config that is under way to a device; NULL if there is none. */
CHECKED struct flight *
flights_config(const struct flights *flights, uint64_t num_id);

void
flights_remove(struct flights *flights, size_t index);

void
flights_clear(struct flights *flights);

#endif
