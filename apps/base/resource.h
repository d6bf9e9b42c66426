// SPDX-License-Identifier: Apache-2.0
/*
 * Names of topics and subscriptions.
 */
#ifndef BASE_RESOURCE_H
#define BASE_RESOURCE_H

#include "checked.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes "projects/PROJECT/KIND/TEXT", or TEXT if it is in full already.
 * False when it does not fit into SIZE bytes. */
CHECKED bool
resource_name(const char *project, const char *kind, const char *text,
              char *name, size_t size);

/* Is NAME "projects/P/KIND/ID" as it should be? */
CHECKED bool
resource_is_name(const char *kind, const char *name);

#endif
