// SPDX-License-Identifier: Apache-2.0
/*
 * base/log's sink in a bridge.  Each level has a bound of its own, so that
 * refusals cannot crowd out what is wrong with the bridge itself.
 */
#include "sink.h"

#include "base/clock.h"
#include "limit.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static struct limit limits[] = {
    [LOG_LEVEL_ERROR] = { .burst = 50, .each_second = 1 },
    [LOG_LEVEL_WARNING] = { .burst = 200, .each_second = 2 },
    [LOG_LEVEL_INFO] = { .burst = 1000, .each_second = 10 },
};

static log_sink *line_writer;

static void
write_bounded(enum log_level level, const char *text)
{
    if (limit_allows(&limits[level], clock_seconds()))
        line_writer(level, text);
}

void
sink_open(const char *program, log_sink *writer)
{
    line_writer = writer;
    log_open(program, write_bounded);
}

void
sink_tell_left_out(int64_t second)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint64_t left_out = limit_take_left_out(&limits[i], second);
        char text[64];

        snprintf(text, sizeof text, "%" PRIu64 " more such lines", left_out);
        if (left_out > 0)
            line_writer((enum log_level)i, text);
    }
}
