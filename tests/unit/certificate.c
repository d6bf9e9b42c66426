// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the certificates that the tests of the registry hold against its
 * rules, good ones and bad ones.
 */
#include "certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

static void
must(bool is_so)
{
    if (!is_so)
        abort();
}

static char *
take_text(BIO *bio)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t)length);

    must(text != NULL);
    BIO_free(bio);
    return text;
}

static void
set_name(X509_NAME *name, const char *text)
{
    must(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                    (const unsigned char *)text, -1, -1,
                                    0) == 1);
}

static void
set_ca(X509 *certificate, bool is_ca)
{
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
                            is_ca ? "critical,CA:TRUE" : "CA:FALSE");

    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

char *
certificate_make(const struct wish *wish)
{
    static long serial;
    X509 *it = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    bool no_times = wish->start == 0 && wish->end == 0;
    const char *issuer = wish->issuer != NULL ? wish->issuer : wish->subject;
    EVP_PKEY *signer = wish->issuer_key != NULL ? wish->issuer_key : wish->key;

    must(it != NULL && bio != NULL);
    must(X509_set_version(it, wish->is_version_1 ? X509_VERSION_1
                                                 : X509_VERSION_3) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(it), ++serial) == 1);
    set_name(X509_get_subject_name(it), wish->subject);
    set_name(X509_get_issuer_name(it), issuer);
    must(X509_gmtime_adj(X509_getm_notBefore(it),
                         no_times ? -DAY : wish->start) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(it), no_times ? DAY : wish->end) !=
         NULL);
    must(X509_set_pubkey(it, wish->key) == 1);
    if (!wish->is_version_1)
        set_ca(it, wish->is_ca);
    must(X509_sign(it, signer,
                   wish->digest != NULL ? wish->digest : EVP_sha256()) > 0);
    must(PEM_write_bio_X509(bio, it) == 1);
    X509_free(it);
    return take_text(bio);
}

char *
certificate_bare_key(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    must(bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1);
    return take_text(bio);
}

char *
certificate_private_key(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    must(bio != NULL &&
         PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    return take_text(bio);
}

unsigned char *
certificate_spki(EVP_PKEY *key, size_t *length)
{
    int size = i2d_PUBKEY(key, NULL);
    unsigned char *der = size > 0 ? malloc((size_t)size) : NULL;
    unsigned char *at = der;

    must(der != NULL && i2d_PUBKEY(key, &at) == size);
    *length = (size_t)size;
    return der;
}
