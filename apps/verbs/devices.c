// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices create, list, describe, update, delete.  Section 5.8
 * of the cloud-iot-core reference; the rules are the registry's.
 */
#include "base/log.h"
#include "call.h"
#include "listing.h"
#include "parse.h"
#include "resources.h"
#include "show.h"
#include "verbs.h"

#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row create_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_LIST, "public-key", "path=F,type=T[,expiration-time=TIME]",
      FIELD(public_keys),
      "A key of the device (PEM); up to 3.  Types: es256, es256-x509-pem, "
      "rs256 (a certificate), rsa-pem.",
      0, 0 },
    { OPTIONS_TEXT, "device-type", "TYPE", FIELD(device_type),
      "gateway or non-gateway.", 0, 0 },
    { OPTIONS_TEXT, "auth-method", "METHOD", FIELD(auth_method),
      "association-only, device-auth-token-only or "
      "association-and-device-auth-token; of a gateway.",
      0, 0 },
    { OPTIONS_FLAG, "blocked", NULL, FIELD(blocked),
      "The device may not come in.", 0, 0 },
    { OPTIONS_FLAG, "no-blocked", NULL, FIELD(unblocked), "It may (default).",
      0, 0 },
    { OPTIONS_TEXT, "log-level", "LEVEL", FIELD(log_level),
      "none, error, info or debug; default: the registry's.", 0, 0 },
    { OPTIONS_LIST, "metadata", "KEY=VALUE[,...]", FIELD(metadata),
      "What to remember of the device; up to 500.", 0, 0 },
    { OPTIONS_LIST, "metadata-from-file", "KEY=FILE[,...]",
      FIELD(metadata_files), "The same, each value from a file.", 0, 0 },
    { 0 },
};

/* Keys have verbs of their own, and the type stays. */
static const struct options_row update_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "auth-method", "METHOD", FIELD(auth_method),
      "association-only, device-auth-token-only or "
      "association-and-device-auth-token; of a gateway.",
      0, 0 },
    { OPTIONS_FLAG, "blocked", NULL, FIELD(blocked),
      "The device may not come in.", 0, 0 },
    { OPTIONS_FLAG, "no-blocked", NULL, FIELD(unblocked), "It may.", 0, 0 },
    { OPTIONS_TEXT, "log-level", "LEVEL", FIELD(log_level),
      "none, error, info or debug.", 0, 0 },
    { OPTIONS_LIST, "metadata", "KEY=VALUE[,...]", FIELD(metadata),
      "What to remember of the device; all that was there goes.", 0, 0 },
    { OPTIONS_LIST, "metadata-from-file", "KEY=FILE[,...]",
      FIELD(metadata_files), "The same, each value from a file.", 0, 0 },
    { 0 },
};

static const struct options_row list_rows[] = {
    { OPTIONS_LIST, "device-ids", "ID[,...]", FIELD(device_ids),
      "Only these, by id.", 0, 0 },
    { OPTIONS_LIST, "device-num-ids", "NUM_ID[,...]", FIELD(device_num_ids),
      "Only these, by numeric id.", 0, 0 },
    { OPTIONS_TEXT, "gateway-type", "TYPE", FIELD(gateway_type),
      "Only gateway, or only non-gateway.", 0, 0 },
    { OPTIONS_FLAG, "connected", NULL, FIELD(connected),
      "A column more: since when each is connected.", 0, 0 },
    { 0 },
};

static enum exit_code
parse_words(const struct verbs_arguments *given, struct registry_device *wanted)
{
    int level = REGISTRY_LOG_UNSPECIFIED;
    int type = REGISTRY_GATEWAY_UNSPECIFIED;
    int method = REGISTRY_AUTH_UNSPECIFIED;
    enum exit_code code;

    code = parse_word(REGISTRY_LOG_LEVELS, "--log-level", given->log_level,
                      &level);
    if (code == EXIT_CODE_DONE)
        code = parse_word(REGISTRY_GATEWAY_TYPES, "--device-type",
                          given->device_type, &type);
    if (code == EXIT_CODE_DONE)
        code = parse_word(REGISTRY_AUTH_METHODS, "--auth-method",
                          given->auth_method, &method);
    wanted->log_level = (enum registry_log_level)level;
    wanted->gateway_type = (enum registry_gateway_type)type;
    wanted->auth_method = (enum registry_auth_method)method;
    return code;
}

static enum exit_code
parse_settings(const struct verbs_arguments *given,
               struct registry_device *wanted)
{
    enum exit_code code;

    if (given->blocked && given->unblocked) {
        log_error("--blocked and --no-blocked exclude each other");
        return EXIT_CODE_MISUSED;
    }
    wanted->blocked = given->blocked;
    code = parse_words(given, wanted);
    if (code == EXIT_CODE_DONE)
        code = parse_metadata(&given->metadata, &given->metadata_files, wanted);
    if (code == EXIT_CODE_DONE)
        code = parse_public_keys(&given->public_keys, wanted);
    return code;
}

static struct registry_device *
device_new(const struct names_path *path)
{
    struct registry_device *it = calloc(1, sizeof *it);

    if (it == NULL)
        log_error("out of memory");
    else
        memcpy(it->id, path->device, sizeof it->id);
    return it;
}

/* What the operators said of a device, and its configuration. */
static json_t *
whole(struct verbs_call *call, const struct registry_device *device)
{
    struct registry_config *config = NULL;
    json_t *it = resources_device(&call->path, device);
    int64_t acked = 0;

    if (it != NULL &&
        registry_config_find(call->store, device->num_id, &config) &&
        config != NULL &&
        (call->traffic == NULL ||
         traffic_config_ack_find(call->traffic, device->num_id, config->version,
                                 &acked)))
        json_object_set_new(it, "config", resources_config(config, acked));
    registry_config_free(&config);
    return it;
}

/* And what the bridges know of it. */
static bool
add_traffic(struct verbs_call *call, uint64_t num_id, json_t *it)
{
    struct traffic_device status;
    struct traffic_states *states = NULL;

    if (call->traffic == NULL)
        return true;
    if (!traffic_device_find(call->traffic, num_id, &status) ||
        !traffic_state_list(call->traffic, num_id, 1, &states))
        return false;
    resources_add_status(it, &status);
    if (states->count > 0)
        json_object_set_new(it, "state", resources_state(&states->items[0]));
    traffic_states_free(&states);
    return true;
}

static enum exit_code
show_one(struct verbs_call *call)
{
    struct registry_device *got = NULL;
    json_t *it = NULL;
    bool ok = registry_device_get(call->store, &call->path, &got) &&
              verbs_look_at_traffic(call);

    if (ok)
        it = whole(call, got);
    if (ok && it != NULL && !add_traffic(call, got->num_id, it)) {
        json_decref(it);
        ok = false;
    }
    if (ok)
        ok = show_value(call, it);
    registry_device_free(&got);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* Reads what was given, hands it to STORE, and shows what came of it. */
static enum exit_code
save(struct verbs_call *call,
     bool (*store)(struct verbs_call *call,
                   const struct registry_device *wanted),
     const char *did)
{
    struct registry_device *wanted = device_new(&call->path);
    enum exit_code code = EXIT_CODE_FAILED;

    if (wanted == NULL)
        return code;
    code = parse_settings(&call->arguments, wanted);
    if (code == EXIT_CODE_DONE && !store(call, wanted))
        code = EXIT_CODE_FAILED;
    registry_device_free(&wanted);
    if (code != EXIT_CODE_DONE)
        return code;
    verbs_say(did, call->path.device);
    return call->format != VERBS_UNSAID ? show_one(call) : EXIT_CODE_DONE;
}

static bool
store_new(struct verbs_call *call, const struct registry_device *wanted)
{
    return verbs_open(call, REGISTRY_WRITE) &&
           registry_device_create(call->store, &call->path, wanted);
}

static enum exit_code
create(struct verbs_call *call)
{
    return save(call, store_new, "Created device");
}

static enum exit_code
list(struct verbs_call *call)
{
    return listing_devices(call, registry_device_list);
}

static enum exit_code
describe(struct verbs_call *call)
{
    return verbs_open(call, REGISTRY_BROWSE) ? show_one(call)
                                             : EXIT_CODE_FAILED;
}

static unsigned
update_mask(const struct verbs_arguments *given)
{
    unsigned mask = 0;

    if (given->blocked || given->unblocked)
        mask |= REGISTRY_DEVICE_SET_BLOCKED;
    if (given->log_level != NULL)
        mask |= REGISTRY_DEVICE_SET_LOG_LEVEL;
    if (given->auth_method != NULL)
        mask |= REGISTRY_DEVICE_SET_AUTH_METHOD;
    if (given->metadata.count > 0 || given->metadata_files.count > 0)
        mask |= REGISTRY_DEVICE_SET_METADATA;
    return mask;
}

static bool
store_changes(struct verbs_call *call, const struct registry_device *wanted)
{
    return verbs_open(call, REGISTRY_WRITE) &&
           registry_device_update(call->store, &call->path, wanted,
                                  update_mask(&call->arguments));
}

static enum exit_code
update(struct verbs_call *call)
{
    if (update_mask(&call->arguments) != 0)
        return save(call, store_changes, "Updated device");
    log_error("nothing to update; see --help");
    return EXIT_CODE_MISUSED;
}

/* What the bridges know of it goes last, and is no reason to fail. */
static void
forget(struct verbs_call *call, uint64_t num_id)
{
    if (!verbs_look_at_traffic(call) || call->traffic == NULL)
        return;
    traffic_close(&call->traffic);
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_device_forget(call->traffic, num_id))
        log_warning("what the bridges know of it stays behind");
}

static enum exit_code
delete_one(struct verbs_call *call)
{
    struct registry_device *device = NULL;
    enum exit_code code = EXIT_CODE_FAILED;

    if (verbs_open(call, REGISTRY_WRITE) &&
        registry_device_get(call->store, &call->path, &device) &&
        registry_device_delete(call->store, &call->path)) {
        code = verbs_done(call, "Deleted device", call->path.device, NULL);
        forget(call, device->num_id);
    }
    registry_device_free(&device);
    return code;
}

const struct verbs_verb verbs_devices_create = {
    "DEVICE --project P --region L --registry R [--public-key ...] "
    "[OPTION ...]",
    "Makes a device in a registry.",
    create_rows,
    VERBS_DEVICE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    create,
};

const struct verbs_verb verbs_devices_list = {
    "--project P --region L --registry R [OPTION ...]",
    "Lists the devices of a registry.",
    list_rows,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_NAMES,
    list,
};

const struct verbs_verb verbs_devices_describe = {
    "DEVICE --project P --region L --registry R [OPTION ...]",
    "Shows a device, by id or numeric id.",
    NULL,
    VERBS_DEVICE,
    VERBS_OF_REGISTRY,
    VERBS_YAML,
    describe,
};

const struct verbs_verb verbs_devices_update = {
    "DEVICE --project P --region L --registry R OPTION ...",
    "Sets what is named, and leaves all else as it is.",
    update_rows,
    VERBS_DEVICE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    update,
};

const struct verbs_verb verbs_devices_delete = {
    "DEVICE --project P --region L --registry R",
    "Deletes a device and its credentials.",
    NULL,
    VERBS_DEVICE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    delete_one,
};
