// SPDX-License-Identifier: Apache-2.0
/*
 * What became of a command, and that a config was acknowledged, gets to the
 * database also when somebody else is writing to it at that moment.
 */
#include "base/log.h"
#include "bridge/journal.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEVICE = 7, MOST = 1 << 30 };

static char folder[] = "/tmp/journal-tells.XXXXXX";
static char database[64];
static struct traffic *sender;

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

static bool
is_acked(int64_t version)
{
    int64_t at = 0;

    return traffic_config_ack_find(sender, DEVICE, version, &at) && at > 0;
}

static void
check_at_once(struct journal *journal)
{
    int64_t key = put();

    journal_outcome(journal, key, TRAFFIC_DELIVERED);
    CHECK(is(key, TRAFFIC_DELIVERED));
    journal_acked(journal, DEVICE, 3);
    CHECK(!is_acked(3));
    journal_look(journal, 1);
    CHECK(is_acked(3));
}

static void
check_later(struct journal *journal)
{
    int64_t key = put();
    int64_t other = put();

    CHECK(traffic_begin(sender));
    journal_outcome(journal, key, TRAFFIC_DELIVERED);
    journal_outcome(journal, other, TRAFFIC_UNDELIVERED);
    journal_acked(journal, DEVICE, 4);
    journal_look(journal, 2);
    CHECK(is(key, TRAFFIC_PENDING) && !is_acked(4));
    CHECK(traffic_end(sender, true));
    journal_look(journal, 3);
    CHECK(is(key, TRAFFIC_DELIVERED) && is(other, TRAFFIC_UNDELIVERED));
    CHECK(is_acked(4));
}

/* As many as are kept, and no more, and the journal lives on. */
static void
check_bound(struct journal *journal)
{
    int64_t key = put();

    CHECK(traffic_begin(sender));
    for (int i = 0; i < 300; i++)
        journal_outcome(journal, key, TRAFFIC_DELIVERED);
    CHECK(traffic_end(sender, true));
    journal_look(journal, 4);
    CHECK(is(key, TRAFFIC_DELIVERED));
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
        check_at_once(journal);
        check_later(journal);
        check_bound(journal);
    }
    traffic_close(&sender);
    journal_free(&journal);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return check_end();
}
