// SPDX-License-Identifier: Apache-2.0
/*
 * References to persistent keys: whatever the bytes, the parser ends, keeps to
 * them and says why it refuses; what it accepts is written back byte for byte.
 */
#include "reference.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tpm_reference reference;
    const char *why = NULL;
    unsigned char *again = NULL;
    size_t len = 0;

    if (!tpm_reference_parse(data, size, &reference, &why)) {
        if (why == NULL)
            abort();
        return 0;
    }
    if (!tpm_reference_is(data, size) ||
        !tpm_reference_encode(&reference, &again, &len) || len != size ||
        memcmp(again, data, size) != 0)
        abort();
    OPENSSL_free(again);
    tpm_keyfile_free(&reference.file);
    return 0;
}
