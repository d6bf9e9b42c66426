// SPDX-License-Identifier: Apache-2.0
/*
 * Cuts option values apart the way gcloud does: at commas, then at the first
 * "=".  Which keys and metadata are admitted is the registry's.
 */
#include "parse.h"

#include "base/file.h"
#include "base/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUE_MOST = 64 * 1024 };

/* What a key of "KEY=VALUE,KEY=VALUE" may be, and where its value goes. */
struct member {
    const char *name;
    const char **value;
};

static char *
copy(const char *text)
{
    char *it = strdup(text);

    if (it == NULL)
        log_error("out of memory");
    return it;
}

static bool
take_member(const char *option, char *piece, const struct member *members)
{
    char *equals = strchr(piece, '=');

    if (equals != NULL)
        *equals = '\0';
    for (; equals != NULL && members->name != NULL; members++) {
        if (strcmp(members->name, piece) != 0)
            continue;
        if (*members->value != NULL) {
            log_error("%s has %s twice", option, piece);
            return false;
        }
        *members->value = equals + 1;
        return true;
    }
    log_error("%s does not know \"%s\"; see --help", option, piece);
    return false;
}

/* Cuts TEXT, which is changed, into the values of MEMBERS. */
static bool
take_members(const char *option, char *text, const struct member *members)
{
    char *rest = NULL;

    for (char *piece = strtok_r(text, ",", &rest); piece != NULL;
         piece = strtok_r(NULL, ",", &rest))
        if (!take_member(option, piece, members))
            return false;
    return true;
}

/* The offset behind the seconds: "Z", "+02:00". */
static bool
parse_offset(const char *text, int64_t *offset)
{
    int hours;
    int minutes;
    int used = 0;
    char sign;

    *offset = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (strlen(text) != 6 ||
        sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 ||
        used != 6 || (sign != '+' && sign != '-') || hours < 0 || hours > 23 ||
        minutes < 0 || minutes > 59)
        return false;
    *offset = (hours * 60 + minutes) * 60;
    if (sign == '-')
        *offset = -*offset;
    return true;
}

static bool
has_shape(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";

    for (size_t i = 0; shape[i] != '\0'; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';

        if (shape[i] == 'd' ? !is_digit : text[i] != shape[i])
            return false;
    }
    return true;
}

bool
parse_time(const char *text, int64_t *seconds)
{
    struct tm parts = { .tm_isdst = 0 };
    struct tm again;
    const char *at;
    int64_t offset;
    time_t when;

    if (!has_shape(text) ||
        sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &parts.tm_year, &parts.tm_mon,
               &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
               &parts.tm_sec) != 6)
        return false;
    at = text + strlen("dddd-dd-ddTdd:dd:dd");
    if (*at == '.')
        at += 1 + strspn(at + 1, "0123456789");
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    again = parts;
    when = timegm(&again);
    /* timegm makes 2 March of 30 February. */
    if (again.tm_mday != parts.tm_mday || again.tm_mon != parts.tm_mon ||
        again.tm_hour != parts.tm_hour || again.tm_min != parts.tm_min ||
        again.tm_sec != parts.tm_sec || !parse_offset(at, &offset))
        return false;
    *seconds = (int64_t)when - offset;
    return true;
}

enum exit_code
parse_word(enum registry_vocabulary vocabulary, const char *option,
           const char *word, int *number)
{
    if (word == NULL || registry_number(vocabulary, word, number))
        return EXIT_CODE_DONE;
    log_error("%s does not know \"%s\"; see --help", option, word);
    return EXIT_CODE_MISUSED;
}

/* Reads a file of text: no NUL in it. */
static enum exit_code
read_text(const char *path, size_t most, char **text)
{
    size_t length = 0;

    if (!file_read(path, most, text, &length))
        return EXIT_CODE_FAILED;
    if (strlen(*text) == length)
        return EXIT_CODE_DONE;
    log_error("%s is no text: there is a NUL in it", path);
    file_free(text, length);
    return EXIT_CODE_FAILED;
}

enum exit_code
parse_public_key(const char *path, const char *type, const char *expiration,
                 struct registry_credential *credential)
{
    int format = 0;

    if (path == NULL || type == NULL) {
        log_error("a public key needs a path and a type");
        return EXIT_CODE_MISUSED;
    }
    if (!registry_number(REGISTRY_FORMATS, type, &format) || format == 0) {
        log_error("no type of key is called \"%s\": es256, es256-pem, "
                  "es256-x509-pem, rs256, rsa-pem, rsa-x509-pem",
                  type);
        return EXIT_CODE_MISUSED;
    }
    if (expiration != NULL && !parse_time(expiration, &credential->expires)) {
        log_error("an expiration time is like 2030-01-01T00:00:00Z, not "
                  "\"%s\"",
                  expiration);
        return EXIT_CODE_MISUSED;
    }
    credential->format = (enum registry_format)format;
    return read_text(path, REGISTRY_PEM_MOST, &credential->pem);
}

static enum exit_code
parse_one_key(const char *text, struct registry_credential *credential)
{
    const char *path = NULL;
    const char *type = NULL;
    const char *expiration = NULL;
    const struct member members[] = { { "path", &path },
                                      { "type", &type },
                                      { "expiration-time", &expiration },
                                      { NULL, NULL } };
    enum exit_code code = EXIT_CODE_MISUSED;
    char *pieces = copy(text);

    if (pieces == NULL)
        return EXIT_CODE_FAILED;
    if (take_members("--public-key", pieces, members))
        code = parse_public_key(path, type, expiration, credential);
    free(pieces);
    return code;
}

enum exit_code
parse_public_keys(const struct options_list *list,
                  struct registry_device *device)
{
    enum exit_code code = EXIT_CODE_DONE;

    if (list->count > REGISTRY_CREDENTIALS_MOST) {
        log_error("refused: a device has at most %d credentials",
                  REGISTRY_CREDENTIALS_MOST);
        return EXIT_CODE_FAILED;
    }
    for (size_t i = 0; code == EXIT_CODE_DONE && i < list->count; i++)
        code = parse_one_key(list->items[i],
                             &device->credentials[device->credential_count++]);
    return code;
}

/* Takes VALUE over. */
static enum exit_code
add_pair(struct registry_device *device, const char *name, char *value)
{
    struct registry_pair *more = NULL;
    json_t *text = json_string(value);
    enum exit_code code = EXIT_CODE_MISUSED;

    if (text == NULL) {
        log_error("the metadata %s is not UTF-8", name);
        goto out;
    }
    for (size_t i = 0; i < device->metadata_count; i++) {
        if (strcmp(device->metadata[i].name, name) == 0) {
            log_error("the metadata %s is given twice", name);
            goto out;
        }
    }
    code = EXIT_CODE_FAILED;
    more =
        realloc(device->metadata, (device->metadata_count + 1) * sizeof *more);
    if (more == NULL) {
        log_error("out of memory");
        goto out;
    }
    device->metadata = more;
    more += device->metadata_count;
    more->name = copy(name);
    more->value = value;
    value = NULL;
    device->metadata_count++;
    if (more->name != NULL)
        code = EXIT_CODE_DONE;
out:
    json_decref(text);
    free(value);
    return code;
}

static enum exit_code
parse_pair(const char *option, char *piece, bool is_file,
           struct registry_device *device)
{
    char *equals = strchr(piece, '=');
    char *value = NULL;
    enum exit_code code = EXIT_CODE_DONE;

    if (equals == NULL) {
        log_error("%s takes KEY=VALUE, not \"%s\"; a value with a comma goes "
                  "through --metadata-from-file",
                  option, piece);
        return EXIT_CODE_MISUSED;
    }
    *equals = '\0';
    if (is_file)
        code = read_text(equals + 1, VALUE_MOST, &value);
    else if ((value = copy(equals + 1)) == NULL)
        code = EXIT_CODE_FAILED;
    return code == EXIT_CODE_DONE ? add_pair(device, piece, value) : code;
}

static enum exit_code
parse_pairs(const char *option, const struct options_list *list, bool is_file,
            struct registry_device *device)
{
    enum exit_code code = EXIT_CODE_DONE;

    for (size_t i = 0; code == EXIT_CODE_DONE && i < list->count; i++) {
        char *pieces = copy(list->items[i]);
        char *rest = NULL;

        if (pieces == NULL)
            return EXIT_CODE_FAILED;
        for (char *piece = strtok_r(pieces, ",", &rest);
             code == EXIT_CODE_DONE && piece != NULL;
             piece = strtok_r(NULL, ",", &rest))
            code = parse_pair(option, piece, is_file, device);
        free(pieces);
    }
    return code;
}

enum exit_code
parse_metadata(const struct options_list *values,
               const struct options_list *files, struct registry_device *device)
{
    enum exit_code code = parse_pairs("--metadata", values, false, device);

    if (code == EXIT_CODE_DONE)
        code = parse_pairs("--metadata-from-file", files, true, device);
    return code;
}

static enum exit_code
parse_event(const char *text, struct registry_route *route)
{
    const char *topic = NULL;
    const char *subfolder = NULL;
    const struct member members[] = { { "topic", &topic },
                                      { "subfolder", &subfolder },
                                      { NULL, NULL } };
    enum exit_code code = EXIT_CODE_MISUSED;
    char *pieces = copy(text);

    if (pieces == NULL)
        return EXIT_CODE_FAILED;
    if (!take_members("--event-notification-config", pieces, members))
        goto out;
    if (topic == NULL) {
        log_error("--event-notification-config needs topic=TOPIC");
        goto out;
    }
    code = EXIT_CODE_FAILED;
    route->topic = copy(topic);
    route->subfolder = copy(subfolder != NULL ? subfolder : "");
    if (route->topic != NULL && route->subfolder != NULL)
        code = EXIT_CODE_DONE;
out:
    free(pieces);
    return code;
}

enum exit_code
parse_events(const struct options_list *list, struct registry *registry)
{
    enum exit_code code = EXIT_CODE_DONE;

    if (list->count > REGISTRY_ROUTES_MOST) {
        log_error("refused: more than %d event notification configs",
                  REGISTRY_ROUTES_MOST);
        return EXIT_CODE_FAILED;
    }
    for (size_t i = 0; code == EXIT_CODE_DONE && i < list->count; i++)
        code = parse_event(list->items[i],
                           &registry->routes[registry->route_count++]);
    return code;
}
