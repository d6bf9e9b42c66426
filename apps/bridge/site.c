// SPDX-License-Identifier: Apache-2.0
/*
 * Writes topics and attributes for the site.  That the device may publish
 * there is for the gate to have said.
 */
#include "site.h"

#include <inttypes.h>
#include <stdio.h>

/* Ids with "+" or "%", which are allowed (section 5.6), are rare, but a topic
 * with a "+" would end the connection of every subscriber that gets it. */
static bool
encode(const char *path, char text[SITE_TOPIC_MOST])
{
    size_t used = 0;

    for (; *path != '\0'; path++) {
        bool is_plain = *path != '+' && *path != '%';

        if (used + sizeof "%2B" > SITE_TOPIC_MOST)
            return false;
        if (is_plain)
            text[used++] = *path;
        else
            used += (size_t)sprintf(text + used, "%%%02X", (unsigned)*path);
    }
    text[used] = '\0';
    return true;
}

bool
site_path_write(const struct gate_device *device, char text[SITE_TOPIC_MOST])
{
    char plain[NAMES_PATH_MOST];

    return names_write_path(&device->path, plain, sizeof plain) &&
           encode(plain, text);
}

bool
site_topic_write(const struct gate_device *device,
                 const struct names_topic *topic, char text[SITE_TOPIC_MOST])
{
    char path[SITE_TOPIC_MOST];
    int length;

    if (!site_path_write(device, path))
        return false;
    length = snprintf(text, SITE_TOPIC_MOST, "%s/%s%s%s", path,
                      names_kind_word(topic->kind),
                      topic->subfolder[0] != '\0' ? "/" : "", topic->subfolder);
    return length >= 0 && length < SITE_TOPIC_MOST;
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
