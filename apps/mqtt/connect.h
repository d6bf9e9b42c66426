// SPDX-License-Identifier: Apache-2.0
/*
 * libmosquitto's connect with an end to it.
 */
#ifndef MQTT_CONNECT_H
#define MQTT_CONNECT_H

#include "base/checked.h"

struct mosquitto;

enum { CONNECT_MOST = 10 }; /* s, for each address of a host */

/*
 * mosquitto_connect, which blocks for as long as the system likes (two
 * minutes where packets vanish), interrupted by SIGALRM: the handler and the
 * timer of the program are used for the while and put back.  Any other signal
 * that has a handler ends it too.  What comes back is libmosquitto's code,
 * with errno beside it.
 */
CHECKED int
connect_bounded(struct mosquitto *client, const char *host, int port,
                int keepalive);

#endif
