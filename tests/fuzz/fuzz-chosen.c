// SPDX-License-Identifier: Apache-2.0
/*
 * What is chosen of a list, by --filter and --format: whatever a format is,
 * each member that it names has some text, and whatever a filter is, each row
 * matches either it or its contrary.
 */
#include "base/log.h"
#include "verbs/filter.h"
#include "verbs/member.h"
#include "verbs/projection.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char row_text[] =
    "{\"id\":\"sensor-12\",\"blocked\":true,\"count\":42,"
    "\"metadata\":{\"floor\":\"3\",\"a.b\":\"dotted\"},"
    "\"list\":[{\"a\":1,\"b\":[true]},{\"a\":2}]}";

static void
demand(bool is_so)
{
    if (!is_so)
        abort();
}

static void
say_nothing(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
}

static void
try_projection(const char *text, json_t *row)
{
    struct projection *it = projection_new(text);

    for (size_t i = 0; it != NULL && it->columns[i].heading != NULL; i++) {
        char *shown = member_text(row, it->columns[i].member);

        demand(i < SHOW_COLUMNS_MOST && shown != NULL);
        demand(strlen(it->columns[i].heading) < PROJECTION_HEADING_MOST);
        free(shown);
    }
    projection_free(&it);
}

/* NOT takes those that a filter leaves, unless that makes it too deep.  What
 * "{255}{255}" costs in a regular expression is the C library's to say. */
static void
try_filter(const char *text, json_t *row)
{
    size_t size = strlen(text) + sizeof "NOT ()";
    char *others = malloc(size);

    demand(others != NULL);
    snprintf(others, size, "NOT (%s)", text);
    if (strchr(text, '{') == NULL && filter_check(text) && filter_check(others))
        demand(filter_matches(text, row) != filter_matches(others, row));
    free(others);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    json_t *row = json_loads(row_text, 0, NULL);
    char *text = calloc(1, length + 1);

    log_open("fuzz", say_nothing);
    demand(row != NULL && text != NULL);
    memcpy(text, bytes, length);
    try_projection(text, row);
    try_filter(text, row);
    free(text);
    json_decref(row);
    return 0;
}
