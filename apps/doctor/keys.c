// SPDX-License-Identifier: Apache-2.0
/*
 * Looks at one key that is believed to be in the TPM: whether it is, whether
 * wrong passwords for it can lock the TPM, whether it could have been copied
 * (TPM 2.0 Part 2 §8.3).  What a key is otherwise, `iot-key show` tells.
 */
#include "base/file.h"
#include "base/key.h"
#include "base/origin.h"
#include "findings.h"

#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 65536 };

/* Encrypted software keys are told by their labels: opening one would ask for
 * its password, and the answer would be the same. */
static bool
is_encrypted(const char *uri)
{
    char *text = NULL;
    size_t length = 0;
    bool is = false;

    if (access(uri, R_OK) != 0 || !file_read(uri, FILE_MOST, &text, &length))
        return false;
    is = strstr(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL ||
         strstr(text, "\nProc-Type: 4,ENCRYPTED") != NULL;
    file_free(&text, length);
    return is;
}

static void
look_at_attributes(struct findings *findings, const char *uri,
                   uint32_t attributes)
{
    if ((attributes & ORIGIN_BOUND) != ORIGIN_BOUND)
        findings_add(findings, FINDING_WRONG, "key",
                     "%s: %s; make one with `iot-key create`", uri,
                     origin_words(attributes));
    else if ((attributes & ORIGIN_NO_DA) == 0)
        findings_add(findings, FINDING_NOTE, "key",
                     "%s: is not noDA: wrong passwords, and power cuts, count "
                     "towards the TPM's lockout",
                     uri);
    else
        findings_add(findings, FINDING_GOOD, "key",
                     "%s: made in the TPM, "
                     "cannot leave it, locks nobody out",
                     uri);
}

void
keys_look(struct findings *findings, const char *uri)
{
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = NULL;
    uint32_t attributes = 0;

    if (is_encrypted(uri)) {
        findings_add(findings, FINDING_WRONG, "key",
                     "%s: a software key under a password, and not in the TPM",
                     uri);
        return;
    }
    key = key_open(uri, &code);
    if (key == NULL)
        findings_add(findings, FINDING_WRONG, "key",
                     "%s: cannot be opened; stderr says why", uri);
    else if (!origin_is_tpm(key->pkey))
        findings_add(findings, FINDING_WRONG, "key",
                     "%s: a software key in clear: whoever reads the file has "
                     "the key; make one with `iot-key create`",
                     uri);
    else if (!origin_attributes(key->pkey, &attributes))
        findings_add(findings, FINDING_NOTE, "key",
                     "%s: in the TPM; the provider that is loaded does not "
                     "tell its attributes",
                     uri);
    else
        look_at_attributes(findings, uri, attributes);
    key_close(&key);
}
