// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of stdout out of messages that may hold anything at all.
 */
#include "arrival.h"

#include "base/log.h"
#include "base/names.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters of UTF-8 by their first byte, and the bounds of the second one
 * (RFC 3629 section 4), but those that a terminal obeys: U+0080 to U+009F. */
static const struct {
    unsigned char first, last;
    unsigned char least, most;
    size_t length;
} characters[] = {
    { '\t', '\t', 0, 0, 1 },       { 0x20, 0x7e, 0, 0, 1 },
    { 0xc2, 0xc2, 0xa0, 0xbf, 2 }, { 0xc3, 0xdf, 0x80, 0xbf, 2 },
    { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
    { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
    { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* How many bytes the harmless character has that BYTES begin with; 0 for
 * anything else. */
static size_t
character(const unsigned char *bytes, size_t length)
{
    size_t i = 0;
    size_t count = sizeof characters / sizeof *characters;
    size_t wanted;

    while (i < count &&
           (bytes[0] < characters[i].first || bytes[0] > characters[i].last))
        i++;
    wanted = i < count ? characters[i].length : 0;
    if (wanted < 2)
        return wanted;
    if (length < wanted || bytes[1] < characters[i].least ||
        bytes[1] > characters[i].most)
        return 0;
    for (size_t j = 2; j < wanted; j++)
        if ((bytes[j] & 0xc0) != 0x80)
            return 0;
    return wanted;
}

static void
print_escaped(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t wanted = character(bytes + i, length - i);

        if (bytes[i] == '\\')
            fputs("\\\\", stdout);
        else if (bytes[i] == '\n')
            fputs("\\n", stdout);
        else if (bytes[i] == '\r')
            fputs("\\r", stdout);
        else if (wanted == 0)
            printf("\\x%02x", bytes[i]);
        else
            fwrite(bytes + i, 1, wanted, stdout);
        i += wanted > 0 ? wanted : 1;
    }
}

/* Base64 with padding (RFC 4648 4), to be freed; NULL without memory. */
static char *
to_base64(const void *bytes, size_t length)
{
    char *text = NULL;

    if (length <= INT_MAX / 2)
        text = malloc(length / 3 * 4 + 5);
    if (text != NULL)
        EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    return text;
}

static bool
print_json(const struct names_topic *topic, const void *payload, size_t length)
{
    char *text = to_base64(payload, length);
    json_t *object = NULL;
    bool ok = false;

    if (text != NULL)
        object =
            json_pack("{s:s, s:s, s:s}", "kind", names_kind_word(topic->kind),
                      "subfolder", topic->subfolder, "binaryData", text);
    if (object == NULL)
        errno = ENOMEM;
    else
        ok = json_dumpf(object, stdout, JSON_COMPACT) == 0;
    json_decref(object);
    free(text);
    return ok;
}

bool
arrival_print(const char *topic, const void *payload, size_t length,
              bool as_json)
{
    struct names_topic parts;

    if (!names_parse_topic(topic, strlen(topic), &parts)) {
        log_warning("left out a message under a topic that is none of ours: %s",
                    topic);
        return true;
    }
    if (as_json) {
        if (!print_json(&parts, payload, length))
            return false;
    } else {
        print_escaped((const unsigned char *)topic, strlen(topic));
        putchar(' ');
        print_escaped(payload, length);
    }
    putchar('\n');
    return fflush(stdout) == 0 && !ferror(stdout);
}
