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

static const struct {
    const char *name;
    bool (*set)(struct settings *settings, const char *value);
    const char *what;
} rows[] = {
    { "database", set_database, "the name of the registry's file" },
    { "skew", set_skew, "a number of seconds from 0 to 600" },
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
