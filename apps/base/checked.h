// SPDX-License-Identifier: Apache-2.0
/*
 * CHECKED marks a function that can fail: to ignore what it returns does
 * not compile.
 */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#define CHECKED __attribute__((warn_unused_result))

#endif
