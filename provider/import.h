/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A software key on its way into a TPM: read, taken apart, and wrapped twice
 * for one parent (TPM 2.0 Part 1 §23.3, duplication). Computes on the host and
 * sends nothing; generate.c does.
 */
#ifndef PROVIDER_IMPORT_H
#define PROVIDER_IMPORT_H

#include "checked.h"
#include "tpm.h"

#include <openssl/types.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

struct provider;

/* The key of a file in PEM, whose password is asked for on the terminal; NULL
 * with an error raised. */
CHECKED EVP_PKEY *
import_read_file(struct provider *prov, const char *path);

/* The key of bytes in DER, of whatever kind OpenSSL knows; likewise. */
CHECKED EVP_PKEY *
import_read_der(struct provider *prov, const unsigned char *der, size_t len);

/* Puts the key's numbers into `area`, a template of its type, and its private
 * half into `sensitive`, which is the caller's to wipe. 0 with an error raised
 * for a key that is not whole or that no TPM has. */
CHECKED int
import_take(struct provider *prov, EVP_PKEY *pkey, TPMT_PUBLIC *area,
            TPM2B_SENSITIVE *sensitive);

/* Wraps it: an inner key, which nobody but a session that encrypts may carry,
 * and around it a seed that only the parent can open. 0 with an error raised
 * for a parent that we cannot wrap for. Wipe `out`. */
CHECKED int
import_wrap(struct provider *prov, const TPMT_PUBLIC *parent,
            const TPMT_PUBLIC *area, const TPM2B_SENSITIVE *sensitive,
            struct tpm_duplicate *out);

#endif
