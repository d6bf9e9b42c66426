// SPDX-License-Identifier: Apache-2.0
/*
 * Ids, topics, log levels and metadata held against sections 5.2, 5.6 and 7.
 * Credentials are credential.c's; what is taken already, the database knows.
 */
#include "rules.h"

#include "base/log.h"

#include <string.h>

static bool
is_registry_path(const struct registry *registry)
{
    struct names_path path = { .device = "any" };
    struct names_path again;
    char text[NAMES_PATH_MOST];

    memcpy(path.project, registry->project, sizeof path.project);
    memcpy(path.location, registry->location, sizeof path.location);
    memcpy(path.registry, registry->id, sizeof path.registry);
    return names_write_path(&path, text, sizeof text) &&
           names_parse_path(text, strlen(text), &again) &&
           strcmp(again.registry, path.registry) == 0;
}

static bool
is_number(enum registry_vocabulary vocabulary, int number, const char *what)
{
    if (registry_word(vocabulary, number)[0] != '\0')
        return true;
    log_error("refused: no %s has the number %d", what, number);
    return false;
}

bool
rules_admit_registry(const struct registry *registry)
{
    if (!names_is_id(registry->id, strlen(registry->id))) {
        log_error("refused: \"%s\" is no id of a registry: a letter, then 2 "
                  "to 254 of letters, digits and -._+~%%, not beginning with "
                  "goog",
                  registry->id);
        return false;
    }
    if (!is_registry_path(registry)) {
        log_error("The field 'parent' must be in the form "
                  "'projects/{project}/locations/{location}'.");
        return false;
    }
    return rules_admit_settings(registry);
}

static bool
is_topic(const char *text)
{
    size_t length = strnlen(text, REGISTRY_TOPIC_MOST + 1);

    bool is_fit = length > 0 && length <= REGISTRY_TOPIC_MOST;

    for (size_t i = 0; is_fit && i < length; i++)
        is_fit = text[i] > ' ' && text[i] < 0x7f;
    if (!is_fit)
        log_error("refused: a topic has 1 to %d bytes of ASCII and no spaces",
                  REGISTRY_TOPIC_MOST);
    return is_fit;
}

/* Is it one that can come on the wire, or none? */
static bool
is_subfolder(const char *text)
{
    struct names_topic wanted = { .device = "any", .kind = NAMES_EVENTS };
    struct names_topic got;
    char topic[NAMES_PATH_MOST];

    if (strnlen(text, sizeof wanted.subfolder) == sizeof wanted.subfolder)
        return false;
    memcpy(wanted.subfolder, text, strlen(text) + 1);
    return names_write_topic(&wanted, topic, sizeof topic) &&
           names_parse_topic(topic, strlen(topic), &got);
}

static bool
is_matched_before(const struct registry *registry, size_t index)
{
    const char *subfolder = registry->routes[index].subfolder;

    for (size_t i = 0; i < index; i++)
        if (registry->routes[i].subfolder[0] == '\0' ||
            strcmp(registry->routes[i].subfolder, subfolder) == 0)
            return true;
    return false;
}

static bool
has_sound_routes(const struct registry *registry)
{
    if (registry->route_count > REGISTRY_ROUTES_MOST) {
        log_error("refused: more than %d event notification configs",
                  REGISTRY_ROUTES_MOST);
        return false;
    }
    for (size_t i = 0; i < registry->route_count; i++) {
        const struct registry_route *route = &registry->routes[i];

        if (!is_topic(route->topic))
            return false;
        if (!is_subfolder(route->subfolder)) {
            log_error("refused: \"%s\" is no subfolder", route->subfolder);
            return false;
        }
        if (is_matched_before(registry, i)) {
            log_error("refused: the event notification config for \"%s\" "
                      "would never match, because of one before it",
                      route->subfolder);
            return false;
        }
    }
    return true;
}

bool
rules_admit_settings(const struct registry *registry)
{
    return is_number(REGISTRY_LOG_LEVELS, (int)registry->log_level,
                     "log level") &&
           has_sound_routes(registry) &&
           (registry->state_topic == NULL || is_topic(registry->state_topic));
}

/* A gateway has a method or none; another device has none (section 3.3). */
static bool
is_gateway_sound(const struct registry_device *device)
{
    if (!is_number(REGISTRY_GATEWAY_TYPES, (int)device->gateway_type,
                   "gateway type") ||
        !is_number(REGISTRY_AUTH_METHODS, (int)device->auth_method,
                   "gateway auth method"))
        return false;
    if (device->auth_method != REGISTRY_AUTH_UNSPECIFIED &&
        device->gateway_type != REGISTRY_GATEWAY) {
        log_error("refused: only a gateway has an auth method");
        return false;
    }
    return true;
}

bool
rules_admit_device(const struct registry_device *device)
{
    if (!names_is_id(device->id, strlen(device->id))) {
        log_error("refused: \"%s\" is no id of a device: a letter, then 2 to "
                  "254 of letters, digits and -._+~%%, not beginning with "
                  "goog",
                  device->id);
        return false;
    }
    if (device->credential_count > REGISTRY_CREDENTIALS_MOST) {
        log_error("refused: a device has at most %d credentials",
                  REGISTRY_CREDENTIALS_MOST);
        return false;
    }
    return is_number(REGISTRY_LOG_LEVELS, (int)device->log_level,
                     "log level") &&
           is_gateway_sound(device) && rules_admit_metadata(device);
}

/* Section 5.6: a letter, then letters, digits and -_.+~%. */
static bool
is_metadata_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char all[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-_.+~%";
    size_t length = strnlen(name, REGISTRY_METADATA_NAME_MOST + 1);

    return length >= 2 && length <= REGISTRY_METADATA_NAME_MOST &&
           strchr(letters, name[0]) != NULL && strspn(name, all) == length;
}

bool
rules_admit_metadata(const struct registry_device *device)
{
    size_t total = 0;

    if (device->metadata_count > REGISTRY_METADATA_MOST) {
        log_error("refused: more than %d pairs of metadata",
                  REGISTRY_METADATA_MOST);
        return false;
    }
    for (size_t i = 0; i < device->metadata_count; i++) {
        const struct registry_pair *pair = &device->metadata[i];
        size_t length = strlen(pair->value);

        if (!is_metadata_name(pair->name)) {
            log_error("refused: \"%.130s\" is no key of metadata: a letter, "
                      "then 1 to %d of letters, digits and -_.+~%%",
                      pair->name, REGISTRY_METADATA_NAME_MOST - 1);
            return false;
        }
        if (length > REGISTRY_METADATA_VALUE_MOST) {
            log_error("refused: the metadata %s is longer than %d bytes",
                      pair->name, REGISTRY_METADATA_VALUE_MOST);
            return false;
        }
        total += strlen(pair->name) + length;
    }
    if (total > REGISTRY_METADATA_BYTES_MOST) {
        log_error("refused: more than %d bytes of metadata",
                  REGISTRY_METADATA_BYTES_MOST);
        return false;
    }
    return true;
}
