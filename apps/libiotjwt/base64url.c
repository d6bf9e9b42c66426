// SPDX-License-Identifier: Apache-2.0
/*
 * base64url on top of OpenSSL's base64, four characters at a time: the
 * alphabet is translated and checked here, because EVP_DecodeBlock trims
 * white space and counts padding as bytes.  RFC 7515 appendix C, RFC 4648
 * section 5.
 */
#include "base64url.h"

#include <openssl/evp.h>
#include <string.h>

size_t
iotjwt_base64url_length(size_t size)
{
    return size / 3 * 4 + (size % 3 == 0 ? 0 : size % 3 + 1);
}

static char
to_base64url(char c)
{
    return c == '+' ? '-' : c == '/' ? '_' : c;
}

size_t
iotjwt_base64url_encode(const unsigned char *bytes, size_t size, char *text)
{
    size_t length = 0;

    while (size > 0) {
        int step = size < 3 ? (int)size : 3;
        unsigned char quad[5];

        EVP_EncodeBlock(quad, bytes, step);
        for (int i = 0; i <= step; i++)
            text[length++] = to_base64url((char)quad[i]);
        bytes += step;
        size -= (size_t)step;
    }
    return length;
}

/* The character of the standard alphabet, or NUL for one of neither. */
static unsigned char
to_base64(char c)
{
    if (c == '-' || c == '+')
        return '+';
    if (c == '_' || c == '/')
        return '/';
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
        (c >= '0' && c <= '9'))
        return (unsigned char)c;
    return '\0';
}

/* Decodes LENGTH characters, two to four, filled up with zero bits: what the
 * filling yields must be zero too. */
static bool
decode_quad(const char *text, size_t length, unsigned char *bytes)
{
    unsigned char quad[4] = { 'A', 'A', 'A', 'A' };
    unsigned char three[3];

    for (size_t i = 0; i < length; i++) {
        quad[i] = to_base64(text[i]);
        if (quad[i] == '\0')
            return false;
    }
    if (EVP_DecodeBlock(three, quad, 4) != 3)
        return false;
    for (size_t i = length - 1; i < 3; i++)
        if (three[i] != 0)
            return false;
    memcpy(bytes, three, length - 1);
    return true;
}

/* LENGTH without the padding, if there is any and it is right. */
static size_t
without_padding(const char *text, size_t length)
{
    if (length % 4 != 0)
        return length;
    for (int i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++)
        length--;
    return length;
}

bool
iotjwt_base64url_decode(const char *text, size_t length, unsigned char *bytes,
                        size_t *size)
{
    *size = 0;
    length = without_padding(text, length);
    if (length % 4 == 1)
        return false;
    while (length > 0) {
        size_t step = length < 4 ? length : 4;

        if (!decode_quad(text, step, bytes + *size))
            return false;
        *size += step - 1;
        text += step;
        length -= step;
    }
    return true;
}
