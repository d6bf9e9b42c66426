// SPDX-License-Identifier: Apache-2.0
/*
 * Base64 as devices write it: what is understood is no longer than it may be,
 * and comes out the same when it is written and read again.
 */
#include "base64url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
insist(bool is_so)
{
    if (!is_so)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Copies of their very size, so that one byte too far is seen. */
    char *text = malloc(size > 0 ? size : 1);
    unsigned char *bytes = malloc(size > 0 ? size : 1);
    char *again = NULL;
    size_t length = 0;
    size_t count = 0;

    if (size > 0)
        memcpy(text, data, size);
    if (!iotjwt_base64url_decode(text, size, bytes, &length))
        goto out;
    insist(length <= size / 4 * 3 + 3);
    again = malloc(iotjwt_base64url_length(length) + 1);
    count = iotjwt_base64url_encode(bytes, length, again);
    insist(count == iotjwt_base64url_length(length) && count <= size);
    for (size_t i = 0; i < count; i++)
        insist(again[i] == text[i] || text[i] == '+' || text[i] == '/');
    for (size_t i = count; i < size; i++)
        insist(text[i] == '=');
out:
    free(again);
    free(bytes);
    free(text);
    return 0;
}
