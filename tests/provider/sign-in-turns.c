// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: holds several keys at once, and signs with one after the
 * other, N times around. Exits with 0 when all signatures are good.
 *
 *     sign-in-turns N URI PASSWORD [URI PASSWORD …]
 */
#include "signer.h"

#include <err.h>
#include <stdlib.h>

enum { KEYS_MOST = 8 };

int
main(int argc, char **argv)
{
    EVP_PKEY *keys[KEYS_MOST] = { NULL };
    int rounds = argc >= 4 ? atoi(argv[1]) : 0;
    int count = (argc - 2) / 2;
    bool ok = true;

    if (rounds < 1 || count > KEYS_MOST || argc % 2 != 0)
        errx(2, "usage: sign-in-turns N URI PASSWORD [URI PASSWORD …]");
    for (int i = 0; ok && i < count; i++) {
        keys[i] = signer_key_load_by(NULL, argv[2 + 2 * i], argv[3 + 2 * i]);
        ok = keys[i] != NULL;
    }
    for (int i = 0; ok && i < rounds * count; i++)
        ok = signer_sign(NULL, keys[i % count], (unsigned)i);
    for (int i = 0; i < count; i++)
        EVP_PKEY_free(keys[i]);
    return ok ? 0 : 1;
}
