// SPDX-License-Identifier: Apache-2.0
/*
 * Credentials as they come from outside: whatever the text, the rules end,
 * keep to it, and leave no error of libcrypto's behind; what is admitted once
 * is admitted again in the form in which it is stored.  The first byte is the
 * format.
 */
#include "base/log.h"
#include "registry/credential.h"

#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In 2027, when the certificates of the corpus are valid. */
static const int64_t now = 1800000000;

/* Its key signed the corpus and is no more. */
static char authority[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBVDCB+qADAgECAhRZU3EfK4z44AI1/Ede65JnzhaVhTAKBggqhkjOPQQDAjAP\n"
    "MQ0wCwYDVQQDDARGdXp6MCAXDTI2MTEyMTIwMzU1MFoYDzIxMjYxMDI4MjAzNTUw\n"
    "WjAPMQ0wCwYDVQQDDARGdXp6MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE13Iw\n"
    "bqNFS0em5FXma7umspuFRaLe4juDUjH6YA+ars3L5NlJythnpy0T4Rp7wGmuLU4V\n"
    "MekF5tkFWGVU+MEe5aMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUjocg\n"
    "+V3J9bD/XPRdvwRoDealj6YwCgYIKoZIzj0EAwIDSQAwRgIhALq9FPuHJGCUFC9I\n"
    "ixb/IFXbxlrlrkOaFHqJ3/OGSmt+AiEAkL2lkKCbLmhGSUWFT0rN+LklpAX3i4XS\n"
    "ftrRY7ihYJk=\n"
    "-----END CERTIFICATE-----\n";

static void
forget(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    log_open("fuzz", forget);
    return 0;
}

static void
insist(bool is_so)
{
    if (!is_so)
        abort();
}

static void
offer(struct registry_credential credential, char *const *certificates,
      size_t count)
{
    struct credential_checked first;
    struct credential_checked second;

    if (!credential_check(&credential, certificates, count, now, &first))
        return;
    insist(first.spki_length > 0 && strlen(first.pem) <= REGISTRY_PEM_MOST);
    credential.pem = first.pem;
    /* libcrypto finds some bad RSA moduli only now and then. */
    if (credential_check(&credential, certificates, count, now, &second)) {
        insist(strcmp(first.pem, second.pem) == 0);
        credential_checked_free(&second);
    } else
        insist(credential_format((int)credential.format)->algorithm ==
               REGISTRY_RS256);
    credential_checked_free(&first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *const certificates[] = { authority };
    struct registry_credential credential = { .pem = NULL };
    struct registry_x509 details;
    char *clean = NULL;
    char *text;

    if (size == 0)
        return 0;
    text = calloc(1, size);
    insist(text != NULL);
    memcpy(text, data + 1, size - 1);
    credential.format = (enum registry_format)data[0];
    credential.pem = text;
    offer(credential, NULL, 0);
    offer(credential, certificates, 1);
    if (credential_check_authority(text, now, &clean))
        insist(registry_certificate_read(clean, &details));
    insist(ERR_peek_error() == 0);
    free(clean);
    free(text);
    return 0;
}
