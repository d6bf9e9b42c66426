// SPDX-License-Identifier: Apache-2.0
/*
 * The formats that choose members, as scripts written for gcloud have them:
 *
 *     value(id,numId)               a line a row, tabs between
 *     csv[no-heading](id,numId)     commas between, quoted where needed
 *     table(id:label=NAME,numId)    columns
 *
 * "get" is another word for "value"; in brackets stand "no-heading" and
 * "separator=TEXT".
 */
#ifndef VERBS_PROJECTION_H
#define VERBS_PROJECTION_H

#include "show.h"

enum {
    PROJECTION_HEADING_MOST = 64,   /* bytes with a NUL */
    PROJECTION_SEPARATOR_MOST = 16, /* likewise */
};

struct projection {
    enum verbs_format format; /* VERBS_VALUES, VERBS_CSV or VERBS_TABLE */
    bool has_heading;
    char separator[PROJECTION_SEPARATOR_MOST];
    struct show_column columns[SHOW_COLUMNS_MOST + 1]; /* the last is empty */
    char headings[SHOW_COLUMNS_MOST][PROJECTION_HEADING_MOST];
    char text[]; /* where the members are */
};

/* Reads such a format.  NULL, logged, when it makes no sense. */
CHECKED struct projection *
projection_new(const char *text);

void
projection_free(struct projection **projection);

#endif
