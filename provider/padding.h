/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA paddings on the host, for what a TPM cannot be told: hashes that it does
 * not have, lengths of salts, labels without a zero (RFC 8017 §7, §9). Pure:
 * blocks of bytes in and out, no TPM, no errors raised.
 */
#ifndef PROVIDER_PADDING_H
#define PROVIDER_PADDING_H

#include "checked.h"

#include <openssl/evp.h>
#include <stddef.h>

struct provider;

/* What OAEP is done with; the label need not end in anything. */
struct padding_oaep {
    const EVP_MD *hash;
    const EVP_MD *mask; /* of MGF1 */
    const unsigned char *label;
    size_t label_len;
};

/* What is in an OAEP block of the modulus's size, in time that does not depend
 * on what is wrong with it (§7.1.2); `out` has room for a whole block. */
CHECKED int
padding_remove_oaep(const struct padding_oaep *oaep, const unsigned char *block,
                    size_t size, unsigned char *out, size_t *len);

/* EMSA-PSS (§9.1.1): a block of the modulus's size, `bits` long, over a digest
 * of `hash`; fails when the salt does not fit. */
CHECKED int
padding_add_pss(const struct provider *prov, const EVP_MD *hash,
                const EVP_MD *mask, size_t salt_len,
                const unsigned char *digest, int bits, unsigned char *block);

/* The length of the salt in a PSS block; fails when it is no such block over
 * this digest (§9.1.2). */
CHECKED int
padding_pss_salt(const EVP_MD *hash, const unsigned char *digest, int bits,
                 const unsigned char *block, size_t *salt_len);

/* EMSA-PKCS1-v1_5 (§9.2): a block of `size` bytes; `hash_nid` names the hash in
 * it, NID_undef leaves the DigestInfo out. */
CHECKED int
padding_add_pkcs1(int hash_nid, const unsigned char *digest, size_t len,
                  unsigned char *block, size_t size);

#endif
