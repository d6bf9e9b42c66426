// SPDX-License-Identifier: Apache-2.0
/*
 * Verifying a token: the header against the key, the signature over what was
 * received, then the claims against the policy, and nothing of the claims is
 * read before the signature is known to be good.  RFC 7515 section 5.2,
 * RFC 7519 section 7.2, RFC 8725 section 3.
 */
#include "claims.h"
#include "error.h"
#include "key.h"
#include "seen.h"
#include "signature.h"
#include "token.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <string.h>
#include <strings.h>

static bool
is_second(int64_t value)
{
    return value >= 0 && value <= IOTJWT_LATEST;
}

static bool
is_sane(const char *token, const struct iotjwt_key *key,
        const struct iotjwt_policy *policy, struct iotjwt_error *error)
{
    if (token != NULL && key != NULL && policy != NULL &&
        policy->audience != NULL && is_second(policy->now) &&
        is_second(policy->skew) && is_second(policy->longest))
        return true;
    return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                            "a token, a key and a policy with an audience "
                            "and sane times are needed");
}

/* alg names what the key decided, or the token is refused; it never chooses
 * (RFC 7515 section 4.1.1, RFC 8725 section 3.1). */
static bool
is_algorithm(const json_t *header, const struct iotjwt_row *row,
             struct iotjwt_error *error)
{
    const char *name = json_string_value(json_object_get(header, "alg"));

    if (name != NULL && strcmp(name, row->name) == 0)
        return true;
    return iotjwt_error_set(error, IOTJWT_ALGORITHM,
                            "its algorithm is %.20s, the key is for %s",
                            name == NULL ? "not given" : name, row->name);
}

/* RFC 7519 section 5.1; another type is another kind of token (RFC 8725
 * section 3.11). */
static bool
is_type(const json_t *header, struct iotjwt_error *error)
{
    const json_t *type = json_object_get(header, "typ");
    const char *name = json_string_value(type);

    if (type == NULL || (name != NULL && strcasecmp(name, "JWT") == 0))
        return true;
    return iotjwt_error_set(error, IOTJWT_MALFORMED,
                            "its type is %.40s, not JWT",
                            name == NULL ? "no string" : name);
}

/* No extension is understood here, so none may be critical, and an empty list
 * is not allowed either (RFC 7515 section 4.1.11). */
static bool
is_not_critical(const json_t *header, struct iotjwt_error *error)
{
    return json_object_get(header, "crit") == NULL ||
           iotjwt_error_set(error, IOTJWT_CRITICAL,
                            "it has critical header members (crit), "
                            "and none are understood");
}

static bool
header_fits(const struct iotjwt_token *token, const struct iotjwt_row *row,
            struct iotjwt_error *error)
{
    json_t *header = iotjwt_token_object(&token->header, error);
    bool ok = header != NULL && is_type(header, error) &&
              is_not_critical(header, error) &&
              is_algorithm(header, row, error);

    json_decref(header);
    return ok;
}

static bool
signature_fits(const struct iotjwt_token *token, const struct iotjwt_key *key,
               struct iotjwt_error *error)
{
    unsigned char bytes[IOTJWT_TOKEN_MAX];
    size_t size = 0;

    return iotjwt_token_bytes(&token->signature, bytes, &size, error) &&
           iotjwt_signature_check(key->row, key->pkey, key->libctx,
                                  key->propquery, token->signed_text,
                                  token->signed_length, bytes, size, error);
}

/* The same, unless it is known. */
static bool
is_signed(struct iotjwt_seen *seen, const char *text, size_t length,
          const struct iotjwt_token *token, const struct iotjwt_key *key,
          struct iotjwt_error *error)
{
    struct seen_mark mark;

    if (iotjwt_seen_has(seen, key, text, length, &mark))
        return true;
    if (!signature_fits(token, key, error))
        return false;
    iotjwt_seen_add(seen, &mark);
    return true;
}

static bool
lifetime_fits(const struct iotjwt_claims *claims,
              const struct iotjwt_policy *policy, struct iotjwt_error *error)
{
    int64_t lifetime = claims->expires_at - claims->issued_at;

    if (lifetime < 0)
        return iotjwt_error_set(error, IOTJWT_LIFETIME,
                                "expires %" PRId64 " s before it was issued",
                                -lifetime);
    if (lifetime > policy->longest + policy->skew)
        return iotjwt_error_set(error, IOTJWT_LIFETIME,
                                "valid for %" PRId64 " s, which is longer than "
                                "%" PRId64 " s",
                                lifetime, policy->longest);
    return true;
}

/* The rule of the cloud-iot-core reference, section 1.3, line by line.  No
 * sum overflows: every term is at most IOTJWT_LATEST. */
static bool
claims_fit(const struct iotjwt_claims *claims,
           const struct iotjwt_policy *policy, struct iotjwt_error *error)
{
    if (strcmp(claims->audience, policy->audience) != 0)
        return iotjwt_error_set(error, IOTJWT_AUDIENCE,
                                "meant for the audience %.60s, not %.60s",
                                claims->audience, policy->audience);
    if (claims->issued_at > policy->now + policy->skew)
        return iotjwt_error_set(error, IOTJWT_ISSUED_IN_FUTURE,
                                "issued %" PRId64 " s in the future",
                                claims->issued_at - policy->now);
    if (claims->expires_at < policy->now - policy->skew)
        return iotjwt_error_set(error, IOTJWT_EXPIRED,
                                "expired %" PRId64 " s ago",
                                policy->now - claims->expires_at);
    return lifetime_fits(claims, policy, error);
}

struct iotjwt_claims *
iotjwt_verify_seen(struct iotjwt_seen *seen, const char *token, size_t length,
                   const struct iotjwt_key *key,
                   const struct iotjwt_policy *policy,
                   struct iotjwt_error *error)
{
    struct iotjwt_token cut;
    struct iotjwt_claims read;
    struct iotjwt_claims *claims = NULL;
    json_t *payload = NULL;

    iotjwt_error_clear(error);
    ERR_set_mark();
    if (!is_sane(token, key, policy, error) ||
        !iotjwt_token_cut(token, length, &cut, error) ||
        !header_fits(&cut, key->row, error) ||
        !is_signed(seen, token, length, &cut, key, error))
        goto out;
    payload = iotjwt_token_object(&cut.payload, error);
    if (payload == NULL || !iotjwt_claims_read(payload, &read, error) ||
        !claims_fit(&read, policy, error))
        goto out;
    claims = iotjwt_claims_new(&read, payload, error);
out:
    json_decref(payload);
    ERR_pop_to_mark();
    return claims;
}

struct iotjwt_claims *
iotjwt_verify(const char *token, size_t length, const struct iotjwt_key *key,
              const struct iotjwt_policy *policy, struct iotjwt_error *error)
{
    return iotjwt_verify_seen(NULL, token, length, key, policy, error);
}
