/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider inside a test program, with OpenSSL's own core, and its
 * functions called one by one through the tables that it gives to OpenSSL.
 * What is called, and what has to come of it, is the test's.
 */
#ifndef TESTS_PROVIDER_WITHIN_H
#define TESTS_PROVIDER_WITHIN_H

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>
#include <stdbool.h>

#define CHECKED __attribute__((warn_unused_result))

struct within {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *provider;
    void *context; /* the provider's own, for its functions */
};

/* Called around OSSL_provider_init(), for who wants to watch it; or NULL. */
extern void (*within_watch)(bool is_inside);

/* Loads the provider into a library context of its own; nothing else is
 * loaded there. An OSSL_CORE_BIO is simply a BIO for it. */
bool CHECKED
within_open(struct within *within);

/* Unloads it; takes what failed to open. */
void
within_close(struct within *within);

/* What a process knows when it has only just loaded the provider: no
 * connection, and nothing of the TPM. */
void
within_forget(struct within *within);

/* The entry `id` (OSSL_FUNC_*) of the algorithm of an operation, to be called
 * with OpenSSL's accessor of that function. Several algorithms of one name are
 * told apart by a part of their properties; NULL takes the first. A missing
 * one ends the program. */
const OSSL_DISPATCH *
within_find(const struct within *within, int operation, const char *name,
            const char *property, int id);

#endif
