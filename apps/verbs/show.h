// SPDX-License-Identifier: Apache-2.0
/*
 * Results on stdout: one JSON value, shown as JSON, YAML or a table.
 */
#ifndef VERBS_SHOW_H
#define VERBS_SHOW_H

#include "call.h"

#include <jansson.h>

/* A column of a table: its heading, and the member of a row that it shows, as
 * member.h has them. */
struct show_column {
    const char *heading;
    const char *member;
};

/* Prints VALUE, which is given up, in the call's format, which is no table.
 * False, logged, when memory is short or VALUE is NULL. */
CHECKED bool
show_value(const struct verbs_call *call, json_t *value);

/* Prints those of an array of objects, which is given up, that the call's
 * --filter and --limit leave, in the order of --sort-by; COLUMNS end in one
 * without a heading.  A table of no rows has its heading all the same. */
CHECKED bool
show_list(const struct verbs_call *call, const struct show_column *columns,
          json_t *rows);

enum { SHOW_COLUMNS_MOST = 16 };

/* An array of objects that is printed piece by piece, so that it is never in
 * memory as a whole.  CALL and COLUMNS are set, the others 0.  It is all
 * printed: who calls has chosen. */
struct show_stream {
    const struct verbs_call *call;
    const struct show_column *columns;
    size_t widths[SHOW_COLUMNS_MOST];
    bool has_rows;
};

/* Prints the next ROWS, which are given up.  A table's columns are as wide as
 * the first ones need. */
CHECKED bool
show_rows(struct show_stream *stream, json_t *rows);

/* Prints what must stand behind the last. */
CHECKED bool
show_end(struct show_stream *stream);

/* TEXT as a JSON string; if it is not UTF-8, one that says so. */
CHECKED json_t *
show_text(const char *text);

/* Unix seconds as RFC 3339 in UTC, as a JSON string. */
CHECKED json_t *
show_time(int64_t seconds);

/* Unix milliseconds likewise, with three digits behind the seconds. */
CHECKED json_t *
show_time_ms(int64_t milliseconds);

/* Bytes in base64 (RFC 4648 section 4), as a JSON string; NULL when memory is
 * short. */
CHECKED json_t *
show_bytes(const void *bytes, size_t length);

/* Writes TEXT to stdout with "\\xNN" for all that is not printable ASCII, but
 * what is in BUT as it is; and how many bytes that is, with "". */
void
show_harmless(const char *text, const char *but);
size_t
show_length(const char *text);

#endif
