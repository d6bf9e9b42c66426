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

/* Base64, RFC 4648 section 4, with its padding. */
static bool
read_config(const json_t *object, struct registry_import *item)
{
    const char *text = NULL;
    size_t length;
    int written;

    if (!read_text(json_object_get(object, "config"), "binaryData", &text))
        return false;
    length = text != NULL ? strlen(text) : 0;
    if (length == 0)
        return true;
    item->config = malloc(length);
    if (item->config == NULL)
        return refuse("out of memory");
    written =
        EVP_DecodeBlock(item->config, (const unsigned char *)text, (int)length);
    if (written < 0 || length % 4 != 0)
        return refuse("binaryData is no base64");
    item->config_length =
        (size_t)written - (text[length - 1] == '=') - (text[length - 2] == '=');
    return true;
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

bool
read_device(const char *text, size_t length, struct registry_import *item)
{
    json_error_t error;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    bool ok = false;

    *item = (struct registry_import){ .device = NULL };
    item->device = calloc(1, sizeof *item->device);
    if (item->device == NULL)
        log_error("out of memory");
    else if (!json_is_object(object))
        log_error("it is no object of JSON: %s",
                  object == NULL ? error.text : "something else");
    else
        ok = read_parts(object, item);
    json_decref(object);
    return ok;
}

void
read_device_free(struct registry_import *item)
{
    registry_device_free(&item->device);
    free(item->config);
    item->config = NULL;
}
