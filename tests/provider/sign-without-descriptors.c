// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: signs, closes every descriptor as a daemon does, has files
 * of its own under all the numbers, and signs again, in a child and then here.
 * Exits with 0 when both sign and the files are there and as they were.
 *
 *     sign-without-descriptors URI FILE
 */
#define _GNU_SOURCE /* close_range */
#include "signer.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3, LAST = 40 };

static void
take_all(const char *file)
{
    if (close_range(FIRST, ~0U, 0) != 0)
        err(1, "close_range");
    for (int fd = FIRST; fd <= LAST; fd++)
        if (open(file, O_RDWR) != fd)
            err(1, "%s", file);
}

static bool CHECKED
are_ours(const char *file)
{
    struct stat wanted, found;

    if (stat(file, &wanted) != 0 || wanted.st_size != 0)
        return false;
    for (int fd = FIRST; fd <= LAST; fd++)
        if (fstat(fd, &found) != 0 || found.st_ino != wanted.st_ino ||
            found.st_dev != wanted.st_dev || fcntl(fd, F_GETFD) != 0)
            return false;
    return true;
}

static bool CHECKED
sign_and_look(EVP_PKEY *key, const char *file, const char *who)
{
    bool has_signed = signer_sign(NULL, key, 2);

    if (!are_ours(file))
        warnx("%s: a descriptor was taken away, or written to", who);
    return has_signed && are_ours(file);
}

int
main(int argc, char **argv)
{
    EVP_PKEY *key = NULL;
    int status = 1;
    bool ok;

    if (argc != 3)
        errx(2, "usage: sign-without-descriptors URI FILE");
    key = signer_key_load(NULL, argv[1]);
    if (key == NULL || !signer_sign(NULL, key, 1))
        return 1;
    take_all(argv[2]);
    if (fork() == 0)
        _exit(sign_and_look(key, argv[2], "the child") ? 0 : 1);
    ok = wait(&status) > 0 && status == 0;
    ok = sign_and_look(key, argv[2], "the parent") && ok;
    /* no leak check: what was abandoned on purpose is one */
    _exit(ok ? 0 : 1);
}
