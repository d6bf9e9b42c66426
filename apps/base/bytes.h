// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers as they lie in our files: little-endian, of any width up to eight
 * bytes, at any address; and a number by which to look bytes up in a table.
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

/* Mixes LENGTH bytes into MARK (FNV-1a), which begins as BYTES_MARK. */
#define BYTES_MARK UINT64_C(14695981039346656037)
uint64_t
bytes_mark(uint64_t mark, const void *bytes, size_t length);

#endif
