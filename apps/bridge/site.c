// SPDX-License-Identifier: Apache-2.0
/*
 * Writes topics and attributes for the site.  That the device may publish
 * there is for the gate to have said.
 */
#include "site.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Every message has its topic written, so this formats nothing. */
struct writer {
    char *text; /* SITE_TOPIC_MOST of them */
    size_t used;
};

static bool
append_some(struct writer *writer, const char *more, size_t length)
{
    if (length >= SITE_TOPIC_MOST - writer->used)
        return false;
    memcpy(writer->text + writer->used, more, length);
    writer->used += length;
    writer->text[writer->used] = '\0';
    return true;
}

static bool
append(struct writer *writer, const char *more)
{
    return append_some(writer, more, strlen(more));
}

/* Ids with "+" or "%", which are allowed (section 5.6), are rare, but a topic
 * with a "+" would end the connection of every subscriber that gets it. */
static bool
append_id(struct writer *writer, const char *id)
{
    for (;;) {
        size_t plain = strcspn(id, "+%");

        if (!append_some(writer, id, plain))
            return false;
        id += plain;
        if (*id == '\0')
            return true;
        if (!append(writer, *id == '+' ? "%2B" : "%25"))
            return false;
        id++;
    }
}

static bool
append_path(struct writer *writer, const struct names_path *path)
{
    return append(writer, "projects/") && append_id(writer, path->project) &&
           append(writer, "/locations/") && append_id(writer, path->location) &&
           append(writer, "/registries/") &&
           append_id(writer, path->registry) && append(writer, "/devices/") &&
           append_id(writer, path->device);
}

bool
site_path_write(const struct gate_device *device, char text[SITE_TOPIC_MOST])
{
    struct writer writer = { text, 0 };

    return append_path(&writer, &device->path);
}

bool
site_topic_write(const struct gate_device *device,
                 const struct names_topic *topic, char text[SITE_TOPIC_MOST])
{
    struct writer writer = { text, 0 };

    return append_path(&writer, &device->path) && append(&writer, "/") &&
           append(&writer, names_kind_word(topic->kind)) &&
           (topic->subfolder[0] == '\0' ||
            (append(&writer, "/") && append(&writer, topic->subfolder)));
}

void
site_attributes_fill(const struct gate_device *device,
                     const struct names_topic *topic, const char *gateway,
                     struct site_attributes *attributes)
{
    const struct names_path *path = &device->path;

    *attributes = (struct site_attributes){
        gateway != NULL ? SITE_ATTRIBUTES : SITE_ATTRIBUTES - 1,
        {
            { "deviceId", path->device },
            { "deviceNumId", attributes->number },
            { "deviceRegistryId", path->registry },
            { "deviceRegistryLocation", path->location },
            { "projectId", path->project },
            { "subFolder", topic->subfolder },
            { "gatewayId", gateway },
        },
        ""
    };
    snprintf(attributes->number, sizeof attributes->number, "%" PRIu64,
             device->num_id);
}
