// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses in digits, as brokers and servers give them.
 */
#include "address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

enum { V6_NETWORK = 8 /* bytes */ };

bool
address_network(const char *text, struct in6_addr *network)
{
    struct in_addr v4;

    memset(network, 0, sizeof *network);
    if (text == NULL)
        return false;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        memcpy(network->s6_addr + 12, &v4, sizeof v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, network) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(network))
        memset(network->s6_addr, 0, 12);
    else
        memset(network->s6_addr + V6_NETWORK, 0, 16 - V6_NETWORK);
    return true;
}
