// SPDX-License-Identifier: Apache-2.0
/*
 * The rule about times, on both sides of each of its bounds:
 * iat <= now + skew, exp >= now - skew, iat <= exp <= iat + longest + skew.
 */
#include "check.h"
#include "tokens.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, SKEW = 600, DAY = 86400 };

static const struct row {
    int64_t issued_at, expires_at;
    int64_t now, skew, longest;
    enum iotjwt_code code;
    const char *text;
} rows[] = {
    { NOW, NOW + 3600, NOW, SKEW, DAY, IOTJWT_OK, "" },
    /* issued in the future */
    { NOW + SKEW, NOW + DAY, NOW, SKEW, DAY, IOTJWT_OK, "" },
    { NOW + SKEW + 1, NOW + DAY, NOW, SKEW, DAY, IOTJWT_ISSUED_IN_FUTURE,
      "issued 601 s in the future" },
    { NOW, NOW + 10, NOW, 0, DAY, IOTJWT_OK, "" },
    { NOW + 1, NOW + 10, NOW, 0, DAY, IOTJWT_ISSUED_IN_FUTURE,
      "issued 1 s in the future" },
    /* expired */
    { NOW - 3600, NOW - SKEW, NOW, SKEW, DAY, IOTJWT_OK, "" },
    { NOW - 3600, NOW - SKEW - 1, NOW, SKEW, DAY, IOTJWT_EXPIRED,
      "expired 601 s ago" },
    { NOW - 10, NOW, NOW, 0, DAY, IOTJWT_OK, "" },
    { NOW - 10, NOW - 1, NOW, 0, DAY, IOTJWT_EXPIRED, "expired 1 s ago" },
    /* lifetime: a day and the skew over it, no more */
    { NOW, NOW + DAY, NOW, SKEW, DAY, IOTJWT_OK, "" },
    { NOW, NOW + DAY + SKEW, NOW, SKEW, DAY, IOTJWT_OK, "" },
    { NOW, NOW + DAY + SKEW + 1, NOW, SKEW, DAY, IOTJWT_LIFETIME,
      "valid for 87001 s, which is longer than 86400 s" },
    { NOW, NOW + 60, NOW, 0, 60, IOTJWT_OK, "" },
    { NOW, NOW + 61, NOW, 0, 60, IOTJWT_LIFETIME,
      "valid for 61 s, which is longer than 60 s" },
    { NOW, NOW, NOW, SKEW, DAY, IOTJWT_OK, "" },
    { NOW, NOW - 1, NOW, SKEW, DAY, IOTJWT_LIFETIME,
      "expires 1 s before it was issued" },
    /* a clock that was never set, and the ends of time */
    { 10, 3610, NOW, SKEW, DAY, IOTJWT_EXPIRED, "expired 1795283390 s ago" },
    { 10, 3610, 0, SKEW, DAY, IOTJWT_OK, "" },
    { NOW, NOW + 3600, 10, SKEW, DAY, IOTJWT_ISSUED_IN_FUTURE,
      "issued 1795286990 s in the future" },
    { 0, IOTJWT_LATEST, NOW, 0, IOTJWT_LATEST, IOTJWT_OK, "" },
    { 0, IOTJWT_LATEST, IOTJWT_LATEST, IOTJWT_LATEST, IOTJWT_LATEST, IOTJWT_OK,
      "" },
    { 0, 0, 0, 0, 0, IOTJWT_OK, "" },
    { 0, 1, 0, 0, 0, IOTJWT_LIFETIME, NULL },
};

static void
check_row(const struct row *row, EVP_PKEY *key, const struct iotjwt_key *public)
{
    struct iotjwt_policy policy = { "p1", row->now, row->skew, row->longest };
    struct iotjwt_error error;
    struct iotjwt_claims *claims = NULL;
    char payload[128];
    char *token = NULL;

    snprintf(payload, sizeof payload,
             "{\"aud\":\"p1\",\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}",
             row->issued_at, row->expires_at);
    token = tokens_raw(key, "{\"alg\":\"ES256\"}", payload);
    claims = iotjwt_verify(token, strlen(token), public, &policy, &error);
    if (!CHECK((claims != NULL) == (row->code == IOTJWT_OK)) ||
        !CHECK(error.code == row->code) ||
        !CHECK(row->text == NULL || strcmp(error.text, row->text) == 0))
        fprintf(stderr, "  row %td: %d %s\n", row - rows, error.code,
                error.text);
    iotjwt_claims_free(&claims);
    free(token);
}

int
main(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], key, public);
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    return check_end();
}
