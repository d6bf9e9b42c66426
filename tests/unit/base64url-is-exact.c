// SPDX-License-Identifier: Apache-2.0
/*
 * base64url, from within libiotjwt: the examples of RFC 4648 and RFC 7515,
 * every text of up to three characters, and there and back.
 */
#include "base64url.h"
#include "check.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789-_";

static const struct row {
    const char *text;
    const char *bytes;
    size_t size;
} rows[] = {
    { "", "", 0 },
    /* RFC 4648 §10 */
    { "Zg", "f", 1 },
    { "Zm8", "fo", 2 },
    { "Zm9v", "foo", 3 },
    { "Zm9vYg", "foob", 4 },
    { "Zm9vYmE", "fooba", 5 },
    { "Zm9vYmFy", "foobar", 6 },
    /* RFC 7515 appendix C */
    { "A-z_4ME", "\x03\xec\xff\xe0\xc1", 5 },
    { "AA", "\0", 1 },
    { "____", "\xff\xff\xff", 3 },
};

static void
check_row(const struct row *row)
{
    char text[16];
    unsigned char bytes[16];
    size_t size = 99;
    size_t length = iotjwt_base64url_encode((const unsigned char *)row->bytes,
                                            row->size, text);

    CHECK(length == strlen(row->text));
    CHECK(length == iotjwt_base64url_length(row->size));
    CHECK(memcmp(text, row->text, length) == 0);
    CHECK(iotjwt_base64url_decode(row->text, length, bytes, &size));
    CHECK(size == row->size);
    CHECK(memcmp(bytes, row->bytes, size) == 0);
}

static const struct shape {
    const char *text;
    bool is_read;
} shapes[] = {
    { "Zg", true },      { "Zg==", true },      { "Zg=", false },
    { "Zg===", false },  { "Zm8", true },       { "Zm8=", true },
    { "Zm8==", false },  { "Zm9v", true },      { "Zm9v=", false },
    { "Zm9v==", false }, { "Zm9v====", false }, { "=", false },
    { "==", false },     { "====", false },     { "Z", false },
    { "Z===", false },   { "Zm9vY", false },    { "Zh", false },
    { "Zm9", false },    { "Zm8", true },       { "Z g", false },
    { " Zg", false },    { "Zg\n", false },     { "Zm=v", false },
    { "=m9v", false },   { "Zg==Zg==", false }, { "-_-_", true },
    { "+/+/", true },    { "-/+_", true },      { "Zm9v\xc3", false },
    { "Zm9v.", false },  { "Zg=A", false },     { "Zm8=Zm9v", false },
};

/* Each one that is read is written back as it was. */
static void
check_all_of(size_t length)
{
    char text[3], again[4];
    unsigned char bytes[4];
    size_t size = 0;
    int readable = 0;

    for (int i = 0; i < 256 * 256 * (length == 3 ? 64 : 1); i++) {
        text[0] = (char)(i & 255);
        text[1] = (char)(i >> 8 & 255);
        text[2] = length == 3 ? alphabet[i >> 16] : '\0';
        if (!iotjwt_base64url_decode(text, length, bytes, &size))
            continue;
        readable++;
        if (iotjwt_base64url_encode(bytes, size, again) != length)
            CHECK(false);
        for (size_t j = 0; j < length; j++)
            if (again[j] != text[j] && text[j] != '+' && text[j] != '/')
                CHECK(false);
    }
    /* 66 characters are read; of the last, those that leave no bits over */
    CHECK(readable == (length == 2 ? 66 * 4 : 66 * 66 * 16));
}

int
main(void)
{
    unsigned char bytes[8];
    size_t size = 0;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (!CHECK(iotjwt_base64url_decode(shapes[i].text,
                                           strlen(shapes[i].text), bytes,
                                           &size) == shapes[i].is_read))
            fprintf(stderr, "  %s\n", shapes[i].text);
    check_all_of(2);
    check_all_of(3);
    return check_end();
}
