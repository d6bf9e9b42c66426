// SPDX-License-Identifier: Apache-2.0
/*
 * Why there is no connection, as one sentence.  Pure words: what to do about
 * it is the session's.
 */
#ifndef MQTT_REASON_H
#define MQTT_REASON_H

#include "session.h"

#include <stddef.h>

/* What is known of a failure. */
struct reason_facts {
    const char *host;
    int port;
    int code;            /* of libmosquitto, MOSQ_ERR_... */
    int system_error;    /* errno beside it */
    int connack;         /* the code of MQTT 3.1.1 3.2.2.3; 0 or less: none */
    const char *refusal; /* why the certificate was refused, or NULL */
    const char *detail;  /* what libmosquitto logged, or "" */
    bool has_socket;     /* TCP was there */
    bool has_been_up;    /* CONNACK was there */
};

/* Writes the sentence to TEXT, SIZE bytes, and returns what kind of trouble
 * it is. */
enum session_trouble
reason_write(const struct reason_facts *facts, char *text, size_t size);

#endif
