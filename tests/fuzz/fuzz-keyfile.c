// SPDX-License-Identifier: Apache-2.0
/*
 * TSS2 PRIVATE KEY files: whatever the bytes, the parser ends, keeps to them
 * and says why it refuses; what it accepts is written and read as the same.
 */
#include "keyfile.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
insist(int is_so)
{
    if (!is_so)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    unsigned char *der = NULL;
    size_t length = 0;
    struct tpm_keyfile *again = NULL;
    struct tpm_keyfile *file = tpm_keyfile_parse(data, size, &why);

    insist(file != NULL || why != NULL);
    insist(file == NULL || tpm_keyfile_is(data, size));
    if (file != NULL) {
        insist(tpm_keyfile_encode(file, &der, &length));
        again = tpm_keyfile_parse(der, length, &why);
        insist(again != NULL && again->parent == file->parent &&
               again->empty_auth == file->empty_auth &&
               again->policy.count == file->policy.count &&
               again->alternative_count == file->alternative_count &&
               again->private_area.size == file->private_area.size);
    }
    insist(ERR_peek_error() == 0);
    tpm_keyfile_free(&again);
    tpm_keyfile_free(&file);
    OPENSSL_free(der);
    return 0;
}
