// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key import: takes a software key into the TPM.
 */
#ifndef KEYS_IMPORT_H
#define KEYS_IMPORT_H

#include "base/exit.h"

/* The verb, with its own name and options; what to exit with. */
enum exit_code
keys_import(int argc, char **argv);

#endif
