// SPDX-License-Identifier: Apache-2.0
/*
 * Every event and every field that a line of log can have, and how they are
 * written.  Which lines there are is for those who call log_event.
 */
#include "logline.h"

#include "names.h"
#include "utf8.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUE_MOST = 256,    /* bytes: an id has 255 at most */
    VALUE_LEAST = 32,    /* and when everything is: no number is longer */
    SENTENCE_LEAST = 96, /* likewise */
    DIGEST_BYTES = 8,    /* of a token's SHA-256 */
    NUMBER_MOST = 24,
};

static const struct {
    const char *name;
    enum log_level level;
} events[LOG_EVENTS] = {
    [LOG_OTHER] = { "other", LOG_LEVEL_INFO },
    [LOG_ADMITTED] = { "admitted", LOG_LEVEL_INFO },
    [LOG_REFUSED] = { "refused", LOG_LEVEL_WARNING },
    [LOG_CLOSED] = { "closed", LOG_LEVEL_WARNING },
    [LOG_GONE] = { "gone", LOG_LEVEL_INFO },
    [LOG_ATTACHED] = { "attached", LOG_LEVEL_INFO },
    [LOG_ATTACH_REFUSED] = { "attach-refused", LOG_LEVEL_WARNING },
    [LOG_DETACHED] = { "detached", LOG_LEVEL_INFO },
    [LOG_EXPELLED] = { "expelled", LOG_LEVEL_WARNING },
    [LOG_DENIED] = { "denied", LOG_LEVEL_WARNING },
    [LOG_DROPPED] = { "dropped", LOG_LEVEL_WARNING },
    [LOG_MISUNDERSTOOD] = { "misunderstood", LOG_LEVEL_WARNING },
    [LOG_REGISTRY_OPEN] = { "registry-open", LOG_LEVEL_INFO },
    [LOG_REGISTRY_GONE] = { "registry-gone", LOG_LEVEL_WARNING },
    [LOG_REGISTRY_MISSING] = { "registry-missing", LOG_LEVEL_ERROR },
    [LOG_STORE_OPEN] = { "store-open", LOG_LEVEL_INFO },
    [LOG_STORE_GONE] = { "store-gone", LOG_LEVEL_WARNING },
    [LOG_DATABASE_FAILED] = { "database-failed", LOG_LEVEL_ERROR },
    [LOG_NOT_KEPT] = { "not-kept", LOG_LEVEL_ERROR },
    [LOG_DAMAGED] = { "damaged", LOG_LEVEL_WARNING },
    [LOG_UNWRITTEN] = { "unwritten", LOG_LEVEL_WARNING },
    [LOG_SERVING] = { "serving", LOG_LEVEL_INFO },
    [LOG_RELOAD] = { "reload", LOG_LEVEL_INFO },
    [LOG_CERTIFICATE_LOADED] = { "certificate-loaded", LOG_LEVEL_INFO },
    [LOG_CERTIFICATE_FAILED] = { "certificate-failed", LOG_LEVEL_ERROR },
    [LOG_DRAINING] = { "draining", LOG_LEVEL_INFO },
    [LOG_LEFT_OUT] = { "left-out", LOG_LEVEL_WARNING },
    [LOG_BROKER] = { "broker", LOG_LEVEL_INFO },
};

static const char *const levels[] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_INFO] = "info",
};

const char *
logline_name(enum log_event event)
{
    return events[event].name;
}

enum log_level
logline_level(enum log_event event)
{
    return events[event].level;
}

/* A line that is being written; what does not fit is left out. */
struct out {
    char *text;
    size_t size;
    size_t used;
};

static void
put(struct out *out, const char *bytes, size_t length)
{
    if (length >= out->size - out->used)
        length = out->size - out->used - 1;
    memcpy(out->text + out->used, bytes, length);
    out->used += length;
    out->text[out->used] = '\0';
}

/* Does it need no quotes?  Ids and addresses, with letters, digits and
 * -._+~%/: alone, do not. */
static bool
is_word(const char *value)
{
    while ((*value >= 'a' && *value <= 'z') ||
           (*value >= '-' && *value <= ':') ||
           (*value >= 'A' && *value <= 'Z') || *value == '_' || *value == '+' ||
           *value == '~' || *value == '%')
        value++;
    return *value == '\0';
}

static bool
is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/* The next character of *TEXT, as it may stand between quotes; how many bytes
 * that has. */
static size_t
escape(const char **text, char piece[8])
{
    const unsigned char *bytes = (const unsigned char *)*text;
    size_t length;

    if (is_plain(**text)) {
        piece[0] = *(*text)++;
        return 1;
    }
    length = utf8_character(bytes, strnlen(*text, 4));
    *text += length > 0 ? length : 1;
    if (bytes[0] == '"' || bytes[0] == '\\') {
        piece[0] = '\\';
        piece[1] = (char)bytes[0];
        return 2;
    }
    if (length == 0 || bytes[0] == '\t' || bytes[0] == '=')
        return (size_t)snprintf(piece, 8, "\\u%04x",
                                bytes[0] < 0x80 ? bytes[0] : 0xfffdU);
    memcpy(piece, bytes, length);
    return length;
}

/* At most MOST bytes between the quotes, "..." at their end if that is not all.
 */
static void
put_quoted(struct out *out, const char *value, size_t most)
{
    static const char more[] = "...";
    const size_t start = out->used + 1;
    size_t safe = start;
    char piece[8];

    put(out, "\"", 1);
    while (*value != '\0') {
        size_t length = escape(&value, piece);

        if (out->used - start + length > most) {
            out->used = safe;
            put(out, more, sizeof more - 1);
            break;
        }
        put(out, piece, length);
        if (out->used - start + sizeof more - 1 <= most)
            safe = out->used;
    }
    put(out, "\"", 1);
}

static void
put_field(struct out *out, const char *name, const char *value, size_t most)
{
    if (out->used > 0)
        put(out, " ", 1);
    put(out, name, strlen(name));
    put(out, "=", 1);
    if (is_word(value) && strlen(value) <= most)
        put(out, value, strlen(value));
    else
        put_quoted(out, value, most);
}

/* What has to be written out before it is a text. */
struct numbers {
    char device[NUMBER_MOST];
    char count[NUMBER_MOST];
    char seconds[NUMBER_MOST];
    char token[2 * DIGEST_BYTES + 1];
};

static void
write_digest(const struct log_facts *facts, char *text)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (facts->token == NULL || facts->token_length == 0 ||
        EVP_Digest(facts->token, facts->token_length, digest, NULL,
                   EVP_sha256(), NULL) != 1)
        return;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
}

static void
write_numbers(const struct log_facts *facts, struct numbers *numbers)
{
    memset(numbers, 0, sizeof *numbers);
    if (facts->number != 0)
        snprintf(numbers->device, NUMBER_MOST, "%" PRIu64, facts->number);
    if (facts->count != 0)
        snprintf(numbers->count, NUMBER_MOST, "%" PRIu64, facts->count);
    if (facts->seconds != 0)
        snprintf(numbers->seconds, NUMBER_MOST, "%" PRId64, facts->seconds);
    write_digest(facts, numbers->token);
}

/* All that there is of FACTS, no value longer than MOST. */
static void
put_facts(struct out *out, const struct log_facts *facts,
          const struct numbers *numbers, size_t most)
{
    const struct names_path *path = facts->path;
    const struct {
        const char *name;
        const char *value;
    } fields[] = {
        { "reason", facts->reason },
        { "project", path != NULL ? path->project : NULL },
        { "location", path != NULL ? path->location : NULL },
        { "registry", path != NULL ? path->registry : NULL },
        { "device", path != NULL ? path->device : NULL },
        { "number", numbers->device },
        { "client", facts->client },
        { "gateway", facts->gateway },
        { "address", facts->address },
        { "topic", facts->topic },
        { "token", numbers->token },
        { "file", facts->file },
        { "count", numbers->count },
        { "seconds", numbers->seconds },
    };

    out->used = 0;
    out->text[0] = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].value != NULL && fields[i].value[0] != '\0')
            put_field(out, fields[i].name, fields[i].value, most);
}

void
logline_write(const struct logline *what, char line[LOGLINE_MOST + 1])
{
    static const struct log_facts none = { 0 };
    const struct log_facts *facts = what->facts != NULL ? what->facts : &none;
    char text[LOGLINE_MOST + 1];
    struct out tail = { text, sizeof text, 0 };
    struct out out = { line, LOGLINE_MOST + 1, 0 };
    struct numbers numbers;
    size_t most = VALUE_MOST;
    size_t room;

    write_numbers(facts, &numbers);
    put_field(&out, "level", levels[what->level], VALUE_MOST);
    put_field(&out, "event", events[what->event].name, VALUE_MOST);
    room = LOGLINE_MOST - out.used - strlen(" msg=\"\" ");
    do {
        put_facts(&tail, facts, &numbers, most);
        most /= 2;
    } while (tail.used + SENTENCE_LEAST > room && most >= VALUE_LEAST);
    put(&out, " msg=", 5);
    put_quoted(&out, what->text, room - tail.used);
    if (tail.used > 0)
        put(&out, " ", 1);
    put(&out, text, tail.used);
}
