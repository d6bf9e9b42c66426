// SPDX-License-Identifier: Apache-2.0
/*
 * Gives the provider's own decoders, and no others, an input that never ends:
 * they have to give up. (The PEM decoders of OpenSSL itself do not.) Argument:
 * the byte that comes for ever, in hexadecimal. Prints how many were read.
 */
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 * 1024 * 1024 };

static struct {
    unsigned char byte;
    size_t count;
    size_t at;
} input;

static int
give(BIO *bio, char *out, size_t room, size_t *given)
{
    (void)bio;
    if (input.count > MOST)
        return 0;
    memset(out, input.byte, room);
    input.count += room;
    input.at += room;
    *given = room;
    return 1;
}

static int
give_line(BIO *bio, char *out, int room)
{
    size_t length = input.byte == '\n' ? 1 : (size_t)room - 1;
    size_t given = 0;

    if (!give(bio, out, length, &given))
        return 0;
    out[given] = '\0';
    return (int)given;
}

static long
control(BIO *bio, int command, long number, void *arg)
{
    (void)bio;
    (void)arg;
    if (command == BIO_C_FILE_SEEK)
        input.at = (size_t)number;
    return command == BIO_C_FILE_TELL ? (long)input.at : 1;
}

int
main(int argc, char **argv)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, "tpm2");
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "endless");
    BIO *bio = NULL;
    EVP_PKEY *pkey = NULL;
    OSSL_DECODER_CTX *ctx = NULL;
    int is_refused = 0;

    if (argc != 2 || provider == NULL || method == NULL)
        return 2;
    input.byte = (unsigned char)strtoul(argv[1], NULL, 16);
    if (BIO_meth_set_read_ex(method, give) <= 0 ||
        BIO_meth_set_gets(method, give_line) <= 0 ||
        BIO_meth_set_ctrl(method, control) <= 0 ||
        (bio = BIO_new(method)) == NULL)
        return 2;
    BIO_set_init(bio, 1);
    ctx =
        OSSL_DECODER_CTX_new_for_pkey(&pkey, NULL, NULL, NULL, 0, libctx, NULL);
    is_refused = ctx != NULL && OSSL_DECODER_CTX_get_num_decoders(ctx) > 0 &&
                 !OSSL_DECODER_from_bio(ctx, bio);
    printf("%zu\n", input.count);
    OSSL_DECODER_CTX_free(ctx);
    BIO_free(bio);
    BIO_meth_free(method);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
    return is_refused && input.count <= MOST ? 0 : 1;
}
