// SPDX-License-Identifier: Apache-2.0
/*
 * Names of topics and subscriptions, written in full or short.  They are
 * Pub/Sub's: "projects/P/topics/T"; T as section 5.6 has ids.
 */
#include "resource.h"

#include <stdio.h>
#include <string.h>

bool
resource_name(const char *project, const char *kind, const char *text,
              char *name, size_t size)
{
    static const char start[] = "projects/";
    int length;

    if (strncmp(text, start, sizeof start - 1) == 0)
        length = snprintf(name, size, "%s", text);
    else
        length = snprintf(name, size, "projects/%s/%s/%s", project, kind, text);
    return length >= 0 && (size_t)length < size;
}
