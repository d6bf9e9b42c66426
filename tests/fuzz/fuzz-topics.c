// SPDX-License-Identifier: Apache-2.0
/*
 * Client ids, topics and filters as they come off the wire, through the gate
 * to the site's topic: what is understood is written back as it was, and
 * nothing that is allowed names another device or holds a wildcard.
 */
#include "base/names.h"
#include "bridge/site.h"
#include "gate/gate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct gate_device device = {
    .path = { "p-1", "eu", "reg", "dev-1" },
    .num_id = 2906384711,
};

static void
insist(bool is_so)
{
    if (!is_so)
        abort();
}

static bool
is_text(const char *text, size_t length, const char *written)
{
    return strlen(written) == length && memcmp(text, written, length) == 0;
}

static void
try_path(const char *text, size_t length)
{
    struct gate_device one = { .num_id = 1 };
    struct names_topic topic = { .kind = NAMES_STATE };
    char written[NAMES_PATH_MOST];
    char site[SITE_TOPIC_MOST];

    if (!names_parse_path(text, length, &one.path))
        return;
    insist(names_write_path(&one.path, written, sizeof written));
    insist(is_text(text, length, written));
    insist(site_topic_write(&one, &topic, site));
    insist(strpbrk(site, "+#") == NULL);
    insist(strpbrk(written, "+%") != NULL ||
           strncmp(site, written, length) == 0);
}

static void
try_publish(const char *text, size_t length)
{
    struct names_topic topic;
    struct gate_refusal refusal;
    char written[NAMES_PATH_MOST];
    char site[SITE_TOPIC_MOST];
    struct site_attributes attributes;

    if (!gate_authorize(&device, GATE_PUBLISH, text, length, 0, &topic,
                        &refusal)) {
        insist(strlen(refusal.text) > 0);
        return;
    }
    insist(names_write_topic(&topic, written, sizeof written));
    insist(is_text(text, length, written));
    insist(site_topic_write(&device, &topic, site));
    insist(strpbrk(site, "+#") == NULL);
    insist(strncmp(site,
                   "projects/p-1/locations/eu/registries/reg/devices/"
                   "dev-1/",
                   55) == 0);
    site_attributes_fill(&device, &topic, NULL, &attributes);
}

static void
try_subscribe(const char *text, size_t length)
{
    struct names_topic topic;
    struct gate_refusal refusal;
    char written[NAMES_PATH_MOST];

    if (!gate_authorize(&device, GATE_SUBSCRIBE, text, length, 0, &topic,
                        &refusal))
        return;
    insist(names_write_topic(&topic, written, sizeof written));
    insist(is_text(text, length, written));
    insist(topic.kind == NAMES_CONFIG || topic.kind == NAMES_COMMANDS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of its very size, so that one byte too far is seen. */
    char *text = malloc(size > 0 ? size : 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    try_path(text, size);
    try_publish(text, size);
    try_subscribe(text, size);
    free(text);
    return 0;
}
