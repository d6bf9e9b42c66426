// SPDX-License-Identifier: Apache-2.0
/*
 * base/log's sink in a bridge.  Each event has bounds of its own, so that
 * refusals cannot crowd out what is wrong with the bridge itself; those about a
 * device that the registry has are not counted with those about strangers; and
 * nobody has more than a share, so that a flood hides nobody else's line.
 */
#include "sink.h"

#include "base/address.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/logline.h"
#include "limit.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    PLACES = 4096,      /* of shares */
    SHARE_SECONDS = 10, /* until a share that is used up has one more line */
    TELL_SECONDS = 5,   /* between two lines on how many were left out */
};

/* Whom a line is about. */
enum about { ABOUT_STRANGERS, ABOUT_DEVICES, ABOUTS };

static struct limit limits[LOG_EVENTS][LOG_LEVELS][ABOUTS];

static const struct limit bounds[] = {
    [LOG_LEVEL_ERROR] = { .burst = 50, .each_second = 1 },
    [LOG_LEVEL_WARNING] = { .burst = 200, .each_second = 2 },
    [LOG_LEVEL_INFO] = { .burst = 1000, .each_second = 10 },
};

/* What one address, or one device for one reason, may have of an event. */
static const struct limit of_address = { .burst = 100, .each_second = 1 };
static const struct limit of_device = { .burst = 20, .each_second = 1 };

/* The newest has the place: whoever loses it begins anew, and the event's own
 * bound holds. */
static struct share {
    uint64_t whose;
    struct limit limit;
} shares[PLACES];

static bool
has_share(uint64_t whose, const struct limit *most, int64_t second)
{
    struct share *share = &shares[(whose >> 32) % PLACES];

    if (share->whose != whose)
        *share = (struct share){ whose, *most };
    return limit_allows(&share->limit, second / SHARE_SECONDS);
}

static bool
has_address_share(enum log_event event, const struct log_facts *facts,
                  int64_t second)
{
    uint64_t mark = BYTES_MARK ^ event;
    struct in6_addr network;

    if (facts->address == NULL || !address_network(facts->address, &network))
        return true;
    return has_share(bytes_mark(mark, &network, sizeof network), &of_address,
                     second);
}

/* For one reason: who cannot sign for a device cannot hide why its own tokens
 * are refused. */
static bool
has_device_share(enum log_event event, const struct log_facts *facts,
                 int64_t second)
{
    const char *reason = facts->reason != NULL ? facts->reason : "";
    uint64_t mark = BYTES_MARK ^ event;

    if (facts->number == 0)
        return true;
    mark = bytes_mark(mark, &facts->number, sizeof facts->number);
    return has_share(bytes_mark(mark, reason, strlen(reason)), &of_device,
                     second);
}

/* A log_gate.  Only who was not let in may come from any address. */
static bool
may_tell(enum log_event event, enum log_level level,
         const struct log_facts *facts)
{
    int64_t second = clock_seconds();
    enum about about =
        facts != NULL && facts->number != 0 ? ABOUT_DEVICES : ABOUT_STRANGERS;
    struct limit *limit = &limits[event][level][about];

    if (facts == NULL ||
        ((event != LOG_REFUSED || has_address_share(event, facts, second)) &&
         has_device_share(event, facts, second)))
        return limit_allows(limit, second);
    limit->left_out++;
    return false;
}

void
sink_open(const char *program, log_sink *writer)
{
    for (size_t i = 0; i < LOG_EVENTS; i++)
        for (size_t j = 0; j < LOG_LEVELS; j++)
            for (size_t k = 0; k < ABOUTS; k++)
                limits[i][j][k] = bounds[j];
    memset(shares, 0, sizeof shares);
    log_open_fields(program, writer, may_tell);
}

static void
tell_left_out(enum log_event event, struct limit *limit, int64_t second)
{
    uint64_t left_out = limit_take_left_out(limit, second);

    if (left_out > 0)
        log_event(LOG_LEFT_OUT,
                  &(struct log_facts){ .reason = logline_name(event),
                                       .count = left_out },
                  "%" PRIu64 " more such lines", left_out);
}

void
sink_tell_left_out(int64_t second)
{
    static int64_t told;

    if (second >= told && second - told < TELL_SECONDS)
        return;
    told = second;
    for (size_t i = 0; i < LOG_EVENTS; i++)
        for (size_t j = 0; j < LOG_LEVELS; j++)
            for (size_t k = 0; k < ABOUTS; k++)
                tell_left_out((enum log_event)i, &limits[i][j][k], second);
}
