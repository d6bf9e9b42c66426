// SPDX-License-Identifier: Apache-2.0
/*
 * The registry's structures as the API's JSON (cloud-iot-core reference,
 * section 5.2), which is what every format is printed from.
 */
#ifndef VERBS_RESOURCES_H
#define VERBS_RESOURCES_H

#include "base/checked.h"
#include "registry/registry.h"
#include "traffic/topics.h"

#include <jansson.h>

/* A new reference; NULL when memory is short. */
CHECKED json_t *
resources_registry(const struct registry *registry);
CHECKED json_t *
resources_certificate(const char *pem);
CHECKED json_t *
resources_certificates(const struct registry *registry);
CHECKED json_t *
resources_device(const struct names_path *registry,
                 const struct registry_device *device);
CHECKED json_t *
resources_credential(const struct registry_credential *credential);
CHECKED json_t *
resources_credentials(const struct registry_device *device);
/* ACKED is when the device acknowledged it; 0 if it did not. */
CHECKED json_t *
resources_config(const struct registry_config *config, int64_t acked);
CHECKED json_t *
resources_state(const struct traffic_state *state);
CHECKED json_t *
resources_received(const struct traffic_received *message);

/* Adds to DEVICE what the bridges know of it. */
void
resources_add_status(json_t *device, const struct traffic_device *status);

#endif
