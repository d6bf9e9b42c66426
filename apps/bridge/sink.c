// SPDX-License-Identifier: Apache-2.0
/*
 * base/log's sink in the broker.  Each level has a bound of its own, so that
 * refusals cannot crowd out what is wrong with the bridge itself.
 */
#include "sink.h"

#include "clock.h"
#include "limit.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

#include <inttypes.h>
#include <stddef.h>

static struct limit limits[] = {
    [LOG_LEVEL_ERROR] = { .burst = 50, .each_second = 1 },
    [LOG_LEVEL_WARNING] = { .burst = 200, .each_second = 2 },
    [LOG_LEVEL_INFO] = { .burst = 1000, .each_second = 10 },
};

static const int levels[] = {
    [LOG_LEVEL_ERROR] = MOSQ_LOG_ERR,
    [LOG_LEVEL_WARNING] = MOSQ_LOG_WARNING,
    [LOG_LEVEL_INFO] = MOSQ_LOG_INFO,
};

void
sink_write(enum log_level level, const char *text)
{
    if (limit_allows(&limits[level], clock_seconds()))
        mosquitto_log_printf(levels[level], "%s", text);
}

void
sink_tell_left_out(int64_t second)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint64_t left_out = limit_take_left_out(&limits[i], second);

        if (left_out > 0)
            mosquitto_log_printf(levels[i], "%" PRIu64 " more such lines",
                                 left_out);
    }
}
