// SPDX-License-Identifier: Apache-2.0
/*
 * The intake, for what is acknowledged, and four short queues before the
 * traffic's database.  When it cannot be written they wait; when they are full
 * they are let go, with a line that says so: these are times and stories, and
 * no message is among them.
 */
#include "journal.h"

#include "base/log.h"
#include "traffic/intake.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    TOUCHES_MOST = 4096,
    NOTES_MOST = 512,
    NOTES_AT_ONCE = 64, /* a millisecond or so of the broker's thread */
    ACKS_MOST = 1024,
    OUTCOMES_MOST = 256,
    TRY_AGAIN = 5,    /* seconds between tries at a database that fails */
    TRY_TO_MAKE = 60, /* likewise, where there is none to be made */
    LAST_TRIES = 100, /* at the end, of 10 ms each */
};

struct kept_note {
    struct traffic_event event;
    enum journal_code code;
    char gateway[NAMES_ID_MOST + 1];
    char word[16];
    int64_t at;
};

/* Of a config. */
struct kept_ack {
    uint64_t num_id;
    int64_t version;
    int64_t at;
};

/* Of a command, which could not be written at once. */
struct kept_outcome {
    int64_t key;
    enum traffic_outcome outcome;
};

/* What a database says of connections that are not this broker's, and what is
 * to be done about it before anything is written. */
enum left {
    LEFT_TO_END,   /* a broker that was killed left it: they have ended */
    LEFT_TO_CLEAR, /* an old copy has taken its place */
    LEFT_NOTHING,
};

struct journal {
    const char *path;
    enum traffic_durability durability;
    int64_t most;            /* bytes */
    struct traffic *traffic; /* NULL while it cannot be opened */
    struct intake *intake;   /* likewise, and only with it */
    int64_t tried;
    enum left left;
    size_t touch_count;
    struct traffic_touch touches[TOUCHES_MOST];
    size_t note_count;
    struct kept_note notes[NOTES_MOST];
    size_t ack_count;
    struct kept_ack acks[ACKS_MOST];
    size_t outcome_count;
    struct kept_outcome outcomes[OUTCOMES_MOST];
};

static void
close_traffic(struct journal *journal)
{
    intake_close(&journal->intake);
    traffic_close(&journal->traffic);
    if (journal->left == LEFT_NOTHING)
        journal->left = LEFT_TO_CLEAR;
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
    if (!open_traffic(journal))
        log_error("no message is kept until %s can be written", path);
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

/* What is said of a coming or going on its topic. */
static char *
connection_json(const struct kept_note *note)
{
    json_t *object = json_pack("{s:s, s:s, s:I}", "event", note->word, "reason",
                               note->event.text, "time", (json_int_t)note->at);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;

    json_decref(object);
    return text;
}

static bool
append_connection(struct traffic *traffic, const struct kept_note *note)
{
    char topic[TRAFFIC_TOPIC_MOST];
    char *json = connection_json(note);
    struct traffic_message message = {
        .topic = topic,
        .data = json,
        .length = json != NULL ? strlen(json) : 0,
        .device = &note->event.device,
        .num_id = note->event.num_id,
        .subfolder = note->word,
    };
    bool has_topic;
    bool ok = json == NULL ||
              !traffic_topic_name(note->event.device.project,
                                  JOURNAL_CONNECTIONS, topic) ||
              traffic_append(traffic, &message, &has_topic);

    free(json);
    return ok;
}

static bool
write_note(struct traffic *traffic, const struct kept_note *note)
{
    uint64_t num_id = note->event.num_id;

    if (!traffic_event_add(traffic, &note->event))
        return false;
    if (note->code != JOURNAL_OK && num_id != 0 &&
        !traffic_error_set(traffic, num_id, (int)note->code, note->event.text,
                           note->at))
        return false;
    if (note->gateway[0] != '\0' &&
        !traffic_gateway_set(traffic, num_id, note->gateway, note->at))
        return false;
    if (note->word[0] == '\0')
        return true;
    return traffic_connected_set(traffic, &note->event.device, num_id,
                                 strcmp(note->word, "connect") == 0 ? note->at
                                                                    : 0) &&
           append_connection(traffic, note);
}

/* Each connection has one end, whoever is there to tell of it. */
static bool
end_connections(struct journal *journal)
{
    struct kept_note note = {
        .event = { .kind = "DISCONNECT",
                   .text = "SERVER: The connection is closed because the "
                           "server ended unexpectedly." },
        .word = "disconnect",
        .at = time(NULL),
    };
    bool found = true;

    while (traffic_connected_find(journal->traffic, &note.event.device,
                                  &note.event.num_id, &found)) {
        if (!found)
            return true;
        if (journal->left == LEFT_TO_CLEAR
                ? !traffic_connected_set(journal->traffic, &note.event.device,
                                         note.event.num_id, 0)
                : !write_note(journal->traffic, &note))
            return false;
    }
    return false;
}

static bool
write_all(struct journal *journal)
{
    bool ok =
        (journal->left == LEFT_NOTHING || end_connections(journal)) &&
        traffic_touch(journal->traffic, journal->touches, journal->touch_count);

    for (size_t i = 0; ok && i < journal->note_count; i++)
        ok = write_note(journal->traffic, &journal->notes[i]);
    for (size_t i = 0; ok && i < journal->ack_count; i++)
        ok =
            traffic_config_acked(journal->traffic, journal->acks[i].num_id,
                                 journal->acks[i].version, journal->acks[i].at);
    for (size_t i = 0; ok && i < journal->outcome_count; i++)
        ok = traffic_command_finish(journal->traffic, journal->outcomes[i].key,
                                    journal->outcomes[i].outcome);
    return ok;
}

static void
flush(struct journal *journal)
{
    bool ok;

    if (journal->traffic == NULL ||
        (journal->left == LEFT_NOTHING && journal->touch_count == 0 &&
         journal->note_count == 0 && journal->ack_count == 0 &&
         journal->outcome_count == 0))
        return;
    if (!traffic_begin(journal->traffic))
        return;
    ok = write_all(journal);
    if (!traffic_end(journal->traffic, ok))
        return;
    journal->left = LEFT_NOTHING;
    journal->touch_count = 0;
    journal->note_count = 0;
    journal->ack_count = 0;
    journal->outcome_count = 0;
}

void
journal_touch(struct journal *journal, uint64_t num_id, enum traffic_time what)
{
    if (journal->touch_count == TOUCHES_MOST)
        flush(journal);
    if (journal->touch_count == TOUCHES_MOST) {
        log_warning("%d times of devices were not written down", TOUCHES_MOST);
        journal->touch_count = 0;
    }
    journal->touches[journal->touch_count++] =
        (struct traffic_touch){ num_id, what, time(NULL) };
}

void
journal_acked(struct journal *journal, uint64_t num_id, int64_t version)
{
    if (journal->ack_count == ACKS_MOST)
        flush(journal);
    if (journal->ack_count == ACKS_MOST) {
        log_warning("%d acknowledgements were not written down", ACKS_MOST);
        journal->ack_count = 0;
    }
    journal->acks[journal->ack_count++] =
        (struct kept_ack){ num_id, version, time(NULL) };
}

void
journal_outcome(struct journal *journal, int64_t key,
                enum traffic_outcome outcome)
{
    /* Where one waits, the others need not try. */
    if (journal->outcome_count == 0 && journal->traffic != NULL &&
        traffic_command_finish(journal->traffic, key, outcome))
        return;
    if (journal->outcome_count == OUTCOMES_MOST) {
        log_warning("the sender of a command does not hear of it");
        return;
    }
    journal->outcomes[journal->outcome_count++] =
        (struct kept_outcome){ key, outcome };
}

/* What comes from outside, such as a name out of a token, shall not talk to
 * the terminal of whoever reads it. */
static void
copy(char *to, const char *from, size_t size)
{
    snprintf(to, size, "%s", from != NULL ? from : "");
    for (; *to != '\0'; to++)
        if ((unsigned char)*to < 0x20 || (unsigned char)*to >= 0x7f)
            *to = '?';
}

void
journal_note(struct journal *journal, const struct journal_note *note)
{
    struct kept_note *kept;

    if (journal->note_count > 0 && journal->note_count % NOTES_AT_ONCE == 0)
        flush(journal);
    if (journal->note_count == NOTES_MOST) {
        log_warning("%d events were not written down", NOTES_MOST);
        journal->note_count = 0;
    }
    kept = &journal->notes[journal->note_count++];
    *kept = (struct kept_note){
        .event = { .num_id = note->num_id, .device = *note->device },
        .code = note->code,
        .at = time(NULL),
    };
    copy(kept->event.kind, note->kind, sizeof kept->event.kind);
    copy(kept->event.text, note->text, sizeof kept->event.text);
    copy(kept->gateway, note->gateway, sizeof kept->gateway);
    copy(kept->word, note->word, sizeof kept->word);
}

/* A database that was moved away would take messages that nobody finds. */
static void
close_if_replaced(struct journal *journal)
{
    if (journal->traffic == NULL || traffic_is_in_place(journal->traffic))
        return;
    log_warning("the messages' database is gone or replaced: %s",
                journal->path);
    close_traffic(journal);
}

/* The same for what stands before it. */
static void
renew_intake(struct journal *journal)
{
    if (journal->intake == NULL || intake_is_in_place(journal->intake))
        return;
    log_warning("the messages before the database are gone or replaced: "
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
        log_info("the messages' database is open: %s", journal->path);
}

void
journal_look(struct journal *journal, int64_t second)
{
    close_if_replaced(journal);
    renew_intake(journal);
    if (journal->traffic == NULL)
        try_again(journal, second);
    flush(journal);
    if (journal->intake != NULL)
        intake_look(journal->intake);
}

void
journal_free(struct journal **journal)
{
    if (*journal == NULL)
        return;
    for (int i = 0; i < LAST_TRIES && (i == 0 || (*journal)->note_count > 0);
         i++)
        flush(*journal);
    close_traffic(*journal);
    free(*journal);
    *journal = NULL;
}
