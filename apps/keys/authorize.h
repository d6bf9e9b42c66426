// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key authorize: signs a boot state in which a key can be used.
 */
#ifndef KEYS_AUTHORIZE_H
#define KEYS_AUTHORIZE_H

#include "base/exit.h"

/* The verb, with its own name and options; what to exit with. */
enum exit_code
keys_authorize(int argc, char **argv);

#endif
