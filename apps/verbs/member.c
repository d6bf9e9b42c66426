// SPDX-License-Identifier: Apache-2.0
/*
 * Goes down a row of JSON along a name, and writes what stands there.
 */
#include "member.h"

#include "base/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
write_value(FILE *out, json_t *value)
{
    const char *before = "";
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_string(value))
        fputs(json_string_value(value), out);
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "True" : "False", out);
    else if (json_is_integer(value))
        fprintf(out, "%lld", (long long)json_integer_value(value));
    json_array_foreach(value, i, member)
    {
        fputs(before, out);
        write_value(out, member);
        before = ";";
    }
    json_object_foreach(value, name, member)
    {
        fprintf(out, "%s%s=", before, name);
        write_value(out, member);
        before = ";";
    }
}

static void
write_member(FILE *out, json_t *value, const char *name);

/* NAME is what stands behind the "[". */
static void
write_elements(FILE *out, json_t *array, const char *name)
{
    char *end;
    unsigned long index = strtoul(name, &end, 10);
    bool is_all = end == name;

    if (*end != ']')
        return;
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (!is_all && i != index)
            continue;
        if (is_all && i > 0)
            putc(';', out);
        write_member(out, json_array_get(array, i), end + 1);
    }
}

/* Names of metadata may have dots in them, so the whole is tried first. */
static void
write_member(FILE *out, json_t *value, const char *name)
{
    size_t length = strcspn(name, ".[");
    json_t *whole = json_object_get(value, name);

    if (*name == '\0' || whole != NULL)
        write_value(out, whole != NULL ? whole : value);
    else if (*name == '[')
        write_elements(out, value, name + 1);
    else if (*name == '.')
        write_member(out, value, name + 1);
    else
        write_member(out, json_object_getn(value, name, length), name + length);
}

char *
member_text(json_t *row, const char *name)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out != NULL)
        write_member(out, row, name);
    if (out != NULL && fclose(out) == 0)
        return text;
    log_error("out of memory");
    if (out != NULL)
        free(text);
    return NULL;
}
