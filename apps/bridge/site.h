// SPDX-License-Identifier: Apache-2.0
/*
 * How the site sees what a device published: a topic that names the device
 * in full, and the attributes of the cloud-iot-core reference, section 6.
 */
#ifndef BRIDGE_SITE_H
#define BRIDGE_SITE_H

#include "base/checked.h"
#include "gate/gate.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SITE_TOPIC_MOST = 2400, /* bytes, with the NUL */
    SITE_ATTRIBUTES = 7,
};

struct site_attribute {
    const char *name;
    const char *value;
};

/* All attributes of one message.  They point into the device, the topic, the
 * gateway's id and NUMBER, so they are not to be copied. */
struct site_attributes {
    size_t count;
    struct site_attribute all[SITE_ATTRIBUTES];
    char number[24];
};

/* Writes the path of DEVICE as it stands in topics of the site. */
CHECKED bool
site_path_write(const struct gate_device *device, char text[SITE_TOPIC_MOST]);

/*
 * Writes "projects/P/locations/L/registries/R/devices/D/events[/SUBFOLDER]",
 * D being the device's id, for what DEVICE published to TOPIC.  Ids may have a
 * "+", and a topic may not: in ids it is "%2B", and so "%" is "%25".  False
 * when it does not fit, which no valid name brings about.
 */
CHECKED bool
site_topic_write(const struct gate_device *device,
                 const struct names_topic *topic, char text[SITE_TOPIC_MOST]);

/* GATEWAY is the id of the one that relayed it, or NULL. */
void
site_attributes_fill(const struct gate_device *device,
                     const struct names_topic *topic, const char *gateway,
                     struct site_attributes *attributes);

#endif
