// SPDX-License-Identifier: Apache-2.0
/*
 * Section 5.5, rule by rule; each refusal is a sentence that names its rule.
 * Signatures, names and times are libcrypto's, PEM is pem.c's.  Checked when
 * a credential is added and never again.
 */
#include "credential.h"

#include "base/log.h"
#include "pem.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RSA_BITS_LEAST = 2048,
    RSA_BITS_MOST = 8192, /* what a flood of bad tokens may cost us */
    AUTHORITY_SECURITY_LEAST = 112,
    DIGEST_SECURITY_LEAST = 112, /* SHA-1 has 63 */
    NAME_SIZE = 256,
    TIME_SIZE = 32,
};

#define ONLY_SIGNED                                                         \
    "refused: this registry admits only certificates signed by one of its " \
    "CA certificates, and this "

static const struct credential_format formats[] = {
    { REGISTRY_RSA_X509_PEM, REGISTRY_RS256, true },
    { REGISTRY_ES256_PEM, REGISTRY_ES256, false },
    { REGISTRY_RSA_PEM, REGISTRY_RS256, false },
    { REGISTRY_ES256_X509_PEM, REGISTRY_ES256, true },
};

const struct credential_format *
credential_format(int number)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if ((int)formats[i].format == number)
            return &formats[i];
    return NULL;
}

static const char *
write_name(const X509_NAME *name, char text[NAME_SIZE])
{
    BIO *bio = BIO_new(BIO_s_mem());
    int length = 0;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
        length = BIO_read(bio, text, NAME_SIZE - 1);
    text[length > 0 ? length : 0] = '\0';
    BIO_free(bio);
    return text[0] != '\0' ? text : "a CA without a name";
}

static const char *
write_time(const ASN1_TIME *when, char text[TIME_SIZE])
{
    struct tm parts;

    if (ASN1_TIME_to_tm(when, &parts) != 1 ||
        strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return "a time that is none";
    return text;
}

/* RFC 5280 section 4.1.2.5: both ends belong to the period. */
static bool
has_begun(const X509 *certificate, int64_t now)
{
    int start =
        ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), (time_t)now);

    return start == 0 || start == -1;
}

static bool
has_expired(const X509 *certificate, int64_t now)
{
    int end =
        ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), (time_t)now);

    return end != 0 && end != 1;
}

static bool
is_in_time(const X509 *certificate, const char *what, int64_t now)
{
    char text[TIME_SIZE];

    if (!has_begun(certificate, now)) {
        log_error("refused: %s is not valid before %s", what,
                  write_time(X509_get0_notBefore(certificate), text));
        return false;
    }
    if (has_expired(certificate, now)) {
        log_error("refused: %s expired on %s", what,
                  write_time(X509_get0_notAfter(certificate), text));
        return false;
    }
    return true;
}

static bool
is_version_3(const X509 *certificate)
{
    long version = X509_get_version(certificate);

    if (version == X509_VERSION_3)
        return true;
    log_error("refused: the certificate is X.509 version %ld, and 3 is wanted",
              version + 1);
    return false;
}

static bool
is_rs256_key(EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);

    if (!EVP_PKEY_is_a(key, "RSA")) {
        log_error("refused: the format is for an RSA key, and this is %s",
                  EVP_PKEY_get0_type_name(key));
        return false;
    }
    if (bits < RSA_BITS_LEAST || bits > RSA_BITS_MOST) {
        log_error("refused: an RSA key of %d bits, and %d to %d are wanted",
                  bits, RSA_BITS_LEAST, RSA_BITS_MOST);
        return false;
    }
    return true;
}

static bool
is_es256_key(EVP_PKEY *key)
{
    char group[80] = "";

    if (!EVP_PKEY_is_a(key, "EC")) {
        log_error("refused: the format is for an EC key, and this is %s",
                  EVP_PKEY_get0_type_name(key));
        return false;
    }
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 ||
        strcmp(group, SN_X9_62_prime256v1) != 0) {
        log_error("refused: ES256 is for the curve P-256, and this is %s",
                  group[0] != '\0' ? group : "a curve without a name");
        return false;
    }
    return true;
}

/* A modulus that is prime, an exponent of 1, a point at infinity: anybody
 * could sign for such a key. */
static bool
is_sound(EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool ok = false;

    /* P-256 has no other points than those of its group (its cofactor is 1),
     * so one that is on the curve need not be multiplied by the order. */
    if (context != NULL && EVP_PKEY_is_a(key, "EC"))
        ok = EVP_PKEY_public_check_quick(context) == 1;
    else if (context != NULL)
        ok = EVP_PKEY_public_check(context) == 1;

    if (!ok)
        log_error("refused: the numbers of the key are not those of a key");
    EVP_PKEY_CTX_free(context);
    return ok;
}

/* Is it a key of the format's algorithm, and a sound one? */
static bool
is_fit(const struct credential_format *format, const struct pem_object *object)
{
    EVP_PKEY *key = object->key;

    if (object->is_p256 && format->algorithm == REGISTRY_ES256)
        return true;
    if (object->is_p256) {
        log_error("refused: the format is for an RSA key, and this is EC");
        return false;
    }
    if (key == NULL)
        key = X509_get0_pubkey(object->certificate);
    if (key == NULL) {
        log_error("refused: the certificate's key cannot be read");
        return false;
    }
    return (format->algorithm == REGISTRY_RS256 ? is_rs256_key(key)
                                                : is_es256_key(key)) &&
           is_sound(key);
}

static bool
is_kind(const struct credential_format *format, const struct pem_object *object)
{
    const char *word = registry_word(REGISTRY_FORMATS, (int)format->format);

    if (format->is_certificate && object->certificate == NULL) {
        log_error("refused: %s is for a certificate, and this is a bare "
                  "public key",
                  word);
        return false;
    }
    if (!format->is_certificate && object->certificate != NULL) {
        log_error("refused: %s is for a bare public key, and this is a "
                  "certificate",
                  word);
        return false;
    }
    return true;
}

/* How a certificate stands to one of the registry's; the better the later. */
enum standing {
    STANDING_STRANGER,  /* issued under another name */
    STANDING_PRETENDER, /* the name fits and the signature does not */
    STANDING_TOO_LATE,  /* signed, but the CA certificate is out of time */
    STANDING_SIGNED,
};

static enum standing
standing(X509 *certificate, X509 *authority, int64_t now)
{
    bool is_signed;

    if (X509_NAME_cmp(X509_get_issuer_name(certificate),
                      X509_get_subject_name(authority)) != 0)
        return STANDING_STRANGER;
    is_signed = X509_verify(certificate, X509_get0_pubkey(authority)) == 1;
    if (!is_signed)
        return STANDING_PRETENDER;
    return has_begun(authority, now) && !has_expired(authority, now)
               ? STANDING_SIGNED
               : STANDING_TOO_LATE;
}

static bool
is_strongly_signed(X509 *certificate)
{
    char name[80] = "";
    int security = 0;

    if (X509_get_signature_info(certificate, NULL, NULL, &security, NULL) ==
            1 &&
        security >= DIGEST_SECURITY_LEAST)
        return true;
    OBJ_obj2txt(name, sizeof name, X509_get0_tbs_sigalg(certificate)->algorithm,
                0);
    log_error("refused: the certificate is signed with %s, which can be "
              "forged",
              name);
    return false;
}

static bool
is_authority_in_time(const X509 *authority, int64_t now)
{
    char name[NAME_SIZE];
    char what[NAME_SIZE + 64];

    snprintf(what, sizeof what, "the CA certificate that signed it (%s)",
             write_name(X509_get_subject_name(authority), name));
    return is_in_time(authority, what, now);
}

static void
say_unsigned(X509 *certificate, enum standing best)
{
    const X509_NAME *issuer = X509_get_issuer_name(certificate);
    char name[NAME_SIZE];

    if (X509_NAME_cmp(issuer, X509_get_subject_name(certificate)) == 0 &&
        best == STANDING_STRANGER)
        log_error(ONLY_SIGNED "one was signed by itself (%s)",
                  write_name(issuer, name));
    else if (best == STANDING_STRANGER)
        log_error(ONLY_SIGNED "one was issued by %s", write_name(issuer, name));
    else
        log_error(ONLY_SIGNED "one names %s, which did not sign it",
                  write_name(issuer, name));
}

/* What is said of the best CA certificate there was. */
static bool
is_well_signed(X509 *certificate, enum standing best, const X509 *authority,
               int64_t now)
{
    if (best < STANDING_TOO_LATE) {
        say_unsigned(certificate, best);
        return false;
    }
    return is_authority_in_time(authority, now) &&
           is_strongly_signed(certificate);
}

/* Every registry certificate is looked at: two may have one name, while a CA
 * changes its key or has just renewed its certificate. */
static bool
is_signed_by_one(X509 *certificate, char *const *authorities, size_t count,
                 int64_t now)
{
    enum standing best = STANDING_STRANGER;
    struct pem_object authority = { 0 };
    struct pem_object signer = { 0 };
    bool ok = false;

    for (size_t i = 0; i < count; i++) {
        enum standing this_one;

        if (!pem_read(authorities[i], &authority))
            goto out;
        if (X509_cmp(certificate, authority.certificate) == 0) {
            log_error("refused: this is a CA certificate of the registry, "
                      "and a device needs one of its own");
            goto out;
        }
        this_one = standing(certificate, authority.certificate, now);
        if (this_one > best) {
            best = this_one;
            pem_object_free(&signer);
            signer = authority;
            memset(&authority, 0, sizeof authority);
        }
        pem_object_free(&authority);
    }
    ok = is_well_signed(certificate, best, signer.certificate, now);
out:
    pem_object_free(&authority);
    pem_object_free(&signer);
    return ok;
}

static bool
is_admitted(const struct pem_object *object, char *const *certificates,
            size_t count, int64_t now)
{
    X509 *certificate = object->certificate;

    if (certificate == NULL)
        return true;
    return is_version_3(certificate) &&
           (count == 0 ||
            is_signed_by_one(certificate, certificates, count, now)) &&
           is_in_time(certificate, "the certificate", now);
}

/* The key as SubjectPublicKeyInfo, as it was read. */
static bool
export_spki(const struct pem_object *object,
            struct credential_checked *checked_one)
{
    const X509 *certificate = object->certificate;
    int length = (int)object->length;
    unsigned char *at;

    if (certificate != NULL)
        length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), NULL);
    checked_one->spki = length > 0 ? malloc((size_t)length) : NULL;
    at = checked_one->spki;
    if (at == NULL)
        return false;
    checked_one->spki_length = (size_t)length;
    if (certificate != NULL)
        return i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &at) ==
               length;
    memcpy(at, object->der, (size_t)length);
    return true;
}

static bool
export_key(const struct pem_object *object,
           struct credential_checked *checked_one)
{
    checked_one->pem = pem_write(object);
    if (checked_one->pem != NULL && export_spki(object, checked_one))
        return true;
    log_error("out of memory");
    credential_checked_free(checked_one);
    return false;
}

bool
credential_check(const struct registry_credential *credential,
                 char *const *certificates, size_t count, int64_t now,
                 struct credential_checked *checked_one)
{
    const struct credential_format *format =
        credential_format((int)credential->format);
    struct pem_object object = { 0 };
    bool ok = false;

    memset(checked_one, 0, sizeof *checked_one);
    if (format == NULL) {
        log_error("refused: no format of a public key has the number %d",
                  (int)credential->format);
        return false;
    }
    if (!pem_read(credential->pem, &object))
        return false;
    if (object.certificate == NULL && count > 0) {
        log_error(ONLY_SIGNED "is a bare public key");
        goto out;
    }
    ok = is_kind(format, &object) && is_fit(format, &object) &&
         is_admitted(&object, certificates, count, now) &&
         export_key(&object, checked_one);
out:
    /* Why is said in our words; libcrypto's must not turn up elsewhere. */
    ERR_clear_error();
    pem_object_free(&object);
    return ok;
}

/* What a certificate needs so that it can sign others'.  That it is signed by
 * itself is not asked for (section 5.5). */
static bool
is_authority(X509 *certificate, int64_t now)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);

    if (!is_version_3(certificate) ||
        !is_in_time(certificate, "the CA certificate", now))
        return false;
    if (X509_check_ca(certificate) != 1) {
        log_error("refused: this certificate may not sign others (no "
                  "CA:TRUE in basicConstraints, or keyUsage forbids it)");
        return false;
    }
    if (key == NULL ||
        EVP_PKEY_get_security_bits(key) < AUTHORITY_SECURITY_LEAST) {
        log_error("refused: the CA's key is weaker than RSA of %d bits",
                  RSA_BITS_LEAST);
        return false;
    }
    return true;
}

bool
credential_check_authority(const char *pem, int64_t now, char **clean)
{
    struct pem_object object = { 0 };

    *clean = NULL;
    if (!pem_read(pem, &object))
        return false;
    if (object.certificate == NULL)
        log_error("refused: a registry takes CA certificates, and this is a "
                  "bare public key");
    else if (is_authority(object.certificate, now))
        *clean = pem_write(&object);
    ERR_clear_error();
    pem_object_free(&object);
    return *clean != NULL;
}

void
credential_checked_free(struct credential_checked *checked_one)
{
    free(checked_one->pem);
    free(checked_one->spki);
    memset(checked_one, 0, sizeof *checked_one);
}
