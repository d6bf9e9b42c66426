// SPDX-License-Identifier: Apache-2.0
/*
 * The devices that are connected: one session a connection, one connection a
 * device (cloud-iot-core reference, section 2.8).  What a connection is, only
 * the caller knows; here it is an address to find a session by.
 */
#ifndef BRIDGE_SESSIONS_H
#define BRIDGE_SESSIONS_H

#include "attached.h"
#include "base/checked.h"
#include "filters.h"
#include "flights.h"
#include "gate/gate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session {
    const void *connection;
    char *client_id; /* as the device gave it, with its id or its number */
    struct gate_device device;
    unsigned subfolders; /* of commands, that it has subscribed to */
    int64_t since;       /* when it came, on the caller's clock */
    int64_t seen;        /* when it last did something that we see */
    int64_t idle_most;   /* seconds that it may do nothing, or 0 */
    int64_t keepalive;   /* seconds, as it announced it; 0 for none */
    int64_t state_at;    /* milliseconds, when it last published its state */
    uint64_t generation; /* of the registry, when it last was considered */
    struct filters filters;
    struct attached_list attached; /* for a gateway */
    struct flights flights;        /* what it has not acknowledged */
    unsigned mid;    /* packet identifier of what it published last */
    bool has_pinged; /* since heed.c last looked */
    bool has_landed; /* likewise: something that it acknowledged */
    bool took_leave; /* by a DISCONNECT */
    size_t index;    /* for sessions.c */
};

struct sessions;

/* NULL when there is no memory. */
CHECKED struct sessions *
sessions_new(void);

void
sessions_free(struct sessions **sessions);

/*
 * Adds a session, a copy of *SESSION and of its client id, with no filters and
 * nothing attached yet.  The connection and the device must have none.  False,
 * having logged it, when there is no memory.
 */
CHECKED bool
sessions_add(struct sessions *sessions, const struct session *session);

/* The session of a connection, a device, or a client id; NULL when there is
 * none.  It stays the table's, until it is removed. */
CHECKED struct session *
sessions_find(const struct sessions *sessions, const void *connection);
CHECKED struct session *
sessions_find_device(const struct sessions *sessions, uint64_t num_id);
CHECKED struct session *
sessions_find_client(const struct sessions *sessions, const char *client_id);

/*
 * Counts a filter that the gate allows.  NULL when SESSION may have it, or why
 * not: there are as many filters as there are names of subfolders, mosquitto
 * sets no bound, and what is not a CLEAN session's outlasts the connection.
 */
CHECKED const char *
session_bound_filters(struct session *session, const struct names_topic *topic,
                      bool is_clean);

/* Removes and frees a session; accepts NULL.  The last one takes its place in
 * the order of sessions_at. */
void
sessions_remove(struct sessions *sessions, struct session *session);

/* All of them, by a number from 0 to below the count. */
size_t
sessions_count(const struct sessions *sessions);
struct session *
sessions_at(const struct sessions *sessions, size_t index);

#endif
