// SPDX-License-Identifier: Apache-2.0
/*
 * UTF-8, character by character (RFC 3629).
 */
#include "utf8.h"

/* Characters of UTF-8 by their first byte, and the bounds of the second one
 * (RFC 3629 section 4), but those that a terminal obeys: U+0080 to U+009F. */
static const struct {
    unsigned char first, last;
    unsigned char least, most;
    size_t length;
} characters[] = {
    { '\t', '\t', 0, 0, 1 },       { 0x20, 0x7e, 0, 0, 1 },
    { 0xc2, 0xc2, 0xa0, 0xbf, 2 }, { 0xc3, 0xdf, 0x80, 0xbf, 2 },
    { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
    { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
    { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t
utf8_character(const unsigned char *bytes, size_t length)
{
    size_t i = 0;
    size_t count = sizeof characters / sizeof *characters;
    size_t wanted;

    while (i < count &&
           (bytes[0] < characters[i].first || bytes[0] > characters[i].last))
        i++;
    wanted = i < count ? characters[i].length : 0;
    if (wanted < 2)
        return wanted;
    if (length < wanted || bytes[1] < characters[i].least ||
        bytes[1] > characters[i].most)
        return 0;
    for (size_t j = 2; j < wanted; j++)
        if ((bytes[j] & 0xc0) != 0x80)
            return 0;
    return wanted;
}
