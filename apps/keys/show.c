// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key show: what kind of key it is, where it is, and its public half, for
 * people or as JSON.  All of it is what the key's provider tells.
 */
#include "keys.h"

#include "algorithm.h"
#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/origin.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct show {
    const char *key;
    bool public_only;
    bool json;
};

static const struct options_row rows[] = {
    { OPTIONS_TEXT, "key", "URI", offsetof(struct show, key),
      "The key: " KEY_URI_HELP ".", 0, 0 },
    { OPTIONS_FLAG, "public", NULL, offsetof(struct show, public_only),
      "Print the public key in PEM and nothing else.", 0, 0 },
    { OPTIONS_FLAG, "json", NULL, offsetof(struct show, json),
      "Print all of it as one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_program program = {
    "iot-key show",
    "--key URI [--public | --json]",
    "Says what kind of key it is, where it is, and its public half.",
    rows,
    0,
    0
};

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

enum exit_code
keys_show(int argc, char **argv)
{
    struct show show = { NULL, false, false };
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = NULL;

    if (!options_parse(&program, argc, argv, &show, NULL, &code))
        return code;
    if (show.key == NULL)
        return options_misused(&program, "--key is needed");
    if (show.public_only && show.json)
        return options_misused(&program, "either --public or --json");
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
