// SPDX-License-Identifier: Apache-2.0
/*
 * What the TPM is given to sign: an ECDSA digest of any hash as the same
 * number under the name of a hash that the chip has, an RSA digest only as it
 * is; and the AlgorithmIdentifier that says so (SEC 1 §4.1.3; RFC 4055,
 * RFC 5758).
 */
#include "algid.h"
#include "check.h"
#include "instance.h"
#include "scheme.h"
#include "template.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <string.h>

/* A row a case: digest of so many bytes, what the TPM gets for it. */
static const struct {
    TPM2_ECC_CURVE curve;
    size_t digest;
    TPM2_ALG_ID label;
} rows[] = {
    { TPM2_ECC_NIST_P256, 20, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P256, 32, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P256, 48, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P256, 64, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P384, 20, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P384, 32, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P384, 48, TPM2_ALG_SHA384 },
    { TPM2_ECC_NIST_P384, 64, TPM2_ALG_SHA384 },
    { TPM2_ECC_NIST_P521, 32, TPM2_ALG_SHA256 },
    { TPM2_ECC_NIST_P521, 64, TPM2_ALG_SHA512 },
};

/* The number that ECDSA signs: the leftmost bits, at most the order's. */
static BIGNUM *
number_of(const unsigned char *digest, size_t len, int bits)
{
    BIGNUM *number = BN_bin2bn(digest, (int)len, NULL);

    if ((int)len * 8 > bits &&
        BN_rshift(number, number, (int)len * 8 - bits) == 0)
        abort();
    return number;
}

static void
ecdsa_signs_the_same_number(struct provider *prov)
{
    struct scheme scheme = { .id = TPM2_ALG_ECDSA };
    struct tpm_key key = { .prov = prov, .area = tpm_template_ec };
    unsigned char digest[64];
    TPMT_SIG_SCHEME out = { 0 };
    TPM2B_DIGEST tbs = { 0 };

    memset(digest, 0xa5, sizeof digest);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int bits = tpm_curve_by_id(rows[i].curve)->bits;
        BIGNUM *wanted = number_of(digest, rows[i].digest, bits);
        BIGNUM *got = NULL;

        key.area.publicArea.parameters.eccDetail.curveID = rows[i].curve;
        CHECK(
            scheme_resolve(&scheme, &key, digest, rows[i].digest, &out, &tbs));
        CHECK(out.scheme == TPM2_ALG_ECDSA);
        CHECK(out.details.any.hashAlg == rows[i].label);
        CHECK(tbs.size == tpm_hash_by_id(rows[i].label)->size);
        got = number_of(tbs.buffer, tbs.size, bits);
        CHECK(BN_cmp(wanted, got) == 0);
        BN_free(wanted);
        BN_free(got);
    }
    CHECK(!scheme_resolve(&scheme, &key, digest, 0, &out, &tbs));
}

static void
rsa_takes_digests_as_they_are(struct provider *prov)
{
    struct scheme scheme = { .id = TPM2_ALG_RSASSA };
    struct tpm_key key = { .prov = prov, .area = tpm_template_rsa };
    unsigned char digest[64] = { 1 };
    TPMT_SIG_SCHEME out = { 0 };
    TPM2B_DIGEST tbs = { 0 };

    CHECK(scheme_init(&scheme, &key));
    CHECK(scheme_set_hash(&scheme, &key, "SHA384"));
    CHECK(scheme_resolve(&scheme, &key, digest, 48, &out, &tbs));
    CHECK(out.details.any.hashAlg == TPM2_ALG_SHA384 && tbs.size == 48);
    CHECK(!scheme_resolve(&scheme, &key, digest, 32, &out, &tbs));
    CHECK(!scheme_set_hash(&scheme, &key, "SHA224"));
    CHECK(scheme_set_hash(&scheme, &key, "2.16.840.1.101.3.4.2.1"));
}

static void
fixed_and_restricted_keys_are_told_apart(struct provider *prov)
{
    struct scheme scheme = { .id = TPM2_ALG_NULL };
    struct tpm_key key = { .prov = prov, .area = tpm_template_rsa };
    TPMT_PUBLIC *area = &key.area.publicArea;

    area->parameters.rsaDetail.scheme.scheme = TPM2_ALG_RSASSA;
    area->parameters.rsaDetail.scheme.details.rsassa.hashAlg = TPM2_ALG_SHA256;
    CHECK(scheme_init(&scheme, &key));
    CHECK(scheme_set_hash(&scheme, &key, "SHA256"));
    CHECK(!scheme_set_hash(&scheme, &key, "SHA512"));
    CHECK(!scheme_is_restricted(&key));
    area->objectAttributes |= TPMA_OBJECT_RESTRICTED;
    CHECK(scheme_init(&scheme, &key) && scheme_is_restricted(&key));
    area->objectAttributes &=
        ~(TPMA_OBJECT)(TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT);
    CHECK(!scheme_init(&scheme, &key));
}

static void
expect_algid(TPM2_ALG_ID scheme, TPM2_ALG_ID hash, const char *hex)
{
    unsigned char *der = NULL;
    size_t len = 0;
    char *got = NULL;

    CHECK(tpm_algid_encode(scheme, hash, NULL, &der, &len));
    got = OPENSSL_buf2hexstr(der, (long)len);
    if (!CHECK(got != NULL && OPENSSL_strcasecmp(got, hex) == 0))
        fprintf(stderr, "%s\n", got);
    OPENSSL_free(got);
    OPENSSL_free(der);
}

static void
algorithm_identifiers_are_the_rfcs(void)
{
    unsigned char *der = NULL;
    size_t len = 0;

    expect_algid(TPM2_ALG_RSASSA, TPM2_ALG_SHA256,
                 "30:0D:06:09:2A:86:48:86:F7:0D:01:01:0B:05:00");
    expect_algid(TPM2_ALG_ECDSA, TPM2_ALG_SHA384,
                 "30:0A:06:08:2A:86:48:CE:3D:04:03:03");
    expect_algid(TPM2_ALG_RSAPSS, TPM2_ALG_SHA256,
                 "30:41:06:09:2A:86:48:86:F7:0D:01:01:0A:30:34:A0:0F:30:0D:06:"
                 "09:60:86:48:01:65:03:04:02:01:05:00:A1:1C:30:1A:06:09:2A:86:"
                 "48:86:F7:0D:01:01:08:30:0D:06:09:60:86:48:01:65:03:04:02:01:"
                 "05:00:A2:03:02:01:20");
    CHECK(!tpm_algid_encode(TPM2_ALG_ECDAA, TPM2_ALG_SHA256, NULL, &der, &len));
    CHECK(
        !tpm_algid_encode(TPM2_ALG_RSASSA, TPM2_ALG_SM3_256, NULL, &der, &len));
}

static void
points_are_padded_to_the_curve(void)
{
    const struct tpm_curve *curve = tpm_curve_by_name("P-256");
    TPMS_ECC_POINT point = { .x = { .size = 1, .buffer = { 7 } },
                             .y = { .size = 32, .buffer = { 9 } } };
    unsigned char out[TPM_POINT_MAX];
    size_t len = 0;

    CHECK(curve != NULL && curve == tpm_curve_by_name("prime256v1"));
    CHECK(tpm_curve_by_name("P-257") == NULL);
    CHECK(tpm_point_encode(curve, &point, out, &len));
    CHECK(len == 65 && out[0] == 4 && out[1] == 0 && out[32] == 7 &&
          out[33] == 9);
    point.y.size = 33;
    CHECK(!tpm_point_encode(curve, &point, out, &len));
}

int
main(void)
{
    struct provider prov;

    if (CHECK(instance_make(&prov))) {
        ecdsa_signs_the_same_number(&prov);
        rsa_takes_digests_as_they_are(&prov);
        fixed_and_restricted_keys_are_told_apart(&prov);
        algorithm_identifiers_are_the_rfcs();
        points_are_padded_to_the_curve();
    }
    instance_free(&prov);
    return check_end();
}
