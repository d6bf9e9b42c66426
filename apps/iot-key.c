// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key: makes a key inside the TPM, never in software, and shows one.
 * The TPM is the provider's affair; this checks what it made (TPM 2.0 Part 2
 * §8.3, object attributes) and puts a key file in its place.
 */
#include "base/exit.h"
#include "base/file.h"
#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/origin.h"
#include "base/standard.h"
#include "doctor/doctor.h"
#include "keys/authorize.h"
#include "keys/import.h"
#include "keys/make.h"
#include "keys/write.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What OpenSSL must be told to make such a key. */
struct algorithm {
    const char *name;
    const char *type;
    unsigned int bits; /* of an RSA key */
    const char *group; /* of an EC key */
};

static const struct algorithm algorithms[] = {
    { "rsa2048", "RSA", 2048, NULL }, { "rsa3072", "RSA", 3072, NULL },
    { "rsa4096", "RSA", 4096, NULL }, { "p256", "EC", 0, "P-256" },
    { "p384", "EC", 0, "P-384" },     { "p521", "EC", 0, "P-521" },
};

enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

struct create {
    const char *algorithm;
    int64_t handle; /* 0: none */
    const char *out;
    const char *pcr;    /* or NULL */
    const char *signer; /* or NULL */
};

static const struct options_row create_rows[] = {
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

struct show {
    const char *key;
    bool public_only;
    bool json;
};

static const struct options_row show_rows[] = {
    { OPTIONS_TEXT, "key", "URI", offsetof(struct show, key),
      "The key: " KEY_URI_HELP ".", 0, 0 },
    { OPTIONS_FLAG, "public", NULL, offsetof(struct show, public_only),
      "Print the public key in PEM and nothing else.", 0, 0 },
    { OPTIONS_FLAG, "json", NULL, offsetof(struct show, json),
      "Print all of it as one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_program create_program = {
    "iot-key create",
    "[--handle HANDLE] [--out FILE] [--algorithm NAME] [--pcr BANK:PCRS] "
    "[--authorized-by FILE]",
    "Makes a key inside the TPM, which it cannot leave.",
    create_rows,
    0,
    0
};

static const struct options_program show_program = {
    "iot-key show",
    "--key URI [--public | --json]",
    "Says what kind of key it is, where it is, and its public half.",
    show_rows,
    0,
    0
};

static const struct algorithm *
find_algorithm(const char *name)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (strcmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    log_error("unknown algorithm %s; rsa2048, rsa3072, rsa4096, p256, p384 or "
              "p521",
              name);
    return NULL;
}

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
        if (!row->is_required || (found & row->mask) != 0)
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

static enum exit_code
create_main(int argc, char **argv)
{
    struct create create = { "rsa2048", 0, NULL, NULL, NULL };
    const struct algorithm *algorithm = NULL;
    enum exit_code code = EXIT_CODE_FAILED;

    if (!options_parse(&create_program, argc, argv, &create, NULL, &code))
        return code;
    if (create.handle == 0 && create.out == NULL)
        return options_misused(&create_program, "--handle or --out is needed");
    if (create.out == NULL && (create.pcr != NULL || create.signer != NULL)) {
        log_error("--pcr and --authorized-by need --out, with --handle too: "
                  "how to use the key stands in its file");
        return EXIT_CODE_MISUSED;
    }
    algorithm = find_algorithm(create.algorithm);
    if (algorithm == NULL)
        return EXIT_CODE_MISUSED;
    if (create.out != NULL && !keys_may_create(create.out, &code))
        return code;
    return make(&create, algorithm);
}

/* "rsa2048" or whatever else the key is, in OpenSSL's words. */
static const char *
algorithm_name(const EVP_PKEY *pkey)
{
    char group[64] = "";

    for (size_t i = 0; i < ALGORITHMS; i++) {
        const struct algorithm *row = &algorithms[i];

        if (!EVP_PKEY_is_a(pkey, row->type))
            continue;
        if (row->group == NULL
                ? EVP_PKEY_get_bits(pkey) == (int)row->bits
                : EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) ==
                          1 &&
                      OBJ_sn2nid(group) == EC_curve_nist2nid(row->group))
            return row->name;
    }
    return EVP_PKEY_get0_type_name(pkey);
}

static void
print_attributes(const EVP_PKEY *pkey)
{
    const struct origin_attribute *row = NULL;
    uint32_t found = 0;

    if (!origin_is_tpm(pkey)) {
        printf("attributes: none; a software key, which can be copied\n");
        return;
    }
    if (!origin_attributes(pkey, &found)) {
        printf("attributes: unknown; the provider that is loaded tells none\n");
        return;
    }
    printf("origin: %s\n", origin_words(found));
    printf("attributes:");
    for (size_t i = 0; (row = origin_attribute(i)) != NULL; i++)
        if ((found & row->mask) != 0)
            printf(" %s", row->name);
    printf("\n");
}

/* As much as the policies of a file could ever say. */
enum { POLICY_MOST = 65536 };

/* A list of the lines; empty when there is no policy, NULL without memory. */
static json_t *
policy_json(const EVP_PKEY *pkey)
{
    char *text = malloc(POLICY_MOST);
    json_t *lines = text == NULL ? NULL : json_array();

    if (lines != NULL && origin_policy(pkey, text, POLICY_MOST))
        for (char *line = strtok(text, "\n"); line != NULL;
             line = strtok(NULL, "\n"))
            json_array_append_new(lines, json_string(line));
    free(text);
    return lines;
}

static void
print_policy(const EVP_PKEY *pkey)
{
    json_t *lines = policy_json(pkey);
    json_t *line = NULL;
    size_t i = 0;

    json_array_foreach(lines, i, line)
        printf("policy: %s\n", json_string_value(line));
    json_decref(lines);
}

/* Persistent, or a file; a TPM key's file is of use to its TPM alone. */
static void
print_place(const EVP_PKEY *pkey)
{
    uint32_t handle = 0;

    if (origin_handle(pkey, &handle))
        printf("place: the TPM, at handle 0x%08x\n", (unsigned int)handle);
    else
        printf("place: a file%s\n",
               origin_is_tpm(pkey) ? ", of use to its TPM alone" : "");
}

static void
print_text(const EVP_PKEY *pkey, const char *uri)
{
    printf("key: %s\n", uri);
    printf("algorithm: %s\n", algorithm_name(pkey));
    printf("size: %d bits\n", EVP_PKEY_get_bits(pkey));
    print_place(pkey);
    print_attributes(pkey);
    print_policy(pkey);
}

static json_t *
attributes_json(const EVP_PKEY *pkey)
{
    json_t *names = json_array();
    const struct origin_attribute *row = NULL;
    uint32_t found = 0;

    if (!origin_attributes(pkey, &found))
        return names;
    for (size_t i = 0; (row = origin_attribute(i)) != NULL; i++)
        if ((found & row->mask) != 0)
            json_array_append_new(names, json_string(row->name));
    return names;
}

/* The members are those of print_text(), and publicKey in PEM. */
static enum exit_code
print_json(const EVP_PKEY *pkey, const char *uri)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    char handle[16] = "";
    uint32_t number = 0;
    long length = 0;
    json_t *all = NULL;
    enum exit_code code = EXIT_CODE_FAILED;

    if (bio == NULL || !PEM_write_bio_PUBKEY(bio, pkey)) {
        code = key_failed("cannot print the public key");
        goto out;
    }
    length = BIO_get_mem_data(bio, &pem);
    if (origin_handle(pkey, &number))
        snprintf(handle, sizeof handle, "0x%08x", (unsigned int)number);
    all = json_pack("{s:s, s:s, s:i, s:b, s:s*, s:o, s:o, s:s%}", "key", uri,
                    "algorithm", algorithm_name(pkey), "bits",
                    EVP_PKEY_get_bits(pkey), "tpm", (int)origin_is_tpm(pkey),
                    "handle", number != 0 ? handle : NULL, "attributes",
                    attributes_json(pkey), "policy", policy_json(pkey),
                    "publicKey", pem, (size_t)length);
    if (all != NULL && json_dumpf(all, stdout, JSON_COMPACT) == 0 &&
        putchar('\n') != EOF)
        code = EXIT_CODE_DONE;
    else
        log_error("cannot write the key %s as JSON", uri);
out:
    json_decref(all);
    BIO_free(bio);
    return code;
}

static enum exit_code
show_main(int argc, char **argv)
{
    struct show show = { NULL, false, false };
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = NULL;

    if (!options_parse(&show_program, argc, argv, &show, NULL, &code))
        return code;
    if (show.key == NULL)
        return options_misused(&show_program, "--key is needed");
    if (show.public_only && show.json)
        return options_misused(&show_program, "either --public or --json");
    key = key_open(show.key, &code);
    if (key == NULL)
        return code;
    if (show.json) {
        code = print_json(key->pkey, show.key);
    } else {
        if (!show.public_only)
            print_text(key->pkey, show.key);
        code = PEM_write_PUBKEY(stdout, key->pkey)
                   ? EXIT_CODE_DONE
                   : key_failed("cannot print the public key");
    }
    key_close(&key);
    return code;
}

static const struct verb {
    const char *name;
    enum exit_code (*main)(int argc, char **argv);
} verbs[] = {
    { "create", create_main },       { "import", keys_import },
    { "authorize", keys_authorize }, { "show", show_main },
    { "doctor", doctor_main },
};

static const struct options_row no_rows[] = { { 0 } };

static const struct options_program whole_program = {
    "iot-key",
    "create | import | authorize | show | doctor [OPTIONS]",
    "Makes a key in the TPM or takes one into it, says when it can be used, "
    "shows one, or says what is wrong with a machine.  Each verb has its own "
    "--help.",
    no_rows,
    0,
    0
};

int
main(int argc, char **argv)
{
    enum exit_code code;

    log_open("iot-key", NULL);
    standard_guard();
    key_be_alone();
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return (int)verbs[i].main(argc - 1, argv + 1);
    if (argc > 1 && argv[1][0] != '-')
        code = options_misused(&whole_program, "there is no such verb: %s",
                               argv[1]);
    else if (options_parse(&whole_program, argc, argv, NULL, NULL, &code))
        code = options_misused(&whole_program, "a verb is needed");
    return (int)code;
}
