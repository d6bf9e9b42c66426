/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: TPM algorithm ids beside OpenSSL's names and NIDs (TPM 2.0 Part 2
 * §6.3, §6.4), and the small conversions of numbers and points. Pure: no TPM,
 * no provider, no errors raised.
 */
#ifndef PROVIDER_CONVERT_H
#define PROVIDER_CONVERT_H

#include "checked.h"

#include <openssl/params.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

enum { TPM_HASHES = 4 };

struct tpm_hash {
    TPM2_ALG_ID id;
    int nid;
    size_t size;      /* bytes of a digest */
    const char *name; /* as OpenSSL's default provider names it first */
    const char *bank; /* of PCRs, as tpm2-tools write it */
};

struct tpm_curve {
    TPM2_ECC_CURVE id;
    int nid;
    int bits;
    size_t bytes;     /* of one coordinate */
    int security;     /* bits, NIST SP 800-57 Part 1 table 2 */
    const char *name; /* as EVP_PKEY_get_group_name says it */
    const char *nist;
};

extern const struct tpm_hash tpm_hashes[TPM_HASHES];

/* NULL for what we do not know. */
const struct tpm_hash *
tpm_hash_by_id(TPM2_ALG_ID id);
const struct tpm_curve *
tpm_curve_by_id(TPM2_ECC_CURVE id);
const struct tpm_curve *
tpm_curve_by_name(const char *name);

/* Room for an uncompressed point on the widest curve of the table. */
enum { TPM_POINT_MAX = 1 + 2 * 66 };

/* Writes 04 || X || Y, coordinates padded on the left to the curve's width,
 * and its length; fails when a coordinate is too wide (SEC 1 §2.3.3). */
CHECKED int
tpm_point_encode(const struct tpm_curve *curve, const TPMS_ECC_POINT *point,
                 unsigned char out[TPM_POINT_MAX], size_t *len);

/* The public exponent of an RSA key: 0 in the TPM's words is 65537. */
uint32_t
tpm_rsa_exponent(const TPMT_PUBLIC *area);

/* The scheme that is fixed in a key, TPM2_ALG_NULL: none; and the hash that it
 * demands, NULL: any. RSA and ECC keys have them at the same place of a union
 * (Part 2 §12.2.3.4). */
TPM2_ALG_ID
tpm_fixed_scheme(const TPMT_PUBLIC *area);
const struct tpm_hash *
tpm_fixed_hash(const TPMT_PUBLIC *area);

/* Copies bytes in the opposite order: OSSL_PARAM numbers are little-endian on
 * the machines that we build for, the TPM's are big-endian. */
void
tpm_reverse(unsigned char *to, const unsigned char *from, size_t len);

/* Answers a parameter with a big-endian number. */
CHECKED int
tpm_param_set_number(OSSL_PARAM *param, const unsigned char *number,
                     size_t len);

/* A signature as OpenSSL has it: RSA's block, ECDSA's DER (RFC 3279 §2.2.3);
 * fails when there is not room for it. */
CHECKED int
tpm_put_rsa(const TPM2B_PUBLIC_KEY_RSA *from, unsigned char *sig, size_t *len,
            size_t room);
CHECKED int
tpm_put_ecdsa(const TPMS_SIGNATURE_ECDSA *from, unsigned char *sig, size_t *len,
              size_t room);

#endif
