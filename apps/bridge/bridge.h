// SPDX-License-Identifier: Apache-2.0
/*
 * The one state of the plugin, which all files of the bridge work on, and how
 * they answer the broker.  Everything is called from the broker's one thread,
 * so nothing waits.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "counters.h"
#include "service/database.h"
#include "service/limit.h"
#include "settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ear;
struct gate_doubts;
struct gate_keys;
struct journal;
struct routes;
struct sessions;

/* What was heard of the broker's log since the last tick. */
struct heed {
    bool hears;        /* it does tell of packets */
    bool wants_mid;    /* whoever publishes right now is a gateway */
    struct limit news; /* of the broker's own, for people */
    size_t count;
    uint64_t landed[64]; /* devices that acknowledged something */
};

/* The end that everybody is let go before. */
struct drain {
    int64_t began; /* clock_milliseconds; 0: not yet */
    size_t count;  /* who was there then */
    bool is_over;
};

struct bridge {
    struct settings settings;
    struct database database; /* the registry, read only */
    struct journal *journal;
    struct sessions *sessions;
    struct routes *routes;      /* of telemetry */
    struct gate_keys *keys;     /* of devices that were here */
    struct gate_doubts *doubts; /* about who failed lately */
    struct counters counters;
    int64_t second;         /* of the last tick, on clock_seconds */
    int64_t look;           /* of the last at the registry, 4 a second */
    size_t next;            /* the session that the next tick considers first */
    size_t to_do;           /* how many more it and others shall, this second */
    bool is_reloading;      /* from a SIGHUP to the tick after it */
    struct store *followed; /* what CONFIGS is about */
    int64_t configs;        /* for registry_config_changes */
    int64_t looked;         /* for news, on clock_milliseconds */
    struct ear *ear;        /* NULL when we do not listen */
    struct heed heed;
    struct drain drain;
};

/* What becomes of what a device sent. */
enum verdict {
    VERDICT_PASS,    /* it goes on to whom it may concern */
    VERDICT_SWALLOW, /* it is acknowledged, and goes no further */
    VERDICT_CLOSE,   /* it is not acknowledged: the connection ends */
};

#endif
