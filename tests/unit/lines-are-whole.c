// SPDX-License-Identifier: Apache-2.0
/*
 * Lines out of a pipe, however the bytes come in.
 */
#include "check.h"
#include "mqtt/lines.h"

#include <string.h>
#include <unistd.h>

enum { MOST = 8 };

struct expected {
    enum lines_answer answer;
    const char *line;
    size_t length;
};

/* Writes INPUT by STEP bytes and checks what comes out. */
static void
check_by(const char *input, size_t length, size_t step,
         const struct expected *expected)
{
    int ends[2] = { -1, -1 };
    struct lines *lines = NULL;
    size_t at = 0;
    enum lines_answer answer = LINES_NONE;

    if (!CHECK(pipe(ends) == 0))
        return;
    lines = lines_new(ends[0], MOST);
    while (CHECK(lines != NULL) && answer != LINES_END) {
        const char *line = NULL;
        size_t got = 0;
        size_t part = length - at < step ? length - at : step;

        if (answer == LINES_NONE && part > 0)
            CHECK(write(ends[1], input + at, part) == (ssize_t)part);
        else if (answer == LINES_NONE)
            close(ends[1]);
        if (answer == LINES_NONE)
            CHECK(lines_read(lines));
        at += answer == LINES_NONE ? part : 0;
        answer = lines_next(lines, &line, &got);
        if (answer == LINES_NONE)
            continue;
        if (!CHECK(answer == expected->answer))
            break;
        if (answer == LINES_LINE)
            CHECK(got == expected->length &&
                  memcmp(line, expected->line, got) == 0);
        expected++;
    }
    lines_free(&lines);
    CHECK(lines == NULL);
    close(ends[0]);
}

int
main(void)
{
    static const char input[] = "a\n\n12345678\n123456789\nb\0c\n"
                                "a very long line indeed\r\nlast\r";
    static const struct expected expected[] = {
        { LINES_LINE, "a", 1 },        { LINES_LINE, "", 0 },
        { LINES_LINE, "12345678", 8 }, { LINES_TOO_LONG, NULL, 0 },
        { LINES_LINE, "b\0c", 3 },     { LINES_TOO_LONG, NULL, 0 },
        { LINES_LINE, "last\r", 5 },   { LINES_END, NULL, 0 },
    };
    static const struct expected long_end[] = { { LINES_TOO_LONG, NULL, 0 },
                                                { LINES_END, NULL, 0 } };
    static const struct expected nothing[] = { { LINES_END, NULL, 0 } };

    for (size_t step = 1; step <= sizeof input; step++)
        check_by(input, sizeof input - 1, step, expected);
    for (size_t step = 1; step <= 20; step++)
        check_by("too long and no newline", 23, step, long_end);
    check_by("", 0, 1, nothing);
    return check_end();
}
