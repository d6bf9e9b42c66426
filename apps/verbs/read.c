// SPDX-License-Identifier: Apache-2.0
/*
 * Reads devices from JSON.  What may be in one is for the registry to say;
 * here only types and enumerations are looked at.  cloud-iot-core reference,
 * sections 5.2 and 5.7 (numbers of enumerations are understood too).
 */
#include "read.h"

#include "base/log.h"
#include "base/options.h"
#include "parse.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
refuse(const char *what)
{
    log_error("%s", what);
    return false;
}

/* A word of VOCABULARY, or its number, in the member NAME. */
static bool
read_word(const json_t *object, const char *name,
          enum registry_vocabulary vocabulary, int *number)
{
    const json_t *value = json_object_get(object, name);
    json_int_t given = json_integer_value(value);

    if (value == NULL || json_is_null(value))
        return true;
    if (json_is_integer(value) && given >= 0 && given < 1000) {
        *number = (int)given;
        return true;
    }
    if (json_is_string(value) &&
        registry_number(vocabulary, json_string_value(value), number))
        return true;
    log_error("the member %s is no word for it", name);
    return false;
}

/* The text of a member; NULL when it is not there. */
static bool
read_text(const json_t *object, const char *name, const char **text)
{
    const json_t *value = json_object_get(object, name);

    *text = json_string_value(value);
    if (*text != NULL || value == NULL || json_is_null(value))
        return true;
    log_error("the member %s is no text", name);
    return false;
}

static char *
copy(const char *text)
{
    char *it = strdup(text);

    if (it == NULL)
        log_error("out of memory");
    return it;
}

/* No expiry is the first second of 1970, as the service had it. */
static bool
read_credential(const json_t *object, struct registry_credential *it)
{
    const json_t *key = json_object_get(object, "publicKey");
    const char *pem = NULL;
    const char *expires = NULL;
    int format = 0;

    if (!read_word(key, "format", REGISTRY_FORMATS, &format) ||
        !read_text(key, "key", &pem) ||
        !read_text(object, "expirationTime", &expires))
        return false;
    if (pem == NULL)
        return refuse("a credential has no key");
    if (expires != NULL && !parse_time(expires, &it->expires))
        return refuse("expirationTime is no time");
    it->format = (enum registry_format)format;
    it->pem = copy(pem);
    return it->pem != NULL;
}

static bool
read_credentials(const json_t *object, struct registry_device *device)
{
    const json_t *list = json_object_get(object, "credentials");
    size_t count = json_array_size(list);

    if (list != NULL && !json_is_array(list))
        return refuse("credentials is no array");
    if (count > REGISTRY_CREDENTIALS_MOST)
        return refuse("refused: a device has at most 3 credentials");
    for (size_t i = 0; i < count; i++)
        if (!read_credential(json_array_get(list, i),
                             &device->credentials[device->credential_count++]))
            return false;
    return true;
}

static bool
read_metadata(json_t *object, struct registry_device *device)
{
    json_t *pairs = json_object_get(object, "metadata");
    const char *name;
    json_t *value;

    if (json_object_size(pairs) == 0)
        return true;
    device->metadata =
        calloc(json_object_size(pairs), sizeof *device->metadata);
    if (device->metadata == NULL)
        return refuse("out of memory");
    json_object_foreach(pairs, name, value)
    {
        struct registry_pair *pair =
            &device->metadata[device->metadata_count++];

        if (!json_is_string(value))
            return refuse("a value of metadata is no text");
        pair->name = copy(name);
        pair->value = copy(json_string_value(value));
        if (pair->name == NULL || pair->value == NULL)
            return false;
    }
    return true;
}

/* Base64 with its padding, RFC 4648 section 4, or section 5, which is what
 * gcloud printed.  TEXT is changed. */
static bool
decode(char *text, struct registry_config *config)
{
    size_t length = strlen(text);
    int written;

    if (length == 0)
        return true;
    for (char *at = text; *at != '\0'; at++)
        *at = (char)(*at == '-' ? '+' : *at == '_' ? '/' : *at);
    config->data = malloc(length);
    if (config->data == NULL)
        return refuse("out of memory");
    written =
        EVP_DecodeBlock(config->data, (const unsigned char *)text, (int)length);
    if (written < 0 || length % 4 != 0)
        return refuse("binaryData is no base64");
    config->length =
        (size_t)written - (text[length - 1] == '=') - (text[length - 2] == '=');
    return true;
}

/* The version stays, as a device over HTTP may ask for what is newer than
 * the one that it has. */
static bool
read_config_parts(const json_t *object, struct registry_config *it)
{
    const char *text = NULL;
    const char *version = NULL;
    const char *updated = NULL;
    char *copied;
    bool ok;

    it->version = 1;
    if (!read_text(object, "binaryData", &text) ||
        !read_text(object, "version", &version) ||
        !read_text(object, "cloudUpdateTime", &updated))
        return false;
    if (version != NULL && !options_number(version, 1, INT32_MAX, &it->version))
        return refuse("a configuration's version is no number");
    if (updated != NULL && !parse_time(updated, &it->updated))
        return refuse("cloudUpdateTime is no time");
    copied = copy(text != NULL ? text : "");
    ok = copied != NULL && decode(copied, it);
    free(copied);
    return ok;
}

/* The first version, if it is empty, is that of a device that has none. */
static bool
read_config(const json_t *object, struct registry_import *item)
{
    const json_t *config = json_object_get(object, "config");

    if (!json_is_object(config))
        return config == NULL || json_is_null(config) ||
               refuse("config is no object");
    item->config = calloc(1, sizeof *item->config);
    if (item->config == NULL)
        return refuse("out of memory");
    if (!read_config_parts(config, item->config))
        return false;
    if (item->config->length == 0 && item->config->version == 1)
        registry_config_free(&item->config);
    return true;
}

static bool
read_binding(const json_t *object, struct registry_import *item)
{
    const char *gateway = NULL;
    const char *bound = NULL;

    if (!read_text(object, "gatewayId", &gateway) ||
        !read_text(object, "deviceId", &bound))
        return false;
    if (gateway == NULL || bound == NULL || json_object_size(object) != 2)
        return refuse("a binding has gatewayId and deviceId, and no more");
    item->gateway = copy(gateway);
    item->bound = copy(bound);
    return item->gateway != NULL && item->bound != NULL;
}

/* A string, as 64-bit numbers are in JSON; not there: any will do. */
static bool
read_number(const json_t *object, uint64_t *number)
{
    const char *text = NULL;
    int64_t value = 0;

    if (!read_text(object, "numId", &text))
        return false;
    if (text != NULL && (!names_is_numeric(text, strlen(text)) ||
                         !options_number(text, 1, INT64_MAX, &value)))
        return refuse("numId is no number of a device");
    *number = (uint64_t)value;
    return true;
}

/* A misspelt member, passed over, would let in a device that is not as it was
 * meant; in the parts of one what a later service may add does no harm. */
static bool
knows_all(json_t *object)
{
    static const char *const members[] = {
        "id",
        "name",
        "numId",
        "credentials",
        "config",
        "state",
        "metadata",
        "blocked",
        "logLevel",
        "gatewayConfig",
        "lastHeartbeatTime",
        "lastEventTime",
        "lastStateTime",
        "lastConfigSendTime",
        "lastConfigAckTime",
        "lastErrorTime",
        "lastErrorStatus",
        "connectedSince",
    };
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        size_t i = 0;

        while (i < sizeof members / sizeof *members &&
               strcmp(members[i], name) != 0)
            i++;
        if (i == sizeof members / sizeof *members) {
            log_error("a device has no member %s", name);
            return false;
        }
    }
    return true;
}

static bool
read_blocked(const json_t *object, bool *is_blocked)
{
    const json_t *value = json_object_get(object, "blocked");

    *is_blocked = json_is_true(value);
    return value == NULL || json_is_null(value) || json_is_boolean(value) ||
           refuse("blocked is neither true nor false");
}

static bool
read_parts(json_t *object, struct registry_import *item)
{
    const json_t *gateway = json_object_get(object, "gatewayConfig");
    struct registry_device *device = item->device;
    const char *id = NULL;
    int level = 0;
    int type = 0;
    int method = 0;

    if (!read_text(object, "id", &id))
        return false;
    if (id == NULL || strlen(id) > NAMES_ID_MOST)
        return refuse("a device has no id, or one that is too long");
    snprintf(device->id, sizeof device->id, "%s", id);
    if (!knows_all(object) || !read_blocked(object, &device->blocked) ||
        !read_word(object, "logLevel", REGISTRY_LOG_LEVELS, &level) ||
        !read_word(gateway, "gatewayType", REGISTRY_GATEWAY_TYPES, &type) ||
        !read_word(gateway, "gatewayAuthMethod", REGISTRY_AUTH_METHODS,
                   &method))
        return false;
    device->log_level = (enum registry_log_level)level;
    device->gateway_type = (enum registry_gateway_type)type;
    device->auth_method = (enum registry_auth_method)method;
    return read_number(object, &device->num_id) &&
           read_credentials(object, device) && read_metadata(object, device) &&
           read_config(object, item);
}

static bool
read_either(json_t *object, struct registry_import *item)
{
    if (json_object_get(object, "gatewayId") != NULL)
        return read_binding(object, item);
    item->device = calloc(1, sizeof *item->device);
    return item->device != NULL ? read_parts(object, item)
                                : refuse("out of memory");
}

bool
read_device(const char *text, size_t length, struct registry_import *item)
{
    json_error_t error;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    bool ok = false;

    *item = (struct registry_import){ .device = NULL };
    if (!json_is_object(object))
        log_error("it is no object of JSON: %s",
                  object == NULL ? error.text : "something else");
    else
        ok = read_either(object, item);
    json_decref(object);
    return ok;
}

void
read_device_free(struct registry_import *item)
{
    registry_device_free(&item->device);
    registry_config_free(&item->config);
    free(item->gateway);
    free(item->bound);
    item->gateway = item->bound = NULL;
}
