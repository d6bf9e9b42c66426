// SPDX-License-Identifier: Apache-2.0
/*
 * Four short queues of what is written down about devices without anybody's
 * waiting for it: times and stories, and no message is among them.  Who writes
 * them, and when, is scribe.h's.
 */
#ifndef BRIDGE_PAGE_H
#define BRIDGE_PAGE_H

#include "base/checked.h"
#include "journal.h"
#include "traffic/traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_TOUCHES_MOST = 4096,
    PAGE_NOTES_MOST = 512,
    PAGE_NOTES_ENOUGH = 64, /* a millisecond or so of writing */
    PAGE_ACKS_MOST = 1024,
    PAGE_OUTCOMES_MOST = 256,
};

struct page_note {
    struct traffic_event event;
    enum journal_code code;
    char gateway[NAMES_ID_MOST + 1];
    char word[16];
    int64_t at;
};

/* Of a config. */
struct page_ack {
    uint64_t num_id;
    int64_t version;
    int64_t at;
};

/* Of a command. */
struct page_outcome {
    int64_t key;
    enum traffic_outcome outcome;
};

struct page {
    size_t touch_count;
    struct traffic_touch touches[PAGE_TOUCHES_MOST];
    size_t note_count;
    struct page_note notes[PAGE_NOTES_MOST];
    size_t ack_count;
    struct page_ack acks[PAGE_ACKS_MOST];
    size_t outcome_count;
    struct page_outcome outcomes[PAGE_OUTCOMES_MOST];
};

/* Each adds one, at the present time.  A full queue is let go, with a line that
 * says so. */
void
page_touch(struct page *page, uint64_t num_id, enum traffic_time what);
void
page_acked(struct page *page, uint64_t num_id, int64_t version);
void
page_outcome(struct page *page, int64_t key, enum traffic_outcome outcome);
void
page_note(struct page *page, const struct journal_note *note);

CHECKED bool
page_is_empty(const struct page *page);

/* It is time to write it, so that nobody else waits long for the database. */
CHECKED bool
page_has_enough(const struct page *page);

void
page_clear(struct page *page);

/* What a database says of connections that are not this broker's, and what is
 * to be done about it before anything is written. */
enum page_left {
    PAGE_LEFT_TO_END,   /* a broker that was killed left it: they have ended */
    PAGE_LEFT_TO_CLEAR, /* an old copy has taken its place */
    PAGE_LEFT_NOTHING,
};

/* All of it at once, after what was LEFT there, or nothing. */
CHECKED bool
page_write(const struct page *page, enum page_left left,
           struct traffic *traffic);

#endif
