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
static bool is_writing;

void
broker_log_write(enum log_level level, const char *text)
{
    is_writing = true;
    mosquitto_log_printf(levels[level], "%s", text);
    is_writing = false;
}

bool
broker_log_is_writing(void)
{
    return is_writing;
}
