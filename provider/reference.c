// SPDX-License-Identifier: Apache-2.0
/*
 * References to persistent keys from DER to struct and back: bytes and a
 * length, no TPM, no error queue. A reference has one encoding: what was read
 * is written and compared. PEM is decode.c's and encode.c's.
 */
#include "reference.h"

#include "area.h"

#include <openssl/asn1t.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <tss2/tss2_mu.h>

struct reference_asn1 {
    ASN1_UTF8STRING *uri;
    ASN1_OCTET_STRING *public_area;
    ASN1_OCTET_STRING *file;
};

// clang-format off
ASN1_SEQUENCE(REFERENCE) = {
    ASN1_SIMPLE(struct reference_asn1, uri, ASN1_UTF8STRING),
    ASN1_SIMPLE(struct reference_asn1, public_area, ASN1_OCTET_STRING),
    ASN1_EXP_OPT(struct reference_asn1, file, ASN1_OCTET_STRING, 0)
} static_ASN1_SEQUENCE_END_name(struct reference_asn1, REFERENCE)
// clang-format on

#define SCHEME "handle:"

int
tpm_reference_is(const unsigned char *der, size_t len)
{
    size_t header = 0;

    if (len < 2 || der[0] != (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED))
        return 0;
    header = 2 + (der[1] > 0x80 ? der[1] & 0x7f : 0);
    return header + 2 <= len && der[header] == V_ASN1_UTF8STRING &&
           len - header - 2 >= strlen(SCHEME) &&
           memcmp(der + header + 2, SCHEME, strlen(SCHEME)) == 0;
}

CHECKED static int
file_write(const struct tpm_keyfile *file, struct reference_asn1 *to)
{
    unsigned char *der = NULL;
    size_t len = 0;
    int ok = 0;

    if (file == NULL)
        return 1;
    to->file = ASN1_OCTET_STRING_new();
    ok = to->file != NULL && tpm_keyfile_encode(file, &der, &len) &&
         ASN1_STRING_set(to->file, der, (int)len);
    OPENSSL_free(der);
    return ok;
}

int
tpm_reference_encode(const struct tpm_reference *reference, unsigned char **der,
                     size_t *len)
{
    unsigned char area[sizeof reference->area];
    size_t area_len = 0;
    char uri[32];
    struct reference_asn1 *made = NULL;
    int written = 0;

    *der = NULL;
    (void)snprintf(uri, sizeof uri, SCHEME "0x%08x%s", reference->handle,
                   reference->has_password ? "?pass" : "");
    made = (struct reference_asn1 *)ASN1_item_new(ASN1_ITEM_rptr(REFERENCE));
    if (made != NULL &&
        Tss2_MU_TPM2B_PUBLIC_Marshal(&reference->area, area, sizeof area,
                                     &area_len) == TSS2_RC_SUCCESS &&
        ASN1_STRING_set(made->uri, uri, -1) &&
        ASN1_STRING_set(made->public_area, area, (int)area_len) &&
        file_write(reference->file, made))
        written =
            ASN1_item_i2d((ASN1_VALUE *)made, der, ASN1_ITEM_rptr(REFERENCE));
    ASN1_item_free((ASN1_VALUE *)made, ASN1_ITEM_rptr(REFERENCE));
    *len = written > 0 ? (size_t)written : 0;
    return written > 0;
}

/* The file has to be of the key that stands there, or its policy is not. */
CHECKED static int
file_read(const ASN1_OCTET_STRING *from, struct tpm_reference *reference)
{
    const char *why = NULL;

    if (from == NULL)
        return 1;
    reference->file = tpm_keyfile_parse(ASN1_STRING_get0_data(from),
                                        (size_t)ASN1_STRING_length(from), &why);
    return reference->file != NULL &&
           area_is(&reference->area.publicArea,
                   &reference->file->public_area.publicArea);
}

CHECKED static int
members_read(const struct reference_asn1 *from, struct tpm_reference *reference)
{
    const unsigned char *area = ASN1_STRING_get0_data(from->public_area);
    size_t area_len = (size_t)ASN1_STRING_length(from->public_area);
    char uri[32] = "";
    unsigned handle = 0;

    if (ASN1_STRING_length(from->uri) >= (int)sizeof uri)
        return 0;
    memcpy(uri, ASN1_STRING_get0_data(from->uri),
           (size_t)ASN1_STRING_length(from->uri));
    if (sscanf(uri, SCHEME "0x%8x", &handle) != 1 ||
        handle >> TPM2_HR_SHIFT != TPM2_HT_PERSISTENT)
        return 0;
    reference->handle = handle;
    reference->has_password = strchr(uri, '?') != NULL;
    return area_read(area, area_len, &reference->area) &&
           file_read(from->file, reference);
}

int
tpm_reference_parse(const unsigned char *der, size_t len,
                    struct tpm_reference *reference, const char **why)
{
    const unsigned char *end = der;
    unsigned char *again = NULL;
    size_t again_len = 0;
    ASN1_VALUE *value = NULL;
    int ok = 0;

    memset(reference, 0, sizeof *reference);
    *why = "the reference to a TPM key is cut short or corrupt";
    if (len > TPM_REFERENCE_SIZE_MAX)
        return 0;
    ERR_set_mark();
    value = ASN1_item_d2i(NULL, &end, (long)len, ASN1_ITEM_rptr(REFERENCE));
    ok = value != NULL &&
         members_read((const struct reference_asn1 *)value, reference) &&
         tpm_reference_encode(reference, &again, &again_len) &&
         again_len == len && memcmp(again, der, len) == 0;
    ERR_pop_to_mark();
    if (!ok)
        tpm_keyfile_free(&reference->file);
    OPENSSL_free(again);
    ASN1_item_free(value, ASN1_ITEM_rptr(REFERENCE));
    return ok;
}
