// SPDX-License-Identifier: Apache-2.0
/*
 * What a connection has subscribed to, and which devices are attached to it:
 * found by the right names and by no others, and bounded.
 */
#include "bridge/attached.h"
#include "bridge/filters.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static void
add(struct filters *filters, const char *text, uint64_t num_id, int qos)
{
    struct names_topic topic;

    CHECK(names_parse_filter(text, strlen(text), &topic));
    CHECK(filters_add(filters, &topic, num_id, qos) != NULL);
}

static void
check_commands(void)
{
    struct filters filters = { NULL, 0, 0 };
    struct names_topic topic;

    add(&filters, "/devices/dev-1/commands", 1, 0);
    CHECK(filters_find(&filters, 1, NAMES_COMMANDS, "") != NULL);
    CHECK(filters_find(&filters, 1, NAMES_COMMANDS, "a") == NULL);
    CHECK(filters_find(&filters, 2, NAMES_COMMANDS, "") == NULL);
    CHECK(filters_find(&filters, 1, NAMES_CONFIG, "") == NULL);
    add(&filters, "/devices/dev-1/commands/a/b", 1, 1);
    CHECK(filters_find(&filters, 1, NAMES_COMMANDS, "a") == NULL);
    CHECK(filters_find(&filters, 1, NAMES_COMMANDS, "a/b")->qos == 1);
    add(&filters, "/devices/dev-2/commands/#", 2, 1);
    CHECK(filters_find(&filters, 2, NAMES_COMMANDS, "") != NULL);
    CHECK(filters_find(&filters, 2, NAMES_COMMANDS, "x/y/z") != NULL);

    /* The same again is the same, with its new quality. */
    add(&filters, "/devices/dev-1/commands", 1, 1);
    CHECK(filters.count == 3);
    CHECK(filters_find(&filters, 1, NAMES_COMMANDS, "")->qos == 1);
    add(&filters, "/devices/17/commands", 1, 0);
    CHECK(filters.count == 4);

    CHECK(names_parse_filter("/devices/dev-1/commands", 23, &topic));
    filters_remove(&filters, &topic, 1);
    filters_remove(&filters, &topic, 1);
    CHECK(filters.count == 3);
    filters_remove_device(&filters, 1);
    CHECK(filters.count == 1);
    CHECK(filters_find(&filters, 2, NAMES_COMMANDS, "") != NULL);
    filters_clear(&filters);
    CHECK(filters_find(&filters, 2, NAMES_COMMANDS, "") == NULL);
}

static void
check_bound(void)
{
    struct filters filters = { NULL, 0, 0 };
    struct names_topic topic = { .device = "dev-1", .kind = NAMES_CONFIG };

    for (uint64_t i = 1; i <= FILTERS_MOST; i++)
        CHECK(filters_add(&filters, &topic, i, 0) != NULL);
    CHECK(filters_add(&filters, &topic, FILTERS_MOST + 1, 0) == NULL);
    CHECK(filters_add(&filters, &topic, 1, 1) != NULL);
    filters_clear(&filters);
}

static void
check_attached(void)
{
    struct attached_list list = { NULL, 0, 0 };
    struct gate_device gateway = { .path = { "p-1", "eu", "reg", "gw-1" },
                                   .num_id = 9,
                                   .expires_at = 5,
                                   .is_gateway = true };
    struct gate_device device = gateway;

    for (uint64_t i = 1; i <= GATE_ATTACHED_MOST; i++) {
        device.num_id = i * 100;
        device.expires_at = (int64_t)i;
        sprintf(device.path.device, "dev-%d", (int)i);
        CHECK(attached_add(&list, &device));
    }
    CHECK(attached_add(&list, &device));
    CHECK(list.count == GATE_ATTACHED_MOST);
    CHECK(attached_find(&list, "dev-7")->num_id == 700);
    CHECK(attached_find(&list, "700") == attached_find(&list, "dev-7"));
    CHECK(attached_find(&list, "dev-0") == NULL);
    CHECK(attached_find(&list, "7") == NULL);
    attached_device(attached_find(&list, "700"), &gateway, &device);
    CHECK(strcmp(device.path.device, "dev-7") == 0);
    CHECK(strcmp(device.path.registry, "reg") == 0);
    CHECK(device.num_id == 700 && device.expires_at == 7);
    CHECK(device.gateway == 9 && !device.is_gateway);
    attached_remove(&list, attached_find(&list, "700"));
    CHECK(attached_find(&list, "dev-7") == NULL);
    CHECK(attached_find(&list, "dev-1000") != NULL);
    attached_clear(&list);
    CHECK(list.count == 0);
}

int
main(void)
{
    check_commands();
    check_bound();
    check_attached();
    return check_end();
}
