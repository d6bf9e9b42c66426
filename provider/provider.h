/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider itself: what one loaded instance of tpm2.so holds for all of
 * its life. Everything else points at this and copies nothing from it.
 * Loading it sends the TPM nothing (DESIGN.md, rule 1).
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include "checked.h"
#include "convert.h"
#include "tpm.h"

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdatomic.h>

/* What the core lends us; any of them may be NULL. */
struct provider_core {
    OSSL_FUNC_core_get_params_fn *get_params;
    OSSL_FUNC_core_new_error_fn *new_error;
    OSSL_FUNC_core_vset_error_fn *vset_error;
    OSSL_FUNC_core_set_error_mark_fn *set_error_mark;
    OSSL_FUNC_core_clear_last_error_mark_fn *clear_last_error_mark;
    OSSL_FUNC_core_pop_error_to_mark_fn *pop_error_to_mark;
};

struct provider {
    const OSSL_CORE_HANDLE *handle;
    struct provider_core core;
    OSSL_LIB_CTX *libctx;        /* ours alone, with only `default` in it */
    OSSL_PROVIDER *crypto;       /* that `default` */
    EVP_MD *digests[TPM_HASHES]; /* fetched once, order of tpm_hashes[] */
    EVP_MAC *hmac;               /* for sessions */
    EVP_CIPHER *cipher;          /* AES-128-CFB, for sessions */
    char *tcti;                  /* from openssl.cnf; NULL: not given */
    char *variable;              /* TPM2OPENSSL_TCTI when we were loaded */
    int timeout_s;               /* how long the TPM may take to answer */
    int is_ctr_drbg;             /* openssl.cnf says so; rand.c */
    int is_always;               /* a session even without a password */
    struct tpm_entity pin;       /* who may have its salt; handle 0: no pin */
    atomic_int has_warned;       /* of another salt key; trust.c */
    atomic_uint chip;            /* what it does otherwise; rsasign.c */
    _Atomic(struct tpm *) tpm;   /* this process's connection, or NULL */
};

/* The dispatch table of the door; algorithms.c tells what is behind it. */
extern const OSSL_DISPATCH provider_functions[];

/* algorithms.c: the table of one operation, NULL for those we leave alone. */
const OSSL_ALGORITHM *
provider_algorithms(const struct provider *prov, int operation);

/* The hash that OpenSSL calls by any of its names ("SHA256", "SHA2-256", an
 * OID), or NULL, silently: the caller knows what it was wanted for. */
const struct tpm_hash *
provider_hash_by_name(const struct provider *prov, const char *name);

/* The hash that a parameter names. 0 with an error raised when there is none of
 * that name: "WHAT with SHA3-256 is not to be had". */
CHECKED int
provider_take_hash(const struct provider *prov, const OSSL_PARAM *param,
                   const char *what, const struct tpm_hash **hash);

/* The digest of a hash, borrowed from the provider; NULL if there is none. */
const EVP_MD *
provider_digest(const struct provider *prov, TPM2_ALG_ID hash);

#endif
