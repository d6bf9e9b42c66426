// SPDX-License-Identifier: Apache-2.0
/*
 * The topics that the site reads: with the device's id in full, valid as MQTT
 * topics whatever the ids, and no two devices with one.
 */
#include "bridge/site.h"
#include "check.h"

#include <string.h>

struct row {
    struct names_path path;
    struct names_topic topic;
    const char *text;
};

static const struct row rows[] = {
    { { "p-1", "eu", "reg", "dev-1" },
      { "dev-1", NAMES_EVENTS, "" },
      "projects/p-1/locations/eu/registries/reg/devices/dev-1/events" },
    { { "p-1", "eu", "reg", "dev-1" },
      { "2906384711", NAMES_EVENTS, "a/b%" },
      "projects/p-1/locations/eu/registries/reg/devices/dev-1/events/a/b%" },
    { { "p-1", "eu", "reg", "dev-1" },
      { "dev-1", NAMES_STATE, "" },
      "projects/p-1/locations/eu/registries/reg/devices/dev-1/state" },
    { { "ex.com:p", "eu", "r+g", "d+1" },
      { "17", NAMES_STATE, "" },
      "projects/ex.com:p/locations/eu/registries/r%2Bg/devices/d%2B1/state" },
    { { "p-1", "eu", "reg", "d%2B1" },
      { "17", NAMES_STATE, "" },
      "projects/p-1/locations/eu/registries/reg/devices/d%252B1/state" },
};

static void
check_longest(void)
{
    struct gate_device device = { .num_id = 1 };
    struct names_topic topic = { .kind = NAMES_EVENTS };
    char text[SITE_TOPIC_MOST];

    memset(device.path.project, 'p', NAMES_ID_MOST);
    memset(device.path.location, 'l', NAMES_ID_MOST);
    memset(device.path.registry, '+', NAMES_ID_MOST);
    memset(device.path.device, '%', NAMES_ID_MOST);
    memset(topic.subfolder, 's', NAMES_SUBFOLDER_MOST);
    CHECK(site_topic_write(&device, &topic, text));
    CHECK(strlen(text) == 41 + 8 * NAMES_ID_MOST + 8 + NAMES_SUBFOLDER_MOST);
}

/* Section 6: these and no others, and the gateway's when there was one. */
static void
check_attributes(void)
{
    static const char *const names[] = {
        "deviceId",         "deviceNumId",
        "deviceRegistryId", "deviceRegistryLocation",
        "projectId",        "subFolder",
        "gatewayId"
    };
    static const char *const values[] = { "d%2B1", "17",   "r",   "l",
                                          "p",     "a/b%", "gw-1" };
    struct gate_device device = { { "p", "l", "r", "d%2B1" }, .num_id = 17 };
    struct names_topic topic = { .subfolder = "a/b%" };
    struct site_attributes attributes;

    site_attributes_fill(&device, &topic, "gw-1", &attributes);
    CHECK(attributes.count == 7);
    for (size_t i = 0; i < attributes.count; i++)
        CHECK(strcmp(attributes.all[i].name, names[i]) == 0 &&
              strcmp(attributes.all[i].value, values[i]) == 0);
    topic.subfolder[0] = '\0';
    site_attributes_fill(&device, &topic, NULL, &attributes);
    CHECK(attributes.count == 6);
    CHECK(strcmp(attributes.all[5].name, "subFolder") == 0 &&
          attributes.all[5].value[0] == '\0');
}

int
main(void)
{
    struct gate_device device = { .num_id = 17 };
    char text[SITE_TOPIC_MOST];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        device.path = rows[i].path;
        CHECK(site_topic_write(&device, &rows[i].topic, text));
        if (!CHECK(strcmp(text, rows[i].text) == 0))
            fprintf(stderr, "  %s\n", text);
    }
    check_attributes();
    check_longest();
    return check_end();
}
