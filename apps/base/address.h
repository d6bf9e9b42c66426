// SPDX-License-Identifier: Apache-2.0
/*
 * Whom an address on a network stands for.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "checked.h"

#include <netinet/in.h>
#include <stdbool.h>

/*
 * What one subscriber has of TEXT, an address in digits or NULL: all of an IPv4
 * address, the first 64 bits of an IPv6 one.  False, and all zero, when it is
 * no address.
 */
CHECKED bool
address_network(const char *text, struct in6_addr *network);

#endif
