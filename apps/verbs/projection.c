// SPDX-License-Identifier: Apache-2.0
/*
 * Reads formats with projections, the part of them that scripts use: no
 * functions such as basename(), no boxes and no sorting.
 */
#include "projection.h"

#include "base/log.h"
#include "member.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum verbs_format format;
    const char *separator;
} kinds[] = {
    { "value", VERBS_VALUES, "\t" },
    { "get", VERBS_VALUES, "\t" },
    { "csv", VERBS_CSV, "," },
    { "table", VERBS_TABLE, "" },
};

struct reader {
    char *at;
    struct projection *it;
    size_t count;      /* of columns */
    const char *error; /* a constant; NULL while all is well */
};

static bool
fail(struct reader *reader, const char *error)
{
    reader->error = error;
    return false;
}

/* Takes WORD if it comes next, and the blanks before it. */
static bool
take(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    reader->at += strspn(reader->at, " ");
    if (strncmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static bool
read_kind(struct reader *reader)
{
    size_t length = strcspn(reader->at, "[(");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].word) != length ||
            strncmp(kinds[i].word, reader->at, length) != 0)
            continue;
        reader->at += length;
        reader->it->format = kinds[i].format;
        reader->it->has_heading = kinds[i].format != VERBS_VALUES;
        memcpy(reader->it->separator, kinds[i].separator,
               strlen(kinds[i].separator) + 1);
        return true;
    }
    return fail(reader, "before the keys stands value, csv or table");
}

/* Up to a delimiter, or between quotes. */
static bool
read_text(struct reader *reader, const char *delimiters, char *text,
          size_t size)
{
    char quote[] = { *reader->at, '\0' };
    bool is_quoted = quote[0] == '"' || quote[0] == '\'';
    size_t length;

    reader->at += is_quoted;
    length = strcspn(reader->at, is_quoted ? quote : delimiters);
    if (length >= size)
        return fail(reader, "a label or separator is too long");
    memcpy(text, reader->at, length);
    text[length] = '\0';
    reader->at += length;
    return !is_quoted || take(reader, quote) ||
           fail(reader, "a quote does not end");
}

static bool
read_attributes(struct reader *reader)
{
    struct projection *it = reader->it;

    if (!take(reader, "["))
        return true;
    do {
        if (take(reader, "no-heading"))
            it->has_heading = false;
        else if (!take(reader, "separator="))
            return fail(reader, "in brackets stand no-heading or separator=");
        else if (!read_text(reader, ",]", it->separator, sizeof it->separator))
            return false;
    } while (take(reader, ","));
    return take(reader, "]") || fail(reader, "a bracket does not end");
}

/* "numId" is NUM_ID above a table's column, and num_id in a heading of csv;
 * of "a.b[].c", that is what stands last. */
static void
name_column(const struct projection *it, const char *member,
            char heading[PROJECTION_HEADING_MOST])
{
    const char *dot = strrchr(member, '.');
    size_t used = 0;

    if (dot != NULL)
        member = dot + 1;
    for (; *member != '\0' && *member != '[' &&
           used + 2 < PROJECTION_HEADING_MOST;
         member++) {
        if (isupper((unsigned char)*member) && used > 0)
            heading[used++] = '_';
        heading[used++] =
            (char)(it->format == VERBS_TABLE ? toupper((unsigned char)*member)
                                             : tolower((unsigned char)*member));
    }
    heading[used] = '\0';
}

static bool
read_key(struct reader *reader)
{
    struct projection *it = reader->it;
    struct show_column *column = &it->columns[reader->count];
    char *heading = it->headings[reader->count];
    char *end;

    if (reader->count == SHOW_COLUMNS_MOST)
        return fail(reader, "there are too many keys");
    reader->at += strspn(reader->at, " ");
    column->member = reader->at;
    column->heading = heading;
    reader->count++;
    end = reader->at + strspn(reader->at, MEMBER_LETTERS);
    if (end == reader->at)
        return fail(reader, "a key is missing");
    reader->at = end;
    heading[0] = '\0';
    if (take(reader, ":") &&
        (!take(reader, "label=") ||
         !read_text(reader, ",)", heading, PROJECTION_HEADING_MOST)))
        return fail(reader, "behind a key stands :label=HEADING or nothing");
    if (*reader->at != '\0' && strchr(" ,)", *reader->at) == NULL)
        return fail(reader, "a key is a name like a.b or a[0].b, "
                            "and no function");
    return true;
}

/* Each key ends where its delimiter was, once that has been looked at. */
static bool
read_keys(struct reader *reader)
{
    if (!take(reader, "("))
        return fail(reader, "keys stand in parentheses");
    do {
        if (!read_key(reader))
            return false;
    } while (take(reader, ","));
    if (!take(reader, ")"))
        return fail(reader, "a parenthesis does not end");
    return *reader->at == '\0' || fail(reader, "something stands behind it");
}

static void
end_keys(struct projection *it)
{
    for (size_t i = 0; it->columns[i].member != NULL; i++) {
        char *member = it->text + (it->columns[i].member - it->text);

        member[strspn(member, MEMBER_LETTERS)] = '\0';
        if (it->headings[i][0] == '\0')
            name_column(it, member, it->headings[i]);
    }
}

struct projection *
projection_new(const char *text)
{
    size_t size = strlen(text) + 1;
    struct projection *it = calloc(1, sizeof *it + size);
    struct reader reader = { .it = it };

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    memcpy(it->text, text, size);
    reader.at = it->text;
    if (read_kind(&reader) && read_attributes(&reader) && read_keys(&reader))
        end_keys(it);
    else {
        log_error("--format makes no sense: %s", reader.error);
        projection_free(&it);
    }
    return it;
}

void
projection_free(struct projection **projection)
{
    free(*projection);
    *projection = NULL;
}
