// SPDX-License-Identifier: Apache-2.0
/*
 * TSS2 PRIVATE KEY files: those that tpm2-openssl and tpm2-tools write, and
 * those that the draft allows, are read as what they are; each of them with
 * one thing wrong is refused, with a sentence (tests/unit/keyfiles/make).
 */
#include "check.h"
#include "keyfile.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

static const char *folder;

struct der {
    unsigned char *data;
    size_t size;
};

static void
der_free(struct der *der)
{
    OPENSSL_free(der->data);
    memset(der, 0, sizeof(*der));
}

static bool
der_read(const char *name, struct der *der)
{
    char path[512];
    char *label = NULL, *header = NULL;
    long size = 0;
    BIO *bio = NULL;
    bool ok = false;

    snprintf(path, sizeof(path), "%s/keyfiles/%s.pem", folder, name);
    bio = BIO_new_file(path, "r");
    ok = bio != NULL &&
         PEM_read_bio(bio, &label, &header, &der->data, &size) > 0 &&
         strcmp(label, TPM_KEYFILE_PEM_NAME) == 0;
    der->size = (size_t)size;
    OPENSSL_free(label);
    OPENSSL_free(header);
    BIO_free(bio);
    return ok;
}

struct accepted {
    const char *name;
    int empty_auth;
    TPM2_HANDLE parent;
    TPM2_ALG_ID type;
    const char *description;
    size_t steps;
    size_t alternatives;
    size_t secret;
    int rsa_parent;
};

static const struct accepted accepted[] = {
    { "p256", 1, 0x40000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "p256-password", 0, 0x40000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "rsa2048", 1, 0x40000001, TPM2_ALG_RSA, NULL, 0, 0, 0, 0 },
    { "p256-persistent-parent", 1, 0x81000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    /* tpm2-tools 5.4 writes emptyAuth the wrong way round */
    { "p256-encodeobject", 0, 0x81000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "absent-auth", 0, 0x40000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "parent-zero", 1, 0x40000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "parent-negative", 1, 0x81000001, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "parent-endorsement", 1, 0x4000000b, TPM2_ALG_ECC, NULL, 0, 0, 0, 0 },
    { "all-members", 1, 0x40000001, TPM2_ALG_ECC, "pump 7", 2, 2, 4, 1 },
};

static void
check_members(const struct accepted *row, const struct tpm_keyfile *file)
{
    CHECK(file->empty_auth == row->empty_auth);
    CHECK(file->parent == row->parent);
    CHECK(file->public_area.publicArea.type == row->type);
    CHECK(file->private_area.size > 0);
    CHECK(file->policy.count == row->steps);
    CHECK(file->alternative_count == row->alternatives);
    CHECK(file->secret_size == row->secret);
    CHECK(file->rsa_parent == row->rsa_parent);
    if (row->description == NULL)
        CHECK(file->description == NULL);
    else
        CHECK(file->description != NULL &&
              strcmp(file->description, row->description) == 0);
}

static void
check_policies(const struct tpm_keyfile *file)
{
    const struct tpm_policy *owner = &file->alternatives[0];

    CHECK(file->policy.name == NULL);
    CHECK(file->policy.steps[0].command == TPM2_CC_PolicyPCR);
    CHECK(file->policy.steps[0].size == 11);
    CHECK(file->policy.steps[0].data[6] == 0x0b);
    CHECK(file->policy.steps[1].command == TPM2_CC_PolicyAuthValue);
    CHECK(file->policy.steps[1].size == 0);
    CHECK(owner->name != NULL && strcmp(owner->name, "owner") == 0);
    CHECK(owner->count == 2);
    CHECK(owner->steps[1].command == TPM2_CC_PolicyAuthValue);
    CHECK(file->alternatives[1].name == NULL);
    CHECK(file->alternatives[1].count == 2);
}

/* What is written is read as the same, and is written the same again. */
static void
check_round(const struct accepted *row, const struct tpm_keyfile *file)
{
    struct der first = { NULL, 0 }, second = { NULL, 0 };
    struct tpm_keyfile *again = NULL;
    const char *why = NULL;

    if (CHECK(tpm_keyfile_encode(file, &first.data, &first.size)))
        again = tpm_keyfile_parse(first.data, first.size, &why);
    if (CHECK(again != NULL)) {
        check_members(row, again);
        CHECK(memcmp(&again->private_area, &file->private_area,
                     sizeof(file->private_area)) == 0);
        CHECK(tpm_keyfile_encode(again, &second.data, &second.size));
        CHECK(first.size == second.size && first.data != NULL &&
              second.data != NULL &&
              memcmp(first.data, second.data, first.size) == 0);
    }
    tpm_keyfile_free(&again);
    CHECK(again == NULL);
    der_free(&first);
    der_free(&second);
}

/* Every beginning of it, and it with a byte behind. */
static void
check_cuts(const struct der *der)
{
    const char *why = NULL;
    struct tpm_keyfile *file = NULL;
    unsigned char *longer = OPENSSL_zalloc(der->size + 1);

    for (size_t size = 0; size < der->size; size++) {
        unsigned char *cut = OPENSSL_malloc(size + 1); /* sized for ASan */

        why = NULL;
        memcpy(cut, der->data, size);
        file = tpm_keyfile_parse(cut, size, &why);
        CHECK(file == NULL && why != NULL);
        tpm_keyfile_free(&file);
        OPENSSL_free(cut);
    }
    memcpy(longer, der->data, der->size);
    file = tpm_keyfile_parse(longer, der->size + 1, &why);
    CHECK(file == NULL && strstr(why, "cut short, corrupt") != NULL);
    tpm_keyfile_free(&file);
    OPENSSL_free(longer);
}

static void
check_accepted(void)
{
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        const struct accepted *row = &accepted[i];
        struct der der = { NULL, 0 };
        struct tpm_keyfile *file = NULL;
        const char *why = "";

        if (CHECK(der_read(row->name, &der)))
            file = tpm_keyfile_parse(der.data, der.size, &why);
        CHECK(tpm_keyfile_is(der.data, der.size));
        if (CHECK(file != NULL)) {
            check_members(row, file);
            if (row->steps > 0)
                check_policies(file);
            check_round(row, file);
            check_cuts(&der);
        } else {
            fprintf(stderr, "%s: %s\n", row->name, why);
        }
        tpm_keyfile_free(&file);
        der_free(&der);
    }
}

static const struct {
    const char *name;
    const char *says;
} refused[] = {
    { "bad-type-importable", "importable" },
    { "bad-type-sealed", "sealed" },
    { "bad-type-unknown", "none of 2.23.133.10.1.3" },
    { "bad-auth-twice", "corrupt" },
    { "bad-order", "corrupt" },
    { "bad-member-unknown", "members that" },
    { "bad-parent-nv", "parent" },
    { "bad-parent-lockout", "parent" },
    { "bad-parent-wide", "parent" },
    { "bad-public-size-more", "public area" },
    { "bad-public-size-less", "public area" },
    { "bad-public-size-huge", "public area" },
    { "bad-public-behind", "public area" },
    { "bad-public-empty", "public area" },
    { "bad-private-size-more", "private area" },
    { "bad-private-size-less", "private area" },
    { "bad-private-empty", "private area" },
    { "bad-private-none", "private area" },
    { "bad-policy-wide", "over 32 bits" },
    { "bad-policy-negative", "over 32 bits" },
    { "bad-policy-long", "more than 64" },
    { "bad-policy-many", "more than 16" },
};

static void
check_refused(void)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct der der = { NULL, 0 };
        struct tpm_keyfile *file = NULL;
        const char *why = "";

        if (CHECK(der_read(refused[i].name, &der)))
            file = tpm_keyfile_parse(der.data, der.size, &why);
        if (!CHECK(file == NULL) || !CHECK(strstr(why, refused[i].says)))
            fprintf(stderr, "%s: %s\n", refused[i].name, why);
        CHECK(tpm_keyfile_is(der.data, der.size));
        tpm_keyfile_free(&file);
        der_free(&der);
    }
}

/* The same key in an encoding that is BER and not DER, a text with a NUL, a
 * file beyond the bound: each is p256 or all-members and one change. */
static void
check_bytes(void)
{
    struct der der = { NULL, 0 };
    struct tpm_keyfile *file = NULL;
    const char *why = "";
    static unsigned char buffer[TPM_KEYFILE_SIZE_MAX + 1];

    /* 30 81 F0 … as 30 82 00 F0 … */
    if (CHECK(der_read("p256", &der) && der.data[1] == 0x81)) {
        memcpy(buffer, "\x30\x82\x00", 3);
        memcpy(buffer + 3, der.data + 2, der.size - 2);
        file = tpm_keyfile_parse(buffer, der.size + 1, &why);
        CHECK(file == NULL && strstr(why, "corrupt"));
        memcpy(buffer, der.data, der.size);
        file = tpm_keyfile_parse(buffer, der.size, &why);
        CHECK(file != NULL);
        tpm_keyfile_free(&file);
        file = tpm_keyfile_parse(buffer, sizeof(buffer), &why);
        CHECK(file == NULL && strstr(why, "longer than 16384"));
    }
    der_free(&der);
    if (CHECK(der_read("all-members", &der))) {
        for (size_t i = 0; i + 6 < der.size; i++) {
            if (memcmp(der.data + i, "pump 7", 6) == 0)
                der.data[i + 4] = '\0';
        }
        file = tpm_keyfile_parse(der.data, der.size, &why);
        CHECK(file == NULL && strstr(why, "NUL"));
    }
    der_free(&der);
}

/* What is not ours is not taken for it. */
static void
check_others(void)
{
    static const unsigned char pkcs8[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30,
                                           0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };
    static const unsigned char ours[] = { 0x30, 0x08, 0x06, 0x06, 0x67,
                                          0x81, 0x05, 0x0a, 0x01, 0x03 };

    CHECK(!tpm_keyfile_is(pkcs8, sizeof(pkcs8)));
    CHECK(tpm_keyfile_is(ours, sizeof(ours)));
    CHECK(!tpm_keyfile_is(ours, 8));
    CHECK(!tpm_keyfile_is(ours, 1));
    CHECK(!tpm_keyfile_is(ours, 0));
}

int
main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    setenv("TSS2_LOG", "all+NONE", 1);
    check_accepted();
    check_refused();
    check_bytes();
    check_others();
    CHECK(ERR_peek_error() == 0); /* nothing of this is the queue's business */
    return check_end();
}
