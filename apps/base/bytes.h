// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers as they lie in our files: little-endian, of any width up to eight
 * bytes, at any address.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Writes the lowest WIDTH bytes of NUMBER. */
void
bytes_put(unsigned char *bytes, uint64_t number, size_t width);

/* Reads WIDTH bytes. */
uint64_t
bytes_get(const unsigned char *bytes, size_t width);

#endif
