/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A struct provider without OpenSSL's core behind it, for the parts of the
 * provider that compute and do not talk to a TPM. Its errors go nowhere.
 */
#ifndef TESTS_UNIT_INSTANCE_H
#define TESTS_UNIT_INSTANCE_H

#include "provider.h"

#include <stdbool.h>

/* Fetches what the provider fetches when it is loaded; free it always. */
bool
instance_make(struct provider *prov) CHECKED;
void
instance_free(struct provider *prov);

#endif
