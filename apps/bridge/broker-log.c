// SPDX-License-Identifier: Apache-2.0
/*
 * Writes to the broker's log.  The only file of this folder that calls the
 * broker, so that another bridge can have the rest.
 */
#include "broker-log.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

static const int levels[] = {
    [LOG_LEVEL_ERROR] = MOSQ_LOG_ERR,
    [LOG_LEVEL_WARNING] = MOSQ_LOG_WARNING,
    [LOG_LEVEL_INFO] = MOSQ_LOG_INFO,
};

/* The broker prints at once, and does not say for whom. */
static struct {
    bool is_writing;
    enum log_level level;
} now;

void
broker_log_write(enum log_level level, const char *text)
{
    now.is_writing = true;
    now.level = level;
    mosquitto_log_printf(levels[level], "%s", text);
    now.is_writing = false;
}

bool
broker_log_is_writing(enum log_level *level)
{
    *level = now.level;
    return now.is_writing;
}
