// SPDX-License-Identifier: Apache-2.0
/*
 * What a certificate says of itself, for people to read: x509Details of the
 * cloud-iot-core reference, section 5.2.  Judges nothing.
 */
#include "registry.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
write_name(const X509_NAME *name, char *text, int size)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int length = 0;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
        length = BIO_read(bio, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    BIO_free(bio);
}

static int64_t
seconds(const ASN1_TIME *when)
{
    struct tm parts;

    return ASN1_TIME_to_tm(when, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static void
fill(const X509 *certificate, struct registry_x509 *details)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    const char *type = key != NULL ? EVP_PKEY_get0_type_name(key) : NULL;

    memset(details, 0, sizeof *details);
    write_name(X509_get_issuer_name(certificate), details->issuer,
               sizeof details->issuer);
    write_name(X509_get_subject_name(certificate), details->subject,
               sizeof details->subject);
    details->start = seconds(X509_get0_notBefore(certificate));
    details->expiry = seconds(X509_get0_notAfter(certificate));
    OBJ_obj2txt(details->signature_algorithm,
                sizeof details->signature_algorithm,
                X509_get0_tbs_sigalg(certificate)->algorithm, 0);
    snprintf(details->key_type, sizeof details->key_type, "%s",
             type != NULL ? type : "");
}

bool
registry_certificate_read(const char *pem, struct registry_x509 *details)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)strnlen(pem, REGISTRY_PEM_MOST));
    X509 *certificate =
        bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    bool ok = certificate != NULL;

    if (ok)
        fill(certificate, details);
    ERR_clear_error();
    X509_free(certificate);
    BIO_free(bio);
    return ok;
}
