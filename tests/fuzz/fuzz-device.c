// SPDX-License-Identifier: Apache-2.0
/*
 * A line of an import: whatever it is, what is said to be read of it is all
 * there, a device or a binding, and all of it is released.
 */
#include "base/log.h"
#include "verbs/read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
demand(bool is_so)
{
    if (!is_so)
        abort();
}

static void
say_nothing(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct registry_import item;
    bool is_read;

    log_open("fuzz", say_nothing);
    is_read = read_device((const char *)bytes, length, &item);
    if (is_read && item.device == NULL)
        demand(item.gateway != NULL && item.bound != NULL);
    if (is_read && item.device != NULL) {
        const struct registry_device *device = item.device;

        demand(memchr(device->id, '\0', sizeof device->id) != NULL);
        demand(device->credential_count <= REGISTRY_CREDENTIALS_MOST);
        demand(item.config == NULL ||
               (item.config->length <= length && item.config->version > 0));
        for (size_t i = 0; i < device->credential_count; i++)
            demand(device->credentials[i].pem != NULL);
        for (size_t i = 0; i < device->metadata_count; i++)
            demand(device->metadata[i].name != NULL &&
                   device->metadata[i].value != NULL);
    }
    read_device_free(&item);
    return 0;
}
