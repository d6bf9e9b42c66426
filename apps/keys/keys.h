// SPDX-License-Identifier: Apache-2.0
/*
 * The verbs of iot-key that are about one key, each with its own name and
 * options; what they return is what to exit with.
 */
#ifndef KEYS_KEYS_H
#define KEYS_KEYS_H

#include "base/checked.h"
#include "base/exit.h"

/* Makes a key inside the TPM. */
CHECKED enum exit_code
keys_create(int argc, char **argv);

/* Takes a software key into the TPM. */
CHECKED enum exit_code
keys_import(int argc, char **argv);

/* Signs a boot state in which a key can be used. */
CHECKED enum exit_code
keys_authorize(int argc, char **argv);

/* Says what a key is. */
CHECKED enum exit_code
keys_show(int argc, char **argv);

#endif
