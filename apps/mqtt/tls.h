// SPDX-License-Identifier: Apache-2.0
/*
 * TLS as a device wants it: 1.2 or later, the server's certificate checked
 * against given roots and the name that was asked for, and a sentence when it
 * is refused.  There is no way to switch any of it off.
 */
#ifndef MQTT_TLS_H
#define MQTT_TLS_H

#include "base/checked.h"

#include <stdbool.h>

struct tls;

/*
 * Makes a context for connections to HOST, a name or an address.  CAFILE
 * holds the certificates to trust, in PEM, an intermediate one being enough;
 * NULL means the system's.  NULL, having logged why.
 */
CHECKED struct tls *
tls_new(const char *host, const char *cafile);

/* The SSL_CTX, for libmosquitto; borrowed. */
void *
tls_context(struct tls *tls);

/* Why the last certificate was refused, "certificate has expired"; NULL if
 * it was not. */
const char *
tls_refusal(const struct tls *tls);

/* Forgets the last refusal, and what others left in OpenSSL's error queue. */
void
tls_forget(struct tls *tls);

/* Is the handshake of the SSL still going on, and if so, is it waiting to
 * write? */
CHECKED bool
tls_is_shaking_hands(void *ssl, bool *wants_to_write);

void
tls_free(struct tls **tls);

#endif
