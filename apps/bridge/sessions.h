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

/* A gate_device, of which thousands may be kept: its path takes a kilobyte. */
struct session_device {
    char *path; /* by names_pack() */
    uint64_t num_id;
    int64_t expires_at;
    uint64_t key;
    enum gate_door door;
    bool is_gateway;
};

struct session {
    const void *connection;
    char *client_id; /* as the device gave it, with its id or its number */
    struct session_device device; /* sessions_add() fills it */
    unsigned subfolders;          /* of commands, that it has subscribed to */
    int64_t since;                /* when it came, on the caller's clock */
    int64_t seen;                 /* when it last did something that we see */
    int64_t idle_most;            /* seconds that it may do nothing, or 0 */
    int64_t keepalive;            /* seconds, as it announced it; 0 for none */
    int64_t state_at;    /* milliseconds, when it last published its state */
    uint64_t generation; /* of the registry, when it last was considered */
    struct filters filters;
    struct attached_list attached; /* for a gateway */
    struct flights flights;        /* what it has not acknowledged */
    unsigned mid;    /* packet identifier of what it published last */
    bool has_pinged; /* since heed.c last looked */
    bool has_landed; /* likewise: something that it acknowledged */
    bool took_leave; /* by a DISCONNECT */
    bool is_clean;   /* the broker keeps nothing of it */
    size_t index;    /* for sessions.c */
};

struct sessions;

/* NULL when there is no memory. */
CHECKED struct sessions *
sessions_new(void);

void
sessions_free(struct sessions **sessions);

/*
 * Adds a session of DEVICE, otherwise a copy of *SESSION and of its client id,
 * with no filters and nothing attached yet.  The connection and the device must
 * have none.  NULL, having logged it, when there is no memory; what comes back
 * stays the table's.
 */
CHECKED struct session *
sessions_add(struct sessions *sessions, const struct session *session,
             const struct gate_device *device);

/* The session of a connection, a device, or a client id; NULL when there is
 * none.  It stays the table's, until it is removed. */
CHECKED struct session *
sessions_find(const struct sessions *sessions, const void *connection);
CHECKED struct session *
sessions_find_device(const struct sessions *sessions, uint64_t num_id);
CHECKED struct session *
sessions_find_client(const struct sessions *sessions, const char *client_id);

/* The device, as it was added; its id lives as long as the session. */
void
session_device(const struct session *session, struct gate_device *device);
const char *
session_id(const struct session *session);

/* The device that ATTACHED is, behind the gateway of SESSION. */
void
session_device_attached(const struct session *session,
                        const struct attached *attached,
                        struct gate_device *device);

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
