// SPDX-License-Identifier: Apache-2.0
/*
 * Which credentials a registry takes (cloud-iot-core reference, section 5.5):
 * each refusal, with its sentence, beside the same thing accepted.
 */
#include "base/log.h"
#include "certificate.h"
#include "check.h"
#include "registry/credential.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

static char last_line[2048];

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    snprintf(last_line, sizeof last_line, "%s", text);
}

static EVP_PKEY *ca_key, *other_key, *rsa_key, *ec_key;
static char *ca; /* the registry's only certificate, unless said otherwise */

/* Takes PEM over and offers it; true when it was admitted. */
static bool
offer(enum registry_format format, char *pem, char *const *cas, size_t count)
{
    struct registry_credential credential = { format, pem, 0 };
    struct credential_checked checked_one;
    bool ok;

    last_line[0] = '\0';
    ok = credential_check(&credential, cas, count, (int64_t)time(NULL),
                          &checked_one);
    CHECK(ok || checked_one.pem == NULL);
    CHECK(ok == (last_line[0] == '\0'));
    if (ok) {
        CHECK(strstr(checked_one.pem, "-----BEGIN ") == checked_one.pem);
        credential_checked_free(&checked_one);
    }
    free(pem);
    return ok;
}

static bool
offer_here(enum registry_format format, char *pem)
{
    return offer(format, pem, &ca, 1);
}

static bool
offer_anywhere(enum registry_format format, char *pem)
{
    return offer(format, pem, NULL, 0);
}

static bool
said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

static char *
device(EVP_PKEY *key, const char *issuer, EVP_PKEY *issuer_key)
{
    return certificate_make(&(struct wish){ .subject = "device",
                                            .key = key,
                                            .issuer = issuer,
                                            .issuer_key = issuer_key });
}

static void
check_signers(void)
{
    CHECK(offer_here(REGISTRY_RSA_X509_PEM, device(rsa_key, "CA", ca_key)));
    CHECK(offer_here(REGISTRY_ES256_X509_PEM, device(ec_key, "CA", ca_key)));
    CHECK(!offer_here(REGISTRY_RSA_X509_PEM,
                      device(rsa_key, "Other CA", other_key)));
    CHECK(said("only certificates signed by one of its CA certificates") &&
          said("issued by CN=Other CA"));
    CHECK(!offer_here(REGISTRY_RSA_X509_PEM, device(rsa_key, "CA", other_key)));
    CHECK(said("names CN=CA, which did not sign it"));
    CHECK(!offer_here(REGISTRY_RSA_X509_PEM, device(rsa_key, NULL, NULL)));
    CHECK(said("signed by itself"));
    CHECK(offer_anywhere(REGISTRY_RSA_X509_PEM, device(rsa_key, NULL, NULL)));
    CHECK(!offer_here(REGISTRY_RSA_PEM, certificate_bare_key(rsa_key)));
    CHECK(said("bare public key"));
    CHECK(offer_anywhere(REGISTRY_RSA_PEM, certificate_bare_key(rsa_key)));
    CHECK(offer_anywhere(REGISTRY_ES256_PEM, certificate_bare_key(ec_key)));
}

/* A chain of two is one too many: only a direct signature counts. */
static void
check_chain(void)
{
    char *middle = certificate_make(&(struct wish){ .subject = "Middle",
                                                    .key = other_key,
                                                    .issuer = "CA",
                                                    .issuer_key = ca_key,
                                                    .is_ca = true });
    char *both[] = { ca, middle };

    CHECK(!offer_here(REGISTRY_ES256_X509_PEM,
                      device(ec_key, "Middle", other_key)));
    CHECK(said("issued by CN=Middle"));
    CHECK(offer(REGISTRY_ES256_X509_PEM, device(ec_key, "Middle", other_key),
                both, 2));
    CHECK(!offer(REGISTRY_ES256_X509_PEM, strdup(middle), both, 2));
    CHECK(said("a CA certificate of the registry"));
    CHECK(offer(REGISTRY_ES256_X509_PEM, strdup(middle), &ca, 1));
    free(middle);
}

static void
check_times(void)
{
    struct wish wish = { .subject = "device",
                         .key = ec_key,
                         .issuer = "CA",
                         .issuer_key = ca_key,
                         .start = -DAY,
                         .end = HOUR };
    char *late = certificate_make(&(struct wish){ .subject = "CA",
                                                  .key = ca_key,
                                                  .start = -2 * DAY,
                                                  .end = -HOUR,
                                                  .is_ca = true });
    char *both[] = { late, ca };

    CHECK(offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    wish.end = -HOUR;
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    CHECK(said("the certificate expired on 2"));
    CHECK(!offer_anywhere(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    CHECK(said("the certificate expired on 2"));
    wish.start = HOUR;
    wish.end = DAY;
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    CHECK(said("not valid before 2"));
    CHECK(!offer(REGISTRY_ES256_X509_PEM, device(ec_key, "CA", ca_key), &late,
                 1));
    CHECK(said("the CA certificate that signed it (CN=CA) expired on 2"));
    /* The CA has renewed its certificate, and both are there. */
    CHECK(
        offer(REGISTRY_ES256_X509_PEM, device(ec_key, "CA", ca_key), both, 2));
    free(late);
}

static void
check_formats(void)
{
    CHECK(!offer_here(REGISTRY_RSA_X509_PEM, device(ec_key, "CA", ca_key)));
    CHECK(said("for an RSA key, and this is EC"));
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, device(rsa_key, "CA", ca_key)));
    CHECK(said("for an EC key, and this is RSA"));
    CHECK(!offer_anywhere(REGISTRY_RSA_PEM, device(rsa_key, NULL, NULL)));
    CHECK(said("RSA_PEM is for a bare public key"));
    CHECK(
        !offer_anywhere(REGISTRY_ES256_X509_PEM, certificate_bare_key(ec_key)));
    CHECK(said("ES256_X509_PEM is for a certificate"));
    CHECK(
        !offer_anywhere((enum registry_format)7, certificate_bare_key(ec_key)));
    CHECK(!offer_anywhere(REGISTRY_RSA_PEM, certificate_private_key(rsa_key)));
    CHECK(said("private key"));
}

static void
check_strength(void)
{
    EVP_PKEY *short_key = EVP_RSA_gen(1024);
    EVP_PKEY *p384_key = EVP_EC_gen("P-384");
    struct wish wish = { .subject = "device",
                         .key = ec_key,
                         .issuer = "CA",
                         .issuer_key = ca_key,
                         .is_version_1 = true };

    CHECK(!offer_here(REGISTRY_RSA_X509_PEM, device(short_key, "CA", ca_key)));
    CHECK(said("1024 bits"));
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, device(p384_key, "CA", ca_key)));
    CHECK(said("secp384r1"));
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    CHECK(said("version 1"));
    wish.is_version_1 = false;
    CHECK(offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    wish.digest = EVP_sha1();
    CHECK(!offer_here(REGISTRY_ES256_X509_PEM, certificate_make(&wish)));
    CHECK(said("can be forged"));
    EVP_PKEY_free(short_key);
    EVP_PKEY_free(p384_key);
}

/* The public key of these numbers, whatever they are. */
static char *
rsa_of(const BIGNUM *modulus, BN_ULONG exponent)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *e = BN_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;
    char *pem;

    CHECK(BN_set_word(e, exponent) &&
          OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) &&
          OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e));
    params = OSSL_PARAM_BLD_to_param(build);
    CHECK(EVP_PKEY_fromdata_init(context) == 1 &&
          EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
    pem = certificate_bare_key(key);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(e);
    return pem;
}

/* Numbers for which anybody can sign: the exponent is 1, or the modulus is
 * prime, as that of RFC 3526 section 3. */
static void
check_numbers(void)
{
    BIGNUM *prime = BN_get_rfc3526_prime_2048(NULL);
    BIGNUM *modulus = NULL;

    CHECK(EVP_PKEY_get_bn_param(rsa_key, OSSL_PKEY_PARAM_RSA_N, &modulus));
    CHECK(offer_anywhere(REGISTRY_RSA_PEM, rsa_of(modulus, RSA_F4)));
    CHECK(!offer_anywhere(REGISTRY_RSA_PEM, rsa_of(modulus, 1)));
    CHECK(said("not those of a key"));
    CHECK(!offer_anywhere(REGISTRY_RSA_PEM, rsa_of(prime, RSA_F4)));
    CHECK(said("not those of a key"));
    BN_free(modulus);
    BN_free(prime);
}

static char *
join(const char *before, char *pem, const char *after)
{
    size_t size = strlen(before) + strlen(pem) + strlen(after) + 1;
    char *text = malloc(size);

    if (text == NULL)
        abort();
    snprintf(text, size, "%s%s%s", before, pem, after);
    free(pem);
    return text;
}

static void
check_pem(void)
{
    static char spaces[REGISTRY_PEM_MOST];
    char *good = certificate_bare_key(ec_key);

    CHECK(offer_anywhere(REGISTRY_ES256_PEM,
                         join("some prose\n", strdup(good), "\n \n")));
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM, join("", strdup(good), "x")));
    CHECK(said("follows"));
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM, join("", strdup(good), good)));
    CHECK(said("follows"));
    memset(spaces, ' ', sizeof spaces - 1);
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM, join("", strdup(good), spaces)));
    CHECK(said("longer than"));
    good[strlen(good) / 2] = '\0';
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM, good));
    CHECK(said("not PEM"));
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM, strdup("")));
    CHECK(!offer_anywhere(REGISTRY_ES256_PEM,
                          strdup("-----BEGIN PUBLIC KEY-----\nAAAA\n"
                                 "-----END PUBLIC KEY-----\n")));
    CHECK(said("no PUBLIC KEY inside"));
    CHECK(
        !offer_anywhere(REGISTRY_ES256_PEM,
                        strdup("-----BEGIN X-----\nAAAA\n-----END X-----\n")));
    CHECK(said("this is a X"));
}

static bool
offer_authority(const struct wish *wish)
{
    char *pem = certificate_make(wish);
    char *clean = NULL;
    bool ok = credential_check_authority(pem, (int64_t)time(NULL), &clean);

    CHECK(ok == (clean != NULL));
    free(clean);
    free(pem);
    return ok;
}

static void
check_authorities(void)
{
    EVP_PKEY *short_key = EVP_RSA_gen(1024);
    struct wish wish = { .subject = "CA", .key = ca_key, .is_ca = true };
    char *bare = certificate_bare_key(ca_key);
    char *clean = NULL;

    CHECK(offer_authority(&wish));
    wish.is_ca = false;
    CHECK(!offer_authority(&wish));
    CHECK(said("may not sign others"));
    wish.is_ca = true;
    wish.start = -DAY;
    wish.end = -HOUR;
    CHECK(!offer_authority(&wish));
    CHECK(said("the CA certificate expired on"));
    wish.end = HOUR;
    CHECK(offer_authority(&wish));
    wish.key = short_key;
    CHECK(!offer_authority(&wish));
    CHECK(said("weaker"));
    CHECK(!credential_check_authority(bare, (int64_t)time(NULL), &clean));
    CHECK(clean == NULL && said("bare public key"));
    free(bare);
    EVP_PKEY_free(short_key);
}

int
main(void)
{
    log_open("test", keep_line);
    ca_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    ec_key = EVP_EC_gen("P-256");
    rsa_key = EVP_RSA_gen(2048);
    ca = certificate_make(
        &(struct wish){ .subject = "CA", .key = ca_key, .is_ca = true });
    check_signers();
    check_chain();
    check_times();
    check_formats();
    check_strength();
    check_numbers();
    check_pem();
    check_authorities();
    free(ca);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(other_key);
    EVP_PKEY_free(ec_key);
    EVP_PKEY_free(rsa_key);
    return check_end();
}
