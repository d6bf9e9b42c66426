// SPDX-License-Identifier: Apache-2.0
/*
 * From a command line to a verb's call: options, path, format, and the
 * database's place.  What is done then is the verb's.
 */
#include "call.h"

#include "base/file.h"
#include "base/log.h"
#include "filter.h"
#include "projection.h"
#include "show.h"
#include "tell.h"
#include "traffic/intake.h"
#include "verbs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATABASE_DEFAULT "/var/lib/iot-tpm/registry.db"
#define DATABASE_VARIABLE "IOT_REGISTRY_DATABASE"

/* What gcloud's own scripts set. */
#define PROJECT_VARIABLE "CLOUDSDK_CORE_PROJECT"

enum { ROWS_MOST = 48 };

#define FIELD(name) offsetof(struct verbs_arguments, name)

/* What every verb takes. */
static const struct options_row place_rows[] = {
    { OPTIONS_HEADING, "Where", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "database", "FILE", FIELD(database),
      "The registry's file; default $" DATABASE_VARIABLE
      ", else " DATABASE_DEFAULT ".",
      0, 0 },
    { OPTIONS_TEXT, "traffic", "FILE", FIELD(traffic),
      "Where the bridges write; default traffic.db beside the registry.", 0,
      0 },
    { OPTIONS_TEXT, "project", "PROJECT", FIELD(project),
      "The project in a device's path; default $" PROJECT_VARIABLE ".", 0, 0 },
    { 0 },
};

static const struct options_row region_rows[] = {
    { OPTIONS_TEXT, "region", "LOCATION", FIELD(region),
      "The location in a device's path.", 0, 0 },
    { 0 },
};

static const struct options_row registry_rows[] = {
    { OPTIONS_TEXT, "registry", "REGISTRY", FIELD(registry),
      "The registry's id.", 0, 0 },
    { 0 },
};

static const struct options_row device_rows[] = {
    { OPTIONS_TEXT, "device", "DEVICE", FIELD(device),
      "The device's id or numeric id.", 0, 0 },
    { 0 },
};

static const struct options_row output_rows[] = {
    { OPTIONS_HEADING, "Output", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "format", "FORMAT", FIELD(format),
      "table (lists only), json, yaml, value(KEY,...), csv(KEY,...) or "
      "table(KEY,...).",
      0, 0 },
    { OPTIONS_FLAG, "json", NULL, FIELD(json), "Short for --format json.", 0,
      0 },
    { OPTIONS_FLAG, "quiet", NULL, FIELD(quiet),
      "Nothing: no verb asks anything.  For scripts written for gcloud.", 0,
      0 },
    { 0 },
};

/* And what every list does besides. */
static const struct options_row list_rows[] = {
    { OPTIONS_TEXT, "filter", "FILTER", FIELD(filter),
      "Only those that match, like \"blocked=true AND id:sensor*\".", 0, 0 },
    { OPTIONS_TEXT, "sort-by", "[~]KEY", FIELD(sort_by),
      "In the order of this member, with ~ the other way round.", 0, 0 },
    { OPTIONS_NUMBER, "limit", "N", FIELD(limit), "At most N; default all.", 1,
      INT64_MAX },
    { OPTIONS_NUMBER, "page-size", "N", FIELD(page_size),
      "Nothing: pages are not seen.  For scripts written for gcloud.", 1,
      INT64_MAX },
    { 0 },
};

/* And one of what has names. */
static const struct options_row uri_rows[] = {
    { OPTIONS_FLAG, "uri", NULL, FIELD(uri),
      "Only names, in full, a line each; other verbs take them.", 0, 0 },
    { 0 },
};

static size_t
append(struct options_row *rows, size_t count, const struct options_row *more)
{
    while (more != NULL && more->name != NULL && count + 1 < ROWS_MOST)
        rows[count++] = *more++;
    return count;
}

static bool
needs_region(const struct verbs_verb *verb)
{
    return verb->scope != VERBS_OF_PROJECT;
}

static bool
needs_registry(const struct verbs_verb *verb)
{
    return needs_region(verb) && verb->scope != VERBS_OF_LOCATION;
}

static bool
needs_device(const struct verbs_verb *verb)
{
    return verb->scope == VERBS_OF_DEVICE;
}

static void
collect_rows(const struct verbs_verb *verb, struct options_row *rows)
{
    size_t count = append(rows, 0, place_rows);

    if (needs_region(verb))
        count = append(rows, count, region_rows);
    if (needs_registry(verb))
        count = append(rows, count, registry_rows);
    if (needs_device(verb))
        count = append(rows, count, device_rows);
    count = append(rows, count, verb->rows);
    count = append(rows, count, output_rows);
    if (verb->format == VERBS_LIST || verb->format == VERBS_NAMES)
        count = append(rows, count, list_rows);
    if (verb->format == VERBS_NAMES)
        count = append(rows, count, uri_rows);
    rows[count] = (struct options_row){ 0 };
}

/* Copies a part of the path; each must be there and fit. */
static bool
set_part(const char *what, const char *text, char part[NAMES_ID_MOST + 1])
{
    if (text == NULL || text[0] == '\0') {
        log_error("%s is missing", what);
        return false;
    }
    if (strlen(text) > NAMES_ID_MOST) {
        log_error("%s is longer than %d bytes", what, NAMES_ID_MOST);
        return false;
    }
    snprintf(part, NAMES_ID_MOST + 1, "%s", text);
    return true;
}

static bool
set_index(const char *text, size_t *index)
{
    int64_t number = 0;

    if (!options_number(text, 0, 9, &number)) {
        log_error("INDEX is a number as the list shows it, not \"%s\"", text);
        return false;
    }
    *index = (size_t)number;
    return true;
}

/* What a name in full says of *PART; an option that is given too must not say
 * another thing. */
static bool
agree(const char *what, const char *full, const char **part)
{
    if (*part == NULL)
        *part = full;
    if (strcmp(*part, full) == 0)
        return true;
    log_error("%s is %s, and the name in full says %s", what, *part, full);
    return false;
}

/* A device or registry may be named in full, "projects/P/locations/L/...", as
 * --uri prints it; *NAME is then its id, and the rest need not be said. */
static bool
take_full_name(struct verbs_call *call, const char **name, bool is_device)
{
    static const char start[] = "projects/";
    struct verbs_arguments *given = &call->arguments;
    struct names_path *full = &call->full[is_device];
    char text[NAMES_PATH_MOST];
    int length;

    if (*name == NULL || strncmp(*name, start, sizeof start - 1) != 0)
        return true;
    length = snprintf(text, sizeof text, "%s%s", *name,
                      is_device ? "" : "/devices/any");
    if (length >= (int)sizeof text ||
        !names_parse_path(text, (size_t)length, full)) {
        log_error("%s is no name like projects/P/locations/L/registries/R%s",
                  *name, is_device ? "/devices/D" : "");
        return false;
    }
    *name = is_device ? full->device : full->registry;
    return agree("--project", full->project, &given->project) &&
           agree("--region", full->location, &given->region) &&
           (!is_device ||
            agree("--registry", full->registry, &given->registry));
}

static bool
take_full_names(const struct verbs_verb *verb, const char **operand,
                struct verbs_call *call)
{
    struct verbs_arguments *given = &call->arguments;
    const char **device = needs_device(verb) ? &given->device : operand;

    if (verb->operand == VERBS_REGISTRY)
        return take_full_name(call, operand, false);
    if (needs_registry(verb) && !take_full_name(call, &given->registry, false))
        return false;
    return (verb->operand != VERBS_DEVICE && !needs_device(verb)) ||
           take_full_name(call, device, true);
}

static bool
set_path(const struct verbs_verb *verb, const char *operand,
         struct verbs_call *call)
{
    struct verbs_arguments *given = &call->arguments;
    struct names_path *path = &call->path;

    if (!take_full_names(verb, &operand, call))
        return false;
    if (given->project == NULL)
        given->project = getenv(PROJECT_VARIABLE);

    if (!set_part("--project", given->project, path->project))
        return false;
    if (needs_region(verb) &&
        !set_part("--region", given->region, path->location))
        return false;
    if (needs_registry(verb) &&
        !set_part("--registry", given->registry, path->registry))
        return false;
    if (needs_device(verb) &&
        !set_part("--device", given->device, path->device))
        return false;
    switch (verb->operand) {
    case VERBS_REGISTRY:
        return set_part("the registry's id", operand, path->registry);
    case VERBS_DEVICE:
        return set_part("the device's id", operand, path->device);
    case VERBS_INDEX:
        return set_index(operand, &call->index);
    case VERBS_NAME:
        call->name = operand;
        break;
    case VERBS_NONE:
        break;
    }
    return true;
}

static bool
is_listing(const struct verbs_verb *verb)
{
    return verb->format == VERBS_TABLE || verb->format == VERBS_LIST ||
           verb->format == VERBS_NAMES;
}

/* The one word that --format, --json and --uri come down to; NULL for none. */
static bool
choose_format(const struct verbs_arguments *given, const char **word)
{
    *word = given->format;
    if ((given->format != NULL) + given->json + given->uri > 1) {
        log_error("--format, --json and --uri exclude each other");
        return false;
    }
    if (given->json)
        *word = "json";
    if (given->uri)
        *word = "value(name)";
    return true;
}

static bool
set_projection(const char *word, struct verbs_call *call)
{
    call->projection = projection_new(word);
    if (call->projection == NULL)
        return false;
    call->format = call->projection->format;
    return true;
}

static bool
set_format(const struct verbs_verb *verb, struct verbs_call *call)
{
    static const struct {
        const char *word;
        enum verbs_format format;
    } formats[] = {
        { "table", VERBS_TABLE },
        { "json", VERBS_JSON },
        { "yaml", VERBS_YAML },
    };
    const char *word;

    call->format = is_listing(verb) ? VERBS_TABLE : verb->format;
    if (!choose_format(&call->arguments, &word))
        return false;
    if (word == NULL)
        return true;
    if (strpbrk(word, "[(") != NULL)
        return set_projection(word, call);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i].word, word) != 0 ||
            (formats[i].format == VERBS_TABLE && !is_listing(verb)))
            continue;
        call->format = formats[i].format;
        return true;
    }
    log_error("--format is %sjson, yaml, value(KEY,...), csv(KEY,...) or "
              "table(KEY,...) here, not \"%s\"",
              is_listing(verb) ? "table, " : "", word);
    return false;
}

static const char *
database(const struct verbs_arguments *arguments)
{
    const char *from_outside = getenv(DATABASE_VARIABLE);

    if (arguments->database != NULL)
        return arguments->database;
    return from_outside != NULL && from_outside[0] != '\0' ? from_outside
                                                           : DATABASE_DEFAULT;
}

bool
verbs_open(struct verbs_call *call, enum registry_access access)
{
    call->store = registry_store_open(database(&call->arguments), access);
    call->is_change = access == REGISTRY_WRITE || access == REGISTRY_CREATE;
    return call->store != NULL;
}

static bool
traffic_file(const struct verbs_arguments *arguments, char *path, size_t size)
{
    bool fits;

    if (arguments->traffic == NULL)
        fits = traffic_path(database(arguments), path, size);
    else
        fits = snprintf(path, size, "%s", arguments->traffic) < (int)size;
    if (!fits)
        log_error("the name of the traffic's file is too long");
    return fits;
}

bool
verbs_open_traffic(struct verbs_call *call, enum traffic_access access)
{
    char path[PATH_MAX];

    if (!traffic_file(&call->arguments, path, sizeof path))
        return false;
    intake_settle(path);
    call->traffic = traffic_open(path, access, TRAFFIC_SURVIVES_KILL);
    return call->traffic != NULL;
}

bool
verbs_may_tell(const struct verbs_call *call)
{
    char path[PATH_MAX];

    return traffic_file(&call->arguments, path, sizeof path) &&
           access(path, W_OK) == 0;
}

bool
verbs_look_at_traffic(struct verbs_call *call)
{
    char path[PATH_MAX];

    if (!traffic_file(&call->arguments, path, sizeof path))
        return false;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    return verbs_open_traffic(call, TRAFFIC_BROWSE);
}

enum exit_code
verbs_read_data(struct verbs_call *call, const char *name, size_t most,
                char **bytes, size_t *length)
{
    const struct verbs_arguments *given = &call->arguments;

    if ((given->data == NULL) == (given->file == NULL)) {
        log_error("one of --%s-data and --%s-file is needed", name, name);
        return EXIT_CODE_MISUSED;
    }
    if (given->file != NULL)
        return file_read(given->file, most, bytes, length) ? EXIT_CODE_DONE
                                                           : EXIT_CODE_FAILED;
    *bytes = strdup(given->data);
    if (*bytes == NULL) {
        log_error("out of memory");
        return EXIT_CODE_FAILED;
    }
    *length = strlen(*bytes);
    return EXIT_CODE_DONE;
}

void
verbs_say(const char *did, const char *what)
{
    fprintf(stderr, "%s [%s].\n", did, what);
}

enum exit_code
verbs_done(struct verbs_call *call, const char *did, const char *what,
           json_t *made)
{
    verbs_say(did, what);
    if (call->format == VERBS_UNSAID) {
        json_decref(made);
        return EXIT_CODE_DONE;
    }
    if (made == NULL)
        made = json_object();
    return show_value(call, made) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static void
release(struct verbs_call *call)
{
    registry_store_close(&call->store);
    traffic_close(&call->traffic);
    projection_free(&call->projection);
}

/* What was given, as far as all verbs have it in common. */
static bool
understand(const struct verbs_verb *verb, const char *operand,
           struct verbs_call *call)
{
    const char *filter = call->arguments.filter;

    return set_path(verb, operand, call) && set_format(verb, call) &&
           (filter == NULL || filter_check(filter));
}

enum exit_code
verbs_run(const struct verbs_verb *verb, const char *name, int argc,
          char **argv)
{
    struct options_row rows[ROWS_MOST];
    int operands = verb->operand == VERBS_NONE ? 0 : 1;
    struct options_program program = { name, verb->synopsis, verb->summary,
                                       rows, operands,       operands };
    struct verbs_call call = { .store = NULL };
    enum exit_code code = EXIT_CODE_MISUSED;
    const char *operand = NULL;

    collect_rows(verb, rows);
    if (!options_parse(&program, argc, argv, &call.arguments, &operand, &code))
        return code;
    if (understand(verb, operand, &call))
        code = verb->run(&call);
    registry_store_close(&call.store);
    if (code == EXIT_CODE_DONE && call.is_change)
        verbs_tell(&call, &program, argc, argv);
    release(&call);
    return code;
}

const char *
verbs_summary(const struct verbs_verb *verb)
{
    return verb->summary;
}
