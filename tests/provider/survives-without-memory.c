// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: of each piece of work, each allocation in turn fails once.
 * It then fails or does without, the provider's sources give back all that
 * they took, and with memory it succeeds again.
 *
 *     survives-without-memory DIR [EVERY [NAME]]
 *
 * DIR holds what the test beside it has made. Of the allocations that are not
 * the provider's own every EVERY-th fails, by default as many as do not take
 * long; NAME is the only piece of work that is done.
 */
#include "starve.h"
#include "work.h"

#include <err.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct within within;
static char signer[256], signed_by[256], object[256], rsa_file[256];

/* Keys made with memory to spare. */
static struct work_key ec, ec_owner, ec_secret, ec_left, rsa, restricted;
static struct work_bytes ec_pem, bound_pem, reference_pem;

static OSSL_PARAM
text(const char *name, const char *value)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)value, 0);
}

static OSSL_PARAM
number(const char *name, const uint32_t *value)
{
    return OSSL_PARAM_construct_uint32(name, (uint32_t *)(uintptr_t)value);
}

static const uint32_t parent = 0x81000001, persistent = 0x81000020;

static struct work_key
make_plain(const char *type, const uint32_t *under)
{
    const OSSL_PARAM params[] = { number("parent", under),
                                  OSSL_PARAM_construct_end() };

    return work_generate(&within, type, params, NULL);
}

static struct work_key
make_secret(void)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  text("user-auth", WORK_PASSWORD),
                                  text("digest", "SHA256"),
                                  text("group", "P-256"),
                                  OSSL_PARAM_construct_end() };

    return work_generate(&within, "EC", params, NULL);
}

static struct work_key
make_left(void)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  text("policy-pcr", "sha256:0,7"),
                                  text("policy-authorized-by", signed_by),
                                  OSSL_PARAM_construct_end() };

    return work_generate(&within, "EC", params, NULL);
}

static struct work_key
make_approved(void)
{
    const OSSL_PARAM params[] = { text("policy-pcr", "sha256:0,7"),
                                  text("policy-signer", signer),
                                  text("policy-name", "now"),
                                  OSSL_PARAM_construct_end() };

    return work_generate(&within, "EC", params, &ec_left);
}

static struct work_key
import(const char *type, const char *file)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  text("import", file),
                                  OSSL_PARAM_construct_end() };

    return work_generate(&within, type, params, NULL);
}

static bool
is_made(struct work_key key)
{
    bool is = key.key != NULL;

    work_free(&within, &key);
    return is;
}

static bool
load_provider(void)
{
    struct within other;
    bool ok = within_open(&other);

    within_close(&other);
    return ok;
}

static bool
generate(void)
{
    return is_made(make_plain("EC", &parent));
}

static bool
generate_under_owner(void)
{
    static const uint32_t owner = 0x40000001;

    return is_made(make_plain("EC", &owner));
}

static bool
generate_with_password(void)
{
    return is_made(make_secret());
}

static bool
generate_with_policy(void)
{
    return is_made(make_left());
}

static bool
approve(void)
{
    return is_made(make_approved());
}

static bool
import_ec(void)
{
    return is_made(import("EC", signer));
}

static bool
import_rsa(void)
{
    return is_made(import("RSA", rsa_file));
}

static bool
load_handle(void)
{
    return is_made(work_load(&within, "RSA", "handle:0x81000020?pass"));
}

static bool
load_object(void)
{
    return is_made(work_load(&within, "EC", object));
}

static bool
load_file(void)
{
    return is_made(work_decode(&within, "EC", &ec_pem));
}

static bool
load_file_with_policy(void)
{
    return is_made(work_decode(&within, "EC", &bound_pem));
}

static bool
load_reference(void)
{
    return is_made(work_decode(&within, "RSA", &reference_pem));
}

static bool
encode(void)
{
    static const struct {
        const struct work_key *key;
        int selection;
        const char *properties;
    } rows[] = {
        { &ec, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, "output=pem,structure=Priv" },
        { &ec_left, OSSL_KEYMGMT_SELECT_ALL, "output=der,structure=Priv" },
        { &rsa, OSSL_KEYMGMT_SELECT_ALL, "output=pem,structure=Priv" },
        { &ec, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, "output=der,structure=Subj" },
        { &rsa, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, "output=pem,structure=Subj" },
        { &rsa, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, "output=pem,structure=pkcs1" },
        { &ec, OSSL_KEYMGMT_SELECT_ALL, "output=text" },
    };
    static struct work_bytes out;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!work_encode(&within, rows[i].key, rows[i].selection,
                         rows[i].properties, &out))
            return false;
    return true;
}

static bool
name_algorithms(void)
{
    return work_name_algorithm(&within, &ec, NULL) &&
           work_name_algorithm(&within, &rsa, "pkcs1") &&
           work_name_algorithm(&within, &rsa, "pss");
}

static bool
make_ephemeral(void)
{
    return work_ephemeral(&within);
}

static bool
sign_digest(void)
{
    return work_sign(&within, &ec, true, NULL);
}

static bool
sign_under_owner(void)
{
    return work_sign(&within, &ec_owner, false, NULL);
}

static bool
sign_with_password(void)
{
    return work_sign(&within, &ec_secret, false, NULL);
}

static bool
sign_with_policy(void)
{
    struct work_key key = work_decode(&within, "EC", &bound_pem);
    bool ok = key.key != NULL && work_sign(&within, &key, false, NULL);

    work_free(&within, &key);
    return ok;
}

static bool
sign_restricted(void)
{
    return work_sign(&within, &restricted, false, NULL);
}

static bool
sign_pkcs1(void)
{
    return work_sign(&within, &rsa, false, NULL);
}

/* A salt that the TPM does not make: padded on the host. */
static bool
sign_pss(void)
{
    const OSSL_PARAM params[] = { text("pad-mode", "pss"),
                                  text("saltlen", "17"),
                                  OSSL_PARAM_construct_end() };

    return work_sign(&within, &rsa, false, params);
}

static bool
decrypt_pkcs1(void)
{
    return work_decrypt(&within, &rsa, NULL);
}

/* A label that the TPM does not take: the padding is taken off on the host. */
static bool
decrypt_oaep(void)
{
    const OSSL_PARAM params[] = {
        text("pad-mode", "oaep"), text("digest", "SHA384"),
        OSSL_PARAM_construct_octet_string("oaep-label", (char *)"label", 5),
        OSSL_PARAM_construct_end()
    };

    return work_decrypt(&within, &rsa, params);
}

static bool
agree(void)
{
    const size_t len = 40;
    const OSSL_PARAM params[] = {
        text("kdf-type", "X963KDF"), text("kdf-digest", "SHA256"),
        OSSL_PARAM_construct_size_t("kdf-outlen", (size_t *)(uintptr_t)&len),
        OSSL_PARAM_construct_octet_string("kdf-ukm", (char *)"ukm", 3),
        OSSL_PARAM_construct_end()
    };

    return work_agree(&within, &ec_secret, &ec_owner, params);
}

static bool
tell_state(void)
{
    char parent_text[256] = "";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("tpm-parent", parent_text,
                                         sizeof parent_text),
        OSSL_PARAM_construct_end(),
    };

    return OSSL_PROVIDER_get_params(within.provider, params) > 0;
}

static const struct row {
    const char *name;
    bool (*work)(void);
    /* By default: what is done on the host alone is quick. 0 for none: where
     * they fail, OpenSSL 3.0's decoders and fetches leak memory of their own.
     */
    long every;
} rows[] = {
    { "load-provider", load_provider, 0 },
    { "generate", generate, 13 },
    { "generate-under-owner", generate_under_owner, 13 },
    { "generate-with-password", generate_with_password, 13 },
    { "generate-with-policy", generate_with_policy, 0 },
    { "approve", approve, 0 },
    { "import-ec", import_ec, 0 },
    { "import-rsa", import_rsa, 0 },
    { "load-handle", load_handle, 13 },
    { "load-object", load_object, 13 },
    { "load-file", load_file, 1 },
    { "load-file-with-policy", load_file_with_policy, 1 },
    { "load-reference", load_reference, 1 },
    { "encode", encode, 1 },
    { "name-algorithms", name_algorithms, 1 },
    { "make-ephemeral", make_ephemeral, 1 },
    { "sign-digest", sign_digest, 13 },
    { "sign-under-owner", sign_under_owner, 13 },
    { "sign-with-password", sign_with_password, 13 },
    { "sign-with-policy", sign_with_policy, 13 },
    { "sign-restricted", sign_restricted, 13 },
    { "sign-pkcs1", sign_pkcs1, 13 },
    { "sign-pss", sign_pss, 13 },
    { "decrypt-pkcs1", decrypt_pkcs1, 13 },
    { "decrypt-oaep", decrypt_oaep, 13 },
    { "agree", agree, 13 },
    { "tell-state", tell_state, 13 },
};

/* Of the provider's initialization only what the provider itself does is
 * starved: what comes before is OpenSSL's own affair. */
static void
watch_init(bool is_inside)
{
    if (is_inside)
        starve_begin();
    else
        starve_end();
}

/* Each as in a process that begins. */
static bool
do_row(const struct row *row)
{
    bool is_done = false;

    if (row->work != load_provider)
        starve_begin();
    is_done = row->work();
    starve_end();
    within_forget(&within);
    ERR_clear_error();
    return is_done;
}

static void
do_well(const struct row *row)
{
    starve_at(-1);
    if (!do_row(row))
        errx(1, "%s fails with all the memory that there is", row->name);
}

static void
check_row(const struct row *row, long every)
{
    long turn = 0, failures = 0, before = 0;

    do_well(row); /* what OpenSSL keeps for ever it has by now */
    before = starve_kept();
    for (; turn < starve_count(); turn++) {
        if ((every == 0 || turn % every != 0) && !starve_is_ours(turn))
            continue;
        starve_at(turn);
        failures += !do_row(row);
        if (starve_kept() != before)
            errx(1, "%s: %ld blocks are kept after allocation %ld at %s",
                 row->name, starve_kept() - before, turn, starve_place());
        if (!starve_was_met())
            break; /* there was no such allocation: all have had their turn */
    }
    if (failures == 0)
        errx(1, "%s: %ld of %ld allocations mattered", row->name, failures,
             turn);
    do_well(row);
    printf("%s: %ld allocations, %ld mattered\n", row->name, turn, failures);
}

static void
make_keys(void)
{
    const OSSL_PARAM params[] = { number("handle", &persistent),
                                  number("parent", &parent),
                                  text("user-auth", WORK_PASSWORD),
                                  OSSL_PARAM_construct_end() };
    struct work_key approved;

    ec = make_plain("EC", &parent);
    ec_owner = make_plain("EC", &(uint32_t){ 0 });
    ec_secret = make_secret();
    ec_left = make_left();
    approved = make_approved();
    rsa = work_generate(&within, "RSA", params, NULL);
    restricted = work_load(&within, "EC", "handle:0x81000012");
    if (ec.key == NULL || ec_owner.key == NULL || ec_secret.key == NULL ||
        ec_left.key == NULL || approved.key == NULL || rsa.key == NULL ||
        restricted.key == NULL ||
        !work_encode(&within, &ec, OSSL_KEYMGMT_SELECT_ALL, "output=pem",
                     &ec_pem) ||
        !work_encode(&within, &approved, OSSL_KEYMGMT_SELECT_ALL, "output=pem",
                     &bound_pem) ||
        !work_encode(&within, &rsa, OSSL_KEYMGMT_SELECT_ALL, "output=pem",
                     &reference_pem)) {
        ERR_print_errors_fp(stderr);
        errx(1, "cannot make the keys");
    }
    work_free(&within, &approved);
}

static void
free_keys(void)
{
    struct work_key *const keys[] = { &ec,      &ec_owner, &ec_secret,
                                      &ec_left, &rsa,      &restricted };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        work_free(&within, keys[i]);
}

int
main(int argc, char **argv)
{
    long every = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2 || every < 0 || !starve_open())
        errx(2, "usage: survives-without-memory DIR [EVERY [NAME]]");
    (void)snprintf(signer, sizeof signer, "%s/signer.pem", argv[1]);
    (void)snprintf(signed_by, sizeof signed_by, "%s/signer.pub", argv[1]);
    (void)snprintf(rsa_file, sizeof rsa_file, "%s/rsa.pem", argv[1]);
    (void)snprintf(object, sizeof object, "object:%s/object", argv[1]);
    within_watch = watch_init;
    if (!within_open(&within))
        errx(1, "the provider does not load");
    make_keys();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (argc < 4 || strcmp(argv[3], rows[i].name) == 0)
            check_row(&rows[i], every > 0 ? every : rows[i].every);
    free_keys();
    within_close(&within);
    return 0;
}
