// SPDX-License-Identifier: Apache-2.0
/*
 * Every reason that the gate can have, as a word and as a sentence.  When to
 * use which is decided in the files beside this one.
 */
#include "refuse.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *word;
    const char *sentence;
} reasons[] = {
    [GATE_NO_REASON] = { "none", "there is no reason" },
    [GATE_PATH] = { "path", "the client id is no path of a device" },
    [GATE_NO_TOKEN] = { "no-token", "there is no password, which must be a "
                                    "token" },
    [GATE_UNKNOWN_REGISTRY] = { "unknown-registry", "there is no such "
                                                    "registry" },
    [GATE_UNKNOWN_DEVICE] = { "unknown-device", "there is no such device in "
                                                "the registry" },
    [GATE_BLOCKED] = { "blocked", "the device is blocked" },
    [GATE_MQTT_DISABLED] = { "mqtt-disabled", "MQTT is disabled in the "
                                              "registry" },
    [GATE_HTTP_DISABLED] = { "http-disabled", "HTTP is disabled in the "
                                              "registry" },
    [GATE_NO_CREDENTIAL] = { "no-credential", "the device has no "
                                              "credentials" },
    [GATE_CREDENTIAL_EXPIRED] = { "credential-expired", "no credential of the "
                                                        "device is unexpired" },
    [GATE_CREDENTIAL_UNUSABLE] = { "credential-unusable",
                                   "a credential of the device is of no use" },
    [GATE_CREDENTIAL_GONE] = { "credential-gone",
                               "the key of its token is no longer the "
                               "device's" },
    [GATE_DOUBTED] = { "doubted", "tokens for this device from this address "
                                  "were wrong too often just now" },
    [GATE_NOT_A_TOKEN] = { "not-a-token", "the password cannot be accepted" },
    [GATE_ALGORITHM] = { "algorithm", "no credential of the device is of the "
                                      "token's algorithm" },
    [GATE_SIGNATURE] = { "signature", "the token is signed by no key of the "
                                      "device" },
    [GATE_CLAIM] = { "claim", "the token does not say enough" },
    [GATE_AUDIENCE] = { "audience", "the token is for somebody else" },
    [GATE_ISSUED_IN_FUTURE] = { "issued-in-future", "the token is not valid "
                                                    "yet" },
    [GATE_EXPIRED] = { "expired", "the token is not valid any more" },
    [GATE_LIFETIME] = { "lifetime", "the token's lifetime is not allowed" },
    [GATE_UNAVAILABLE] = { "unavailable", "the registry cannot be asked" },
    [GATE_TOPIC] = { "topic", "devices have no such topic" },
    [GATE_OTHER_DEVICE] = { "other-device", "the topic is another device's" },
    [GATE_DIRECTION] = { "direction", "that is not for this topic" },
    [GATE_PAYLOAD] = { "payload", "the payload is too long" },
    [GATE_NO_TOPIC] = { "no-topic", "there is no topic for its telemetry" },
    [GATE_TOO_FAST] = { "too-fast", "it comes too often" },
    [GATE_NOT_ATTACHED] = { "not-attached", "the device is not attached to the "
                                            "gateway" },
    [GATE_UNKNOWN_OTHER] = { "unknown-other", "gateway and device are not in "
                                              "one registry" },
    [GATE_OTHER_BLOCKED] = { "other-blocked", "the one that it names is "
                                              "blocked" },
    [GATE_NO_GATEWAY] = { "no-gateway", "what should be a gateway is none" },
    [GATE_IS_GATEWAY] = { "is-gateway", "what should be a device is a "
                                        "gateway" },
    [GATE_METHOD] = { "method", "the gateway's method of "
                                "authentication does not allow it" },
    [GATE_NOT_BOUND] = { "not-bound", "the device is not bound to the "
                                      "gateway" },
    [GATE_TOO_MANY] = { "too-many", "too many devices are attached to the "
                                    "gateway" },
    [GATE_OTHER] = { "other", "the bridge has a reason of its own" },
};

/* What HTTP has other words for. */
static const char *const over_http[GATE_REASONS] = {
    [GATE_PATH] = "the path is no device's",
    [GATE_NO_TOKEN] = "there is no Authorization header with a bearer token",
    [GATE_NOT_A_TOKEN] = "the bearer token cannot be accepted",
};

static void __attribute__((format(printf, 4, 0)))
fill(struct gate_refusal *refusal, enum gate_reason reason,
     const char *sentence, const char *format, va_list arguments)
{
    size_t size = sizeof refusal->text;
    int used = snprintf(refusal->text, size, "%s%s", sentence,
                        format != NULL ? ": " : "");

    refusal->reason = reason;
    if (format != NULL && used >= 0)
        vsnprintf(refusal->text + used, size - (size_t)used, format, arguments);
}

bool
gate_refuse(struct gate_refusal *refusal, enum gate_reason reason,
            const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fill(refusal, reason, reasons[reason].sentence, format, arguments);
    va_end(arguments);
    return false;
}

bool
gate_refuse_at(enum gate_door door, struct gate_refusal *refusal,
               enum gate_reason reason, const char *format, ...)
{
    const char *sentence = reasons[reason].sentence;
    va_list arguments;

    if (door == GATE_DOOR_HTTP && over_http[reason] != NULL)
        sentence = over_http[reason];
    va_start(arguments, format);
    fill(refusal, reason, sentence, format, arguments);
    va_end(arguments);
    return false;
}

const char *
gate_reason_word(enum gate_reason reason)
{
    return reasons[reason].word;
}
