// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of log between two threads.  Bounded: a thread that fails again and
 * again says so, and fills nothing.
 */
#include "logqueue.h"

#include "clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MOST = 16, LINE_SIZE = 1024, SAY_AGAIN = 60 /* seconds */ };

struct line {
    enum log_event event;
    enum log_level level;
    char text[LINE_SIZE];
};

struct log_queue {
    pthread_mutex_t mutex;
    size_t count;
    struct line lines[LINES_MOST];
    char last[LINE_SIZE];
    int64_t said; /* on clock_seconds */
};

struct log_queue *
log_queue_new(void)
{
    struct log_queue *queue = calloc(1, sizeof *queue);

    if (queue != NULL && pthread_mutex_init(&queue->mutex, NULL) != 0) {
        free(queue);
        queue = NULL;
    }
    return queue;
}

void
log_queue_free(struct log_queue **queue)
{
    if (*queue == NULL)
        return;
    pthread_mutex_destroy(&(*queue)->mutex);
    free(*queue);
    *queue = NULL;
}

void
logqueue_add(struct log_queue *queue, enum log_event event,
             enum log_level level, const char *text)
{
    struct line *line;

    pthread_mutex_lock(&queue->mutex);
    line = &queue->lines[queue->count];
    if (queue->count < LINES_MOST &&
        (strncmp(text, queue->last, LINE_SIZE - 1) != 0 ||
         clock_seconds() - queue->said >= SAY_AGAIN)) {
        line->event = event;
        line->level = level;
        snprintf(line->text, sizeof line->text, "%s", text);
        memcpy(queue->last, line->text, sizeof queue->last);
        queue->said = clock_seconds();
        queue->count++;
    }
    pthread_mutex_unlock(&queue->mutex);
}

static bool
take(struct log_queue *queue, struct line *line)
{
    bool is_there;

    pthread_mutex_lock(&queue->mutex);
    is_there = queue->count > 0;
    if (is_there) {
        *line = queue->lines[0];
        queue->count--;
        memmove(queue->lines, queue->lines + 1,
                queue->count * sizeof *queue->lines);
    }
    pthread_mutex_unlock(&queue->mutex);
    return is_there;
}

void
log_queue_tell(struct log_queue *queue)
{
    struct line line;

    while (take(queue, &line))
        logqueue_pass(line.event, line.level, line.text);
}
