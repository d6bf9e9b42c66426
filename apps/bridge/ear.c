// SPDX-License-Identifier: Apache-2.0
/*
 * In the GNU C library stderr is a variable that a program may set (its
 * manual, "Standard Streams"), and a stream may have a function for a
 * destination.  So no line passes through a pipe, none waits for a reader, and
 * whoever writes to descriptor 2, such as a sanitizer, is not heard.
 */
#define _GNU_SOURCE /* fopencookie */
#include "ear.h"

#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Digits of a time in seconds, from 2001 to 2286. */
enum { STAMP_DIGITS = 10 };

struct ear {
    FILE *before; /* what stderr was */
    FILE *stream;
    ear_listener *listener;
    void *user;
    size_t length;
    bool is_journal; /* what stderr was goes to systemd's */
    bool is_longer;  /* the line does not fit, and its start has passed */
    char line[EAR_LINE_MOST];
};

static void
pass_on(struct ear *ear, const char *end)
{
    ear->line[ear->length] = '\0';
    fprintf(ear->before, "%s%s", ear->line, end);
    ear->length = 0;
}

/* systemd names the stream that it gave us by device and inode. */
static bool
is_journal(FILE *stream)
{
    const char *named = getenv("JOURNAL_STREAM");
    struct stat file;
    char name[64];

    if (named == NULL || fstat(fileno(stream), &file) != 0)
        return false;
    snprintf(name, sizeof name, "%ju:%ju", (uintmax_t)file.st_dev,
             (uintmax_t)file.st_ino);
    return strcmp(name, named) == 0;
}

/* "1763765280: " as "2025-11-21T22:48:00: ", local time, or for the journal as
 * "<6>"; all else as it is. */
static void
print_line(const struct ear *ear, enum ear_level level)
{
    size_t length = strspn(ear->line, "0123456789");
    char when[32] = "";
    struct tm tm;
    time_t seconds;

    if (length != STAMP_DIGITS || strncmp(ear->line + length, ": ", 2) != 0)
        length = 0;
    if (ear->is_journal) {
        fprintf(ear->before, "<%d>%s\n", (int)level,
                ear->line + (length > 0 ? length + 2 : 0));
        return;
    }
    seconds = (time_t)strtoll(ear->line, NULL, 10);
    if (length > 0 && localtime_r(&seconds, &tm) != NULL)
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    fprintf(ear->before, "%s%s\n", when,
            ear->line + (when[0] != '\0' ? length : 0));
}

/* A whole line, or the end of a long one. */
static void
end_line(struct ear *ear)
{
    enum ear_level level = EAR_NOTHING;

    ear->line[ear->length] = '\0';
    if (ear->is_longer)
        pass_on(ear, "\n");
    else
        level = ear->listener(ear->user, ear->line);
    if (level != EAR_NOTHING)
        print_line(ear, level);
    ear->length = 0;
    ear->is_longer = false;
}

static ssize_t
take(void *cookie, const char *data, size_t size)
{
    struct ear *ear = cookie;
    const char *next = data;

    for (size_t left = size; left > 0;) {
        const char *end = memchr(next, '\n', left);
        size_t length = end != NULL ? (size_t)(end - next) : left;
        size_t room = sizeof ear->line - 1 - ear->length;
        size_t fits = length < room ? length : room;

        memcpy(ear->line + ear->length, next, fits);
        ear->length += fits;
        next += fits;
        left -= fits;
        if (fits < length) {
            ear->is_longer = true;
            pass_on(ear, "");
        } else if (end != NULL) {
            end_line(ear);
            next++;
            left--;
        }
    }
    return (ssize_t)size;
}

struct ear *
ear_open(ear_listener *listener, void *user)
{
    struct ear *ear = calloc(1, sizeof *ear);

    if (ear != NULL)
        ear->stream =
            fopencookie(ear, "w", (cookie_io_functions_t){ .write = take });
    if (ear == NULL || ear->stream == NULL) {
        log_error("out of memory for the broker's log");
        free(ear);
        return NULL;
    }
    setvbuf(ear->stream, NULL, _IOLBF, BUFSIZ);
    ear->before = stderr;
    ear->is_journal = is_journal(stderr);
    ear->listener = listener;
    ear->user = user;
    stderr = ear->stream;
    return ear;
}

void
ear_close(struct ear **ear)
{
    if (*ear == NULL)
        return;
    if (stderr == (*ear)->stream)
        stderr = (*ear)->before;
    fclose((*ear)->stream);
    if ((*ear)->length > 0)
        pass_on(*ear, "");
    free(*ear);
    *ear = NULL;
}
