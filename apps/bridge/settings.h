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
    int64_t skew;         /* seconds; the caller puts in the default */
};

/* Sets NAME to VALUE, which must live on.  False, having logged why: there is
 * no such setting, or the value is none for it. */
CHECKED bool
settings_set(struct settings *settings, const char *name, const char *value);

/* Is all there that has no default?  False, having logged what is not. */
CHECKED bool
settings_are_whole(const struct settings *settings);

#endif
