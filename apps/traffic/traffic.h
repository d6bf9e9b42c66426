// SPDX-License-Identifier: Apache-2.0
/*
 * What the bridges write down: messages of topics, states, when devices did
 * what, what went wrong, commands on their way, and what happened.  A database
 * beside the registry's, so that a bridge has no right to write to that one,
 * and writers of the one never hold up the other.  cloud-iot-core reference,
 * sections 2.4 to 2.7, 5.2, 6 and 7.
 *
 * As in registry.h: false means that the database failed, and one line of log
 * has said how.  What was written is there once the function has returned.
 * Times are Unix seconds, or milliseconds where the name says _ms; 0 is never.
 * Serves one thread at a time.
 */
#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

#include "base/checked.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRAFFIC_TOPIC_MOST = 600, /* "projects/P/topics/T", with its NUL */
    TRAFFIC_NAME_MOST = 255,  /* T of it */
    TRAFFIC_STATE_MOST = 64 * 1024,
    TRAFFIC_STATES_KEPT = 10,
    TRAFFIC_ACKS_KEPT = 10, /* of as many versions of a config as are kept */
    TRAFFIC_DATA_MOST = 256 * 1024,
    TRAFFIC_TEXT_MOST = 512, /* of an error or an event, with its NUL */
    TRAFFIC_PULL_MOST = 1000,
    TRAFFIC_COMMAND_WAIT = 60, /* seconds, section 2.7 */
};

/* One open database. */
struct traffic;

enum traffic_access {
    TRAFFIC_BROWSE, /* for people: reads only, the file must exist */
    TRAFFIC_WRITE,  /* for people: waits for others, 10 s */
    TRAFFIC_CREATE, /* the same, and makes the file when there is none */
    TRAFFIC_SERVE,  /* for bridges: the same, but waits 3 ms at most */
    TRAFFIC_GATHER, /* for one that writes for many at once: 500 ms */
    TRAFFIC_MOVE,   /* for a thread of theirs: waits, and makes nothing */
};

enum traffic_durability {
    TRAFFIC_SURVIVES_KILL,  /* what was written survives any process's end */
    TRAFFIC_SURVIVES_POWER, /* and that of the machine; costs an fsync each */
};

/*
 * Opens the database PATH.  NULL, having logged why.  A file that is made gets
 * mode 0660, and its group may write it if the folder hands its group down.
 */
CHECKED struct traffic *
traffic_open(const char *path, enum traffic_access access,
             enum traffic_durability durability);

void
traffic_close(struct traffic **traffic);

/* Leaves it to others to bring what was written from the log into the database
 * itself, which may wait for the disk: a mover does that. */
void
traffic_leave_the_log(struct traffic *traffic);

/* Is the file that is open still the one that its name stands for? */
CHECKED bool
traffic_is_in_place(const struct traffic *traffic);

/* "traffic.db" in the folder of the registry REGISTRY.  False when it does
 * not fit. */
CHECKED bool
traffic_path(const char *registry, char *path, size_t size);

/*
 * Everything between these two is committed together, at the price of one.
 * traffic_end returns whether all is well; without OK nothing happened.
 */
CHECKED bool
traffic_begin(struct traffic *traffic);
CHECKED bool
traffic_end(struct traffic *traffic, bool ok);

/* -- topics and their messages -- */

/* The full name of a topic that a person wrote: "T" is of PROJECT.  False for
 * one that is too long. */
CHECKED bool
traffic_topic_name(const char *project, const char *text,
                   char name[TRAFFIC_TOPIC_MOST]);

/* What a device sent.  All is borrowed. */
struct traffic_message {
    const char *topic; /* in full */
    const void *data;
    size_t length;
    const struct names_path *device; /* with its id */
    uint64_t num_id;
    const char *subfolder; /* "" for none */
    const char *gateway;   /* the id of the one that relayed it, or NULL */
};

/*
 * Appends a message.  Only when this has returned true with *HAS_TOPIC may the
 * device be told that it arrived.  True without: there is no such topic, and
 * nothing was written.
 */
CHECKED bool
traffic_append(struct traffic *traffic, const struct traffic_message *message,
               bool *has_topic);

/* Is there a topic NAME? */
CHECKED bool
traffic_has_topic(struct traffic *traffic, const char *name, bool *has_topic);

/* Another number whenever others have changed the database since, or this is
 * another one. */
CHECKED bool
traffic_generation_find(struct traffic *traffic, int64_t *generation);

/*
 * Deletes some of what is too old or too much: messages beyond their topic's
 * retention, the oldest ones while the database is larger than BYTES (0 for
 * any size), old events and commands.  Returns soon; *IS_DONE when nothing is
 * left to do.  For a bridge's tick, about once a second.
 */
CHECKED bool
traffic_sweep(struct traffic *traffic, int64_t bytes, bool *is_done);

/* -- what is known of a device, by its number -- */

/* Section 5.2; all is 0 or "" until it happened. */
struct traffic_device {
    int64_t heartbeat, event, state; /* the last ones */
    int64_t config_sent, config_acked;
    int64_t error_at;
    int error_code; /* google.rpc.Code, 5 is NOT_FOUND */
    char error_text[TRAFFIC_TEXT_MOST];
    int64_t connected_since;         /* 0 while it is not */
    char gateway[NAMES_ID_MOST + 1]; /* the last one it came through */
    int64_t gateway_at;
};

/* All zero for a device that nothing is known of. */
CHECKED bool
traffic_device_find(struct traffic *traffic, uint64_t num_id,
                    struct traffic_device *device);

enum traffic_time {
    TRAFFIC_HEARTBEAT,
    TRAFFIC_EVENT,
    TRAFFIC_STATE,
    TRAFFIC_CONFIG_SENT,
    TRAFFIC_CONFIG_ACKED,
};

struct traffic_touch {
    uint64_t num_id;
    enum traffic_time what;
    int64_t at;
};

/* Writes down when what happened last, for many devices at once.  These times
 * may lag (section 5.3), so a bridge collects some seconds' worth. */
CHECKED bool
traffic_touch(struct traffic *traffic, const struct traffic_touch *touches,
              size_t count);

/* The device acknowledged this version of its configuration. */
CHECKED bool
traffic_config_acked(struct traffic *traffic, uint64_t num_id, int64_t version,
                     int64_t at);

/* When it did; 0 if it never did. */
CHECKED bool
traffic_config_ack_find(struct traffic *traffic, uint64_t num_id,
                        int64_t version, int64_t *at);

CHECKED bool
traffic_error_set(struct traffic *traffic, uint64_t num_id, int code,
                  const char *text, int64_t at);

CHECKED bool
traffic_gateway_set(struct traffic *traffic, uint64_t num_id,
                    const char *gateway, int64_t at);

/* Since when the device, NUM_ID, is connected; 0: it is not any more. */
CHECKED bool
traffic_connected_set(struct traffic *traffic, const struct names_path *device,
                      uint64_t num_id, int64_t since);

/* One that is; *FOUND is false when nobody is. */
CHECKED bool
traffic_connected_find(struct traffic *traffic, struct names_path *device,
                       uint64_t *num_id, bool *found);

/* Forgets a device that was deleted. */
CHECKED bool
traffic_device_forget(struct traffic *traffic, uint64_t num_id);

struct traffic_state {
    int64_t at_ms;
    size_t length;
    unsigned char *data;
};

/* The newest first. */
struct traffic_states {
    size_t count;
    struct traffic_state items[TRAFFIC_STATES_KEPT];
};

/* Adds a state, now, and sets the device's last time of it.  How often a
 * device may do so is for the bridge to say. */
CHECKED bool
traffic_state_add(struct traffic *traffic, uint64_t num_id, const void *data,
                  size_t length);

CHECKED bool
traffic_state_list(struct traffic *traffic, uint64_t num_id, size_t most,
                   struct traffic_states **states);

void
traffic_states_free(struct traffic_states **states);

/* -- commands: operators put them, the MQTT bridge takes them -- */

enum traffic_outcome {
    TRAFFIC_PENDING,
    TRAFFIC_DELIVERED,
    TRAFFIC_NOT_SUBSCRIBED, /* or not connected */
    TRAFFIC_UNDELIVERED,    /* it was sent, and never acknowledged */
};

struct traffic_command {
    int64_t key;
    uint64_t num_id;
    int64_t expires; /* nobody waits for it after this */
    char subfolder[NAMES_SUBFOLDER_MOST + 1];
    size_t length;
    unsigned char *data;
};

/* Puts a command, for which its sender waits SECONDS. */
CHECKED bool
traffic_command_put(struct traffic *traffic, uint64_t num_id,
                    const char *subfolder, const void *data, size_t length,
                    int64_t seconds, int64_t *key);

/* Takes the next command, once; NULL when there is none.  To be asked at every
 * tick: it costs a microsecond while nobody else writes. */
CHECKED bool
traffic_command_take(struct traffic *traffic, struct traffic_command **command);

void
traffic_command_free(struct traffic_command **command);

CHECKED bool
traffic_command_finish(struct traffic *traffic, int64_t key,
                       enum traffic_outcome outcome);

/* What became of it; TRAFFIC_PENDING until that is known. */
CHECKED bool
traffic_command_outcome(struct traffic *traffic, int64_t key,
                        enum traffic_outcome *outcome);

/* -- what happened, for people who watch -- */

struct traffic_event {
    int64_t key;              /* of its place in the order; not read by add */
    int64_t at_ms;            /* likewise */
    struct names_path device; /* what is not known is "" */
    uint64_t num_id;          /* 0 if not known */
    char kind[24];            /* "CONNECT", "DISCONNECT", "REFUSED", … */
    char text[TRAFFIC_TEXT_MOST];
};

/* Writes down an event; the last hundred thousand are kept. */
CHECKED bool
traffic_event_add(struct traffic *traffic, const struct traffic_event *event);

/* The first event after the key AFTER; *FOUND is false when there is none. */
CHECKED bool
traffic_event_next(struct traffic *traffic, int64_t after,
                   struct traffic_event *event, bool *found);

/* The key of the last event; 0 when there never was one. */
CHECKED bool
traffic_event_last(struct traffic *traffic, int64_t *key);

#endif
