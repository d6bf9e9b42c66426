// SPDX-License-Identifier: Apache-2.0
/*
 * Cuts what comes out of a descriptor into lines.  Waiting for it, and doing
 * something with a line, is the caller's.
 */
#include "lines.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 65536 };

struct lines {
    int fd;
    size_t most;
    bool has_ended;
    bool is_skipping; /* what is left of a line that was too long */
    char *buffer;     /* of most + 1 + READ_SIZE bytes */
    size_t start, end;
    size_t looked; /* up to here there is no newline */
};

struct lines *
lines_new(int fd, size_t most)
{
    struct lines *lines = calloc(1, sizeof *lines);

    if (lines != NULL)
        lines->buffer = malloc(most + 1 + READ_SIZE);
    if (lines == NULL || lines->buffer == NULL) {
        log_error("out of memory for the input");
        lines_free(&lines);
        return NULL;
    }
    lines->fd = fd;
    lines->most = most;
    return lines;
}

bool
lines_read(struct lines *lines)
{
    ssize_t got;

    memmove(lines->buffer, lines->buffer + lines->start,
            lines->end - lines->start);
    lines->end -= lines->start;
    lines->looked -= lines->start;
    lines->start = 0;
    got = read(lines->fd, lines->buffer + lines->end, READ_SIZE);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got < 0) {
        log_error("cannot read lines: %s", strerror(errno));
        return false;
    }
    lines->has_ended = got == 0;
    lines->end += (size_t)got;
    return true;
}

/* Takes LENGTH bytes, and AFTER bytes of newline, off the front. */
static enum lines_answer
take(struct lines *lines, size_t length, size_t after, const char **line,
     size_t *taken)
{
    bool is_rest = lines->is_skipping;

    *line = lines->buffer + lines->start;
    *taken = length;
    lines->start += length + after;
    lines->looked = lines->start;
    lines->is_skipping = false;
    if (is_rest)
        return lines_next(lines, line, taken);
    return length > lines->most ? LINES_TOO_LONG : LINES_LINE;
}

enum lines_answer
lines_next(struct lines *lines, const char **line, size_t *length)
{
    size_t held = lines->end - lines->start;
    const char *newline =
        memchr(lines->buffer + lines->looked, '\n', lines->end - lines->looked);

    if (newline != NULL)
        return take(lines, (size_t)(newline - lines->buffer) - lines->start, 1,
                    line, length);
    lines->looked = lines->end;
    if (lines->has_ended)
        return held > 0 ? take(lines, held, 0, line, length) : LINES_END;
    if (held <= lines->most)
        return LINES_NONE;
    lines->start = lines->end;
    if (lines->is_skipping)
        return LINES_NONE;
    lines->is_skipping = true;
    return LINES_TOO_LONG;
}

void
lines_free(struct lines **lines)
{
    if (*lines == NULL)
        return;
    free((*lines)->buffer);
    free(*lines);
    *lines = NULL;
}
