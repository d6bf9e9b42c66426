// SPDX-License-Identifier: Apache-2.0
/*
 * Topics, the subscriptions to them, and how messages are fetched: each is
 * handed out to one puller at a time and again unless it is acknowledged in
 * time, as Pub/Sub did (cloud-iot-core reference, section 6).  Bridges only
 * append, which is in traffic.h.
 */
#ifndef TRAFFIC_TOPICS_H
#define TRAFFIC_TOPICS_H

#include "traffic.h"

enum {
    TRAFFIC_RETENTION = 7 * 86400, /* seconds, unless said otherwise */
    TRAFFIC_RETENTION_MOST = 3650 * 86400,
    TRAFFIC_DEADLINE = 10, /* seconds for an acknowledgement, likewise */
    TRAFFIC_DEADLINE_LEAST = 1,
    TRAFFIC_DEADLINE_MOST = 600,
    TRAFFIC_ACK_ID_MOST = 48, /* with its NUL */
};

struct traffic_topic {
    char name[TRAFFIC_TOPIC_MOST]; /* "projects/P/topics/T" */
    int64_t retention;             /* seconds that a message is kept */
    int64_t created;
};

struct traffic_subscription {
    char name[TRAFFIC_TOPIC_MOST]; /* "projects/P/subscriptions/S" */
    char topic[TRAFFIC_TOPIC_MOST];
    int64_t deadline; /* seconds */
    int64_t created;
    int64_t waiting; /* messages handed out and not acknowledged; not read */
};

/* The full name of a subscription that a person wrote, as
 * traffic_topic_name. */
CHECKED bool
traffic_subscription_name(const char *project, const char *text,
                          char name[TRAFFIC_TOPIC_MOST]);

/* May there be such a topic?  False, logged, for a name that is none. */
CHECKED bool
traffic_topic_check(const struct traffic_topic *topic);

/* Makes a topic.  Refuses a name that is none or is taken. */
CHECKED bool
traffic_topic_create(struct traffic *traffic,
                     const struct traffic_topic *topic);

CHECKED bool
traffic_topic_exists(struct traffic *traffic, const char *name, bool *exists);

/* The topic NAME, which must be there. */
CHECKED bool
traffic_topic_get(struct traffic *traffic, const char *name,
                  struct traffic_topic *topic);

/* Sets how long a topic's messages are kept. */
CHECKED bool
traffic_topic_update(struct traffic *traffic, const char *name,
                     int64_t retention);

/* Deletes a topic, its subscriptions and its messages, these some at a time;
 * what a kill leaves of them, traffic_sweep takes. */
CHECKED bool
traffic_topic_delete(struct traffic *traffic, const char *name);

/* The first topic whose name comes after AFTER ("" for the first of all) and
 * begins with PREFIX; *FOUND is false behind the last. */
CHECKED bool
traffic_topic_next(struct traffic *traffic, const char *prefix,
                   const char *after, struct traffic_topic *topic, bool *found);

/* Makes a subscription, which gets what comes from now on; FROM_START also
 * what is still there. */
CHECKED bool
traffic_subscription_create(struct traffic *traffic,
                            const struct traffic_subscription *subscription,
                            bool from_start);

/* The subscription NAME, which must be there. */
CHECKED bool
traffic_subscription_get(struct traffic *traffic, const char *name,
                         struct traffic_subscription *subscription);

/* Sets how long its pullers have for a message. */
CHECKED bool
traffic_subscription_update(struct traffic *traffic, const char *name,
                            int64_t deadline);

CHECKED bool
traffic_subscription_delete(struct traffic *traffic, const char *name);

/* As traffic_topic_next. */
CHECKED bool
traffic_subscription_next(struct traffic *traffic, const char *prefix,
                          const char *after,
                          struct traffic_subscription *subscription,
                          bool *found);

struct traffic_received {
    char ack_id[TRAFFIC_ACK_ID_MOST];
    int64_t key; /* the message's id */
    int64_t attempt;
    int64_t at_ms; /* when it was published */
    struct names_path device;
    uint64_t num_id;
    char subfolder[NAMES_SUBFOLDER_MOST + 1];
    char gateway[NAMES_ID_MOST + 1]; /* "" for none */
    size_t length;
    unsigned char *data;
};

struct traffic_batch {
    size_t count;
    struct traffic_received items[TRAFFIC_PULL_MOST];
};

/*
 * Fetches up to MOST (at most TRAFFIC_PULL_MOST) messages of the subscription
 * NAME: first those that somebody fetched and did not acknowledge in time,
 * then new ones.  Until its deadline nobody else gets them.  Refuses a
 * subscription that does not exist.
 */
CHECKED bool
traffic_pull(struct traffic *traffic, const char *name, size_t most,
             struct traffic_batch **batch);

void
traffic_batch_free(struct traffic_batch **batch);

/* Acknowledges; these messages are never handed out again.  An id of one that
 * was acknowledged already is fine; one that is none is refused. */
CHECKED bool
traffic_acknowledge(struct traffic *traffic, const char *name,
                    const char *const *ack_ids, size_t count);

#endif
