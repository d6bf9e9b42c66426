// SPDX-License-Identifier: Apache-2.0
/*
 * The intake, for what is acknowledged, and the scribe, for everything else;
 * and when they and the database are opened and closed.
 */
#include "journal.h"

#include "base/log.h"
#include "scribe.h"
#include "traffic/intake.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    TRY_AGAIN = 5,    /* seconds between tries at a database that fails */
    TRY_TO_MAKE = 60, /* likewise, where there is none to be made */
};

struct journal {
    const char *path;
    enum traffic_durability durability;
    int64_t most;            /* bytes */
    struct traffic *traffic; /* NULL while it cannot be opened */
    struct intake *intake;   /* likewise, and only with it */
    int64_t tried;
    struct scribe *scribe;
};

static void
close_traffic(struct journal *journal)
{
    scribe_allow(journal->scribe, false);
    intake_close(&journal->intake);
    traffic_close(&journal->traffic);
}

static bool
open_traffic(struct journal *journal)
{
    /* What is acknowledged is the intake's: these are notes. */
    journal->traffic =
        traffic_open(journal->path, TRAFFIC_SERVE, TRAFFIC_SURVIVES_KILL);
    if (journal->traffic == NULL)
        return false;
    traffic_leave_the_log(journal->traffic);
    journal->intake =
        intake_open(journal->path, journal->durability, journal->most);
    if (journal->intake == NULL)
        close_traffic(journal);
    else
        scribe_allow(journal->scribe, true);
    return journal->traffic != NULL;
}

struct journal *
journal_new(const char *path, enum traffic_durability durability, int64_t most)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (journal == NULL) {
        log_error("out of memory");
        return NULL;
    }
    journal->path = path;
    journal->durability = durability;
    journal->most = most;
    journal->scribe = scribe_new(path);
    if (journal->scribe == NULL) {
        free(journal);
        return NULL;
    }
    if (!open_traffic(journal))
        log_event(LOG_NOT_KEPT, &(struct log_facts){ .file = path },
                  "no message is kept until %s can be written", path);
    return journal;
}

struct traffic *
journal_traffic(struct journal *journal)
{
    return journal->traffic;
}

bool
journal_keep_message(struct journal *journal,
                     const struct traffic_message *message)
{
    return journal->intake != NULL && intake_message(journal->intake, message);
}

bool
journal_keep_state(struct journal *journal, uint64_t num_id, const void *data,
                   size_t length)
{
    return journal->intake != NULL &&
           intake_state(journal->intake, num_id, data, length);
}

void
journal_touch(struct journal *journal, uint64_t num_id, enum traffic_time what)
{
    page_touch(scribe_page(journal->scribe), num_id, what);
    scribe_put(journal->scribe, false);
}

void
journal_acked(struct journal *journal, uint64_t num_id, int64_t version)
{
    page_acked(scribe_page(journal->scribe), num_id, version);
    scribe_put(journal->scribe, false);
}

/* Somebody waits for it. */
void
journal_outcome(struct journal *journal, int64_t key,
                enum traffic_outcome outcome)
{
    page_outcome(scribe_page(journal->scribe), key, outcome);
    scribe_put(journal->scribe, true);
}

void
journal_note(struct journal *journal, const struct journal_note *note)
{
    page_note(scribe_page(journal->scribe), note);
    scribe_put(journal->scribe, false);
}

/* A database that was moved away would take messages that nobody finds. */
static void
close_if_replaced(struct journal *journal)
{
    if (journal->traffic == NULL || traffic_is_in_place(journal->traffic))
        return;
    log_event(LOG_STORE_GONE, &(struct log_facts){ .file = journal->path },
              "the messages' database is gone or replaced: %s", journal->path);
    close_traffic(journal);
}

/* The same for what stands before it. */
static void
renew_intake(struct journal *journal)
{
    if (journal->intake == NULL || intake_is_in_place(journal->intake))
        return;
    log_event(LOG_STORE_GONE, &(struct log_facts){ .file = journal->path },
              "the messages before the database are gone or replaced: "
              "%s-intake",
              journal->path);
    intake_close(&journal->intake);
    journal->intake =
        intake_open(journal->path, journal->durability, journal->most);
    if (journal->intake == NULL)
        close_traffic(journal);
}

static void
try_again(struct journal *journal, int64_t second)
{
    struct stat file;
    int64_t wait = stat(journal->path, &file) == 0 ? TRY_AGAIN : TRY_TO_MAKE;

    if (second - journal->tried < wait)
        return;
    journal->tried = second;
    if (open_traffic(journal))
        log_event(LOG_STORE_OPEN, &(struct log_facts){ .file = journal->path },
                  "the messages' database is open: %s", journal->path);
}

void
journal_look(struct journal *journal, int64_t second)
{
    close_if_replaced(journal);
    renew_intake(journal);
    if (journal->traffic == NULL)
        try_again(journal, second);
    scribe_tell(journal->scribe);
    if (journal->intake != NULL)
        intake_look(journal->intake);
}

void
journal_free(struct journal **journal)
{
    if (*journal == NULL)
        return;
    scribe_free(&(*journal)->scribe);
    intake_close(&(*journal)->intake);
    traffic_close(&(*journal)->traffic);
    free(*journal);
    *journal = NULL;
}
