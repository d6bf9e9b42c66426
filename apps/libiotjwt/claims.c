// SPDX-License-Identifier: Apache-2.0
/*
 * The registered claims that a device's token has: RFC 7519 sections 4.1.2,
 * 4.1.3, 4.1.4 and 4.1.6.  Whether they are any good is the verifier's affair.
 */
#include "claims.h"

#include "error.h"

#include <openssl/crypto.h>
#include <string.h>

enum { DUMP = JSON_COMPACT | JSON_ENSURE_ASCII };

static const char *const known[] = { "aud", "iat", "exp", "sub" };

enum { KNOWN = sizeof known / sizeof *known };

/* Sets a member; false as well when VALUE is NULL.  Takes VALUE over. */
static bool
put(json_t *object, const char *name, json_t *value, enum iotjwt_code code,
    struct iotjwt_error *error)
{
    if (json_object_set_new(object, name, value) == 0)
        return true;
    if (code == IOTJWT_NO_MEMORY)
        return iotjwt_error_memory(error);
    return iotjwt_error_set(error, code, "the %s is not UTF-8", name);
}

/* Adds the members of the object that TEXT is; none may be there yet. */
static bool
put_extra(json_t *object, const char *text, struct iotjwt_error *error)
{
    json_error_t reason;
    json_t *extra = json_loads(text, JSON_REJECT_DUPLICATES, &reason);
    bool ok = false;

    if (!json_is_object(extra)) {
        iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                         "the extra claims are no JSON object%s%.80s",
                         extra == NULL ? ": " : "",
                         extra == NULL ? reason.text : "");
        goto out;
    }
    for (size_t i = 0; i < KNOWN; i++)
        if (json_object_get(extra, known[i]) != NULL) {
            iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                             "the extra claims name %s again", known[i]);
            goto out;
        }
    ok = json_object_update(object, extra) == 0 || iotjwt_error_memory(error);
out:
    json_decref(extra);
    return ok;
}

static bool
is_time(int64_t time)
{
    return time >= 0 && time <= IOTJWT_LATEST;
}

static bool
can_be_written(const struct iotjwt_claims *claims, struct iotjwt_error *error)
{
    if (claims == NULL || claims->audience == NULL || *claims->audience == '\0')
        return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                                "a token needs an audience");
    if (is_time(claims->issued_at) && is_time(claims->expires_at) &&
        claims->expires_at > claims->issued_at)
        return true;
    return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                            "a token must expire after it is issued, between "
                            "the years 1970 and 9999");
}

json_t *
iotjwt_claims_write(const struct iotjwt_claims *claims,
                    struct iotjwt_error *error)
{
    json_t *object = NULL;
    bool ok = false;

    if (!can_be_written(claims, error))
        return NULL;
    object = json_object();
    ok = put(object, "aud", json_string(claims->audience), IOTJWT_BAD_ARGUMENT,
             error) &&
         put(object, "iat", json_integer(claims->issued_at), IOTJWT_NO_MEMORY,
             error) &&
         put(object, "exp", json_integer(claims->expires_at), IOTJWT_NO_MEMORY,
             error) &&
         (claims->subject == NULL ||
          put(object, "sub", json_string(claims->subject), IOTJWT_BAD_ARGUMENT,
              error)) &&
         (claims->extra == NULL || put_extra(object, claims->extra, error));
    if (!ok) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

/* Cuts off the fraction of a NumericDate (RFC 7519 section 2). */
static bool
time_of_number(double number, int64_t *time)
{
    if (!(number >= 0 && number < (double)IOTJWT_LATEST + 1))
        return false;
    *time = (int64_t)number;
    return true;
}

/* Google's C sample sent times as strings, and so devices do. */
static bool
time_of_digits(const char *text, int64_t *time)
{
    size_t length = strlen(text);
    int64_t value = 0;

    if (length == 0 || length > 12 || strspn(text, "0123456789") != length)
        return false;
    for (; *text != '\0'; text++)
        value = value * 10 + (*text - '0');
    *time = value;
    return is_time(value);
}

static bool
time_of(const json_t *value, int64_t *time)
{
    if (json_is_string(value))
        return time_of_digits(json_string_value(value), time);
    if (json_is_real(value))
        return time_of_number(json_real_value(value), time);
    *time = json_integer_value(value);
    return json_is_integer(value) && is_time(*time);
}

static bool
read_time(const json_t *payload, const char *name, int64_t *time,
          struct iotjwt_error *error)
{
    const json_t *value = json_object_get(payload, name);

    if (value != NULL && time_of(value, time))
        return true;
    *time = -1;
    return iotjwt_error_set(error, IOTJWT_CLAIM,
                            value == NULL
                                ? "the claim %s is missing"
                                : "the claim %s is no time in seconds",
                            name);
}

static bool
read_audience(const json_t *payload, const char **audience,
              struct iotjwt_error *error)
{
    const json_t *value = json_object_get(payload, "aud");

    *audience = json_string_value(value);
    if (*audience != NULL)
        return true;
    return iotjwt_error_set(error, IOTJWT_CLAIM,
                            value == NULL ? "the claim aud is missing"
                                          : "the claim aud is not one string");
}

bool
iotjwt_claims_read(const json_t *payload, struct iotjwt_claims *claims,
                   struct iotjwt_error *error)
{
    bool has_expiry, has_issue, has_audience;

    *claims = (struct iotjwt_claims){
        .subject = json_string_value(json_object_get(payload, "sub")),
    };
    /* all are read, and of several sentences the last one stays */
    has_expiry = read_time(payload, "exp", &claims->expires_at, error);
    has_issue = read_time(payload, "iat", &claims->issued_at, error);
    has_audience = read_audience(payload, &claims->audience, error);
    return has_expiry && has_issue && has_audience;
}

/* What iotjwt_claims_new gives, with what its strings point into. */
struct owned {
    struct iotjwt_claims claims;
    json_t *payload;
    char *extra;
};

/* The members of PAYLOAD that have no place in the structure; *EXTRA stays
 * NULL when there are none. */
static bool
extra_of(json_t *payload, char **extra)
{
    json_t *rest = json_copy(payload);
    bool ok = rest != NULL;

    for (size_t i = 0; ok && i < KNOWN; i++)
        if (json_object_get(rest, known[i]) != NULL)
            ok = json_object_del(rest, known[i]) == 0;
    if (ok && json_object_size(rest) > 0) {
        *extra = iotjwt_json_text(rest);
        ok = *extra != NULL;
    }
    json_decref(rest);
    return ok;
}

struct iotjwt_claims *
iotjwt_claims_new(const struct iotjwt_claims *claims, json_t *payload,
                  struct iotjwt_error *error)
{
    struct owned *owned = OPENSSL_zalloc(sizeof *owned);
    struct iotjwt_claims *result = NULL;

    if (owned == NULL || !extra_of(payload, &owned->extra)) {
        OPENSSL_free(owned);
        iotjwt_error_memory(error);
        return NULL;
    }
    owned->claims = *claims;
    owned->claims.extra = owned->extra;
    owned->payload = json_incref(payload);
    result = &owned->claims;
    return result;
}

void
iotjwt_claims_free(struct iotjwt_claims **claims)
{
    struct owned *owned = NULL;

    if (claims == NULL || *claims == NULL)
        return;
    owned = (struct owned *)*claims;
    json_decref(owned->payload);
    OPENSSL_free(owned->extra);
    OPENSSL_free(owned);
    *claims = NULL;
}

char *
iotjwt_json_text(const json_t *value)
{
    size_t size = json_dumpb(value, NULL, 0, DUMP);
    char *text = size == 0 ? NULL : OPENSSL_malloc(size + 1);

    if (text == NULL)
        return NULL;
    if (json_dumpb(value, text, size, DUMP) != size) {
        OPENSSL_free(text);
        return NULL;
    }
    text[size] = '\0';
    return text;
}
