// SPDX-License-Identifier: Apache-2.0
/*
 * How long a salt the TPM makes for PSS: it cannot be asked, only be tried,
 * with a key that is made for this and forgotten (TPM 2.0 Part 1 Annex B.7;
 * RFC 8446 §4.2.3 for what TLS wants).
 */
#include "base/key.h"
#include "findings.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* A key that signs with PSS alone, so that nobody else can make the padding. It
 * is made on the host, as a chip may take a minute for it, and imported under
 * the null hierarchy, of which nothing is kept (Part 1 §14.3). */
static EVP_PKEY *
make_key(OSSL_LIB_CTX *libctx)
{
    EVP_PKEY *software = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    unsigned char *der = NULL;
    int length = software == NULL ? 0 : i2d_PrivateKey(software, &der);
    unsigned int parent = 0x40000007;
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string("import", der,
                                          length > 0 ? (size_t)length : 0),
        OSSL_PARAM_construct_uint("parent", &parent),
        OSSL_PARAM_construct_end(),
    };

    ctx = EVP_PKEY_CTX_new_from_name(libctx, "RSA-PSS", "provider=tpm2");
    if (length <= 0 || ctx == NULL || EVP_PKEY_keygen_init(ctx) <= 0 ||
        EVP_PKEY_CTX_set_params(ctx, params) <= 0 ||
        EVP_PKEY_generate(ctx, &pkey) <= 0)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    OPENSSL_free(der);
    EVP_PKEY_free(software);
    return pkey;
}

/* Whether the TPM makes this salt; the provider gives no other. */
static bool
makes(OSSL_LIB_CTX *libctx, EVP_PKEY *pkey, int salt)
{
    static const unsigned char data[] = "iot-key doctor";
    unsigned char signature[512];
    size_t length = sizeof signature;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL; /* md's */
    bool ok = md != NULL &&
              EVP_DigestSignInit_ex(md, &ctx, "SHA256", libctx, NULL, pkey,
                                    NULL) > 0 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) > 0 &&
              EVP_DigestSign(md, signature, &length, data, sizeof data) > 0;

    EVP_MD_CTX_free(md);
    return ok;
}

void
salt_look(struct findings *findings, const struct key *key)
{
    EVP_PKEY *pkey = NULL;

    ERR_clear_error();
    pkey = make_key(key->libctx);
    if (pkey == NULL)
        findings_add(findings, FINDING_NOTE, "salt", "cannot be tried: %s",
                     machine_reason());
    else if (makes(key->libctx, pkey, RSA_PSS_SALTLEN_DIGEST))
        findings_add(findings, FINDING_GOOD, "salt",
                     "of PSS, as long as the digest, as TLS 1.3 wants it");
    else if (makes(key->libctx, pkey, RSA_PSS_SALTLEN_MAX))
        findings_add(findings, FINDING_NOTE, "salt",
                     "of PSS, as long as fits, which TLS 1.3 does not take: an "
                     "RSA key has to be able to decrypt as well, so that it is "
                     "padded here, as `iot-key create` makes it; or use P-256");
    else
        findings_add(findings, FINDING_NOTE, "salt",
                     "the TPM makes no PSS signature: %s", machine_reason());
    ERR_clear_error();
    EVP_PKEY_free(pkey);
}
