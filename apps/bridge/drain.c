// SPDX-License-Identifier: Apache-2.0
/*
 * mosquitto ends at a SIGTERM within the same turn of its loop, and no plugin
 * can put that off; so a signal of our own comes first, and then SIGTERM from
 * here.  Who goes when is drawn by lot.
 */
#include "drain.h"

#include "base/clock.h"
#include "base/log.h"
#include "end.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

/* A handler can reach nothing else.  To block the signal and ask for it would
 * not do: mosquitto unblocks all but its own while it waits. */
static volatile sig_atomic_t is_asked;

static void
ask(int number)
{
    (void)number;
    is_asked = 1;
}

void
drain_open(void)
{
    struct sigaction action = { .sa_handler = ask, .sa_flags = SA_RESTART };

    is_asked = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGRTMIN, &action, NULL);
}

void
drain_close(void)
{
    signal(SIGRTMIN, SIG_DFL);
}

bool
drain_has_begun(const struct bridge *bridge)
{
    return bridge->drain.began != 0;
}

static void
begin(struct bridge *bridge)
{
    bridge->drain.began = clock_milliseconds();
    bridge->drain.count = sessions_count(bridge->sessions);
    log_event(LOG_DRAINING,
              &(struct log_facts){ .count = bridge->drain.count,
                                   .seconds = bridge->settings.drain },
              "letting %zu devices go within %lld s", bridge->drain.count,
              (long long)bridge->settings.drain);
}

/* How many may still be there. */
static size_t
rest(const struct bridge *bridge)
{
    int64_t all = bridge->settings.drain * 1000;
    int64_t left = bridge->drain.began + all - clock_milliseconds();

    if (left <= 0)
        return 0;
    return bridge->drain.count * (size_t)left / (size_t)all;
}

void
drain_some(struct bridge *bridge)
{
    static const struct report_end end = {
        JOURNAL_OK, "shutdown", "the server is shutting down",
        "SERVER: The connection is closed because the server is shutting down.",
        NULL
    };
    size_t count = sessions_count(bridge->sessions);

    if (!is_asked || bridge->drain.is_over)
        return;
    if (!drain_has_begun(bridge))
        begin(bridge);
    for (; count > rest(bridge); count--)
        end_session(
            bridge,
            sessions_at(bridge->sessions, arc4random_uniform((uint32_t)count)),
            &end);
    if (count > 0)
        return;
    bridge->drain.is_over = true;
    raise(SIGTERM);
}
