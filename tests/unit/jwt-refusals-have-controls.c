// SPDX-License-Identifier: Apache-2.0
/*
 * Headers and claims, each signed with the right key: what is refused, why,
 * and beside it the same thing accepted.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000 };

#define H "{\"alg\":\"ES256\",\"typ\":\"JWT\"}"
#define P "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":1795290600}"
#define TIMES "\"iat\":1795287000,\"exp\":1795290600"

static const struct row {
    const char *header;
    const char *payload;
    enum iotjwt_code code;
    const char *text; /* NULL: any */
} rows[] = {
    { H, P, IOTJWT_OK, "" },
    /* alg: RFC 7515 §4.1.1 */
    { "{\"alg\":\"RS256\"}", P, IOTJWT_ALGORITHM,
      "its algorithm is RS256, the key is for ES256" },
    { "{\"alg\":\"HS256\"}", P, IOTJWT_ALGORITHM,
      "its algorithm is HS256, the key is for ES256" },
    { "{\"alg\":\"none\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"None\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"es256\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"ES256 \"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"ES2\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"ES384\"}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":[\"ES256\"]}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":256}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":null}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"Alg\":\"ES256\"}", P, IOTJWT_ALGORITHM,
      "its algorithm is not given, the key is for ES256" },
    { "{}", P, IOTJWT_ALGORITHM, NULL },
    { "{\"alg\":\"ES256\"}", P, IOTJWT_OK, "" },
    { "{\"alg\":\"x\\u001b[2J\\u00e9\\n\"}", P, IOTJWT_ALGORITHM,
      "its algorithm is x?[2J???, the key is for ES256" },
    /* typ: RFC 7519 §5.1 */
    { "{\"alg\":\"ES256\",\"typ\":\"jwt\"}", P, IOTJWT_OK, "" },
    { "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", P, IOTJWT_MALFORMED,
      "its type is at+jwt, not JWT" },
    { "{\"alg\":\"ES256\",\"typ\":1}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\",\"typ\":null}", P, IOTJWT_MALFORMED, NULL },
    /* crit: RFC 7515 §4.1.11, even if empty, which it may not be */
    { "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", P, IOTJWT_CRITICAL,
      NULL },
    { "{\"alg\":\"ES256\",\"crit\":[]}", P, IOTJWT_CRITICAL, NULL },
    { "{\"alg\":\"ES256\",\"crit\":null}", P, IOTJWT_CRITICAL, NULL },
    { "{\"alg\":\"ES256\",\"kid\":\"k\",\"jku\":\"http://x\"}", P, IOTJWT_OK,
      "" },
    /* members twice, and what is no object */
    { "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\",\"\\u0061lg\":\"none\"}", P, IOTJWT_MALFORMED, NULL },
    { "", P, IOTJWT_MALFORMED, NULL },
    { "[]", P, IOTJWT_MALFORMED, "its header is no JSON object" },
    { "\"ES256\"", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\"", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\"}{}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\"}x", P, IOTJWT_MALFORMED, NULL },
    { "\xef\xbb\xbf{\"alg\":\"ES256\"}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\",\"x\":\"\xff\"}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\",\"x\":\"\\u0000\"}", P, IOTJWT_MALFORMED, NULL },
    { "{\"alg\":\"ES256\",\"x\":NaN}", P, IOTJWT_MALFORMED, NULL },
    { " {\r\n \"alg\" : \"ES256\" }\n", P, IOTJWT_OK, "" },
    /* the same in the claims */
    { H, "", IOTJWT_MALFORMED, NULL },
    { H, "[" P "]", IOTJWT_MALFORMED, "its claims are no JSON object" },
    { H, "{\"aud\":\"p1\"," TIMES ",\"exp\":1}", IOTJWT_MALFORMED, NULL },
    { H, "{\"aud\":\"p2\",\"aud\":\"p1\"," TIMES "}", IOTJWT_MALFORMED, NULL },
    { H, "{\"aud\":\"p1\"," TIMES ",\"x\":{\"a\":1,\"a\":2}}", IOTJWT_MALFORMED,
      NULL },
    { H, "{\"aud\":\"p1\"," TIMES ",\"x\":{\"a\":1,\"b\":2}}", IOTJWT_OK, "" },
    { H, "{\"aud\":\"p1\"," TIMES "", IOTJWT_MALFORMED, NULL },
    /* aud: RFC 7519 §4.1.3, one string here */
    { H, "{" TIMES "}", IOTJWT_CLAIM, "the claim aud is missing" },
    { H, "{\"aud\":[\"p1\"]," TIMES "}", IOTJWT_CLAIM,
      "the claim aud is not one string" },
    { H, "{\"aud\":null," TIMES "}", IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":1," TIMES "}", IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p2\"," TIMES "}", IOTJWT_AUDIENCE,
      "meant for the audience p2, not p1" },
    { H, "{\"aud\":\"\"," TIMES "}", IOTJWT_AUDIENCE, NULL },
    { H, "{\"aud\":\"P1\"," TIMES "}", IOTJWT_AUDIENCE, NULL },
    { H, "{\"aud\":\"p1 \"," TIMES "}", IOTJWT_AUDIENCE, NULL },
    { H, "{\"aud\":\"p\"," TIMES "}", IOTJWT_AUDIENCE, NULL },
    { H, "{\"aud\":\"\\u00701\"," TIMES "}", IOTJWT_OK, "" },
    /* iat and exp: numbers, or strings of digits */
    { H, "{\"aud\":\"p1\",\"exp\":1795290600}", IOTJWT_CLAIM,
      "the claim iat is missing" },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000}", IOTJWT_CLAIM,
      "the claim exp is missing" },
    { H, "{\"aud\":\"p1\",\"iat\":\"1795287000\",\"exp\":\"1795290600\"}",
      IOTJWT_OK, "" },
    { H, "{\"aud\":\"p1\",\"iat\":\"1795287000\",\"exp\":1795290600}",
      IOTJWT_OK, "" },
    { H, "{\"aud\":\"p1\",\"iat\":\"\",\"exp\":1795290600}", IOTJWT_CLAIM,
      "the claim iat is no time in seconds" },
    { H, "{\"aud\":\"p1\",\"iat\":\" 1795287000\",\"exp\":1795290600}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":\"+1795287000\",\"exp\":1795290600}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":\"0x6b01a4d8\",\"exp\":1795290600}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":\"1795287000\",\"exp\":\"soon\"}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":\"9999999999999\"}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000.9,\"exp\":1795290600.1}",
      IOTJWT_OK, "" },
    { H, "{\"aud\":\"p1\",\"iat\":1.795287e9,\"exp\":1795290600}", IOTJWT_OK,
      "" },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":1e300}", IOTJWT_CLAIM,
      NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":-1.5}", IOTJWT_CLAIM,
      NULL },
    { H, "{\"aud\":\"p1\",\"iat\":-1,\"exp\":1795290600}", IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":true,\"exp\":1795290600}", IOTJWT_CLAIM,
      NULL },
    { H, "{\"aud\":\"p1\",\"iat\":{},\"exp\":1795290600}", IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":9223372036854775807}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":9223372036854775808}",
      IOTJWT_MALFORMED, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":253402300800}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":253402300799}",
      IOTJWT_LIFETIME, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":253402300800.0}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":253402300799.5}",
      IOTJWT_LIFETIME, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":\"253402300800\"}",
      IOTJWT_CLAIM, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":\"253402300799\"}",
      IOTJWT_LIFETIME, NULL },
    { H, "{\"aud\":\"p1\",\"iat\":0.0,\"exp\":1795290600}", IOTJWT_LIFETIME,
      NULL },
    /* others are ignored, nbf among them */
    { H, "{\"aud\":\"p1\"," TIMES ",\"nbf\":1895287000}", IOTJWT_OK, "" },
    { H, "{\"aud\":\"p1\"," TIMES ",\"nbf\":\"never\",\"sub\":7}", IOTJWT_OK,
      "" },
};

static void
check_row(const struct row *row, EVP_PKEY *key, const struct iotjwt_key *public)
{
    struct iotjwt_error error;
    char *token = tokens_raw(key, row->header, row->payload);

    if (!CHECK(tokens_verify(token, public, NOW, &error) == row->code) ||
        !CHECK(row->text == NULL || strcmp(row->text, error.text) == 0))
        fprintf(stderr, "  %s.%s: %d %s\n", row->header, row->payload,
                error.code, error.text);
    free(token);
}

/* What the caller gets wrong is told apart from what the token gets wrong. */
static void
check_policies(EVP_PKEY *key, const struct iotjwt_key *public)
{
    static const struct iotjwt_policy policies[] = {
        { "p1", NOW, 600, 86400 },       { NULL, NOW, 600, 86400 },
        { "p1", -1, 600, 86400 },        { "p1", NOW, -1, 86400 },
        { "p1", NOW, 600, -1 },          { "p1", INT64_MAX, 600, 86400 },
        { "p1", NOW, INT64_MAX, 86400 }, { "p1", NOW, 600, INT64_MAX },
    };
    char *token = tokens_raw(key, H, P);
    size_t length = strlen(token);
    struct iotjwt_error error;
    struct iotjwt_claims *claims =
        iotjwt_verify(token, length, public, &policies[0], &error);

    CHECK(claims != NULL);
    iotjwt_claims_free(&claims);
    for (size_t i = 1; i < sizeof policies / sizeof *policies; i++) {
        claims = iotjwt_verify(token, length, public, &policies[i], &error);
        CHECK(claims == NULL && error.code == IOTJWT_BAD_ARGUMENT);
    }
    claims = iotjwt_verify(NULL, 0, public, &policies[0], &error);
    CHECK(claims == NULL && error.code == IOTJWT_BAD_ARGUMENT);
    claims = iotjwt_verify(token, length, NULL, &policies[0], &error);
    CHECK(claims == NULL && error.code == IOTJWT_BAD_ARGUMENT);
    claims = iotjwt_verify(token, length, public, NULL, &error);
    CHECK(claims == NULL && error.code == IOTJWT_BAD_ARGUMENT);
    claims = iotjwt_verify(token, length - 1, public, &policies[0], NULL);
    CHECK(claims == NULL);
    free(token);
}

int
main(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i], key, public);
    check_policies(key, public);
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    return check_end();
}
