// SPDX-License-Identifier: Apache-2.0
/*
 * The devices that a gateway speaks for (cloud-iot-core reference, section 3).
 * That it may is for the gate to have said.
 */
#ifndef BRIDGE_ATTACHED_H
#define BRIDGE_ATTACHED_H

#include "base/checked.h"
#include "gate/gate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is not the gateway's own; a gateway may have a thousand. */
struct attached {
    char *id;
    uint64_t num_id;
    uint64_t key;
    int64_t expires_at; /* 0: it needed no token */
    int64_t state_at;   /* as that of a session */
};

/* Starts as zero. */
struct attached_list {
    struct attached *all;
    size_t count;
    size_t room;
};

/* Adds a device, or has it anew.  False, logged, when there is no memory. */
CHECKED bool
attached_add(struct attached_list *list, const struct gate_device *device);

/* Finds a device by its id or number as they stand in topics, or by its
 * number; NULL when it is not there.  Good until the list changes. */
CHECKED struct attached *
attached_find(const struct attached_list *list, const char *device);
CHECKED struct attached *
attached_find_number(const struct attached_list *list, uint64_t num_id);

/* Takes one out; the last one takes its place. */
void
attached_remove(struct attached_list *list, struct attached *attached);

/* The device as the gate knows it, attached to GATEWAY. */
void
attached_device(const struct attached *attached,
                const struct gate_device *gateway, struct gate_device *device);

void
attached_clear(struct attached_list *list);

#endif
