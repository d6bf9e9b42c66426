/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark that every fallible function of the provider carries: ignoring
 * what it returns does not compile (CONVENTIONS.md, "Returns").
 */
#ifndef PROVIDER_CHECKED_H
#define PROVIDER_CHECKED_H

#define CHECKED __attribute__((warn_unused_result))

#endif
