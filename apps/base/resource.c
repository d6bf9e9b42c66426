// SPDX-License-Identifier: Apache-2.0
/*
 * Names of topics and subscriptions, written in full or short.  They are
 * Pub/Sub's: "projects/P/topics/T"; T as section 5.6 has ids.
 */
#include "resource.h"

#include "names.h"

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

/* Moves *TEXT behind WORD; false when that does not come next. */
static bool
skip(const char **text, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

bool
resource_is_name(const char *kind, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._~%+:";
    size_t length;

    if (!skip(&name, "projects/"))
        return false;
    length = strspn(name, letters);
    name += length;
    return length > 0 && length <= NAMES_ID_MOST && skip(&name, "/") &&
           skip(&name, kind) && skip(&name, "/") &&
           names_is_id(name, strlen(name));
}
