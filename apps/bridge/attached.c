// SPDX-License-Identifier: Apache-2.0
/*
 * A list that is searched from end to end: a thousand entries take some
 * microseconds, and a message's way to the disk takes more.
 */
#include "attached.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4 };

static bool
make_room(struct attached_list *list)
{
    size_t room = list->room == 0 ? FIRST_ROOM : list->room * 2;
    struct attached *larger;

    if (list->count < list->room)
        return true;
    larger = realloc(list->all, room * sizeof *larger);
    if (larger == NULL) {
        log_error("out of memory for a device of a gateway");
        return false;
    }
    list->all = larger;
    list->room = room;
    return true;
}

bool
attached_add(struct attached_list *list, const struct gate_device *device)
{
    struct attached *found = attached_find_number(list, device->num_id);

    if (found == NULL) {
        if (!make_room(list))
            return false;
        found = &list->all[list->count];
        *found = (struct attached){ .id = strdup(device->path.device),
                                    .num_id = device->num_id };
        if (found->id == NULL) {
            log_error("out of memory for a device of a gateway");
            return false;
        }
        list->count++;
    }
    found->key = device->key;
    found->expires_at = device->expires_at;
    return true;
}

struct attached *
attached_find_number(const struct attached_list *list, uint64_t num_id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->all[i].num_id == num_id)
            return &list->all[i];
    return NULL;
}

struct attached *
attached_find(const struct attached_list *list, const char *device)
{
    if (names_is_numeric(device, strlen(device)))
        return attached_find_number(list, strtoull(device, NULL, 10));
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->all[i].id, device) == 0)
            return &list->all[i];
    return NULL;
}

void
attached_remove(struct attached_list *list, struct attached *attached)
{
    free(attached->id);
    *attached = list->all[--list->count];
}

void
attached_device(const struct attached *attached,
                const struct gate_device *gateway, struct gate_device *device)
{
    *device = *gateway;
    memset(device->path.device, 0, sizeof device->path.device);
    strncpy(device->path.device, attached->id, sizeof device->path.device - 1);
    device->num_id = attached->num_id;
    device->key = attached->key;
    device->expires_at = attached->expires_at;
    device->is_gateway = false;
    device->gateway = gateway->num_id;
}

void
attached_clear(struct attached_list *list)
{
    while (list->count > 0)
        attached_remove(list, &list->all[list->count - 1]);
    free(list->all);
    *list = (struct attached_list){ NULL, 0, 0 };
}
