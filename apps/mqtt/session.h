// SPDX-License-Identifier: Apache-2.0
/*
 * A device's session with an MQTT bridge that keeps itself up: TLS, MQTT
 * 3.1.1, clean session, the device's path as client id, a token as password.
 * Before the token expires it reconnects with the next one; after any drop
 * it comes back with growing, random delays.  What to send, and what to keep
 * until it is acknowledged, is the caller's.
 *
 * One thread: everything happens, and all callbacks are called, inside
 * session_step.
 */
#ifndef MQTT_SESSION_H
#define MQTT_SESSION_H

#include "base/checked.h"
#include "libiotjwt/iotjwt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SESSION_WINDOW = 64,     /* messages under way at a time */
    SESSION_KEEPALIVE = 60,  /* s: under the 20 minutes that end an idle one */
    SESSION_FILTERS_MOST = 4 /* subscriptions */
};

/* Why there is no connection. */
enum session_trouble {
    SESSION_RENEWING, /* there will be one at once, with the next token */
    SESSION_NETWORK,  /* not there, or gone; trying again may well help */
    SESSION_REFUSED,  /* there, and one of us does not want the other */
    SESSION_NO_TOKEN, /* the key would not sign one */
};

/* What a session tells its caller.  None may be NULL, and none may call back
 * into the session. */
struct session_events {
    /* The bridge has the message of this tag (at QoS 0: it was sent). */
    void (*acknowledged)(void *context, uint64_t tag);
    /* There is a connection; publish away. */
    void (*connected)(void *context);
    /* There is none any more, or still none: messages not acknowledged are
     * forgotten here and have to be published again.  REASON is a sentence;
     * the next attempt comes DELAY ms from now. */
    void (*dropped)(void *context, enum session_trouble trouble,
                    const char *reason, int64_t delay);
    /* Something arrived; PAYLOAD, LENGTH bytes, is borrowed. */
    void (*message)(void *context, const char *topic, const void *payload,
                    size_t length);
};

/* Strings and source are borrowed until session_close. */
struct session_settings {
    const char *host; /* a name or an address */
    int port;
    const char *cafile;           /* PEM; NULL: what the system trusts */
    const char *path;             /* of the device: the client id */
    struct iotjwt_source *tokens; /* asked before each attempt */
    const char *filters[SESSION_FILTERS_MOST]; /* to subscribe to, or NULL */
    const struct session_events *events;
    void *context; /* for the events */
};

struct session;

/* Makes a session, which connects in its first step.  NULL, having logged
 * why: no memory, CAFILE unreadable. */
CHECKED struct session *
session_new(const struct session_settings *settings);

/*
 * Does what there is to do, waiting for it at most TIMEOUT ms, and less when
 * a signal arrives.  Waits for FD too unless it is -1, and sets *IS_READABLE
 * when there is something to read or its end.
 */
void
session_step(struct session *session, int timeout, int fd, bool *is_readable);

/* May a message be published now: connected, and a place in the window? */
CHECKED bool
session_may_publish(const struct session *session);

/*
 * Publishes LENGTH bytes under TOPIC, which is copied with them.  TAG comes
 * back with the acknowledgement.  False when it cannot be sent: then the
 * connection was dropped, and the event has said why.
 */
CHECKED bool
session_publish(struct session *session, const char *topic, const void *payload,
                size_t length, int qos, uint64_t tag);

CHECKED bool
session_is_up(const struct session *session);

/* Says goodbye to the bridge and frees all.  Clears the pointer. */
void
session_close(struct session **session);

#endif
