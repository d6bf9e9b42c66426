// SPDX-License-Identifier: Apache-2.0
/*
 * The limits of sections 5.6 and 7 on what is not a credential: ids, places,
 * metadata, topics.  Each refusal is said here.
 */
#ifndef REGISTRY_RULES_H
#define REGISTRY_RULES_H

#include "registry.h"

/* Are its project, location and id what they should be, and its settings? */
CHECKED bool
rules_admit_registry(const struct registry *registry);

/* What an update can change: the log level, the topic of states, and the
 * routes: at most ten, subfolders as in section 2.4, none that could never
 * match because of one before it. */
CHECKED bool
rules_admit_settings(const struct registry *registry);

CHECKED bool
rules_admit_device(const struct registry_device *device);

CHECKED bool
rules_admit_metadata(const struct registry_device *device);

#endif
