// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: signs N times, and after each looks whether a descriptor of
 * this process still leads to the TPM, so that nobody else could get in: a
 * socket, or what stands at DEVICE. Exits with 0 when none ever does; with
 * "-", whether it does is not looked at.
 *
 *     sign-and-let-go URI N [DEVICE|- [PASSWORD]]
 */
#include "signer.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LAST = 64 };

static bool CHECKED
is_let_go(const char *path)
{
    struct stat device = { 0 }, found;

    if (path != NULL && strcmp(path, "-") == 0)
        return true;
    if (path != NULL && stat(path, &device) != 0)
        err(1, "%s", path);
    for (int fd = 0; fd <= LAST; fd++)
        if (fstat(fd, &found) == 0 &&
            (S_ISSOCK(found.st_mode) ||
             (path != NULL && found.st_rdev == device.st_rdev)))
            return false;
    return true;
}

int
main(int argc, char **argv)
{
    EVP_PKEY *key = NULL;
    int count = argc >= 3 && argc <= 5 ? atoi(argv[2]) : 0;
    bool ok = true;

    if (count == 0)
        errx(2, "usage: sign-and-let-go URI N [DEVICE|- [PASSWORD]]");
    key = signer_key_load_by(NULL, argv[1], argc == 5 ? argv[4] : NULL);
    if (key == NULL)
        return 1;
    for (int i = 0; ok && i < count; i++) {
        ok = signer_sign(NULL, key, (unsigned)i);
        if (ok && !is_let_go(argv[3]))
            errx(1, "the TPM is held after signature %d", i + 1);
    }
    EVP_PKEY_free(key);
    return ok ? 0 : 1;
}
