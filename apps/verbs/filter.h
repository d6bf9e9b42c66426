// SPDX-License-Identifier: Apache-2.0
/*
 * Which rows of a list are wanted, and in which order: the part of gcloud's
 * filters (gcloud topic filters) that people type.  Terms KEY OPERATOR VALUE,
 * with AND or a blank between them, OR, NOT or -, and parentheses; a KEY is a
 * member as member.h has it.
 *
 *     =  !=           the very value
 *     :               has this word, or begins like it when it ends in "*"; "*"
 *                     alone: is there
 *     ~  !~           matches this regular expression (POSIX, extended)
 *     <  <=  >  >=    as numbers, if both are, else as text; so times too
 */
#ifndef VERBS_FILTER_H
#define VERBS_FILTER_H

#include "base/checked.h"

#include <jansson.h>
#include <stdbool.h>

/* Does a filter make sense?  False, logged, when it does not. */
CHECKED bool
filter_check(const char *text);

/* Does ROW match a filter that makes sense?  NULL: all do. */
CHECKED bool
filter_matches(const char *text, json_t *row);

/* Sorts an array by KEY, "~KEY" for the other way round.  False, logged, when
 * memory is short. */
CHECKED bool
filter_sort(json_t *rows, const char *key);

#endif
