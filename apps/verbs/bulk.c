// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices import and export: a device a line, in JSON, as many
 * as there are, and then a line for each that is bound to a gateway.  A batch
 * is registered wholly or not at all; where it stopped is said, and where it is
 * taken up again need not be.
 */
#include "base/log.h"
#include "call.h"
#include "progress.h"
#include "read.h"
#include "resources.h"
#include "verbs.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

/* Devices in one transaction: another writer waits a second at most. */
enum { BATCH = 5000 };

static const struct options_row import_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_FLAG, "resume", NULL, FIELD(resume),
      "Pass over devices that are there already.", 0, 0 },
    { OPTIONS_FLAG, "renumber", NULL, FIELD(renumber),
      "Give all devices new numbers; default those of the file.", 0, 0 },
    { 0 },
};

/* An import that is under way. */
struct import {
    struct verbs_call *call;
    FILE *file;
    struct progress progress;
    struct registry_import items[BATCH];
    size_t lines[BATCH];
    size_t count;
    size_t line; /* the last one that was read, from 1 */
    size_t added;
    size_t committed; /* the last line of the last batch */
};

static bool
flush(struct import *it)
{
    size_t added = 0;
    size_t refused = 0;
    bool ok = it->count == 0 ||
              registry_device_import(
                  it->call->store, &it->call->path, it->items, it->count,
                  it->call->arguments.resume, &added, &refused);

    if (!ok)
        log_error("line %zu of %s: nothing behind line %zu was registered; "
                  "when that is mended, --resume goes on",
                  it->lines[refused], it->call->name, it->committed);
    for (size_t i = 0; i < it->count; i++)
        read_device_free(&it->items[i]);
    it->count = 0;
    if (ok) {
        it->added += added;
        it->committed = it->line;
    }
    return ok;
}

static bool
take_line(struct import *it, const char *text, size_t length)
{
    it->line++;
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length == 0)
        return true;
    it->lines[it->count] = it->line;
    if (length > READ_DEVICE_MOST)
        log_error("a device has at most %d bytes", READ_DEVICE_MOST);
    else if (read_device(text, length, &it->items[it->count++])) {
        struct registry_device *device = it->items[it->count - 1].device;

        if (it->call->arguments.renumber && device != NULL)
            device->num_id = 0;
        return it->count < BATCH || flush(it);
    }
    log_error("line %zu of %s: nothing behind line %zu was registered; when "
              "that is mended, --resume goes on",
              it->line, it->call->name, it->committed);
    return false;
}

static bool
read_lines(struct import *it)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    bool ok = true;

    while (ok && (length = getline(&text, &room, it->file)) > 0) {
        ok = take_line(it, text, (size_t)length);
        progress_move(&it->progress, (size_t)length, it->line);
    }
    if (ok && ferror(it->file)) {
        log_error("cannot read %s: %s", it->call->name, strerror(errno));
        ok = false;
    }
    free(text);
    return ok && flush(it);
}

static enum exit_code
import_file(struct verbs_call *call)
{
    struct import *it = calloc(1, sizeof *it);
    char what[64];
    enum exit_code code = EXIT_CODE_FAILED;
    bool ok = false;

    if (it == NULL) {
        log_error("out of memory");
        return code;
    }
    it->call = call;
    it->file = strcmp(call->name, "-") == 0 ? stdin : fopen(call->name, "r");
    if (it->file == NULL)
        log_error("cannot read %s: %s", call->name, strerror(errno));
    else if (verbs_open(call, REGISTRY_WRITE)) {
        progress_begin(&it->progress, it->file);
        ok = read_lines(it);
        progress_end(&it->progress);
    }
    for (size_t i = 0; i < it->count; i++)
        read_device_free(&it->items[i]);
    if (ok) {
        snprintf(what, sizeof what, "%zu", it->added);
        code = verbs_done(call, "Imported devices", what, NULL);
    }
    if (it->file != NULL && it->file != stdin)
        fclose(it->file);
    free(it);
    return code;
}

/* An export that is under way. */
struct outgoing {
    struct verbs_call *call;
    char **gateways; /* that were among the devices, ids */
    size_t gateway_count;
};

/* Prints VALUE, which is given up, in a line; NULL when memory is short.  That
 * stdout cannot be written is said at the end. */
static bool
print_json_line(json_t *value)
{
    bool ok = value != NULL;

    if (ok) {
        ok = json_dumpf(value, stdout,
                        JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII) == 0;
        putchar('\n');
    } else
        log_error("out of memory");
    json_decref(value);
    return ok;
}

static bool
remember_gateway(struct outgoing *it, const char *id)
{
    char **more = realloc(it->gateways, (it->gateway_count + 1) * sizeof *more);

    if (more != NULL) {
        it->gateways = more;
        more[it->gateway_count] = strdup(id);
    }
    if (more != NULL && more[it->gateway_count++] != NULL)
        return true;
    log_error("out of memory");
    return false;
}

/* With its present configuration, unless it never got one; NULL when memory is
 * short. */
static json_t *
device_json(const struct outgoing *it, const struct registry_device *device,
            const struct registry_config *config)
{
    json_t *value = resources_device(&it->call->path, device);

    if (config != NULL && (config->version > 1 || config->length > 0) &&
        json_object_set_new(value, "config", resources_config(config, 0)) !=
            0) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static bool
print_device(struct outgoing *it, const struct registry_device *device)
{
    struct registry_config *config = NULL;
    bool ok = registry_config_find(it->call->store, device->num_id, &config) &&
              (device->gateway_type != REGISTRY_GATEWAY ||
               remember_gateway(it, device->id)) &&
              print_json_line(device_json(it, device, config));

    registry_config_free(&config);
    return ok;
}

static bool
print_devices(struct outgoing *it, const struct registry_device_page *page,
              const char *gateway)
{
    bool ok = true;

    for (size_t i = 0; ok && i < page->count; i++)
        ok = gateway == NULL
                 ? print_device(it, page->items[i])
                 : print_json_line(json_pack("{s:s, s:s}", "gatewayId", gateway,
                                             "deviceId", page->items[i]->id));
    return ok;
}

/* All devices, or those that are bound to GATEWAY. */
static bool
export_pages(struct outgoing *it, const char *gateway)
{
    struct registry_device_page *page = NULL;
    struct names_path path = it->call->path;
    char after[NAMES_ID_MOST + 1] = "";
    bool is_last = false;
    bool ok = true;

    snprintf(path.device, sizeof path.device, "%s",
             gateway != NULL ? gateway : "");
    while (ok && !is_last) {
        ok = (gateway == NULL ? registry_device_list : registry_bound_list)(
                 it->call->store, &path, after, &page) &&
             print_devices(it, page, gateway);
        is_last = !ok || page->count < REGISTRY_PAGE_MOST;
        if (!is_last)
            memcpy(after, page->items[page->count - 1]->id, sizeof after);
        registry_device_page_free(&page);
    }
    return ok;
}

/* What is bound comes behind all devices, which are there then. */
static enum exit_code
export_all(struct verbs_call *call)
{
    struct outgoing it = { .call = call };
    bool ok = verbs_open(call, REGISTRY_BROWSE) && export_pages(&it, NULL);

    for (size_t i = 0; i < it.gateway_count; i++) {
        ok = ok && export_pages(&it, it.gateways[i]);
        free(it.gateways[i]);
    }
    free(it.gateways);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct verbs_verb verbs_devices_import = {
    "FILE --project P --region L --registry R [--resume]",
    "Makes a device, or a binding, of each line of FILE; - for standard "
    "input.",
    import_rows,
    VERBS_NAME,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    import_file,
};

const struct verbs_verb verbs_devices_export = {
    "--project P --region L --registry R",
    "Writes all devices of a registry, and what is bound, in lines of JSON.",
    NULL,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    export_all,
};
