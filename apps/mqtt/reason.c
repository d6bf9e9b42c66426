// SPDX-License-Identifier: Apache-2.0
/*
 * Turns the codes of libmosquitto, of MQTT, of the system and of OpenSSL into
 * a sentence that says what to do.
 */
#include "reason.h"

#include <mosquitto.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/* Why a bridge says no in CONNACK (MQTT 3.1.1 3.2.2.3). */
static const struct {
    enum session_trouble trouble;
    const char *reason;
} refusals[] = {
    [1] = { SESSION_REFUSED, "the bridge does not speak MQTT 3.1.1" },
    [2] = { SESSION_REFUSED, "the bridge refused the device's path as client "
                             "id: check project, region, registry, device" },
    [3] = { SESSION_NETWORK, "the bridge is not available just now" },
    [4] = { SESSION_REFUSED, "the bridge cannot read the token: it wants "
                             "another kind of password" },
    [5] = { SESSION_REFUSED,
            "the bridge refused this device: its log says why" },
};

enum { REFUSALS = sizeof refusals / sizeof *refusals };

static enum session_trouble
write_connack(int code, char *text, size_t size)
{
    if (code < REFUSALS) {
        snprintf(text, size, "%s", refusals[code].reason);
        return refusals[code].trouble;
    }
    snprintf(text, size, "the bridge refused with a code of its own, %d", code);
    return SESSION_REFUSED;
}

enum session_trouble
reason_write(const struct reason_facts *facts, char *text, size_t size)
{
    const char *host = facts->host;
    int port = facts->port;

    if (facts->connack > 0)
        return write_connack(facts->connack, text, size);
    if (facts->refusal != NULL) {
        snprintf(text, size,
                 "the certificate of %s:%d is refused: %s; check --cafile, "
                 "--host and the clock",
                 host, port, facts->refusal);
        return SESSION_REFUSED;
    }
    if (facts->code == MOSQ_ERR_EAI)
        snprintf(text, size, "cannot find the host %s: %s", host,
                 gai_strerror(facts->system_error));
    else if (facts->code == MOSQ_ERR_TLS)
        snprintf(text, size, "no TLS with %s:%d: %s", host, port,
                 facts->detail[0] != '\0' ? facts->detail : "no reason given");
    else if (!facts->has_socket)
        snprintf(text, size, "cannot reach %s:%d: %s", host, port,
                 facts->code == MOSQ_ERR_ERRNO
                     ? strerror(facts->system_error)
                     : mosquitto_strerror(facts->code));
    else
        snprintf(text, size, "%s:%d ended the connection%s", host, port,
                 facts->has_been_up ? "" : " before it answered");
    return SESSION_NETWORK;
}
