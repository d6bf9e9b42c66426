// SPDX-License-Identifier: Apache-2.0
/*
 * Judges a record and a token: cloud-iot-core reference, sections 1.2, 1.3 and
 * 1.6.  What is inside a token is libiotjwt's affair, where a record comes
 * from the registry's.
 */
#include "judge.h"

#include "keys.h"
#include "refuse.h"
#include "registry/registry.h"

#include <iotjwt.h>

#include <stdio.h>

/* What libiotjwt has against a token, in our words. */
static const struct {
    enum iotjwt_code code;
    enum gate_reason reason;
} codes[] = {
    { IOTJWT_TOO_LONG, GATE_NOT_A_TOKEN },
    { IOTJWT_MALFORMED, GATE_NOT_A_TOKEN },
    { IOTJWT_CRITICAL, GATE_NOT_A_TOKEN },
    { IOTJWT_ALGORITHM, GATE_ALGORITHM },
    { IOTJWT_SIGNATURE, GATE_SIGNATURE },
    { IOTJWT_CLAIM, GATE_CLAIM },
    { IOTJWT_AUDIENCE, GATE_AUDIENCE },
    { IOTJWT_ISSUED_IN_FUTURE, GATE_ISSUED_IN_FUTURE },
    { IOTJWT_EXPIRED, GATE_EXPIRED },
    { IOTJWT_LIFETIME, GATE_LIFETIME },
    { IOTJWT_KEY_UNREADABLE, GATE_CREDENTIAL_UNUSABLE },
    { IOTJWT_KEY_UNSUPPORTED, GATE_CREDENTIAL_UNUSABLE },
};

static const enum iotjwt_algorithm algorithms[] = {
    [REGISTRY_RS256] = IOTJWT_RS256,
    [REGISTRY_ES256] = IOTJWT_ES256,
};

static enum gate_reason
reason_of(enum iotjwt_code code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return codes[i].reason;
    return GATE_UNAVAILABLE;
}

bool
gate_judge_record(const struct registry_admission *admission,
                  enum gate_door door, struct gate_refusal *refusal)
{
    if (admission->blocked)
        return gate_refuse(refusal, GATE_BLOCKED, NULL);
    if (door == GATE_DOOR_MQTT && !admission->mqtt_enabled)
        return gate_refuse(refusal, GATE_MQTT_DISABLED, NULL);
    if (door == GATE_DOOR_HTTP && !admission->http_enabled)
        return gate_refuse(refusal, GATE_HTTP_DISABLED, NULL);
    return true;
}

bool
gate_has_key(const struct registry_admission *admission, uint64_t mark)
{
    for (size_t i = 0; i < admission->key_count; i++)
        if (gate_key_mark(&admission->keys[i]) == mark)
            return true;
    return false;
}

/* Tries one key.  What is wrong with it, or with the token, or nothing.  It is
 * kept ready, but only if all is well in another's place, so that strangers
 * drive nobody out. */
static enum gate_reason
try_key(const struct registry_key *record, const char *project,
        const struct gate_visitor *visitor, struct gate_pass *pass,
        struct iotjwt_error *error)
{
    struct iotjwt_policy policy = {
        .audience = project,
        .now = visitor->now,
        .skew = visitor->skew,
        .longest = GATE_LONGEST,
    };
    struct iotjwt_claims *claims = NULL;
    const struct iotjwt_key *key = gate_keys_find(visitor->keys, record);
    struct iotjwt_key *own = NULL;

    if (key == NULL)
        key = own = iotjwt_key_new(algorithms[record->algorithm], record->spki,
                                   record->spki_length, NULL, NULL, error);
    if (key != NULL)
        claims =
            iotjwt_verify_seen(gate_keys_seen(visitor->keys), visitor->token,
                               visitor->token_length, key, &policy, error);
    if (claims != NULL)
        *pass = (struct gate_pass){ claims->expires_at, gate_key_mark(record) };
    gate_keys_keep(visitor->keys, record, claims != NULL, &own);
    iotjwt_key_free(&own);
    if (claims == NULL)
        return reason_of(error->code);
    iotjwt_claims_free(&claims);
    return GATE_NO_REASON;
}

/* These are about one key, and another may still fit. */
static bool
is_of_the_key(enum gate_reason reason)
{
    return reason == GATE_ALGORITHM || reason == GATE_SIGNATURE ||
           reason == GATE_CREDENTIAL_UNUSABLE;
}

bool
gate_judge_token(const struct registry_admission *admission,
                 const char *project, const struct gate_visitor *visitor,
                 struct gate_pass *pass, struct gate_refusal *refusal)
{
    struct iotjwt_error error;
    enum gate_reason reason;
    bool tried = false;

    if (admission->key_count == 0)
        return gate_refuse(refusal, GATE_NO_CREDENTIAL, NULL);
    for (size_t i = 0; i < admission->key_count; i++) {
        const struct registry_key *key = &admission->keys[i];

        if (key->expires != 0 && key->expires <= visitor->now)
            continue;
        reason = try_key(key, project, visitor, pass, &error);
        if (reason == GATE_NO_REASON)
            return true;
        /* What is said last is about the key that came nearest. */
        if (!tried || reason != GATE_ALGORITHM)
            (void)gate_refuse_at(visitor->door, refusal, reason, "%s",
                                 error.text);
        tried = true;
        if (!is_of_the_key(reason))
            return false;
    }
    if (!tried)
        return gate_refuse(refusal, GATE_CREDENTIAL_EXPIRED, NULL);
    if (refusal->reason == GATE_SIGNATURE)
        return gate_refuse(refusal, GATE_SIGNATURE, "it has %zu",
                           admission->key_count);
    return false;
}
