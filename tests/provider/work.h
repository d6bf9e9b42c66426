/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of what OpenSSL does with a provider, called by its tables: each takes
 * one way through it and gives back what it held. How often, and under which
 * hardships, is the test's.
 */
#ifndef TESTS_PROVIDER_WORK_H
#define TESTS_PROVIDER_WORK_H

#include "within.h"

#include <openssl/params.h>
#include <stddef.h>

/* A password that is asked for is this one. */
#define WORK_PASSWORD "secret"

/* DER, PEM or text that was written, or a file that is read. */
struct work_bytes {
    unsigned char data[8192];
    size_t len;
};

/* A key as its key management has it. */
struct work_key {
    const char *type; /* "EC" or "RSA": whose functions it takes */
    void *key;        /* NULL: none */
};

/* Makes a key; `base` is OpenSSL's template, or NULL. */
struct work_key
work_generate(const struct within *within, const char *type,
              const OSSL_PARAM params[], const struct work_key *base);

/* Loads it by URI. */
struct work_key
work_load(const struct within *within, const char *type, const char *uri);

/* Reads it as a decoder does, "pem" and then "der". */
struct work_key
work_decode(const struct within *within, const char *type,
            const struct work_bytes *pem);

void
work_free(const struct within *within, struct work_key *key);

/* Writes it with the encoder of these properties. */
bool CHECKED
work_encode(const struct within *within, const struct work_key *key,
            int selection, const char *properties, struct work_bytes *out);

/* A signature of some data, or, when `is_digest`, of 32 bytes; checked. */
bool CHECKED
work_sign(const struct within *within, const struct work_key *key,
          bool is_digest, const OSSL_PARAM params[]);

/* Asks what certificates say of a signature, with this padding or NULL. */
bool CHECKED
work_name_algorithm(const struct within *within, const struct work_key *key,
                    const char *padding);

/* Makes a key of TLS, as a server does, copies it and begins its peer's. */
bool CHECKED
work_ephemeral(const struct within *within);

/* Encrypts and decrypts, and compares. */
bool CHECKED
work_decrypt(const struct within *within, const struct work_key *key,
             const OSSL_PARAM params[]);

/* Agrees with a key of the same curve. */
bool CHECKED
work_agree(const struct within *within, const struct work_key *key,
           const struct work_key *peer, const OSSL_PARAM params[]);

#endif
