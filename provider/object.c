// SPDX-License-Identifier: Apache-2.0
/*
 * The last steps of loading a key, whether it came from a file or by URI:
 * ask for its password and hand it to OpenSSL by reference. Where the key
 * comes from is decode.c's and store.c's (provider-object(7)).
 */
#include "object.h"

#include "key.h"

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

/* Longer than any TPM takes, so that a password which is too long is refused
 * and not cut. */
enum { PASSWORD_MAX = 256 };

int
tpm_object_ask(struct tpm_key *key, OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    char subject[TPM_KEY_SUBJECT_MAX] = "";
    char password[PASSWORD_MAX];
    size_t length = 0;
    OSSL_PARAM params[2];
    int ok = 1;

    if (key->empty_auth || ask == NULL)
        return 1;
    tpm_key_subject(key, subject);
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PASSPHRASE_PARAM_INFO,
                                                 subject, 0);
    params[1] = OSSL_PARAM_construct_end();
    ERR_set_mark();
    if (ask(password, sizeof password, &length, params, arg)) {
        ERR_clear_last_mark();
        ok = tpm_key_set_auth(key, password, length);
    } else {
        ERR_pop_to_mark();
    }
    OPENSSL_cleanse(password, sizeof password);
    return ok;
}

int
tpm_object_give(struct tpm_key **key, OSSL_CALLBACK *callback, void *arg)
{
    int type = OSSL_OBJECT_PKEY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE,
                                         (char *)tpm_key_type_name(*key), 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, key,
                                          sizeof *key),
        OSSL_PARAM_construct_end(),
    };

    return callback(params, arg);
}
