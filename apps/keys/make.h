// SPDX-License-Identifier: Apache-2.0
/*
 * Has the provider tpm2 make a key, or take one over, and brings it to where
 * it is wanted; for the verbs of iot-key.
 */
#ifndef KEYS_MAKE_H
#define KEYS_MAKE_H

#include "base/checked.h"
#include "base/exit.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the key is to be; what is not wished for is zero. */
struct keys_wish {
    const char *type;  /* "RSA" or "EC" */
    unsigned int bits; /* of an RSA key */
    const char *group; /* of an EC key */
    uint32_t handle;   /* persistent */
    uint32_t parent;
    const char *pcr;         /* as --pcr takes it */
    const char *signer;      /* as --authorized-by does */
    const char *password;    /* its own */
    unsigned char *software; /* DER of a key to be imported, borrowed */
    size_t software_size;
};

/* Where a persistent key of an application may be: TPM 2.0 Part 2 §7.4, TCG
 * Registry of Reserved TPM 2.0 Handles §2.3. */
#define KEYS_HANDLE_LEAST 0x81000000
#define KEYS_HANDLE_MOST 0x817fffff

/* The key, made or imported by the provider tpm2 or by nobody; the caller's to
 * free.  NULL, having logged "WHAT: the reason"; *CODE is then what to exit
 * with. */
CHECKED EVP_PKEY *
keys_make(OSSL_LIB_CTX *libctx, const struct keys_wish *wish, const char *what,
          enum exit_code *code);

/*
 * Writes the key's file to OUT, unless that is NULL, and prints what --key of
 * every program takes: OUT or the handle.  False, having logged why, and what
 * there is all the same; *CODE is then what to exit with.
 */
CHECKED bool
keys_deliver(const EVP_PKEY *pkey, uint32_t handle, const char *out,
             enum exit_code *code);

#endif
