// SPDX-License-Identifier: Apache-2.0
/*
 * Serialized ESAPI objects: whatever the bytes, the parser ends, keeps to
 * them and says why it refuses; what it accepts is a persistent key's.
 */
#include "objectfile.h"

#include <stdint.h>
#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tpm_objectfile file;
    const char *why = NULL;

    if (tpm_objectfile_parse(data, size, &file, &why)) {
        if (file.handle >> TPM2_HR_SHIFT != TPM2_HT_PERSISTENT)
            abort();
    } else if (why == NULL) {
        abort();
    }
    return 0;
}
