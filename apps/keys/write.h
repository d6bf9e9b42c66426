// SPDX-License-Identifier: Apache-2.0
/*
 * Writes the file of a key in the TPM, once it is sure that no clear key is in
 * it; for the verbs of iot-key.
 */
#ifndef KEYS_WRITE_H
#define KEYS_WRITE_H

#include "base/checked.h"
#include "base/exit.h"

#include <openssl/types.h>
#include <stdbool.h>

/* Mode 0600; of a key that stays in the TPM, it only says where that is.  With
 * REPLACE false a file that exists is left alone.  False, having logged why;
 * *CODE is then what to exit with. */
CHECKED bool
keys_write(const EVP_PKEY *pkey, const char *path, bool replace,
           enum exit_code *code);

/*
 * May a new key go to PATH?  False, with one line of log and *CODE, where a
 * file is already or none can be made, and for "-", which every program reads
 * as standard input.
 */
CHECKED bool
keys_may_create(const char *path, enum exit_code *code);

#endif
