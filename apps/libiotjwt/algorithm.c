// SPDX-License-Identifier: Apache-2.0
/*
 * The table of algorithms (RFC 7518 sections 3.3 and 3.4) and the check of a
 * key against a row of it.  To add one is to add a row here.  There are two
 * because the wire has two: what a device may not use, it cannot make.
 */
#include "algorithm.h"

#include "error.h"

#include <openssl/evp.h>
#include <string.h>

static const struct iotjwt_row rows[] = {
    /* RFC 7518 section 3.3 demands 2048 bits; the upper bound limits what a
     * registered key can cost a bridge */
    { IOTJWT_RS256, "RS256", "RSA", NULL, "SHA256", 2048, 8192, 0 },
    { IOTJWT_ES256, "ES256", "EC", "prime256v1", "SHA256", 256, 256, 32 },
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct iotjwt_row *
iotjwt_row_find(enum iotjwt_algorithm algorithm)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].algorithm == algorithm)
            return &rows[i];
    return NULL;
}

const char *
iotjwt_algorithm_name(enum iotjwt_algorithm algorithm)
{
    const struct iotjwt_row *row = iotjwt_row_find(algorithm);

    return row == NULL ? NULL : row->name;
}

enum iotjwt_algorithm
iotjwt_algorithm_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].algorithm;
    return (enum iotjwt_algorithm)0;
}

static const char *
type_of(const EVP_PKEY *key)
{
    const char *type = EVP_PKEY_get0_type_name(key);

    return type == NULL ? "unknown" : type;
}

/* Providers differ in what they call the one curve there is. */
static bool
is_group(const char *group, const char *name)
{
    return strcmp(name, group) == 0 ||
           (strcmp(group, "prime256v1") == 0 &&
            (strcmp(name, "P-256") == 0 || strcmp(name, "secp256r1") == 0));
}

static bool
fits_group(const struct iotjwt_row *row, const EVP_PKEY *key,
           struct iotjwt_error *error)
{
    char name[64] = "explicit parameters";

    if (EVP_PKEY_get_group_name(key, name, sizeof name, NULL) &&
        is_group(row->group, name))
        return true;
    return iotjwt_error_set(error, IOTJWT_KEY_UNSUPPORTED,
                            "%s needs a key on the curve P-256, not %s",
                            row->name, name);
}

bool
iotjwt_row_fits(const struct iotjwt_row *row, const EVP_PKEY *key,
                struct iotjwt_error *error)
{
    int bits = EVP_PKEY_get_bits(key);

    if (!EVP_PKEY_is_a(key, row->type))
        return iotjwt_error_set(error, IOTJWT_KEY_UNSUPPORTED,
                                "%s needs a key of type %s, not %s", row->name,
                                row->type, type_of(key));
    if (row->group != NULL && !fits_group(row, key, error))
        return false;
    if (bits >= row->bits_least && bits <= row->bits_most)
        return true;
    return iotjwt_error_set(error, IOTJWT_KEY_UNSUPPORTED,
                            "%s needs an %s key of %d to %d bits, not %d",
                            row->name, row->type, row->bits_least,
                            row->bits_most, bits);
}

const struct iotjwt_row *
iotjwt_row_for_key(const EVP_PKEY *key, struct iotjwt_error *error)
{
    for (size_t i = 0; i < ROWS; i++)
        if (EVP_PKEY_is_a(key, rows[i].type))
            return iotjwt_row_fits(&rows[i], key, error) ? &rows[i] : NULL;
    iotjwt_error_set(error, IOTJWT_KEY_UNSUPPORTED,
                     "a key of type %s is neither for RS256 (RSA) nor for "
                     "ES256 (P-256)",
                     type_of(key));
    return NULL;
}
