// SPDX-License-Identifier: Apache-2.0
/*
 * What an administrator may set: the lines plugin_opt_NAME of mosquitto.conf,
 * as iot-mqtt-bridge(8) lists them.
 */
#ifndef BRIDGE_SETTINGS_H
#define BRIDGE_SETTINGS_H

#include "base/checked.h"

#include <stdbool.h>
#include <stdint.h>

struct settings {
    const char *database; /* the registry's file; borrowed */
    const char *traffic;  /* that of messages and states; borrowed, or NULL */
    const char *metrics;  /* where counters go; borrowed, or NULL */
    bool survives_power;  /* and not only the end of the process */
    bool listens;         /* to the broker's log */
    int64_t skew;         /* seconds */
    int64_t connection_most; /* seconds that a connection lives */
    int64_t idle_most;       /* seconds that a device may do nothing */
    int64_t config_wait;     /* seconds until a config is sent again */
    int64_t drain;           /* seconds in which devices are let go */
    int64_t state_interval;  /* milliseconds from one state to the next */
    int64_t traffic_most;    /* bytes of the traffic's file */
};

/* What holds unless it is set. */
void
settings_default(struct settings *settings);

/* Sets NAME to VALUE, which must live on.  False, having logged why: there is
 * no such setting, or the value is none for it. */
CHECKED bool
settings_set(struct settings *settings, const char *name, const char *value);

/* Is all there that has no default?  False, having logged what is not. */
CHECKED bool
settings_are_whole(const struct settings *settings);

#endif
