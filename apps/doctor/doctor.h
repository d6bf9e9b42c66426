// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key doctor: looks at a machine and says what is wrong with it.  The TPM
 * is asked through the provider tpm2 alone, by its "tpm-" parameters.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "base/checked.h"
#include "base/exit.h"

/* The verb: 0 when nothing is wrong, 1 when something is, 2 when misused, 3
 * when it is the TPM that cannot be reached. */
CHECKED enum exit_code
doctor_main(int argc, char **argv);

#endif
