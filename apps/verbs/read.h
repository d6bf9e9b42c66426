// SPDX-License-Identifier: Apache-2.0
/*
 * The API's JSON as the registry's structures: the other half of resources.h.
 */
#ifndef VERBS_READ_H
#define VERBS_READ_H

#include "registry/registry.h"

/* Bytes of such a line at most. */
enum { READ_DEVICE_MOST = 1024 * 1024 };

/*
 * Reads a device, as resources_device writes it, of LENGTH bytes; what the
 * store gives (name, times) is passed over.  Or a binding, as section 5.1 has
 * it, {"gatewayId": G, "deviceId": D}.  False, logged: it is no JSON, has
 * a member twice, one that no device has, or one of another type.  Free it with
 * read_device_free, also then.
 */
CHECKED bool
read_device(const char *text, size_t length, struct registry_import *item);

void
read_device_free(struct registry_import *item);

#endif
