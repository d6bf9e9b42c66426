/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one cast that OpenSSL's dispatch tables need. Declare each function
 * with its OSSL_FUNC_*_fn type first: the cast takes away the compiler's only
 * chance to check it.
 */
#ifndef PROVIDER_DISPATCH_H
#define PROVIDER_DISPATCH_H

#define DISPATCH(id, function)           \
    {                                    \
        (id), (void (*)(void))(function) \
    }

#endif
