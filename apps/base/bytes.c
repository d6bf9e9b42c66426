// SPDX-License-Identifier: Apache-2.0
/*
 * Byte by byte, so that neither the machine's order nor its alignment matters;
 * a compiler makes one instruction of it.
 */
#include "bytes.h"

void
bytes_put(unsigned char *bytes, uint64_t number, size_t width)
{
    for (size_t i = 0; i < width; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

uint64_t
bytes_get(const unsigned char *bytes, size_t width)
{
    uint64_t number = 0;

    for (size_t i = width; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

uint64_t
bytes_mark(uint64_t mark, const void *bytes, size_t length)
{
    const unsigned char *each = bytes;

    for (size_t i = 0; i < length; i++)
        mark = (mark ^ each[i]) * UINT64_C(1099511628211);
    return mark;
}
