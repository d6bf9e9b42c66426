// SPDX-License-Identifier: Apache-2.0
/*
 * What became of a command, that a config was acknowledged, and what happened
 * to a device get to the database also when somebody else is writing to it at
 * that moment, and whoever brings them does not wait; the few milliseconds that
 * a bridge's thread does wait elsewhere are three.
 */
#include "base/log.h"
#include "bridge/journal.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DEVICE = 7,
    MOST = 1 << 30,
    TRIES = 1000,   /* of 10 ms, until something is written */
    WAIT = 3000000, /* nanoseconds that a bridge waits at most */
    PAUSE = 250000, /* a part of it */
};

static char folder[] = "/tmp/journal-tells.XXXXXX";
static char database[64];
static struct traffic *sender;
static _Thread_local int64_t paused; /* nanoseconds that were asked for */

/* In the place of libc's: whoever waits for the database calls it. */
int
nanosleep(const struct timespec *time, struct timespec *rest)
{
    paused += time->tv_nsec + time->tv_sec * 1000000000;
    return clock_nanosleep(CLOCK_MONOTONIC, 0, time, rest);
}

static void
keep_quiet(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
}

static int64_t
put(void)
{
    int64_t key = 0;

    CHECK(traffic_command_put(sender, DEVICE, "", "go", 2, 60, &key));
    return key;
}

static bool
is(int64_t key, enum traffic_outcome wanted)
{
    enum traffic_outcome outcome;

    return traffic_command_outcome(sender, key, &outcome) && outcome == wanted;
}

/* It is so within some time. */
static bool
becomes(int64_t key, enum traffic_outcome wanted)
{
    for (int i = 0; i < TRIES && !is(key, wanted); i++)
        usleep(10000);
    return is(key, wanted);
}

static bool
is_acked(int64_t version)
{
    int64_t at = 0;

    return traffic_config_ack_find(sender, DEVICE, version, &at) && at > 0;
}

static bool
becomes_acked(int64_t version)
{
    for (int i = 0; i < TRIES && !is_acked(version); i++)
        usleep(10000);
    return is_acked(version);
}

static void
check_free(struct journal *journal)
{
    int64_t key = put();

    journal_outcome(journal, key, TRAFFIC_DELIVERED);
    CHECK(becomes(key, TRAFFIC_DELIVERED));
    journal_acked(journal, DEVICE, 3);
    CHECK(becomes_acked(3));
}

static void
note(struct journal *journal)
{
    static const struct names_path path = { "p", "l", "r", "dev-1" };
    struct journal_note note = { .device = &path,
                                 .num_id = DEVICE,
                                 .kind = "CONNECT",
                                 .text = "from nowhere",
                                 .word = "connect" };

    journal_note(journal, &note);
}

static void
check_held(struct journal *journal)
{
    int64_t key = put();
    int64_t other = put();
    int64_t before = paused;

    CHECK(traffic_begin(sender));
    journal_outcome(journal, key, TRAFFIC_DELIVERED);
    journal_outcome(journal, other, TRAFFIC_UNDELIVERED);
    journal_acked(journal, DEVICE, 4);
    journal_touch(journal, DEVICE, TRAFFIC_HEARTBEAT);
    note(journal);
    journal_look(journal, 2);
    CHECK(paused == before);
    CHECK(is(key, TRAFFIC_PENDING) && !is_acked(4));
    CHECK(traffic_end(sender, true));
    CHECK(becomes(key, TRAFFIC_DELIVERED) && is(other, TRAFFIC_UNDELIVERED));
    CHECK(becomes_acked(4));
}

/* What the thread does itself: to take a command. */
static void
check_brief(struct journal *journal)
{
    struct traffic_command *command = NULL;
    int64_t before;

    (void)put();
    CHECK(traffic_begin(sender));
    before = paused;
    CHECK(!traffic_command_take(journal_traffic(journal), &command));
    CHECK(paused > before && paused - before <= WAIT + PAUSE);
    CHECK(traffic_end(sender, true));
}

/* As many as are kept, and no more, and the journal lives on. */
static void
check_bound(struct journal *journal)
{
    int64_t key;

    CHECK(traffic_begin(sender));
    for (int i = 0; i < 5000; i++) {
        journal_outcome(journal, 0, TRAFFIC_DELIVERED);
        journal_acked(journal, DEVICE, 5);
        journal_touch(journal, DEVICE, TRAFFIC_HEARTBEAT);
        note(journal);
    }
    CHECK(traffic_end(sender, true));
    key = put();
    journal_outcome(journal, key, TRAFFIC_DELIVERED);
    CHECK(becomes(key, TRAFFIC_DELIVERED));
}

int
main(void)
{
    struct journal *journal;
    char command[80];

    log_open("journal", keep_quiet);
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(database, sizeof database, "%s/traffic.db", folder);
    journal = journal_new(database, TRAFFIC_SURVIVES_KILL, MOST);
    sender = traffic_open(database, TRAFFIC_WRITE, TRAFFIC_SURVIVES_KILL);
    if (CHECK(journal != NULL && sender != NULL)) {
        check_free(journal);
        check_held(journal);
        check_brief(journal);
        check_bound(journal);
    }
    traffic_close(&sender);
    journal_free(&journal);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return check_end();
}
