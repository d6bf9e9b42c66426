// SPDX-License-Identifier: Apache-2.0
/*
 * Why there is no connection: what kind of trouble each failure is, and the
 * words that a person has to find in it.
 */
#include "check.h"
#include "mqtt/reason.h"

#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <string.h>

static const struct {
    struct reason_facts facts;
    enum session_trouble trouble;
    const char *words;
} rows[] = {
    { { .connack = 1 }, SESSION_REFUSED, "MQTT 3.1.1" },
    { { .connack = 2 }, SESSION_REFUSED, "check project" },
    { { .connack = 3 }, SESSION_NETWORK, "not available" },
    { { .connack = 4 }, SESSION_REFUSED, "cannot read the token" },
    { { .connack = 5 }, SESSION_REFUSED, "its log says why" },
    { { .connack = 13 }, SESSION_REFUSED, "a code of its own, 13" },
    { { .refusal = "certificate has expired", .code = MOSQ_ERR_TLS },
      SESSION_REFUSED,
      "h:1 is refused: certificate has expired; check" },
    { { .code = MOSQ_ERR_TLS, .detail = "version" },
      SESSION_NETWORK,
      "no TLS with h:1: version" },
    { { .code = MOSQ_ERR_EAI, .system_error = EAI_NONAME },
      SESSION_NETWORK,
      "cannot find the host h: " },
    { { .code = MOSQ_ERR_ERRNO, .system_error = ECONNREFUSED },
      SESSION_NETWORK,
      "cannot reach h:1: Connection refused" },
    { { .code = MOSQ_ERR_CONN_LOST, .has_socket = true },
      SESSION_NETWORK,
      "h:1 ended the connection before it answered" },
    { { .code = MOSQ_ERR_CONN_LOST, .has_socket = true, .has_been_up = true },
      SESSION_NETWORK,
      "h:1 ended the connection" },
};

int
main(void)
{
    char text[400];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reason_facts facts = rows[i].facts;

        facts.host = "h";
        facts.port = 1;
        if (facts.detail == NULL)
            facts.detail = "";
        CHECK(reason_write(&facts, text, sizeof text) == rows[i].trouble);
        if (!CHECK(strstr(text, rows[i].words) != NULL))
            fprintf(stderr, "row %zu: %s\n", i, text);
    }
    return check_end();
}
