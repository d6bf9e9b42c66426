// SPDX-License-Identifier: Apache-2.0
/*
 * The gate: which device may come in, and what it may then do, stated once
 * for every bridge.  cloud-iot-core reference, sections 1 and 2.1 to 2.4.
 * There is no broker, no socket and no clock here: the caller brings them.
 *
 * What a refusal says is for the operator.  A device is told nothing but the
 * code that its protocol has for a refusal.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/checked.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gate_doubts;
struct gate_keys;
struct store;

enum {
    GATE_SKEW = 600,           /* seconds that clocks may differ, section 1.3 */
    GATE_LONGEST = 86400,      /* seconds from iat to exp at most, likewise */
    GATE_EVENTS_MOST = 262144, /* bytes of telemetry, section 2.4 */
    GATE_STATE_MOST = 65536,   /* bytes of state, section 2.5 */
    GATE_ATTACH_MOST = 16384,  /* bytes about a device to attach */
    GATE_KEYS_MOST = 512,      /* that are kept ready */
    GATE_SEEN_MOST = 8192,     /* tokens whose signatures were good */
    GATE_ATTACHED_MOST = 1000, /* devices to a gateway, section 3.5 */
};

enum gate_reason {
    GATE_NO_REASON, /* there was no refusal */

    /* why a visitor was not let in */
    GATE_PATH,
    GATE_NO_TOKEN,
    GATE_UNKNOWN_REGISTRY,
    GATE_UNKNOWN_DEVICE,
    GATE_BLOCKED,
    GATE_MQTT_DISABLED,
    GATE_HTTP_DISABLED,
    GATE_NO_CREDENTIAL,
    GATE_CREDENTIAL_EXPIRED,
    GATE_CREDENTIAL_UNUSABLE,
    GATE_CREDENTIAL_GONE,
    GATE_DOUBTED,
    GATE_NOT_A_TOKEN,
    GATE_ALGORITHM,
    GATE_SIGNATURE,
    GATE_CLAIM,
    GATE_AUDIENCE,
    GATE_ISSUED_IN_FUTURE,
    GATE_EXPIRED,
    GATE_LIFETIME,
    GATE_UNAVAILABLE, /* the gate itself is at fault, not the visitor */

    /* why a device may not do what it wants */
    GATE_TOPIC,
    GATE_OTHER_DEVICE,
    GATE_DIRECTION,
    GATE_PAYLOAD,
    GATE_NO_TOPIC, /* for the bridge to find, in the registry */
    GATE_TOO_FAST, /* likewise, by its clock */
    GATE_NOT_ATTACHED,

    /* why a gateway may not speak for a device */
    GATE_UNKNOWN_OTHER,
    GATE_OTHER_BLOCKED,
    GATE_NO_GATEWAY,
    GATE_IS_GATEWAY,
    GATE_METHOD,
    GATE_NOT_BOUND,
    GATE_TOO_MANY,

    GATE_OTHER,  /* a bridge's own reasons */
    GATE_REASONS /* how many there are */
};

struct gate_refusal {
    enum gate_reason reason;
    char text[400]; /* one sentence without its full stop */
};

/* The bridge that asks: a registry may have either of them disabled. */
enum gate_door { GATE_DOOR_MQTT, GATE_DOOR_HTTP };

/* Who is at the gate, and when.  Nothing in it is believed. */
struct gate_visitor {
    enum gate_door door;
    const char *path; /* the client id, or the HTTP path */
    size_t path_length;
    const char *token; /* NULL when none was given */
    size_t token_length;
    int64_t now;  /* Unix seconds */
    int64_t skew; /* seconds; GATE_SKEW unless the operator wants less */
    struct gate_keys *keys;     /* borrowed; NULL for none */
    const char *address;        /* where it comes from, in digits, or NULL */
    struct gate_doubts *doubts; /* borrowed; NULL for none */
};

/* A device that was let in.  It holds no pointer and may be copied. */
struct gate_device {
    struct names_path path; /* with its id, also if it came by its number */
    uint64_t num_id;
    int64_t expires_at;  /* its token's exp, Unix seconds */
    uint64_t key;        /* tells the key of its token from its others */
    enum gate_door door; /* by which it came */
    bool is_gateway;
    uint64_t gateway; /* the number of the one that speaks for it, or 0 */
};

/* What a device wants to do with a topic. */
enum gate_direction {
    GATE_PUBLISH,   /* send to it */
    GATE_SUBSCRIBE, /* ask for it, with a filter */
    GATE_RECEIVE,   /* be sent something on it */
};

/*
 * Keys of devices that came, read and ready to verify with: to read one takes
 * longer than to verify with it.  There are at most GATE_KEYS_MOST, some 2 KB
 * each, and none is used unless the registry has it still.  With them goes
 * which tokens they signed, as GATE_SEEN_MOST digests: a device comes again
 * with the same, and over HTTP with every call.  NULL when there is no memory.
 */
CHECKED struct gate_keys *
gate_keys_new(void);

void
gate_keys_free(struct gate_keys **keys);

/*
 * Who failed lately.  Where many tokens that are wrong are to be judged, an
 * address that has sent several for one device is refused as GATE_DOUBTED for
 * a moment, unread.  NULL when there is no memory.
 */
CHECKED struct gate_doubts *
gate_doubts_new(void);

void
gate_doubts_free(struct gate_doubts **doubts);

/*
 * Lets VISITOR in, filling *DEVICE, when the registry has the device, nothing
 * bars it, and its token verifies with one of its keys; of those the device's
 * record fixes the algorithm.  Otherwise false, *REFUSAL says why, and *DEVICE
 * has the path, unless that is why, and the number of the record if there is
 * one.  STORE NULL refuses everybody as GATE_UNAVAILABLE.
 */
CHECKED bool
gate_authenticate(struct store *store, const struct gate_visitor *visitor,
                  struct gate_device *device, struct gate_refusal *refusal);

/*
 * Would DEVICE, which has been let in, still be known and unbarred, and is the
 * key of its token still its key?  The token is not looked at.  False, and
 * *REFUSAL says why; GATE_UNAVAILABLE means that nobody knows.
 */
CHECKED bool
gate_reconsider(struct store *store, const struct gate_device *device,
                struct gate_refusal *refusal);

/*
 * Finds the token in what a gateway sent to have a device attached (section
 * 3.2): the first three words of base64url with dots between them, however
 * they are quoted.  False, with nothing touched, when there are none.
 */
CHECKED bool
gate_find_token(const char *payload, size_t length, const char **token,
                size_t *token_length);

/*
 * Lets the gateway GATEWAY, which has been let in, speak for a device of its
 * registry, filling *DEVICE: VISITOR's path is the device's id or number alone,
 * and its token is asked for if the gateway's method wants one (section 3.3).
 * Otherwise false, and *REFUSAL says why.
 */
CHECKED bool
gate_attach(struct store *store, const struct gate_device *gateway,
            const struct gate_visitor *visitor, struct gate_device *device,
            struct gate_refusal *refusal);

/*
 * May DEVICE do this with the topic, or filter, TEXT of LENGTH bytes, and with
 * a payload of PAYLOAD bytes when it publishes?  If so *TOPIC is what the text
 * means; its device part may be the id or the number.  Otherwise false, and
 * *REFUSAL says why: for a gateway, GATE_NOT_ATTACHED when *TOPIC is another
 * device's, which the caller may have attached and then asks about itself.
 */
CHECKED bool
gate_authorize(const struct gate_device *device, enum gate_direction direction,
               const char *text, size_t length, size_t payload,
               struct names_topic *topic, struct gate_refusal *refusal);

/* Section 4.2: one of the two visits with its own token, and names the other.
 */
enum gate_delegation {
    GATE_THROUGH_GATEWAY, /* a device names its gateway */
    GATE_FOR_DEVICE,      /* a gateway names the device that it speaks for */
};

/*
 * May VISITOR, which has been let in, and the one of its registry that it names
 * by ID, an id or a number, speak as gateway and device?  They must be bound,
 * and the gateway's method must be content with whose token there is.  If so
 * *OTHER is who was named.  Otherwise false, and *REFUSAL says why.
 */
CHECKED bool
gate_delegate(struct store *store, const struct gate_device *visitor,
              enum gate_delegation delegation, const char *id,
              struct gate_device *other, struct gate_refusal *refusal);

/* A word for a reason, "unknown-device", for counters; a constant. */
const char *
gate_reason_word(enum gate_reason reason);

#endif
