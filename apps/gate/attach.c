// SPDX-License-Identifier: Apache-2.0
/*
 * Reads what gateways send to have a device attached, as forgivingly as real
 * ones need it: cloud-iot-core reference, section 3.2.  Whether the token is
 * any good is judge.c's.
 */
#include "gate.h"

/* Of both alphabets, and padding: section 1.7. */
static bool
is_of_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '+' ||
           c == '/' || c == '=' || c == '.';
}

/* Two dots, and something before, between and behind them. */
static bool
is_token(const char *text, size_t length)
{
    size_t dots = 0;
    size_t part = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] != '.') {
            part++;
            continue;
        }
        if (part == 0)
            return false;
        dots++;
        part = 0;
    }
    return dots == 2 && part > 0;
}

/* JSON if it is well done, and something like it from two of the original's
 * own samples: so nothing is parsed but the token looked for. */
bool
gate_find_token(const char *payload, size_t length, const char **token,
                size_t *token_length)
{
    size_t start = 0;

    while (start < length) {
        size_t end = start;

        while (end < length && is_of_token(payload[end]))
            end++;
        if (is_token(payload + start, end - start)) {
            *token = payload + start;
            *token_length = end - start;
            return true;
        }
        start = end + 1;
    }
    return false;
}
