// SPDX-License-Identifier: Apache-2.0
/*
 * The examples of RFC 7515 appendix A and RFC 7519 section 6.1.  Their claims
 * lack aud and iat, which we demand: so IOTJWT_CLAIM says that the signature
 * was found good, and one bit changed makes it IOTJWT_SIGNATURE.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1300819380 };

/* {"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true} */
#define PAYLOAD                                                        \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

/* A.1: HS256 */
static const char hs256[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD
                            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/* A.2: RS256 */
static const char rs256[] =
    "eyJhbGciOiJSUzI1NiJ9." PAYLOAD
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
    "p0igcN_IoypGlUPQGe77Rw";
/* A.3: ES256 */
static const char es256[] =
    "eyJhbGciOiJFUzI1NiJ9." PAYLOAD
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    "pmWQxfKTUJqPP3-Kg6NU1Q";
static const char ec_x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
static const char ec_y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

/* RFC 7519 section 6.1: unsecured */
static const char none[] = "eyJhbGciOiJub25lIn0." PAYLOAD ".";

static EVP_PKEY *
ec_key(void)
{
    unsigned char point[65] = { 4 };
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

    CHECK(tokens_bytes(ec_x, point + 1) == 32);
    CHECK(tokens_bytes(ec_y, point + 33) == 32);
    OSSL_PARAM_BLD_push_utf8_string(build, "group", "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, "pub", point, sizeof point);
    return tokens_key_of("EC", build);
}

/* The token as it is, and with one bit of the last part changed. */
static void
check_vector(const char *token, const struct iotjwt_key *key)
{
    struct iotjwt_error error;
    char *changed = strdup(token);

    CHECK(tokens_verify(token, key, NOW, &error) == IOTJWT_CLAIM);
    CHECK(strcmp(error.text, "the claim aud is missing") == 0);
    strrchr(changed, '.')[2] ^= 1;
    CHECK(tokens_verify(changed, key, NOW, &error) == IOTJWT_SIGNATURE);
    free(changed);
}

/* PKCS#1 v1.5 leaves nothing to chance, so what we sign with the key of A.2
 * is what anybody else would. */
static void
check_that_we_sign_the_same(EVP_PKEY *rsa)
{
    struct iotjwt_claims claims = { .audience = "p1",
                                    .issued_at = NOW,
                                    .expires_at = NOW + 1 };
    char *token = iotjwt_mint(rsa, &claims, NULL, NULL, NULL);
    char *again = NULL;
    char *header = strdup(token);
    char *payload = strchr(header, '.') + 1;

    payload[-1] = '\0';
    *strchr(payload, '.') = '\0';
    again = tokens_raw_parts(rsa, header, payload);
    CHECK(strcmp(token, again) == 0);
    free(header);
    free(again);
    iotjwt_free(&token);
}

int
main(void)
{
    struct iotjwt_error error;
    EVP_PKEY *rsa = tokens_key("RSA", 2048, NULL);
    EVP_PKEY *ec = ec_key();
    struct iotjwt_key *rsa_public = tokens_public(rsa, IOTJWT_RS256);
    struct iotjwt_key *ec_public = tokens_public(ec, IOTJWT_ES256);

    check_vector(rs256, rsa_public);
    check_vector(es256, ec_public);
    CHECK(tokens_verify(rs256, ec_public, NOW, &error) == IOTJWT_ALGORITHM);
    CHECK(tokens_verify(es256, rsa_public, NOW, &error) == IOTJWT_ALGORITHM);
    CHECK(tokens_verify(hs256, rsa_public, NOW, &error) == IOTJWT_ALGORITHM);
    CHECK(tokens_verify(none, rsa_public, NOW, &error) == IOTJWT_ALGORITHM);
    CHECK(tokens_verify(none, ec_public, NOW, &error) == IOTJWT_ALGORITHM);
    check_that_we_sign_the_same(rsa);
    iotjwt_key_free(&rsa_public);
    iotjwt_key_free(&ec_public);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ec);
    return check_end();
}
