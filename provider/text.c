// SPDX-License-Identifier: Apache-2.0
/*
 * A key as text: the lines of OpenSSL's own `pkey -text`, and those that only
 * a TPM key has (TPM 2.0 Part 2 §8.3, §12.2.4). For people: programs ask for
 * parameters, which are keymgmt.c's.
 */
#include "text.h"

#include "convert.h"
#include "key.h"
#include "keyfile.h"
#include "policy.h"

#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

/* Octets a line, as OpenSSL has them. */
enum { LINE_OCTETS = 15 };

/* Part 2 §8.3.2 */
static const struct {
    TPMA_OBJECT bit;
    const char *name;
} attributes[] = {
    { TPMA_OBJECT_FIXEDTPM, "fixedTPM" },
    { TPMA_OBJECT_STCLEAR, "stClear" },
    { TPMA_OBJECT_FIXEDPARENT, "fixedParent" },
    { TPMA_OBJECT_SENSITIVEDATAORIGIN, "sensitiveDataOrigin" },
    { TPMA_OBJECT_USERWITHAUTH, "userWithAuth" },
    { TPMA_OBJECT_ADMINWITHPOLICY, "adminWithPolicy" },
    { TPMA_OBJECT_NODA, "noDA" },
    { TPMA_OBJECT_ENCRYPTEDDUPLICATION, "encryptedDuplication" },
    { TPMA_OBJECT_RESTRICTED, "restricted" },
    { TPMA_OBJECT_DECRYPT, "decrypt" },
    { TPMA_OBJECT_SIGN_ENCRYPT, "sign / encrypt" },
};

static const struct {
    TPM2_ALG_ID id;
    const char *name;
} schemes[] = {
    { TPM2_ALG_RSASSA, "RSASSA" }, { TPM2_ALG_RSAPSS, "RSAPSS" },
    { TPM2_ALG_RSAES, "RSAES" },   { TPM2_ALG_OAEP, "OAEP" },
    { TPM2_ALG_ECDSA, "ECDSA" },   { TPM2_ALG_ECDH, "ECDH" },
    { TPM2_ALG_ECDAA, "ECDAA" },   { TPM2_ALG_ECSCHNORR, "ECSCHNORR" },
};

CHECKED static int
octets_write(BIO *out, const char *label, const unsigned char *data,
             size_t length, int is_number)
{
    /* a number whose top bit is set has a zero in front */
    size_t zeros = is_number && length > 0 && (data[0] & 0x80) != 0;

    if (BIO_printf(out, "%s:", label) <= 0)
        return 0;
    for (size_t i = 0; i < zeros + length; i++) {
        if (BIO_printf(out, "%s%02x%s", i % LINE_OCTETS == 0 ? "\n    " : "",
                       i < zeros ? 0u : data[i - zeros],
                       i + 1 < zeros + length ? ":" : "") <= 0)
            return 0;
    }
    return BIO_printf(out, "\n") > 0;
}

CHECKED static int
rsa_write(BIO *out, const TPMT_PUBLIC *area)
{
    uint32_t e = tpm_rsa_exponent(area);

    return octets_write(out, "Modulus", area->unique.rsa.buffer,
                        area->unique.rsa.size, 1) &&
           BIO_printf(out, "Exponent: %lu (0x%lx)\n", (unsigned long)e,
                      (unsigned long)e) > 0;
}

CHECKED static int
ec_write(BIO *out, const TPMT_PUBLIC *area)
{
    const struct tpm_curve *curve =
        tpm_curve_by_id(area->parameters.eccDetail.curveID);
    unsigned char point[TPM_POINT_MAX];
    size_t length = 0;

    return curve != NULL &&
           tpm_point_encode(curve, &area->unique.ecc, point, &length) &&
           octets_write(out, "pub", point, length, 0) &&
           BIO_printf(out, "ASN1 OID: %s\nNIST CURVE: %s\n", curve->name,
                      curve->nist) > 0;
}

CHECKED static int
kind_write(BIO *out, const TPMT_PUBLIC *area, int is_private)
{
    const char *side = is_private ? "Private-Key" : "Public-Key";
    const struct tpm_curve *curve = NULL;

    if (area->type == TPM2_ALG_ECC) {
        curve = tpm_curve_by_id(area->parameters.eccDetail.curveID);
        return curve != NULL &&
               BIO_printf(out, "%s: (EC %s, TPM 2.0)\n", side, curve->nist) > 0;
    }
    return BIO_printf(out, "%s: (RSA %u bit, TPM 2.0)\n", side,
                      area->parameters.rsaDetail.keyBits) > 0;
}

/* Where the private part is: at a handle, or in a file under a parent. */
CHECKED static int
place_write(BIO *out, const struct tpm_key *key)
{
    if (key->handle != 0 &&
        BIO_printf(out, "Handle: 0x%08lx\n", (unsigned long)key->handle) <= 0)
        return 0;
    return key->blob.size == 0 ||
           BIO_printf(out, "Parent: 0x%08lx\n", (unsigned long)key->parent) > 0;
}

CHECKED static int
attributes_write(BIO *out, TPMA_OBJECT set)
{
    if (BIO_printf(out, "Object Attributes:\n") <= 0)
        return 0;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if ((set & attributes[i].bit) != 0 &&
            BIO_printf(out, "  %s\n", attributes[i].name) <= 0)
            return 0;
    }
    return 1;
}

/* The scheme that the key is bound to. */
CHECKED static int
scheme_write(BIO *out, const TPMT_PUBLIC *area)
{
    TPM2_ALG_ID scheme = tpm_fixed_scheme(area);
    const struct tpm_hash *hash = tpm_fixed_hash(area);
    const char *name = "any";

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (schemes[i].id == scheme)
            name = schemes[i].name;
    }
    if (BIO_printf(out, "Signature Scheme: %s\n", name) <= 0)
        return 0;
    return scheme == TPM2_ALG_RSAES || hash == NULL ||
           BIO_printf(out, "  Hash: %s\n", hash->name) > 0;
}

CHECKED static int
steps_write(BIO *out, const struct provider *prov,
            const struct tpm_policy *policy, const char *before)
{
    char sentence[POLICY_SENTENCE_MAX];

    for (size_t i = 0; i < policy->count; i++) {
        policy_say(prov, &policy->steps[i], sentence);
        if (BIO_printf(out, "%s%s\n", before, sentence) <= 0)
            return 0;
    }
    return 1;
}

/* A policy's name is somebody's text, of whatever length and bytes. */
static void
say_policy(const char *before, const char *name, char *text, size_t room)
{
    (void)snprintf(text, room, "%ssigned policy %.40s: ", before,
                   name != NULL ? name : "without name");
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

CHECKED static int
policies_write(BIO *out, const struct tpm_key *key, const char *before)
{
    const struct tpm_keyfile *file = key->file;
    char named[80];

    if (file == NULL)
        return 1;
    if (!steps_write(out, key->prov, &file->policy, before))
        return 0;
    for (size_t i = 0; i < file->alternative_count; i++) {
        const struct tpm_policy *policy = &file->alternatives[i];

        say_policy(before, policy->name, named, sizeof named);
        if (!steps_write(out, key->prov, policy, named))
            return 0;
    }
    return 1;
}

int
text_answer_policy(const struct tpm_key *key, OSSL_PARAM *param)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;
    int ok = 0;

    ok = out != NULL && policies_write(out, key, "") &&
         BIO_write(out, "", 1) == 1 && BIO_get_mem_data(out, &text) > 0 &&
         OSSL_PARAM_set_utf8_string(param, text);
    BIO_free(out);
    return ok;
}

int
text_write(BIO *out, const struct tpm_key *key, int selection)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    int is_private = (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;

    if (!kind_write(out, area, is_private) ||
        (is_private && !place_write(out, key)))
        return 0;
    if (!(area->type == TPM2_ALG_ECC ? ec_write(out, area)
                                     : rsa_write(out, area)))
        return 0;
    return !is_private ||
           (attributes_write(out, area->objectAttributes) &&
            scheme_write(out, area) &&
            (!tpm_key_has_policy(key) || (BIO_printf(out, "Policy:\n") > 0 &&
                                          policies_write(out, key, "  "))));
}
