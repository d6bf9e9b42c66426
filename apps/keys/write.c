// SPDX-License-Identifier: Apache-2.0
/*
 * The file of a key in the TPM, and of no other.  What stands in it is the
 * provider's affair.
 */
#include "write.h"

#include "base/file.h"
#include "base/key.h"
#include "base/log.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
keys_write(const EVP_PKEY *pkey, const char *path, bool replace,
           enum exit_code *code)
{
    static const char file[] = "-----BEGIN TSS2 PRIVATE KEY-----";
    static const char reference[] = "-----BEGIN TPM2 KEY REFERENCE-----";
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    long length = 0;
    bool ok = false;

    if (bio == NULL ||
        !PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)) {
        *code = key_failed("cannot write the key as a file");
        goto out;
    }
    length = BIO_get_mem_data(bio, &text);
    *code = EXIT_CODE_FAILED;
    if (length < (long)sizeof reference ||
        (memcmp(text, file, sizeof file - 1) != 0 &&
         memcmp(text, reference, sizeof reference - 1) != 0)) {
        log_error("the key is not of this TPM; nothing was written");
        goto out;
    }
    ok = file_write(path, text, (size_t)length, 0600, replace);
out:
    BIO_free(bio);
    return ok;
}

/* Before there is a key that would have no file. */
static bool
has_folder(const char *path)
{
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    if (access(dirname(copy), W_OK | X_OK) == 0)
        return true;
    log_error("cannot write %s: %s", path, strerror(errno));
    return false;
}

bool
keys_may_create(const char *path, enum exit_code *code)
{
    if (strcmp(path, "-") == 0) {
        *code = EXIT_CODE_MISUSED;
        log_error("--out takes the name of a file: no program could read the "
                  "key back from one called -");
        return false;
    }
    if (access(path, F_OK) == 0) {
        *code = EXIT_CODE_FAILED;
        log_error("%s exists, and a key is never overwritten", path);
        return false;
    }
    *code = EXIT_CODE_FAILED;
    return has_folder(path);
}
