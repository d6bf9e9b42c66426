// SPDX-License-Identifier: Apache-2.0
/*
 * Verification on the host. OpenSSL brings it here for public halves that it
 * has given us (a peer's, to agree with), and for whole keys; all of it goes
 * on to the default provider (provider-signature(7)).
 */
#include "verify.h"

#include "keymgmt.h"
#include "provider.h"

#include <openssl/crypto.h>

struct verify {
    struct provider *prov;
    EVP_PKEY *public;
    EVP_PKEY_CTX *ctx; /* one's own, or that of `md` */
    EVP_MD_CTX *md;    /* NULL: the digest is given */
};

struct verify *
verify_new(const struct tpm_key *key)
{
    struct verify *verify = OPENSSL_zalloc(sizeof *verify);

    if (verify == NULL)
        return NULL;
    verify->prov = key->prov;
    verify->public = tpm_keymgmt_public(key);
    if (verify->public == NULL)
        verify_free(&verify);
    return verify;
}

struct verify *
verify_dup(const struct verify *verify)
{
    struct verify *copy = OPENSSL_zalloc(sizeof *copy);
    int ok = 0;

    if (copy == NULL)
        return NULL;
    copy->prov = verify->prov;
    if (!EVP_PKEY_up_ref(verify->public))
        goto out;
    copy->public = verify->public;
    if (verify->md != NULL) {
        copy->md = EVP_MD_CTX_new();
        if (copy->md == NULL || !EVP_MD_CTX_copy_ex(copy->md, verify->md))
            goto out;
        copy->ctx = EVP_MD_CTX_get_pkey_ctx(copy->md);
    } else if (verify->ctx != NULL) {
        copy->ctx = EVP_PKEY_CTX_dup(verify->ctx);
    }
    ok = (copy->ctx == NULL) == (verify->ctx == NULL);
out:
    if (!ok)
        verify_free(&copy);
    return copy;
}

void
verify_free(struct verify **verify)
{
    struct verify *old = *verify;

    *verify = NULL;
    if (old == NULL)
        return;
    if (old->md == NULL)
        EVP_PKEY_CTX_free(old->ctx);
    EVP_MD_CTX_free(old->md);
    EVP_PKEY_free(old->public);
    OPENSSL_free(old);
}

int
verify_begin(struct verify *verify, const OSSL_PARAM params[])
{
    verify->ctx =
        EVP_PKEY_CTX_new_from_pkey(verify->prov->libctx, verify->public, NULL);
    return verify->ctx != NULL &&
           EVP_PKEY_verify_init_ex(verify->ctx, params) > 0;
}

int
verify_begin_data(struct verify *verify, const char *hash,
                  const OSSL_PARAM params[])
{
    verify->md = EVP_MD_CTX_new();
    return verify->md != NULL &&
           EVP_DigestVerifyInit_ex(verify->md, &verify->ctx, hash,
                                   verify->prov->libctx, NULL, verify->public,
                                   params) > 0;
}

int
verify_update(struct verify *verify, const unsigned char *data, size_t len)
{
    return verify->md != NULL &&
           EVP_DigestVerifyUpdate(verify->md, data, len) > 0;
}

int
verify_data(struct verify *verify, const unsigned char *sig, size_t len)
{
    return verify->md != NULL &&
           EVP_DigestVerifyFinal(verify->md, sig, len) > 0;
}

int
verify_digest(struct verify *verify, const unsigned char *sig, size_t len,
              const unsigned char *digest, size_t digest_len)
{
    return verify->md == NULL && verify->ctx != NULL &&
           EVP_PKEY_verify(verify->ctx, sig, len, digest, digest_len) > 0;
}

int
verify_set_params(struct verify *verify, const OSSL_PARAM params[])
{
    return verify->ctx != NULL &&
           EVP_PKEY_CTX_set_params(verify->ctx, params) > 0;
}

int
verify_get_params(struct verify *verify, OSSL_PARAM params[])
{
    return verify->ctx != NULL &&
           EVP_PKEY_CTX_get_params(verify->ctx, params) > 0;
}
