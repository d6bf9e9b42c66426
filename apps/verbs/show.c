// SPDX-License-Identifier: Apache-2.0
/*
 * JSON and YAML out of one JSON value; what is lines is columns.c's.  JSON is
 * Jansson's; the YAML is the little that is needed for it (YAML 1.2 sections
 * 7.3 and 8.1.2).
 * Control characters never reach the terminal as they are.
 */
#include "show.h"

#include "base/log.h"
#include "columns.h"
#include "filter.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPTH_MOST = 16 };

json_t *
show_text(const char *text)
{
    json_t *value = json_string(text);

    return value != NULL ? value : json_string("(not UTF-8)");
}

json_t *
show_time(int64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm parts;
    char text[32] = "";

    if (gmtime_r(&when, &parts) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return json_string("");
    return json_string(text);
}

json_t *
show_time_ms(int64_t milliseconds)
{
    json_t *seconds = show_time(milliseconds / 1000);
    char text[48];

    snprintf(text, sizeof text, "%.19s.%03dZ", json_string_value(seconds),
             (int)(milliseconds % 1000));
    json_decref(seconds);
    return json_string(text);
}

json_t *
show_bytes(const void *bytes, size_t length)
{
    unsigned char *text = malloc((length + 2) / 3 * 4 + 1);
    json_t *value = NULL;
    int written;

    if (text == NULL || length > INT_MAX / 2)
        goto out;
    written = EVP_EncodeBlock(text, bytes, (int)length);
    value = json_stringn((const char *)text, (size_t)written);
out:
    free(text);
    return value;
}

/* What a terminal might obey; nothing in a table is rightly beyond ASCII. */
static bool
is_harmful(char c)
{
    return (unsigned char)c < 0x20 || (unsigned char)c >= 0x7f;
}

size_t
show_length(const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++)
        length += is_harmful(*text) ? 4 : 1;
    return length;
}

void
show_harmless(const char *text, const char *but)
{
    for (; *text != '\0'; text++) {
        if (is_harmful(*text) && strchr(but, *text) == NULL)
            printf("\\x%02x", (unsigned)(unsigned char)*text);
        else
            putchar(*text);
    }
}

static bool
has_control(const char *text, const char *but)
{
    for (; *text != '\0'; text++)
        if (is_harmful(*text) && strchr(but, *text) == NULL)
            return true;
    return false;
}

/* Words that YAML would take for something else than text. */
static bool
is_plain(const char *text)
{
    static const char *const taken[] = { "true", "false", "null", "yes", "no",
                                         "on",   "off",   "y",    "n" };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char all[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789_./-+";

    if (text[0] == '\0' || strchr(letters, text[0]) == NULL ||
        text[strspn(text, all)] != '\0')
        return false;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcasecmp(taken[i], text) == 0)
            return false;
    return true;
}

static void
indent(int depth)
{
    printf("%*s", 2 * depth, "");
}

/* Lines that all end are shown as they are, below the key. */
static void
print_block(const char *text, int depth)
{
    printf("|\n");
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        indent(depth);
        printf("%.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void
print_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++)
        printf(*text == '\'' ? "''" : "%c", *text);
    printf("'\n");
}

static void
print_scalar(const json_t *value, int depth)
{
    const char *text = json_string_value(value);
    size_t length = text != NULL ? strlen(text) : 0;

    if (text == NULL || has_control(text, "\n") ||
        (strchr(text, '\n') != NULL &&
         (text[0] == ' ' || text[0] == '\n' || text[length - 1] != '\n'))) {
        json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
        putchar('\n');
    } else if (strchr(text, '\n') != NULL)
        print_block(text, depth);
    else if (is_plain(text))
        printf("%s\n", text);
    else
        print_quoted(text);
}

static int
by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void
print_yaml(json_t *value, int depth, bool is_begun);

/* IS_BEGUN: the first line has its indentation already, behind "- ". */
static void
print_object(json_t *object, int depth, bool is_begun)
{
    size_t count = json_object_size(object);
    const char **names = calloc(count + 1, sizeof *names);
    size_t i = 0;
    const char *name;
    json_t *member;

    if (names == NULL)
        return;
    json_object_foreach(object, name, member) names[i++] = name;
    qsort(names, count, sizeof *names, by_name);
    for (i = 0; i < count; i++) {
        if (i > 0 || !is_begun)
            indent(depth);
        printf(is_plain(names[i]) ? "%s:" : "'%s':", names[i]);
        member = json_object_get(object, names[i]);
        if (json_is_array(member) && json_array_size(member) > 0)
            putchar('\n');
        else if (json_is_object(member) && json_object_size(member) > 0)
            putchar('\n');
        else
            putchar(' ');
        print_yaml(member, json_is_array(member) ? depth : depth + 1, false);
    }
    free(names);
}

static void
print_array(json_t *array, int depth)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        indent(depth);
        printf("- ");
        print_yaml(json_array_get(array, i), depth + 1, true);
    }
}

static void
print_yaml(json_t *value, int depth, bool is_begun)
{
    if (depth > DEPTH_MOST)
        return;
    if (json_is_object(value) && json_object_size(value) > 0)
        print_object(value, depth, is_begun);
    else if (json_is_array(value) && json_array_size(value) > 0)
        print_array(value, depth);
    else
        print_scalar(value, depth);
}

static void
print_json(const json_t *value)
{
    json_dumpf(value, stdout,
               JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII |
                   JSON_ENCODE_ANY);
    putchar('\n');
}

bool
show_value(const struct verbs_call *call, json_t *value)
{
    struct show_stream stream = { .call = call };

    if (value == NULL) {
        log_error("out of memory");
        return false;
    }
    if (call->projection != NULL)
        return show_rows(&stream, json_pack("[o]", value));
    if (call->format == VERBS_JSON)
        print_json(value);
    else
        print_yaml(value, 0, false);
    json_decref(value);
    return true;
}

/* What stands between the brackets of an array that has something in it. */
static bool
print_elements(const json_t *rows, bool is_first)
{
    char *text =
        json_dumps(rows, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    size_t length = text != NULL ? strlen(text) : 0;

    if (length > 4)
        printf("%s%.*s", is_first ? "[" : ",", (int)length - 3, text + 1);
    free(text);
    return length > 4;
}

/* Does each row have a line of its own? */
static bool
is_lines(const struct verbs_call *call)
{
    return call->projection != NULL || call->format == VERBS_TABLE;
}

bool
show_rows(struct show_stream *stream, json_t *rows)
{
    const struct verbs_call *call = stream->call;
    bool ok = rows != NULL;

    if (!ok)
        log_error("out of memory");
    else if (is_lines(call))
        ok = columns_print(stream, rows);
    else if (json_array_size(rows) == 0) {
        json_decref(rows);
        return true;
    } else if (call->format != VERBS_JSON)
        print_array(rows, 0);
    else if (!print_elements(rows, !stream->has_rows)) {
        log_error("out of memory");
        ok = false;
    }
    stream->has_rows = true;
    json_decref(rows);
    return ok;
}

bool
show_end(struct show_stream *stream)
{
    if (stream->has_rows)
        printf(stream->call->format == VERBS_JSON ? "\n]\n" : "");
    else if (is_lines(stream->call))
        return columns_print(stream, NULL);
    else
        printf("[]\n");
    return true;
}

/* Takes what is not wanted out of ROWS, and puts the rest in order. */
static bool
choose(const struct verbs_call *call, json_t *rows)
{
    const struct verbs_arguments *given = &call->arguments;
    size_t most = given->limit > 0 ? (size_t)given->limit : SIZE_MAX;

    for (size_t i = json_array_size(rows); i > 0; i--)
        if (!filter_matches(given->filter, json_array_get(rows, i - 1)))
            json_array_remove(rows, i - 1);
    if (given->sort_by != NULL && !filter_sort(rows, given->sort_by))
        return false;
    while (json_array_size(rows) > most)
        json_array_remove(rows, json_array_size(rows) - 1);
    return true;
}

bool
show_list(const struct verbs_call *call, const struct show_column *columns,
          json_t *rows)
{
    struct show_stream stream = { .call = call, .columns = columns };

    if (rows != NULL && !choose(call, rows)) {
        json_decref(rows);
        return false;
    }
    return show_rows(&stream, rows) && show_end(&stream);
}
