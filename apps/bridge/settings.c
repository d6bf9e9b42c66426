// SPDX-License-Identifier: Apache-2.0
/*
 * Reads settings.  A word that is not understood is an error: an option that
 * is silently ignored is one that an administrator relies on.
 */
#include "settings.h"

#include "base/log.h"
#include "base/options.h"
#include "gate/gate.h"

#include <string.h>

/* Seconds, cloud-iot-core reference, section 2.1. */
enum { CONNECTION_MOST = 86400, IDLE_MOST = 1200 };

enum {
    CONFIG_WAIT_MOST = 3600,
    CONFIG_WAIT_DEFAULT = 60,
    DRAIN_MOST = 3600,
    DRAIN_DEFAULT = 10,
};

static bool
set_database(struct settings *settings, const char *value)
{
    settings->database = value;
    return value[0] != '\0';
}

static bool
set_skew(struct settings *settings, const char *value)
{
    return options_number(value, 0, GATE_SKEW, &settings->skew);
}

static bool
set_traffic(struct settings *settings, const char *value)
{
    settings->traffic = value;
    return value[0] != '\0';
}

static bool
set_metrics(struct settings *settings, const char *value)
{
    settings->metrics = value;
    return value[0] == '/';
}

static bool
set_durability(struct settings *settings, const char *value)
{
    settings->survives_power = strcmp(value, "power") == 0;
    return settings->survives_power || strcmp(value, "kill") == 0;
}

static bool
set_connection_most(struct settings *settings, const char *value)
{
    return options_number(value, 1, CONNECTION_MOST,
                          &settings->connection_most);
}

static bool
set_idle_most(struct settings *settings, const char *value)
{
    return options_number(value, 1, IDLE_MOST, &settings->idle_most);
}

static bool
set_config_wait(struct settings *settings, const char *value)
{
    return options_number(value, 1, CONFIG_WAIT_MOST, &settings->config_wait);
}

static bool
set_drain(struct settings *settings, const char *value)
{
    return options_number(value, 0, DRAIN_MOST, &settings->drain);
}

static bool
set_acknowledgements(struct settings *settings, const char *value)
{
    settings->listens = strcmp(value, "on") == 0;
    return settings->listens || strcmp(value, "off") == 0;
}

static bool
set_state_interval(struct settings *settings, const char *value)
{
    return options_number(value, 0, 3600000, &settings->state_interval);
}

static bool
set_traffic_most(struct settings *settings, const char *value)
{
    return options_number(value, 1048576, INT64_MAX, &settings->traffic_most);
}

void
settings_default(struct settings *settings)
{
    *settings = (struct settings){
        .listens = true,
        .skew = GATE_SKEW,
        .connection_most = CONNECTION_MOST,
        .idle_most = IDLE_MOST,
        .config_wait = CONFIG_WAIT_DEFAULT,
        .drain = DRAIN_DEFAULT,
        .state_interval = 1000,      /* section 2.5 */
        .traffic_most = 10737418240, /* 10 GiB */
    };
}

static const struct {
    const char *name;
    bool (*set)(struct settings *settings, const char *value);
    const char *what;
} rows[] = {
    { "database", set_database, "the name of the registry's file" },
    { "skew", set_skew, "a number of seconds from 0 to 600" },
    { "connection_seconds", set_connection_most, "a number from 1 to 86400" },
    { "config_seconds", set_config_wait, "a number from 1 to 3600" },
    { "drain_seconds", set_drain, "a number from 0 to 3600" },
    { "idle_seconds", set_idle_most, "a number from 1 to 1200" },
    { "traffic", set_traffic, "the name of the traffic's file" },
    { "traffic_bytes", set_traffic_most, "a number of bytes from 1048576" },
    { "durability", set_durability, "kill or power" },
    { "acknowledgements", set_acknowledgements, "on or off" },
    { "state_interval", set_state_interval,
      "a number of milliseconds from 0 to 3600000" },
    { "metrics", set_metrics, "the name of a file, from the root" },
};

bool
settings_set(struct settings *settings, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(name, rows[i].name) != 0)
            continue;
        if (rows[i].set(settings, value))
            return true;
        log_error("plugin_opt_%s must be %s", name, rows[i].what);
        return false;
    }
    log_error("there is no plugin_opt_%s", name);
    return false;
}

bool
settings_are_whole(const struct settings *settings)
{
    if (settings->database != NULL)
        return true;
    log_error("plugin_opt_database is missing: %s", rows[0].what);
    return false;
}
