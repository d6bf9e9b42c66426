// SPDX-License-Identifier: Apache-2.0
/*
 * Prints rows of objects a line each.  Which members, and what stands between
 * them, the verb says, or the projection of --format.
 */
#include "columns.h"

#include "member.h"
#include "projection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2 }; /* spaces between two columns */

static const struct show_column *
columns_of(const struct show_stream *stream)
{
    const struct projection *wanted = stream->call->projection;

    return wanted != NULL ? wanted->columns : stream->columns;
}

/* Prints a cell; *GAP_BEFORE is what must stand before the next one that is
 * not empty, so that no line ends in spaces. */
static void
print_cell(const char *text, size_t width, int *gap)
{
    size_t length = show_length(text);

    if (length > 0) {
        printf("%*s", *gap, "");
        show_harmless(text, "");
        *gap = 0;
    }
    *gap += (int)(width - length) + GAP;
}

/* RFC 4180, section 2. */
static void
print_quoted(const char *text, const char *separator)
{
    if (strpbrk(text, "\"\r\n ") == NULL && strstr(text, separator) == NULL) {
        show_harmless(text, "");
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        const char letter[] = { *text, '\0' };

        if (*text == '"')
            putchar('"');
        show_harmless(letter, "\n");
    }
    putchar('"');
}

/* A member of ROW, or the heading above it; lines within one are kept, but in
 * a table. */
static bool
print_member(const struct show_stream *stream, size_t index, json_t *row,
             int *gap)
{
    const struct show_column *column = &columns_of(stream)[index];
    const struct projection *wanted = stream->call->projection;
    char *text = row != NULL ? member_text(row, column->member) : NULL;
    const char *shown = row != NULL ? text : column->heading;

    if (shown == NULL)
        return false;
    if (stream->call->format == VERBS_TABLE)
        print_cell(shown, stream->widths[index], gap);
    else {
        fputs(index > 0 ? wanted->separator : "", stdout);
        if (stream->call->format == VERBS_CSV)
            print_quoted(shown, wanted->separator);
        else
            show_harmless(shown, "\n");
    }
    free(text);
    return true;
}

static bool
print_line(const struct show_stream *stream, json_t *row)
{
    const struct show_column *columns = columns_of(stream);
    int gap = 0;

    for (size_t i = 0; columns[i].heading != NULL; i++)
        if (!print_member(stream, i, row, &gap))
            return false;
    putchar('\n');
    return true;
}

static bool
widen(struct show_stream *stream, json_t *rows)
{
    const struct show_column *columns = columns_of(stream);

    for (size_t i = 0; columns[i].heading != NULL; i++) {
        size_t *widest = &stream->widths[i];

        if (show_length(columns[i].heading) > *widest)
            *widest = show_length(columns[i].heading);
        for (size_t j = 0; j < json_array_size(rows); j++) {
            char *text =
                member_text(json_array_get(rows, j), columns[i].member);

            if (text == NULL)
                return false;
            if (show_length(text) > *widest)
                *widest = show_length(text);
            free(text);
        }
    }
    return true;
}

bool
columns_print(struct show_stream *stream, json_t *rows)
{
    const struct projection *wanted = stream->call->projection;
    bool has_heading =
        !stream->has_rows && (wanted == NULL || wanted->has_heading);
    bool ok = stream->call->format != VERBS_TABLE || widen(stream, rows);

    if (ok && has_heading)
        ok = print_line(stream, NULL);
    for (size_t i = 0; ok && i < json_array_size(rows); i++)
        ok = print_line(stream, json_array_get(rows, i));
    return ok;
}
