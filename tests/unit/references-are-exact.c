// SPDX-License-Identifier: Apache-2.0
/*
 * References to persistent keys come back as they were written, and each with
 * one byte wrong, missing or too many is refused with a reason.
 */
#include "check.h"
#include "reference.h"
#include "template.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static bool
parses(const unsigned char *der, size_t len)
{
    struct tpm_reference reference;
    const char *why = NULL;
    unsigned char *exact = malloc(len + 1); /* sized for ASan */
    bool ok = false;

    memcpy(exact, der, len);
    ok = tpm_reference_parse(exact, len, &reference, &why) != 0;
    CHECK(why != NULL);
    tpm_keyfile_free(&reference.file);
    free(exact);
    return ok;
}

static void
check_one(TPM2_HANDLE handle, int has_password)
{
    struct tpm_reference in = { handle, has_password, tpm_template_ec, NULL };
    struct tpm_reference out;
    unsigned char *der = NULL;
    size_t len = 0;
    const char *why = NULL;

    if (!CHECK(tpm_reference_encode(&in, &der, &len)))
        return;
    CHECK(tpm_reference_is(der, len));
    CHECK(tpm_reference_parse(der, len, &out, &why));
    CHECK(out.handle == handle && out.has_password == has_password);
    CHECK(out.area.publicArea.type == TPM2_ALG_ECC);
    for (size_t i = 0; i < len; i++)
        CHECK(!parses(der, i));
    der = OPENSSL_realloc(der, len + 1);
    der[len] = 0;
    CHECK(!parses(der, len + 1));
    der[4] ^= 0x20; /* a handle without its scheme */
    CHECK(!parses(der, len));
    OPENSSL_free(der);
}

/* With a key file in it, which has to be of the same key. */
static void
check_file(void)
{
    struct tpm_keyfile *file = tpm_keyfile_new();
    struct tpm_reference in = { 0x81000010, 0, tpm_template_ec, file };
    unsigned char *der = NULL;
    size_t len = 0;

    if (!CHECK(file != NULL))
        return;
    file->public_area = tpm_template_ec;
    file->private_area.size = 1;
    CHECK(tpm_reference_encode(&in, &der, &len));
    CHECK(tpm_reference_is(der, len) && parses(der, len));
    for (size_t i = 0; i < len; i++)
        CHECK(!parses(der, i));
    OPENSSL_free(der);
    file->public_area.publicArea.objectAttributes ^= TPMA_OBJECT_NODA;
    CHECK(tpm_reference_encode(&in, &der, &len));
    CHECK(!parses(der, len));
    OPENSSL_free(der);
    tpm_keyfile_free(&file);
}

static void
check_strangers(void)
{
    struct tpm_reference in = { 0x80000001, 0, tpm_template_ec, NULL };
    unsigned char *der = NULL;
    size_t len = 0;

    CHECK(tpm_reference_encode(&in, &der, &len));
    CHECK(!parses(der, len)); /* not persistent */
    OPENSSL_free(der);
    CHECK(!tpm_reference_is((const unsigned char *)"0", 1));
    CHECK(!tpm_reference_is((const unsigned char *)"0\x82\x0c", 3));
}

int
main(void)
{
    check_one(0x81000010, 0);
    check_one(0x81ffffff, 1);
    check_file();
    check_strangers();
    return check_end();
}
