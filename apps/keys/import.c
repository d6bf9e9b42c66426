// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key import: a key that was made in software goes into the TPM, wrapped,
 * by TPM2_Import (TPM 2.0 Part 3 §13.3).  How that is done, and the warning
 * that goes with it, is the provider's affair.
 */
#include "keys.h"

#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/origin.h"
#include "make.h"
#include "write.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

struct import {
    const char *key;
    const char *out; /* or NULL */
    int64_t handle;  /* 0: none */
    int64_t parent;  /* 0: the owner hierarchy */
    bool password;
};

static const struct options_row rows[] = {
    { OPTIONS_TEXT, "key", "FILE", offsetof(struct import, key),
      "The software key: PEM or DER; its password is asked for, if it has one.",
      0, 0 },
    { OPTIONS_TEXT, "out", "FILE", offsetof(struct import, out),
      "Write a TSS2 PRIVATE KEY file, as create does; FILE must not exist.", 0,
      0 },
    { OPTIONS_NUMBER, "handle", "HANDLE", offsetof(struct import, handle),
      "Keep the key in the TPM, at this persistent handle, as create does.",
      KEYS_HANDLE_LEAST, KEYS_HANDLE_MOST },
    { OPTIONS_NUMBER, "parent", "HANDLE", offsetof(struct import, parent),
      "The storage key, or the hierarchy, that it is put under; by default the "
      "owner hierarchy.  TPM2OPENSSL_PARENT_AUTH has its password.",
      0x40000001, 0x81ffffff },
    { OPTIONS_FLAG, "password", NULL, offsetof(struct import, password),
      "Ask for a password that the key is to have in the TPM.", 0, 0 },
    { 0 },
};

static const struct options_program program = {
    "iot-key import",
    "--key FILE [--out FILE] [--handle HANDLE] [--parent HANDLE] [--password]",
    "Takes a software key into the TPM; copies of it stay what they are.",
    rows,
    0,
    0
};

/* As long as a TPM takes it, and one more to see that it is longer. */
enum { PASSWORD_MOST = 33 };

/* A key that anybody could have; NULL, having logged why. */
static struct key *
open_software(const char *path, enum exit_code *code)
{
    struct key *key = key_open(path, code);

    if (key != NULL && origin_is_tpm(key->pkey)) {
        log_error("%s is a key in a TPM already, which it cannot leave", path);
        *code = EXIT_CODE_FAILED;
        key_close(&key);
    }
    return key;
}

static bool
ask_password(const struct import *import, char password[PASSWORD_MOST + 1],
             enum exit_code *code)
{
    if (!import->password ||
        EVP_read_pw_string_min(password, 1, PASSWORD_MOST + 1,
                               "Password of the key in the TPM: ", 1) == 0)
        return true;
    log_error("no password was given, or two that differ");
    *code = EXIT_CODE_FAILED;
    return false;
}

static EVP_PKEY *
make(const struct import *import, const EVP_PKEY *software,
     OSSL_LIB_CTX *libctx, enum exit_code *code)
{
    char password[PASSWORD_MOST + 1] = "";
    struct keys_wish wish = {
        .type = EVP_PKEY_is_a(software, "EC") ? "EC" : "RSA",
        .handle = (uint32_t)import->handle,
        .parent = (uint32_t)import->parent,
    };
    EVP_PKEY *pkey = NULL;
    int length = i2d_PrivateKey(software, &wish.software);

    *code = EXIT_CODE_FAILED;
    if (length <= 0) {
        *code = key_failed("cannot take the software key apart");
        return NULL;
    }
    wish.software_size = (size_t)length;
    if (ask_password(import, password, code)) {
        wish.password = import->password ? password : NULL;
        pkey =
            keys_make(libctx, &wish, "cannot import a key into the TPM", code);
    }
    OPENSSL_clear_free(wish.software, wish.software_size);
    OPENSSL_cleanse(password, sizeof password);
    return pkey;
}

static enum exit_code
run(const struct import *import)
{
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *software = open_software(import->key, &code);
    struct key *key = NULL;

    if (software == NULL || (key = key_prepare(&code)) == NULL)
        goto out;
    key->pkey = make(import, software->pkey, key->libctx, &code);
    if (key->pkey == NULL)
        goto out;
    code = EXIT_CODE_FAILED;
    if (!origin_is_tpm(key->pkey) ||
        EVP_PKEY_eq(key->pkey, software->pkey) != 1) {
        log_error("the provider imported another key; do not use it");
        goto out;
    }
    if (keys_deliver(key->pkey, (uint32_t)import->handle, import->out, &code))
        code = EXIT_CODE_DONE;
out:
    key_close(&key);
    key_close(&software);
    return code;
}

enum exit_code
keys_import(int argc, char **argv)
{
    struct import import = { NULL, NULL, 0, 0, false };
    enum exit_code code = EXIT_CODE_FAILED;

    if (!options_parse(&program, argc, argv, &import, NULL, &code))
        return code;
    if (import.key == NULL || (import.out == NULL && import.handle == 0))
        return options_misused(&program,
                               "--key, and --out or --handle, are needed");
    if (import.out != NULL && !keys_may_create(import.out, &code))
        return code;
    return run(&import);
}
