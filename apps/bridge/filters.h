// SPDX-License-Identifier: Apache-2.0
/*
 * What a connection has subscribed to.  mosquitto keeps such a list too, but
 * shows it to no plugin, and what is for a device is sent to it by us.
 * cloud-iot-core reference, sections 2.2, 2.6 and 2.7.
 */
#ifndef BRIDGE_FILTERS_H
#define BRIDGE_FILTERS_H

#include "base/checked.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILTERS_MOST = 4096 };

/* A filter "/devices/D/KIND[/SUBFOLDER]", D being the device of NUM_ID. */
struct filter {
    uint64_t num_id;
    enum names_kind kind;
    bool by_number; /* D is the number and not the id */
    int qos;
    int64_t version; /* of the config that was sent last; 0 for none */
    char *subfolder; /* "#" for all; NULL for none */
};

/* Starts as zero. */
struct filters {
    struct filter *all;
    size_t count;
    size_t room;
};

/*
 * Adds what TOPIC says about the device of NUM_ID, or has it anew with another
 * quality of service.  NULL, logged, when there is no memory or there are
 * FILTERS_MOST.  What comes back is good until the list changes.
 */
CHECKED struct filter *
filters_add(struct filters *filters, const struct names_topic *topic,
            uint64_t num_id, int qos);

/* Takes one out that is just as TOPIC says, if it is there; or all that are
 * about a device. */
void
filters_remove(struct filters *filters, const struct names_topic *topic,
               uint64_t num_id);
void
filters_remove_device(struct filters *filters, uint64_t num_id);

/* The filter that what is sent to this device, with this kind and SUBFOLDER
 * ("" for none), matches; NULL when there is none. */
CHECKED struct filter *
filters_find(const struct filters *filters, uint64_t num_id,
             enum names_kind kind, const char *subfolder);

void
filters_clear(struct filters *filters);

#endif
