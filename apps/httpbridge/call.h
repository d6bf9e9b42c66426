// SPDX-License-Identifier: Apache-2.0
/*
 * One call on its way through the bridge: who makes it, for whom, with what,
 * and what comes of it.  For the files of the bridge alone.
 */
#ifndef HTTPBRIDGE_CALL_H
#define HTTPBRIDGE_CALL_H

#include "body.h"
#include "gate/gate.h"
#include "httpbridge.h"
#include "problem.h"

struct http_request;

struct call {
    struct httpbridge *bridge;
    const struct http_request *request;
    int64_t now;                /* Unix seconds */
    struct gate_device visitor; /* whose path and token there are */
    struct gate_device device;  /* whose data it is: the visitor, unless it is
                                 * a gateway that speaks for another */
    const char *gateway;        /* its id, or NULL when none is involved */
    struct gate_device other;   /* whom the visitor named */
    struct body body;
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

/* Keeps the body as telemetry, or as state.  True once it is committed. */
CHECKED bool
call_publish_event(struct call *call);
CHECKED bool
call_set_state(struct call *call);

/* Fills the result with the device's configuration. */
CHECKED bool
call_get_config(struct call *call);

#endif
