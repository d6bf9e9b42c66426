// SPDX-License-Identifier: Apache-2.0
/*
 * AlgorithmIdentifiers of signatures: libcrypto's ASN.1 filled from two TPM
 * ids. Pure; who asks for one is sign.c (RFC 3279 §2.2.1, §2.2.3; RFC 4055
 * §3.1; RFC 5758 §3.2).
 */
#include "algid.h"

#include "convert.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* RSA names NULL parameters, ECDSA leaves them out. */
static X509_ALGOR *
new_plain(int key_nid, int hash_nid, int parameters)
{
    X509_ALGOR *algor = NULL;
    int nid = NID_undef;

    if (!OBJ_find_sigid_by_algs(&nid, hash_nid, key_nid))
        return NULL;
    algor = X509_ALGOR_new();
    if (algor == NULL ||
        !X509_ALGOR_set0(algor, OBJ_nid2obj(nid), parameters, NULL)) {
        X509_ALGOR_free(algor);
        return NULL;
    }
    return algor;
}

static X509_ALGOR *
new_hash(int nid)
{
    X509_ALGOR *algor = X509_ALGOR_new();

    if (algor != NULL &&
        X509_ALGOR_set0(algor, OBJ_nid2obj(nid), V_ASN1_NULL, NULL))
        return algor;
    X509_ALGOR_free(algor);
    return NULL;
}

/* An algorithm whose parameters are another structure; takes over `packed`. */
static X509_ALGOR *
new_wrapped(int nid, ASN1_STRING *packed)
{
    X509_ALGOR *algor = X509_ALGOR_new();

    if (packed != NULL && algor != NULL &&
        X509_ALGOR_set0(algor, OBJ_nid2obj(nid), V_ASN1_SEQUENCE, packed))
        return algor;
    ASN1_STRING_free(packed);
    X509_ALGOR_free(algor);
    return NULL;
}

static X509_ALGOR *
new_mgf1(int hash_nid)
{
    X509_ALGOR *hash = new_hash(hash_nid);
    X509_ALGOR *algor = NULL;

    if (hash != NULL)
        algor = new_wrapped(
            NID_mgf1, ASN1_item_pack(hash, ASN1_ITEM_rptr(X509_ALGOR), NULL));
    X509_ALGOR_free(hash);
    return algor;
}

ASN1_STRING *
tpm_algid_pss_params(TPM2_ALG_ID hash_id, const struct tpm_algid_pss *given)
{
    enum { SALT_DEFAULT = 20 };
    const struct tpm_hash *hash = tpm_hash_by_id(hash_id);
    const struct tpm_hash *mask =
        given == NULL ? hash : tpm_hash_by_id(given->mask);
    RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new();
    ASN1_STRING *packed = NULL;
    int salt = 0;

    if (hash == NULL || mask == NULL || pss == NULL)
        goto out;
    salt = given == NULL ? (int)hash->size : given->salt;
    if (hash->id != TPM2_ALG_SHA1) {
        pss->hashAlgorithm = new_hash(hash->nid);
        if (pss->hashAlgorithm == NULL)
            goto out;
    }
    if (mask->id != TPM2_ALG_SHA1) {
        pss->maskGenAlgorithm = new_mgf1(mask->nid);
        if (pss->maskGenAlgorithm == NULL)
            goto out;
    }
    if (salt != SALT_DEFAULT) {
        pss->saltLength = ASN1_INTEGER_new();
        if (pss->saltLength == NULL || !ASN1_INTEGER_set(pss->saltLength, salt))
            goto out;
    }
    packed = ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
out:
    RSA_PSS_PARAMS_free(pss);
    return packed;
}

int
tpm_algid_encode(TPM2_ALG_ID scheme, TPM2_ALG_ID hash_id,
                 const struct tpm_algid_pss *pss, unsigned char **der,
                 size_t *len)
{
    const struct tpm_hash *hash = tpm_hash_by_id(hash_id);
    X509_ALGOR *algor = NULL;
    int written = 0;

    if (hash == NULL)
        return 0;
    if (scheme == TPM2_ALG_RSASSA)
        algor = new_plain(NID_rsaEncryption, hash->nid, V_ASN1_NULL);
    else if (scheme == TPM2_ALG_ECDSA)
        algor = new_plain(NID_X9_62_id_ecPublicKey, hash->nid, V_ASN1_UNDEF);
    else if (scheme == TPM2_ALG_RSAPSS)
        algor = new_wrapped(NID_rsassaPss, tpm_algid_pss_params(hash_id, pss));
    if (algor == NULL)
        return 0;
    *der = NULL;
    written = i2d_X509_ALGOR(algor, der);
    X509_ALGOR_free(algor);
    *len = written > 0 ? (size_t)written : 0;
    return written > 0;
}
