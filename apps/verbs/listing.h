// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of devices, printed page by page: a million are no more in memory
 * than five hundred.
 */
#ifndef VERBS_LISTING_H
#define VERBS_LISTING_H

#include "call.h"

/* Where the pages come from: registry_device_list, registry_bound_list. */
typedef bool
listing_source(struct store *store, const struct names_path *path,
               const char *after, struct registry_device_page **page);

/* Opens the registry and prints what SOURCE has of the call's path, as its
 * filters and format say. */
CHECKED enum exit_code
listing_devices(struct verbs_call *call, listing_source *source);

#endif
