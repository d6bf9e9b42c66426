// SPDX-License-Identifier: Apache-2.0
/*
 * Reads one PEM object and writes it back without what stood around it.
 * RFC 7468; "openssl ca" and "openssl x509 -text" put prose before the object,
 * so prose is read over there, and nowhere else.
 */
#include "pem.h"

#include "base/log.h"
#include "libiotjwt/p256.h"
#include "registry.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* What stands between BEGIN and END, decoded. */
struct block {
    char *name;
    char *header;
    unsigned char *der;
    long length;
};

static void
block_free(struct block *block)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    if (block->der != NULL)
        OPENSSL_clear_free(block->der, (size_t)block->length);
}

static bool
is_blank(BIO *bio)
{
    char c;

    while (BIO_read(bio, &c, 1) == 1)
        if (strchr(" \t\r\n", c) == NULL || c == '\0')
            return false;
    return true;
}

static bool
read_block(const char *text, struct block *block)
{
    BIO *bio = NULL;
    size_t length = strnlen(text, REGISTRY_PEM_MOST + 1);
    bool ok = false;

    if (length > REGISTRY_PEM_MOST) {
        log_error("refused: longer than %d bytes", REGISTRY_PEM_MOST);
        return false;
    }
    bio = BIO_new_mem_buf(text, (int)length);
    if (bio == NULL) {
        log_error("out of memory");
        goto out;
    }
    if (PEM_read_bio(bio, &block->name, &block->header, &block->der,
                     &block->length) != 1) {
        log_error("refused: not PEM (no whole object between BEGIN and END)");
        goto out;
    }
    if (!is_blank(bio)) {
        log_error("refused: something follows the first PEM object; register "
                  "one at a time");
        goto out;
    }
    ok = true;
out:
    ERR_clear_error();
    BIO_free(bio);
    return ok;
}

/* A key as nearly all devices have it.  OpenSSL 3 takes many times as long to
 * find out what this is as to see that the point is on the curve, and a million
 * of them may come. */
static bool
is_p256(const struct block *block)
{
    static const unsigned char head[] = IOTJWT_P256_HEAD;
    enum { POINT = 65, SIZE = sizeof head - 1 + POINT };
    EC_GROUP *group = NULL;
    EC_POINT *point = NULL;
    bool ok = false;

    if (strcmp(block->name, PEM_STRING_PUBLIC) != 0 || block->length != SIZE ||
        memcmp(block->der, head, sizeof head) != 0)
        return false;
    group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    point = group != NULL ? EC_POINT_new(group) : NULL;
    ok = point != NULL &&
         EC_POINT_oct2point(group, point, block->der + SIZE - POINT, POINT,
                            NULL) == 1 &&
         EC_POINT_is_on_curve(group, point, NULL) == 1;
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return ok;
}

/* The object in BLOCK, whole; no member is set for one we do not take. */
static void
decode(const struct block *block, struct pem_object *object)
{
    const unsigned char *at = block->der;

    object->is_p256 = is_p256(block);
    if (object->is_p256)
        return;
    if (strcmp(block->name, PEM_STRING_X509) == 0)
        object->certificate = d2i_X509(NULL, &at, block->length);
    else
        object->key = d2i_PUBKEY(NULL, &at, block->length);
    if (at != block->der + block->length)
        pem_object_free(object);
    ERR_clear_error();
}

bool
pem_read(const char *text, struct pem_object *object)
{
    struct block block = { 0 };
    bool ok = false;

    memset(object, 0, sizeof *object);
    if (!read_block(text, &block))
        goto out;
    if (strstr(block.name, "PRIVATE KEY") != NULL) {
        log_error("refused: this is a private key, which nobody but its "
                  "owner should have");
        goto out;
    }
    if (strcmp(block.name, PEM_STRING_X509) != 0 &&
        strcmp(block.name, PEM_STRING_PUBLIC) != 0) {
        log_error("refused: a CERTIFICATE or PUBLIC KEY is wanted, and this "
                  "is a %.40s",
                  block.name);
        goto out;
    }
    decode(&block, object);
    if (object->certificate == NULL && object->key == NULL &&
        !object->is_p256) {
        log_error("refused: there is no %s inside the PEM", block.name);
        goto out;
    }
    object->der = block.der;
    object->length = block.length;
    block.der = NULL;
    ok = true;
out:
    block_free(&block);
    return ok;
}

void
pem_object_free(struct pem_object *object)
{
    X509_free(object->certificate);
    EVP_PKEY_free(object->key);
    OPENSSL_free(object->der);
    memset(object, 0, sizeof *object);
}

char *
pem_write(const struct pem_object *object)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    char *data;
    int ok = 0;

    /* Written from what was read: to encode a key again takes OpenSSL 3
     * longer than all else that happens to a device. */
    if (bio != NULL)
        ok = PEM_write_bio(bio,
                           object->certificate != NULL ? PEM_STRING_X509
                                                       : PEM_STRING_PUBLIC,
                           "", object->der, object->length) > 0;
    if (ok == 1) {
        long length = BIO_get_mem_data(bio, &data);

        text = strndup(data, (size_t)length);
    }
    if (text == NULL)
        log_error("out of memory");
    BIO_free(bio);
    return text;
}
