// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry registries credentials create, list, describe, delete, clear:
 * the CA certificates that new devices' certificates must be signed with.
 * Sections 5.5 and 5.8; the rules are the registry's.
 */
#include "base/file.h"
#include "base/log.h"
#include "call.h"
#include "indexed.h"
#include "resources.h"
#include "show.h"
#include "verbs.h"

#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row create_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "path", "FILE", FIELD(path), "A CA certificate (PEM).", 0,
      0 },
    { OPTIONS_TEXT, "type", "TYPE", FIELD(type),
      "x509-certificate-pem, the only one there is.", 0, 0 },
    { 0 },
};

/* A certificate has a time of its own. */
static const struct show_column columns[] = {
    { "INDEX", "index" },
    { "FORMAT", "publicKeyCertificate.format" },
    { "EXPIRATION_TIME", "publicKeyCertificate.x509Details.expiryTime" },
    { NULL, NULL },
};

static enum exit_code
create(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;
    size_t length = 0;
    char *pem = NULL;
    enum exit_code code = EXIT_CODE_FAILED;

    if (given->path == NULL) {
        log_error("--path is missing");
        return EXIT_CODE_MISUSED;
    }
    if (given->type != NULL &&
        strcmp(given->type, "x509-certificate-pem") != 0) {
        log_error("--type is x509-certificate-pem, not \"%s\"", given->type);
        return EXIT_CODE_MISUSED;
    }
    if (!file_read(given->path, REGISTRY_PEM_MOST, &pem, &length))
        return EXIT_CODE_FAILED;
    if (verbs_open(call, REGISTRY_WRITE) &&
        registry_certificate_add(call->store, &call->path, pem))
        code = verbs_done(call, "Created credentials for registry",
                          call->path.registry, resources_certificate(pem));
    file_free(&pem, length);
    return code;
}

/* All that there are; NULL when that is not known, and logged why. */
static json_t *
all(struct verbs_call *call)
{
    struct registry *registry = NULL;
    json_t *list = NULL;

    if (verbs_open(call, REGISTRY_BROWSE) &&
        registry_get(call->store, &call->path, &registry))
        list = resources_certificates(registry);
    registry_free(&registry);
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
    return indexed_describe(call, "registry", call->path.registry,
                            "certificate", all(call));
}

static enum exit_code
delete_one(struct verbs_call *call)
{
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_certificate_delete(call->store, &call->path, call->index))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Deleted credentials for registry",
                      call->path.registry, NULL);
}

static enum exit_code
clear(struct verbs_call *call)
{
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_certificate_clear(call->store, &call->path))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Cleared all credentials for registry",
                      call->path.registry, NULL);
}

const struct verbs_verb verbs_registries_credentials_create = {
    "--project P --region L --registry R --path FILE",
    "Gives a registry one more CA certificate; it has at most 10.",
    create_rows,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    create,
};

const struct verbs_verb verbs_registries_credentials_list = {
    "--project P --region L --registry R [OPTION ...]",
    "Lists the CA certificates of a registry.",
    NULL,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_LIST,
    list,
};

const struct verbs_verb verbs_registries_credentials_describe = {
    "INDEX --project P --region L --registry R [OPTION ...]",
    "Shows a CA certificate of a registry.",
    NULL,
    VERBS_INDEX,
    VERBS_OF_REGISTRY,
    VERBS_YAML,
    describe,
};

const struct verbs_verb verbs_registries_credentials_delete = {
    "INDEX --project P --region L --registry R",
    "Takes a CA certificate from a registry; its devices stay.",
    NULL,
    VERBS_INDEX,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    delete_one,
};

const struct verbs_verb verbs_registries_credentials_clear = {
    "--project P --region L --registry R",
    "Takes all CA certificates from a registry; its devices stay.",
    NULL,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_UNSAID,
    clear,
};
