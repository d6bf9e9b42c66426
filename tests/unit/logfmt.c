// SPDX-License-Identifier: Apache-2.0
/*
 * NAME=WORD or NAME="JSON string", one blank between them.
 */
#include "logfmt.h"

#include <stdbool.h>
#include <string.h>

/* Past what is between two quotes; NULL when the second is not there. */
static const char *
skip_quoted(const char *at)
{
    while (*at != '\0' && *at != '"') {
        if (*at == '=' || (unsigned char)*at < 0x20 || *at == 0x7f)
            return NULL;
        if (*at == '\\' && at[1] == 'u' &&
            strspn(at + 2, "0123456789abcdef") >= 4)
            at += 6;
        else if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at += 2;
        else if (*at == '\\')
            return NULL;
        else
            at++;
    }
    return *at == '"' ? at + 1 : NULL;
}

static const char *
skip_value(const char *at)
{
    return *at == '"' ? skip_quoted(at + 1)
                      : at + strcspn(at, "=\" \t\n\r\\\x7f");
}

size_t
logfmt_count(const char *line)
{
    size_t count = 0;

    while (true) {
        size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz");

        if (name == 0 || line[name] != '=')
            return 0;
        line = skip_value(line + name + 1);
        if (line == NULL)
            return 0;
        count++;
        if (*line == '\0')
            return count;
        if (*line++ != ' ')
            return 0;
    }
}
