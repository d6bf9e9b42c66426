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

static struct limit limits[] = {
    [LOG_LEVEL_ERROR] = { .burst = 50, .each_second = 1 },
    [LOG_LEVEL_WARNING] = { .burst = 200, .each_second = 2 },
    [LOG_LEVEL_INFO] = { .burst = 1000, .each_second = 10 },
};

/* A log_gate. */
static bool
may_tell(enum log_event event, enum log_level level,
         const struct log_facts *facts)
{
    (void)event, (void)facts;
    return limit_allows(&limits[level], clock_seconds());
}

void
sink_open(const char *program, log_sink *writer)
{
    log_open_fields(program, writer, may_tell);
}

void
sink_tell_left_out(int64_t second)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint64_t left_out = limit_take_left_out(&limits[i], second);

        if (left_out > 0)
            log_event(LOG_LEFT_OUT, &(struct log_facts){ .count = left_out },
                      "%" PRIu64 " more such lines", left_out);
    }
}
