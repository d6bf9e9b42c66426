// SPDX-License-Identifier: Apache-2.0
/*
 * However many are refused, a bounded number of lines says so, and how many
 * more there were; and whoever else is refused for once meanwhile is told of.
 */
#include "base/clock.h"
#include "check.h"
#include "service/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOD = 20000 };

static int lines;
static uint64_t left_out;

static void
count_line(enum log_level level, const char *text)
{
    const char *count = strstr(text, " count=");

    (void)level;
    if (strstr(text, " event=left-out ") == NULL)
        lines++;
    else if (strstr(text, " reason=refused ") != NULL && count != NULL)
        left_out += strtoull(count + 7, NULL, 10);
}

static bool
refuse(uint64_t number, const char *reason, const char *address)
{
    return log_event(LOG_REFUSED,
                     &(struct log_facts){ .reason = reason,
                                          .number = number,
                                          .address = address },
                     "refused");
}

static void
begin(void)
{
    lines = 0;
    left_out = 0;
    sink_open("test", count_line);
}

/* Each from an address of its own, unless ADDRESS is given. */
static void
flood(uint64_t number, const char *reason, const char *address)
{
    char own[32];

    for (unsigned i = 0; i < FLOOD; i++) {
        snprintf(own, sizeof own, "10.%u.%u.%u", i >> 16, i >> 8 & 255,
                 i & 255);
        (void)refuse(number, reason, address != NULL ? address : own);
    }
}

/* All that was left out is told of, once, in a minute at the most. */
static bool
is_accounted(void)
{
    int64_t now = clock_seconds();

    for (int i = 0; i < 60; i++)
        sink_tell_left_out(now + 1000 + i);
    return left_out + (uint64_t)lines >= FLOOD;
}

/* How many lines the bound of all allows by now; what else there is, MORE. */
static int
most(int64_t since, int more)
{
    return 200 + 2 * (int)(clock_seconds() - since + 1) + more;
}

/* From one address: it has a share, and others their own. */
static void
check_one_address(void)
{
    begin();
    flood(0, "unknown-device", "192.0.2.1");
    CHECK(lines >= 100 && lines <= 110);
    CHECK(refuse(0, "unknown-device", "192.0.2.2"));
    CHECK(refuse(42, "expired", "192.0.2.3"));
    CHECK(is_accounted());

    /* In IPv6 that is what one subscriber has. */
    begin();
    flood(0, "path", "2001:db8:0:1::1");
    CHECK(!refuse(0, "path", "2001:db8:0:1:ffff::2"));
    CHECK(refuse(0, "path", "2001:db8:0:2::1"));
}

/* From as many as there are: strangers have all of their bound, and devices
 * theirs. */
static void
check_many_addresses(void)
{
    int64_t since = clock_seconds();

    begin();
    flood(0, "unknown-device", NULL);
    CHECK(lines >= 200 && lines <= most(since, 0));
    CHECK(!refuse(0, "unknown-device", "192.0.2.2") || lines <= most(since, 1));
    CHECK(refuse(42, "expired", "192.0.2.3"));
    CHECK(is_accounted());
}

/* In the name of one device, which has a share for each reason. */
static void
check_one_name(void)
{
    begin();
    flood(41, "signature", NULL);
    CHECK(lines >= 20 && lines <= 30);
    CHECK(refuse(41, "expired", "192.0.2.3"));
    CHECK(refuse(42, "signature", "192.0.2.4"));
    CHECK(is_accounted());
}

/* Nor does it hide what is wrong with the bridge, or who comes and goes. */
static void
check_other_events(void)
{
    begin();
    flood(0, "unknown-device", NULL);
    for (uint64_t i = 1; i <= FLOOD; i++)
        (void)refuse(i, "signature", NULL);
    CHECK(log_event(LOG_DATABASE_FAILED, NULL, "broken"));
    CHECK(log_event(LOG_CLOSED, &(struct log_facts){ .number = 7 }, "closed"));
    CHECK(log_event(LOG_ADMITTED, &(struct log_facts){ .number = 7 }, "in"));
    lines = 0;
    log_warning("of another kind");
    CHECK(lines == 1);
}

int
main(void)
{
    check_one_address();
    check_many_addresses();
    check_one_name();
    check_other_events();
    log_open("test", NULL);
    return check_end();
}
