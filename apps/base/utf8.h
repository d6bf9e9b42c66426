// SPDX-License-Identifier: Apache-2.0
/*
 * What of bytes from outside is a character that may be shown to people.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "checked.h"

#include <stddef.h>

/*
 * How many bytes the character of UTF-8 has that BYTES, LENGTH of them, begin
 * with, if no terminal obeys it; a tab counts as one that none does.  0 for
 * anything else.
 */
CHECKED size_t
utf8_character(const unsigned char *bytes, size_t length);

#endif
