// SPDX-License-Identifier: Apache-2.0
/*
 * Credentials have no name but their place in a list: how such a list, and one
 * of it, are shown.  Section 5.8.
 */
#ifndef VERBS_INDEXED_H
#define VERBS_INDEXED_H

#include "call.h"
#include "show.h"

#include <jansson.h>

/* Lists ALL, an array that is given up, the tables with a column for "index".
 * ALL may be NULL: then why has been logged. */
CHECKED enum exit_code
indexed_list(struct verbs_call *call, const struct show_column *columns,
             json_t *all);

/* Shows that of ALL, likewise, which the call's index says.  OWNER "device",
 * called NAME, has it, and WHAT is "credential". */
CHECKED enum exit_code
indexed_describe(struct verbs_call *call, const char *owner, const char *name,
                 const char *what, json_t *all);

#endif
