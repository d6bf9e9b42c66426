// SPDX-License-Identifier: Apache-2.0
/*
 * Fills and writes the queues.  Nothing here waits for anybody but
 * page_write, which waits as its database is open to.
 */
#include "page.h"

#include "base/log.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A full queue is let go. */
static void
make_room(size_t *count, size_t most, const char *what)
{
    if (*count < most)
        return;
    log_event(LOG_UNWRITTEN, &(struct log_facts){ .count = most },
              "%zu %s were not written down", most, what);
    *count = 0;
}

void
page_touch(struct page *page, uint64_t num_id, enum traffic_time what)
{
    make_room(&page->touch_count, PAGE_TOUCHES_MOST, "times of devices");
    page->touches[page->touch_count++] =
        (struct traffic_touch){ num_id, what, time(NULL) };
}

void
page_acked(struct page *page, uint64_t num_id, int64_t version)
{
    make_room(&page->ack_count, PAGE_ACKS_MOST, "acknowledgements");
    page->acks[page->ack_count++] =
        (struct page_ack){ num_id, version, time(NULL) };
}

void
page_outcome(struct page *page, int64_t key, enum traffic_outcome outcome)
{
    make_room(&page->outcome_count, PAGE_OUTCOMES_MOST, "ends of commands");
    page->outcomes[page->outcome_count++] =
        (struct page_outcome){ key, outcome };
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
page_note(struct page *page, const struct journal_note *note)
{
    struct page_note *kept;

    make_room(&page->note_count, PAGE_NOTES_MOST, "events");
    kept = &page->notes[page->note_count++];
    *kept = (struct page_note){
        .event = { .num_id = note->num_id, .device = *note->device },
        .code = note->code,
        .at = time(NULL),
    };
    copy(kept->event.kind, note->kind, sizeof kept->event.kind);
    copy(kept->event.text, note->text, sizeof kept->event.text);
    copy(kept->gateway, note->gateway, sizeof kept->gateway);
    copy(kept->word, note->word, sizeof kept->word);
}

bool
page_is_empty(const struct page *page)
{
    return page->touch_count == 0 && page->note_count == 0 &&
           page->ack_count == 0 && page->outcome_count == 0;
}

bool
page_has_enough(const struct page *page)
{
    return page->touch_count >= PAGE_TOUCHES_MOST / 2 ||
           page->note_count >= PAGE_NOTES_ENOUGH ||
           page->ack_count >= PAGE_ACKS_MOST / 2 ||
           page->outcome_count >= PAGE_OUTCOMES_MOST / 2;
}

void
page_clear(struct page *page)
{
    page->touch_count = page->note_count = 0;
    page->ack_count = page->outcome_count = 0;
}

/* What is said of a coming or going on its topic. */
static char *
connection_json(const struct page_note *note)
{
    json_t *object = json_pack("{s:s, s:s, s:I}", "event", note->word, "reason",
                               note->event.text, "time", (json_int_t)note->at);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;

    json_decref(object);
    return text;
}

static bool
append_connection(struct traffic *traffic, const struct page_note *note)
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
write_note(struct traffic *traffic, const struct page_note *note)
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
end_connections(enum page_left left, struct traffic *traffic)
{
    struct page_note note = {
        .event = { .kind = "DISCONNECT",
                   .text = "SERVER: The connection is closed because the "
                           "server ended unexpectedly." },
        .word = "disconnect",
        .at = time(NULL),
    };
    bool found = true;

    while (traffic_connected_find(traffic, &note.event.device,
                                  &note.event.num_id, &found)) {
        if (!found)
            return true;
        if (left == PAGE_LEFT_TO_CLEAR
                ? !traffic_connected_set(traffic, &note.event.device,
                                         note.event.num_id, 0)
                : !write_note(traffic, &note))
            return false;
    }
    return false;
}

static bool
write_all(const struct page *page, enum page_left left, struct traffic *traffic)
{
    bool ok = (left == PAGE_LEFT_NOTHING || end_connections(left, traffic)) &&
              traffic_touch(traffic, page->touches, page->touch_count);

    for (size_t i = 0; ok && i < page->note_count; i++)
        ok = write_note(traffic, &page->notes[i]);
    for (size_t i = 0; ok && i < page->ack_count; i++)
        ok = traffic_config_acked(traffic, page->acks[i].num_id,
                                  page->acks[i].version, page->acks[i].at);
    for (size_t i = 0; ok && i < page->outcome_count; i++)
        ok = traffic_command_finish(traffic, page->outcomes[i].key,
                                    page->outcomes[i].outcome);
    return ok;
}

bool
page_write(const struct page *page, enum page_left left,
           struct traffic *traffic)
{
    return traffic_begin(traffic) &&
           traffic_end(traffic, write_all(page, left, traffic));
}
