// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key create: a key inside the TPM, never in software.  Making it is the
 * provider's affair; this checks what it made (TPM 2.0 Part 2 §8.3, object
 * attributes) and puts its file in its place.
 */
#include "keys.h"

#include "algorithm.h"
#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/origin.h"
#include "make.h"
#include "write.h"

struct create {
    const char *algorithm;
    int64_t handle; /* 0: none */
    const char *out;
    const char *pcr;    /* or NULL */
    const char *signer; /* or NULL */
};

static const struct options_row rows[] = {
    { OPTIONS_NUMBER, "handle", "HANDLE", offsetof(struct create, handle),
      "Keep the key in the TPM, at this persistent handle, which must be "
      "free: 0x81000000 to 0x817fffff.",
      KEYS_HANDLE_LEAST, KEYS_HANDLE_MOST },
    { OPTIONS_TEXT, "out", "FILE", offsetof(struct create, out),
      "Write a TSS2 PRIVATE KEY file (PEM, mode 0600) that only this TPM can "
      "use, or, with --handle, one that says where the key is; FILE must not "
      "exist.",
      0, 0 },
    { OPTIONS_TEXT, "algorithm", "NAME", offsetof(struct create, algorithm),
      "rsa2048 (the default), rsa3072, rsa4096, p256, p384 or p521, as far as "
      "the TPM has it.",
      0, 0 },
    { OPTIONS_TEXT, "pcr", "BANK:PCRS", offsetof(struct create, pcr),
      "Bind the key to the boot state of now, as sha256:0,2,7, or to one whose "
      "values are told, as sha256:7=HEX.  Needs --out.",
      0, 0 },
    { OPTIONS_TEXT, "authorized-by", "FILE", offsetof(struct create, signer),
      "Let the holder of a key say in which states this one can be used; FILE "
      "has the public half of that key in PEM.  Needs --out.",
      0, 0 },
    { 0 },
};

static const struct options_program program = {
    "iot-key create",
    "[--handle HANDLE] [--out FILE] [--algorithm NAME] [--pcr BANK:PCRS] "
    "[--authorized-by FILE]",
    "Makes a key inside the TPM, which it cannot leave.",
    rows,
    0,
    0
};

/*
 * A key of a device must have been made in the TPM and be unable to leave it;
 * whoever made it, whatever was loaded, this is looked at and not believed.
 */
static bool
check_bound(const EVP_PKEY *pkey)
{
    const struct origin_attribute *row = NULL;
    uint32_t found = 0;

    if (!origin_attributes(pkey, &found)) {
        log_error(origin_is_tpm(pkey)
                      ? "the provider that is loaded does not say what the key "
                        "is bound to; it has been thrown away"
                      : "the key was not made in a TPM; it has been thrown "
                        "away");
        return false;
    }
    for (size_t i = 0; (row = origin_attribute(i)) != NULL; i++) {
        if ((row->mask & ORIGIN_BOUND) == 0 || (found & row->mask) != 0)
            continue;
        log_error("the TPM made a key that is not %s; do not use it",
                  row->name);
        return false;
    }
    return true;
}

static enum exit_code
make(const struct create *create, const struct algorithm *algorithm)
{
    const struct keys_wish wish = {
        .type = algorithm->type,
        .bits = algorithm->bits,
        .group = algorithm->group,
        .handle = (uint32_t)create->handle,
        .pcr = create->pcr,
        .signer = create->signer,
    };
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = key_prepare(&code);

    if (key == NULL)
        return code;
    key->pkey =
        keys_make(key->libctx, &wish, "cannot make a key in the TPM", &code);
    if (key->pkey == NULL)
        goto out;
    code = EXIT_CODE_TPM;
    if (check_bound(key->pkey) &&
        keys_deliver(key->pkey, wish.handle, create->out, &code))
        code = EXIT_CODE_DONE;
out:
    key_close(&key);
    return code;
}

enum exit_code
keys_create(int argc, char **argv)
{
    struct create create = { "rsa2048", 0, NULL, NULL, NULL };
    const struct algorithm *algorithm = NULL;
    enum exit_code code = EXIT_CODE_FAILED;

    if (!options_parse(&program, argc, argv, &create, NULL, &code))
        return code;
    if (create.handle == 0 && create.out == NULL)
        return options_misused(&program, "--handle or --out is needed");
    if (create.out == NULL && (create.pcr != NULL || create.signer != NULL)) {
        log_error("--pcr and --authorized-by need --out, with --handle too: "
                  "how to use the key stands in its file");
        return EXIT_CODE_MISUSED;
    }
    algorithm = algorithm_find(create.algorithm);
    if (algorithm == NULL)
        return EXIT_CODE_MISUSED;
    if (create.out != NULL && !keys_may_create(create.out, &code))
        return code;
    return make(&create, algorithm);
}
