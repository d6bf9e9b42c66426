// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of stdout out of messages that may hold anything at all.
 */
#include "arrival.h"

#include "base/log.h"
#include "base/names.h"
#include "base/utf8.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
print_escaped(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t wanted = utf8_character(bytes + i, length - i);

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
