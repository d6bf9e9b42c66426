// SPDX-License-Identifier: Apache-2.0
/*
 * The HTTP bridge without its sockets: requests in, answers out, and two
 * databases.  What devices send is committed together with what others sent at
 * that moment, and answered after that.  cloud-iot-core reference, section 4.
 */
#ifndef HTTPBRIDGE_HTTPBRIDGE_H
#define HTTPBRIDGE_HTTPBRIDGE_H

#include "base/checked.h"
#include "metrics.h"

#include <stdbool.h>
#include <stdint.h>

struct call;
struct gate_doubts;
struct gate_keys;
struct http_routes;
struct outlet;
struct rates;
struct store;
struct traffic;

/* What the calls need.  The caller owns the databases, and sets them again when
 * it has opened them anew; all else starts as zero. */
struct httpbridge {
    struct store *registry;     /* NULL while it cannot be opened */
    struct traffic *traffic;    /* likewise */
    struct outlet *outlet;      /* where that comes from; NULL: it stays */
    struct gate_keys *keys;     /* gate_keys_new, or NULL */
    struct gate_doubts *doubts; /* gate_doubts_new, or NULL */
    int64_t skew;               /* seconds; GATE_SKEW or less */
    int64_t state_interval;     /* milliseconds between two states */
    struct rates *rates;        /* rates_new */
    struct metrics metrics;
    struct call *first, *last; /* that wait to be committed */
};

/* The calls of section 4.1, for BRIDGE, which is borrowed. */
void
httpbridge_routes(struct httpbridge *bridge, struct http_routes *routes);

#endif
