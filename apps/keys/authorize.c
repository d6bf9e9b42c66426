// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key authorize: a key that was made with --authorized-by gets one more
 * boot state in which it can be used, signed by that other key.  The policy
 * and its signature are the provider's affair (draft-bottomley-tpm2-keys §5).
 */
#include "keys.h"

#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "write.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>

struct authorize {
    const char *key;
    const char *signer;
    const char *pcr;
    const char *name; /* or NULL */
    const char *out;  /* NULL: the key's own file */
};

static const struct options_row rows[] = {
    { OPTIONS_TEXT, "key", "FILE", offsetof(struct authorize, key),
      "The file of a key that was made with --authorized-by.", 0, 0 },
    { OPTIONS_TEXT, "signer", "FILE", offsetof(struct authorize, signer),
      "The private half, in PEM, of the key that --authorized-by named.", 0,
      0 },
    { OPTIONS_TEXT, "pcr", "BANK:PCRS", offsetof(struct authorize, pcr),
      "The boot state: that of now, as sha256:0,2,7, or one whose values are "
      "told, as sha256:7=HEX, for which no TPM is needed.",
      0, 0 },
    { OPTIONS_TEXT, "name", "TEXT", offsetof(struct authorize, name),
      "What people call this state, as release-7; errors tell it.", 0, 0 },
    { OPTIONS_TEXT, "out", "FILE", offsetof(struct authorize, out),
      "Write to FILE, which must not exist; otherwise the key's own file is "
      "replaced.",
      0, 0 },
    { 0 },
};

static const struct options_program program = {
    "iot-key authorize",
    "--key FILE --signer FILE --pcr BANK:PCRS [--name TEXT] [--out FILE]",
    "Signs a boot state in which a key can be used.",
    rows,
    0,
    0
};

/* The provider makes a new key after the model of the old: the same one, with
 * one more signed policy in its file. */
static EVP_PKEY *
approve(const struct key *key, const struct authorize *authorize,
        enum exit_code *code)
{
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM params[4];
    size_t count = 0;

    params[count++] = OSSL_PARAM_construct_utf8_string(
        "policy-signer", (char *)authorize->signer, 0);
    params[count++] = OSSL_PARAM_construct_utf8_string(
        "policy-pcr", (char *)authorize->pcr, 0);
    if (authorize->name != NULL)
        params[count++] = OSSL_PARAM_construct_utf8_string(
            "policy-name", (char *)authorize->name, 0);
    params[count] = OSSL_PARAM_construct_end();

    ERR_clear_error();
    ctx = EVP_PKEY_CTX_new_from_pkey(key->libctx, key->pkey, "provider=tpm2");
    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) <= 0 ||
        EVP_PKEY_CTX_set_params(ctx, params) <= 0 ||
        EVP_PKEY_generate(ctx, &pkey) <= 0)
        *code = key_failed("cannot sign the boot state");
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* Another key than the one that was there would be a disaster. */
static enum exit_code
run(const struct authorize *authorize)
{
    const char *out = authorize->out != NULL ? authorize->out : authorize->key;
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = key_open(authorize->key, &code);
    EVP_PKEY *pkey = NULL;

    if (key == NULL)
        return code;
    pkey = approve(key, authorize, &code);
    if (pkey == NULL)
        goto out;
    code = EXIT_CODE_FAILED;
    if (EVP_PKEY_eq(pkey, key->pkey) != 1) {
        log_error("the provider made another key; nothing was written");
        goto out;
    }
    if (!keys_write(pkey, out, authorize->out == NULL, &code))
        goto out;
    printf("%s\n", out);
    code = EXIT_CODE_DONE;
out:
    EVP_PKEY_free(pkey);
    key_close(&key);
    return code;
}

enum exit_code
keys_authorize(int argc, char **argv)
{
    struct authorize authorize = { NULL, NULL, NULL, NULL, NULL };
    enum exit_code code = EXIT_CODE_FAILED;

    if (!options_parse(&program, argc, argv, &authorize, NULL, &code))
        return code;
    if (authorize.key == NULL || authorize.signer == NULL ||
        authorize.pcr == NULL)
        return options_misused(&program,
                               "--key, --signer and --pcr are needed");
    if (authorize.out != NULL && !keys_may_create(authorize.out, &code))
        return code;
    return run(&authorize);
}
