// SPDX-License-Identifier: Apache-2.0
/*
 * What a bridge sent, config or command, as one line of stdout.
 */
#ifndef MQTT_ARRIVAL_H
#define MQTT_ARRIVAL_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Prints "TOPIC PAYLOAD", where a backslash and every control character but
 * the tab are written as \\, \n, \r or \xHH; or, AS_JSON, an object with
 * "kind", "subfolder" and "binaryData", which is the payload in base64.
 * The line is flushed.  False, with errno set, when stdout does not take it.
 */
CHECKED bool
arrival_print(const char *topic, const void *payload, size_t length,
              bool as_json);

#endif
