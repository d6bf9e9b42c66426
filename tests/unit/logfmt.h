// SPDX-License-Identifier: Apache-2.0
/*
 * Reads a line of log in fields as strictly as it is meant (base/logline.h),
 * and not as leniently as tools do.
 */
#ifndef TESTS_UNIT_LOGFMT_H
#define TESTS_UNIT_LOGFMT_H

#include <stddef.h>

/* How many fields LINE has; 0 when anything in it is not as it must be. */
size_t
logfmt_count(const char *line);

#endif
