// SPDX-License-Identifier: Apache-2.0
/*
 * Filling in the caller's struct iotjwt_error.  The sentences are written
 * where the failure is found; callers only pass them on.
 */
#ifndef IOTJWT_ERROR_H
#define IOTJWT_ERROR_H

#include "iotjwt.h"

/* No error, yet.  ERROR may be NULL, as everywhere here. */
void
iotjwt_error_clear(struct iotjwt_error *error);

/*
 * Sets the code and a printf-like sentence, whose bytes outside printable
 * ASCII become "?".  Returns false, always, to be returned on.
 */
bool
iotjwt_error_set(struct iotjwt_error *error, enum iotjwt_code code,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The sentence for IOTJWT_NO_MEMORY.  Returns false. */
bool
iotjwt_error_memory(struct iotjwt_error *error);

#endif
