// SPDX-License-Identifier: Apache-2.0
/*
 * Device paths and topics, read and written.  Nothing here knows who may use
 * them: that is the gate's.
 */
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char id_characters[] = "abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789-._+~%";

static const struct {
    const char *word;
    bool has_subfolder;
} kinds[] = {
    [NAMES_EVENTS] = { "events", true },
    [NAMES_STATE] = { "state", false },
    [NAMES_CONFIG] = { "config", false },
    [NAMES_COMMANDS] = { "commands", true },
    [NAMES_ATTACH] = { "attach", false },
    [NAMES_DETACH] = { "detach", false },
    [NAMES_ERRORS] = { "errors", false },
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* What is still to be read. */
struct rest {
    const char *at;
    size_t length;
};

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
has_only(const char *text, size_t length, const char *allowed)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return false;
    return true;
}

bool
names_is_id(const char *text, size_t length)
{
    return length >= NAMES_ID_LEAST && length <= NAMES_ID_MOST &&
           is_letter(text[0]) && has_only(text, length, id_characters) &&
           memcmp(text, "goog", length < 4 ? length : 4) != 0;
}

bool
names_is_numeric(const char *text, size_t length)
{
    static const char most[] = "18446744073709551615";
    size_t longest = sizeof most - 1;

    if (length == 0 || length > longest || text[0] == '0' ||
        !has_only(text, length, "0123456789"))
        return false;
    return length < longest || memcmp(text, most, longest) <= 0;
}

/* Takes the word WORD off the front of REST. */
static bool
skip_word(struct rest *rest, const char *word)
{
    size_t length = strlen(word);

    if (rest->length < length || memcmp(rest->at, word, length) != 0)
        return false;
    rest->at += length;
    rest->length -= length;
    return true;
}

/* Takes what stands before the next slash, or all, into PART. */
static size_t
take_part(struct rest *rest, char part[NAMES_ID_MOST + 1])
{
    const char *slash = memchr(rest->at, '/', rest->length);
    size_t length = slash != NULL ? (size_t)(slash - rest->at) : rest->length;

    if (length > NAMES_ID_MOST)
        return 0;
    memcpy(part, rest->at, length);
    part[length] = '\0';
    rest->at += length;
    rest->length -= length;
    return length;
}

/* A project or location is named by others' rules: letters, digits, and
 * ":.-_" for projects of an organisation.  None is a wildcard or a dot. */
static bool
take_place(struct rest *rest, char part[NAMES_ID_MOST + 1])
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._:";
    size_t length = take_part(rest, part);

    return length > 0 && part[0] != '.' && has_only(part, length, allowed);
}

static bool
take_id(struct rest *rest, char part[NAMES_ID_MOST + 1])
{
    size_t length = take_part(rest, part);

    return names_is_id(part, length);
}

static bool
take_device(struct rest *rest, char part[NAMES_ID_MOST + 1])
{
    size_t length = take_part(rest, part);

    return names_is_id(part, length) || names_is_numeric(part, length);
}

bool
names_parse_path(const char *text, size_t length, struct names_path *path)
{
    struct rest rest = { text, length };

    return skip_word(&rest, "projects/") && take_place(&rest, path->project) &&
           skip_word(&rest, "/locations/") &&
           take_place(&rest, path->location) &&
           skip_word(&rest, "/registries/") && take_id(&rest, path->registry) &&
           skip_word(&rest, "/devices/") && take_device(&rest, path->device) &&
           rest.length == 0;
}

static bool
take_kind(struct rest *rest, enum names_kind *kind)
{
    char word[NAMES_ID_MOST + 1];
    size_t length = take_part(rest, word);

    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (length == strlen(kinds[i].word) &&
            memcmp(word, kinds[i].word, length) == 0) {
            *kind = (enum names_kind)i;
            return true;
        }
    }
    return false;
}

/* Every element of a subfolder is an id without the lower bound; a
 * wildcard, a NUL or an empty element is none. */
static bool
take_subfolder(struct rest *rest, struct names_topic *topic)
{
    const char *at = rest->at;
    size_t length = rest->length;

    if (length == 0 || length > NAMES_SUBFOLDER_MOST || at[0] == '/' ||
        at[length - 1] == '/')
        return false;
    for (size_t i = 0; i < length; i++)
        if (at[i] == '\0' || at[i] == '+' || at[i] == '#' ||
            (unsigned char)at[i] < 0x20 || at[i] == 0x7f ||
            (at[i] == '/' && at[i - 1] == '/'))
            return false;
    memcpy(topic->subfolder, at, length);
    topic->subfolder[length] = '\0';
    rest->length = 0;
    return true;
}

static bool
take_topic_head(struct rest *rest, struct names_topic *topic)
{
    topic->subfolder[0] = '\0';
    return skip_word(rest, "/devices/") && take_device(rest, topic->device) &&
           skip_word(rest, "/") && take_kind(rest, &topic->kind);
}

bool
names_parse_topic(const char *text, size_t length, struct names_topic *topic)
{
    struct rest rest = { text, length };

    if (!take_topic_head(&rest, topic))
        return false;
    if (rest.length == 0)
        return true;
    return kinds[topic->kind].has_subfolder && skip_word(&rest, "/") &&
           take_subfolder(&rest, topic);
}

bool
names_parse_filter(const char *text, size_t length, struct names_topic *topic)
{
    struct rest rest = { text, length };

    if (!take_topic_head(&rest, topic))
        return false;
    if (rest.length == 0)
        return true;
    if (topic->kind != NAMES_COMMANDS || !skip_word(&rest, "/"))
        return false;
    if (rest.length == 1 && rest.at[0] == '#') {
        memcpy(topic->subfolder, "#", 2);
        return true;
    }
    return take_subfolder(&rest, topic);
}

static bool
fits(int written, size_t size)
{
    return written >= 0 && (size_t)written < size;
}

bool
names_write_path(const struct names_path *path, char *buffer, size_t size)
{
    bool has_device = path->device[0] != '\0';

    return fits(snprintf(buffer, size,
                         "projects/%s/locations/%s/registries/%s%s%s",
                         path->project, path->location, path->registry,
                         has_device ? "/devices/" : "", path->device),
                size);
}

bool
names_write_topic(const struct names_topic *topic, char *buffer, size_t size)
{
    bool has_subfolder = topic->subfolder[0] != '\0';

    return fits(snprintf(buffer, size, "/devices/%s/%s%s%s", topic->device,
                         kinds[topic->kind].word, has_subfolder ? "/" : "",
                         topic->subfolder),
                size);
}

char *
names_pack(const struct names_path *path)
{
    const char *const parts[] = { path->project, path->location, path->registry,
                                  path->device };
    size_t size = 0;
    char *packed;
    char *end;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        size += strlen(parts[i]) + 1;
    packed = end = malloc(size);
    for (size_t i = 0; packed != NULL && i < sizeof parts / sizeof *parts; i++)
        end = stpcpy(end, parts[i]) + 1;
    return packed;
}

void
names_unpack(const char *packed, struct names_path *path)
{
    char *const parts[] = { path->project, path->location, path->registry,
                            path->device };

    memset(path, 0, sizeof *path);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        strcpy(parts[i], packed);
        packed += strlen(packed) + 1;
    }
}

const char *
names_packed_device(const char *packed)
{
    for (int i = 0; i < 3; i++)
        packed += strlen(packed) + 1;
    return packed;
}

const char *
names_kind_word(enum names_kind kind)
{
    return kinds[kind].word;
}
