// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices credentials create, list, describe, update, delete,
 * clear.  An index is the place in the list, as in gcloud: after a delete the
 * later ones move down.  Section 5.8; the rules of section 5.5 are the
 * registry's.
 */
#include "base/log.h"
#include "call.h"
#include "indexed.h"
#include "parse.h"
#include "resources.h"
#include "show.h"
#include "verbs.h"

#include <stdlib.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row create_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "path", "FILE", FIELD(path),
      "A public key or certificate (PEM).", 0, 0 },
    { OPTIONS_TEXT, "type", "TYPE", FIELD(type),
      "es256, es256-x509-pem, rs256 (a certificate) or rsa-pem.", 0, 0 },
    { OPTIONS_TEXT, "expiration-time", "TIME", FIELD(expiration),
      "After it the key is not looked at, like 2030-01-01T00:00:00Z.", 0, 0 },
    { 0 },
};

static const struct options_row update_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "expiration-time", "TIME", FIELD(expiration),
      "After it the key is not looked at, like 2030-01-01T00:00:00Z; empty "
      "for never.",
      0, 0 },
    { 0 },
};

static const struct show_column columns[] = {
    { "INDEX", "index" },
    { "FORMAT", "publicKey.format" },
    { "EXPIRATION_TIME", "expirationTime" },
    { NULL, NULL },
};

static enum exit_code
create(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;
    struct registry_credential wanted = { .pem = NULL };
    enum exit_code code =
        parse_public_key(given->path, given->type, given->expiration, &wanted);

    if (code == EXIT_CODE_DONE &&
        (!verbs_open(call, REGISTRY_WRITE) ||
         !registry_credential_add(call->store, &call->path, &wanted)))
        code = EXIT_CODE_FAILED;
    if (code == EXIT_CODE_DONE)
        code = verbs_done(call, "Created credentials for device",
                          call->path.device, resources_credential(&wanted));
    free(wanted.pem);
    return code;
}

/* All that there are; NULL when that is not known, and logged why. */
static json_t *
all(struct verbs_call *call)
{
    struct registry_device *device = NULL;
    json_t *list = NULL;

    if (verbs_open(call, REGISTRY_BROWSE) &&
        registry_device_get(call->store, &call->path, &device))
        list = resources_credentials(device);
    registry_device_free(&device);
    return list;
}

static enum exit_code
list(struct verbs_call *call)
{
    return indexed_list(call, columns, all(call));
}

static enum exit_code
describe(struct verbs_call *call)
{
    return indexed_describe(call, "device", call->path.device, "credential",
                            all(call));
}

static enum exit_code
delete_one(struct verbs_call *call)
{
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_credential_delete(call->store, &call->path, call->index))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Deleted credentials for device", call->path.device,
                      NULL);
}

static enum exit_code
update(struct verbs_call *call)
{
    const char *text = call->arguments.expiration;
    int64_t expires = 0;

    if (text == NULL) {
        log_error("--expiration-time is missing; \"\" for never");
        return EXIT_CODE_MISUSED;
    }
    if (text[0] != '\0' && !parse_time(text, &expires)) {
        log_error("an expiration time is like 2030-01-01T00:00:00Z, not "
                  "\"%s\"",
                  text);
        return EXIT_CODE_MISUSED;
    }
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_credential_expire(call->store, &call->path, call->index,
                                    expires))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Updated credentials for device", call->path.device,
                      NULL);
}

static enum exit_code
clear(struct verbs_call *call)
{
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_credential_clear(call->store, &call->path))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Cleared all credentials for device",
                      call->path.device, NULL);
}

const struct verbs_verb verbs_devices_credentials_create = {
    "--project P --region L --registry R --device D --path FILE --type TYPE "
    "[--expiration-time TIME]",
    "Gives a device one more key; it has at most 3.",
    create_rows,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    create,
};

const struct verbs_verb verbs_devices_credentials_list = {
    "--project P --region L --registry R --device D [OPTION ...]",
    "Lists the keys of a device.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_LIST,
    list,
};

const struct verbs_verb verbs_devices_credentials_describe = {
    "INDEX --project P --region L --registry R --device D [OPTION ...]",
    "Shows a key of a device.",
    NULL,
    VERBS_INDEX,
    VERBS_OF_DEVICE,
    VERBS_YAML,
    describe,
};

const struct verbs_verb verbs_devices_credentials_delete = {
    "INDEX --project P --region L --registry R --device D",
    "Takes a key from a device.",
    NULL,
    VERBS_INDEX,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    delete_one,
};

const struct verbs_verb verbs_devices_credentials_update = {
    "INDEX --project P --region L --registry R --device D "
    "--expiration-time TIME",
    "Sets when a key of a device expires.",
    update_rows,
    VERBS_INDEX,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    update,
};

const struct verbs_verb verbs_devices_credentials_clear = {
    "--project P --region L --registry R --device D",
    "Takes all keys from a device.",
    NULL,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    clear,
};
