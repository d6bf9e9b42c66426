// SPDX-License-Identifier: Apache-2.0
/*
 * What gateways send to have a device attached: the token that is found stands
 * in it, is made of what tokens are made of, and is found again in itself.
 */
#include "gate/gate.h"

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

static size_t
dots_of(const char *token, size_t length)
{
    size_t dots = 0;

    for (size_t i = 0; i < length; i++) {
        insist(strchr("\"'{}: ", token[i]) == NULL);
        dots += token[i] == '.';
    }
    return dots;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of its very size, so that one byte too far is seen. */
    char *payload = malloc(size > 0 ? size : 1);
    const char *token = NULL;
    const char *again = NULL;
    size_t length = 0;
    size_t same = 0;

    if (payload == NULL)
        return 0;
    memcpy(payload, data, size);
    if (gate_find_token(payload, size, &token, &length)) {
        insist(token >= payload && length <= size);
        insist((size_t)(token - payload) <= size - length);
        insist(length >= 5 && dots_of(token, length) == 2);
        insist(gate_find_token(token, length, &again, &same));
        insist(again == token && same == length);
    }
    free(payload);
    return 0;
}
