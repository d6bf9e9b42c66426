// SPDX-License-Identifier: Apache-2.0
/*
 * Rows as lines: the columns of a table, values with commas or with tabs
 * between them.
 */
#ifndef VERBS_COLUMNS_H
#define VERBS_COLUMNS_H

#include "show.h"

/* Prints an array of ROWS, NULL for none, and before the first ones the
 * heading.  False, logged, when memory is short. */
CHECKED bool
columns_print(struct show_stream *stream, json_t *rows);

#endif
