// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices configs update, list, describe, get-value, and devices
 * states list.  Sections 2.5, 2.6 and 5.8; when a configuration was
 * acknowledged is in the traffic.
 */
#include "base/log.h"
#include "call.h"
#include "resources.h"
#include "show.h"
#include "verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row update_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "config-data", "TEXT", FIELD(data), "The configuration.", 0,
      0 },
    { OPTIONS_TEXT, "config-file", "FILE", FIELD(file),
      "The same from a file, any bytes, at most 64 KB.", 0, 0 },
    { OPTIONS_NUMBER, "version-to-update", "N", FIELD(version),
      "Only if this is the present version; default any.", 0, INT64_MAX },
    { 0 },
};

static const struct show_column config_columns[] = {
    { "VERSION", "version" },
    { "CLOUD_UPDATE_TIME", "cloudUpdateTime" },
    { "DEVICE_ACK_TIME", "deviceAckTime" },
    { NULL, NULL },
};

static const struct show_column state_columns[] = {
    { "UPDATE_TIME", "updateTime" },
    { NULL, NULL },
};

static enum exit_code
update(struct verbs_call *call)
{
    struct registry_config made = { .updated = (int64_t)time(NULL) };
    char *bytes = NULL;
    size_t length = 0;
    enum exit_code code =
        verbs_read_data(call, "config", REGISTRY_CONFIG_MOST, &bytes, &length);

    if (code == EXIT_CODE_DONE &&
        (!verbs_open(call, REGISTRY_WRITE) ||
         !registry_config_set(call->store, &call->path, call->arguments.version,
                              bytes, length, &made.version)))
        code = EXIT_CODE_FAILED;
    made.data = (unsigned char *)bytes;
    made.length = length;
    if (code == EXIT_CODE_DONE)
        code = verbs_done(call, "Updated configuration for device",
                          call->path.device, resources_config(&made, 0));
    free(bytes);
    return code;
}

/* The device's number and its MOST newest configurations. */
static bool
find(struct verbs_call *call, size_t most, struct registry_configs **configs,
     uint64_t *num_id)
{
    struct registry_device *device = NULL;
    bool ok = verbs_open(call, REGISTRY_BROWSE) &&
              verbs_look_at_traffic(call) &&
              registry_device_get(call->store, &call->path, &device) &&
              registry_config_list(call->store, &call->path, most, configs);

    if (ok)
        *num_id = device->num_id;
    registry_device_free(&device);
    return ok;
}

static json_t *
config(struct verbs_call *call, uint64_t num_id,
       const struct registry_config *it)
{
    int64_t acked = 0;

    if (call->traffic != NULL &&
        !traffic_config_ack_find(call->traffic, num_id, it->version, &acked))
        return NULL;
    return resources_config(it, acked);
}

static enum exit_code
list(struct verbs_call *call)
{
    struct registry_configs *configs = NULL;
    json_t *rows = json_array();
    uint64_t num_id = 0;
    bool ok = find(call, REGISTRY_CONFIGS_KEPT, &configs, &num_id);

    for (size_t i = 0; ok && i < configs->count; i++)
        ok = json_array_append_new(
                 rows, config(call, num_id, &configs->items[i])) == 0;
    if (ok)
        ok = show_list(call, config_columns, rows);
    else
        json_decref(rows);
    registry_configs_free(&configs);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code
describe(struct verbs_call *call)
{
    struct registry_configs *configs = NULL;
    uint64_t num_id = 0;
    bool ok = find(call, 1, &configs, &num_id) &&
              show_value(call, config(call, num_id, &configs->items[0]));

    registry_configs_free(&configs);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* The bytes and nothing else. */
static enum exit_code
get_value(struct verbs_call *call)
{
    struct registry_configs *configs = NULL;
    bool ok = verbs_open(call, REGISTRY_BROWSE) &&
              registry_config_list(call->store, &call->path, 1, &configs);

    if (ok)
        fwrite(configs->items[0].data, 1, configs->items[0].length, stdout);
    registry_configs_free(&configs);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code
list_states(struct verbs_call *call)
{
    struct registry_device *device = NULL;
    struct traffic_states *states = NULL;
    json_t *rows = json_array();
    bool ok = verbs_open(call, REGISTRY_BROWSE) &&
              verbs_look_at_traffic(call) &&
              registry_device_get(call->store, &call->path, &device);

    if (ok && call->traffic != NULL)
        ok = traffic_state_list(call->traffic, device->num_id,
                                TRAFFIC_STATES_KEPT, &states);
    for (size_t i = 0; ok && states != NULL && i < states->count; i++)
        ok = json_array_append_new(rows, resources_state(&states->items[i])) ==
             0;
    if (ok)
        ok = show_list(call, state_columns, rows);
    else
        json_decref(rows);
    traffic_states_free(&states);
    registry_device_free(&device);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct verbs_verb verbs_devices_configs_update = {
    "--project P --region L --registry R --device D "
    "--config-data TEXT | --config-file FILE [--version-to-update N]",
    "Gives a device a new configuration.",
    update_rows,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    update,
};

const struct verbs_verb verbs_devices_configs_list = {
    "--project P --region L --registry R --device D [OPTION ...]",
    "Lists the last 10 configurations of a device, the newest first.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_LIST,
    list,
};

const struct verbs_verb verbs_devices_configs_describe = {
    "--project P --region L --registry R --device D [OPTION ...]",
    "Shows the configuration of a device.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_YAML,
    describe,
};

const struct verbs_verb verbs_devices_configs_get_value = {
    "--project P --region L --registry R --device D",
    "Writes the bytes of a device's configuration, and nothing else.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    get_value,
};

const struct verbs_verb verbs_devices_states_list = {
    "--project P --region L --registry R --device D [OPTION ...]",
    "Lists the last 10 states of a device, the newest first.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_LIST,
    list_states,
};
