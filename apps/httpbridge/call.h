// SPDX-License-Identifier: Apache-2.0
/*
 * One call on its way through the bridge: who makes it, for whom, with what,
 * and what comes of it.  What it writes waits for the calls that came with it,
 * so a call outlives its request.  For the files of the bridge alone.
 */
#ifndef HTTPBRIDGE_CALL_H
#define HTTPBRIDGE_CALL_H

#include "body.h"
#include "gate/gate.h"
#include "httpbridge.h"
#include "problem.h"
#include "registry/registry.h"

struct http_answer;
struct http_request;

/* What there is to a call, in this order.  Each says whether to go on; if not,
 * it has set the problem.  NULL: nothing. */
struct call_kind {
    bool (*read)(struct call *call); /* understands the request */
    bool (*run)(struct call *call);  /* does what can be done at once */
    bool (*keep)(struct call *call); /* writes, in a transaction of others' */
    bool (*kept)(struct call *call); /* looks what came of it, committed */
};

enum { CALL_WHO_MOST = 1200, CALL_ADDRESS_MOST = 64 };

struct call {
    struct httpbridge *bridge;
    const struct call_kind *kind;
    const struct http_request *request; /* NULL once it waits */
    struct http_answer *answer;         /* the server's */
    struct call *next;                  /* of those that wait */
    char who[CALL_WHO_MOST];            /* the path that it came by, */
    char address[CALL_ADDRESS_MOST];    /* and from where, for the log */
    int64_t now;                        /* Unix seconds */
    int64_t start;              /* since when it waits, on clock_nanoseconds */
    struct gate_device visitor; /* whose path and token there are */
    struct gate_device device;  /* whose data it is: the visitor, unless it is
                                 * a gateway that speaks for another */
    const char *gateway;        /* its id, or NULL when none is involved */
    struct gate_device other;   /* whom the visitor named */
    struct body body;
    char topic[REGISTRY_TOPIC_NAME_MOST + 1]; /* where the data go; "": none */
    bool has_topic;                           /* it exists */
    bool is_in_time;                          /* the state was not too soon */
    int64_t local_version;
    struct problem problem;
    char *result; /* JSON for free(); NULL for "{}" */
};

/* Lets the visitor in, by the path and the Authorization header.  False, with
 * the problem set and the reason logged. */
CHECKED bool
call_let_in(struct call *call);

/* Puts the device of the call in its place, once body.gateway is known.  False,
 * likewise. */
CHECKED bool
call_stand_in(struct call *call);

/* Refuses the call of somebody who was let in: PROBLEM_… with the message for
 * the device, and REFUSAL for the log and the device's last error. */
bool
call_refuse(struct call *call, enum problem_code code, const char *message,
            const struct gate_refusal *refusal);

/* Sets the problem of a database that cannot be read or written. */
bool
call_fail(struct call *call);

/* Writes the answer, which is due, and frees the call. */
void
call_end(struct call **call, bool ok);

/* Telemetry, state, configuration. */
CHECKED bool
call_route_event(struct call *call);
CHECKED bool
call_keep_event(struct call *call);
CHECKED bool
call_event_kept(struct call *call);
CHECKED bool
call_route_state(struct call *call);
CHECKED bool
call_keep_state(struct call *call);
CHECKED bool
call_state_kept(struct call *call);
CHECKED bool
call_get_config(struct call *call);

#endif
