// SPDX-License-Identifier: Apache-2.0
/*
 * While an ear is open, what is printed to stderr comes to its listener line
 * by line, however it was printed, and goes on to where it would have gone
 * unless the listener keeps it; afterwards all is as it was.
 */
#include "bridge/ear.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

static char lines[16][EAR_LINE_MOST];
static size_t count;

/* Keeps lines with "debug". */
static enum ear_level
listen(void *user, char *line)
{
    CHECK(user == &count);
    if (CHECK(count < 16))
        snprintf(lines[count++], EAR_LINE_MOST, "%s", line);
    if (strstr(line, "debug") == NULL)
        return EAR_WARNING;
    line[0] = '!';
    return EAR_NOTHING;
}

/* What was printed while print worked, with and without an ear, on a stream
 * in the place of stderr. */
static char *
printed(void (*print)(void), bool is_heard)
{
    FILE *before = stderr;
    char *text = NULL;
    size_t length = 0;
    FILE *place = open_memstream(&text, &length);
    struct ear *ear = NULL;

    count = 0;
    if (place == NULL)
        abort();
    stderr = place;
    if (is_heard && (ear = ear_open(listen, &count)) == NULL)
        abort();
    print();
    ear_close(&ear);
    ear_close(&ear);
    CHECK(stderr == place);
    stderr = before;
    fclose(place);
    return text;
}

static void
check(void (*print)(void), const char *passed)
{
    char *text = printed(print, true);

    CHECK(strcmp(text, passed) == 0);
    free(text);
}

static void
print_lines(void)
{
    fprintf(stderr, "one\n%s\nthree %d\n", "a debug line", 3);
}

static void
print_pieces(void)
{
    fputs("on", stderr);
    fflush(stderr);
    fputc('e', stderr);
    fputs("\n\ntw", stderr);
}

/* Longer than mosquitto's ever are. */
static void
print_long(void)
{
    for (int i = 0; i < 3 * EAR_LINE_MOST; i++)
        fputs("debug"[i % 5] == 'd' ? "d" : "x", stderr);
    fputs("debug\nnext\n", stderr);
}

static void
print_times(void)
{
    fputs("1763765280: news\n176376528: news\n17637652800: news\n"
          "1763765280 news\n2026-11-21T22:48:00: news\n",
          stderr);
}

int
main(void)
{
    char *text;
    char *heard;

    setenv("TZ", "UTC0", 1);
    check(print_lines, "one\nthree 3\n");
    CHECK(count == 3 && strcmp(lines[1], "a debug line") == 0);
    check(print_pieces, "one\n\ntw");
    CHECK(count == 2 && strcmp(lines[0], "one") == 0);
    text = printed(print_long, false);
    heard = printed(print_long, true);
    CHECK(strcmp(text, heard) == 0);
    CHECK(count == 1 && strcmp(lines[0], "next") == 0);
    free(text);
    free(heard);
    check(print_times, "2025-11-21T22:48:00: news\n176376528: news\n"
                       "17637652800: news\n1763765280 news\n"
                       "2026-11-21T22:48:00: news\n");
    return check_end();
}
