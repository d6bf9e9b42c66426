// SPDX-License-Identifier: Apache-2.0
/*
 * The limits of sections 5.6 and 7 on what is not a credential: ids, places,
 * metadata, topics.  Each refusal is said here.
 */
#ifndef REGISTRY_RULES_H
#define REGISTRY_RULES_H

#include "registry.h"

/* Is PROJECT a project, LOCATION a location and ID a registry's id? */
CHECKED bool
rules_admit_registry(const struct registry *registry);

/* Routes: at most ten, subfolders as in section 2.4, the one that matches
 * all last, no subfolder twice. */
CHECKED bool
rules_admit_routes(const struct registry *registry);

CHECKED bool
rules_admit_device(const struct registry_device *device);

CHECKED bool
rules_admit_metadata(const struct registry_device *device);

#endif
