// SPDX-License-Identifier: Apache-2.0
/*
 * A table, read both ways: what to make by a name, and what to call a key.
 */
#include "algorithm.h"

#include "base/log.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

static const struct algorithm algorithms[] = {
    { "rsa2048", "RSA", 2048, NULL }, { "rsa3072", "RSA", 3072, NULL },
    { "rsa4096", "RSA", 4096, NULL }, { "p256", "EC", 0, "P-256" },
    { "p384", "EC", 0, "P-384" },     { "p521", "EC", 0, "P-521" },
};

enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

const struct algorithm *
algorithm_find(const char *name)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (strcmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    log_error("unknown algorithm %s; rsa2048, rsa3072, rsa4096, p256, p384 or "
              "p521",
              name);
    return NULL;
}

const char *
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
