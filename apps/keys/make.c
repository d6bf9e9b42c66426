// SPDX-License-Identifier: Apache-2.0
/*
 * The parameters with which the provider tpm2 makes a key (provider-tpm2(7)),
 * and what becomes of it.  Whether it is what a device needs is the verb's
 * affair.
 */
#include "make.h"

#include "base/key.h"
#include "base/log.h"
#include "write.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>

static void
add_text(OSSL_PARAM *params, size_t *count, const char *name, const char *text)
{
    if (text != NULL)
        params[(*count)++] =
            OSSL_PARAM_construct_utf8_string(name, (char *)text, 0);
}

EVP_PKEY *
keys_make(OSSL_LIB_CTX *libctx, const struct keys_wish *wish, const char *what,
          enum exit_code *code)
{
    struct keys_wish copy = *wish;
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM params[9];
    size_t count = 0;

    add_text(params, &count, OSSL_PKEY_PARAM_GROUP_NAME, wish->group);
    add_text(params, &count, "policy-pcr", wish->pcr);
    add_text(params, &count, "policy-authorized-by", wish->signer);
    add_text(params, &count, "user-auth", wish->password);
    if (wish->bits != 0)
        params[count++] =
            OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &copy.bits);
    if (wish->handle != 0)
        params[count++] = OSSL_PARAM_construct_uint32("handle", &copy.handle);
    if (wish->parent != 0)
        params[count++] = OSSL_PARAM_construct_uint32("parent", &copy.parent);
    if (wish->software != NULL)
        params[count++] = OSSL_PARAM_construct_octet_string(
            "import", wish->software, wish->software_size);
    params[count] = OSSL_PARAM_construct_end();

    ERR_clear_error();
    ctx = EVP_PKEY_CTX_new_from_name(libctx, wish->type, "provider=tpm2");
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) <= 0 ||
        EVP_PKEY_CTX_set_params(ctx, params) <= 0 ||
        EVP_PKEY_generate(ctx, &pkey) <= 0)
        *code = key_failed("%s", what);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

bool
keys_deliver(const EVP_PKEY *pkey, uint32_t handle, const char *out,
             enum exit_code *code)
{
    if (out == NULL) {
        printf("handle:0x%08x\n", (unsigned int)handle);
        return true;
    }
    if (keys_write(pkey, out, false, code)) {
        printf("%s\n", out);
        return true;
    }
    if (handle != 0)
        log_error("the key is at handle:0x%08x all the same; `openssl pkey "
                  "-in handle:0x%08x -out FILE` writes its file",
                  (unsigned int)handle, (unsigned int)handle);
    return false;
}
