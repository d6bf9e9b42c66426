// SPDX-License-Identifier: Apache-2.0
/*
 * Reads bodies: proto3's JSON, https://protobuf.dev/programming-guides/json,
 * where a name is in snake_case or camelCase and null is as good as nothing.
 * Syntax is Jansson's, base64 that of libiotjwt.
 */
#include "body.h"

#include "libiotjwt/base64url.h"
#include "problem.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

enum { QUOTE_MOST = 200 /* bytes of what was wrong, told back */ };

/* How many bytes of TEXT to quote: whole characters of UTF-8. */
static int
quoted(const char *text)
{
    size_t length = strlen(text);

    if (length <= QUOTE_MOST)
        return (int)length;
    length = QUOTE_MOST;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

/* A member of a message; FIELD is how an error names it. */
struct member {
    const char *snake;
    const char *camel;
    const char *field;
    bool (*read)(struct body *body, const struct member *member,
                 const json_t *value, struct problem *problem);
};

/* Reads the members of an object, each by its row. */
static bool
read_members(struct body *body, const struct member *rows, size_t count,
             json_t *object, struct problem *problem);

static bool
refuse_type(const struct member *member, const char *type,
            struct problem *problem)
{
    return problem_set(problem, PROBLEM_INVALID_ARGUMENT, member->field,
                       "Invalid value at '%s' (%s)", member->field, type);
}

/* A string without a NUL; NULL, and *PROBLEM, for anything else. */
static const char *
string_of(const struct member *member, const json_t *value,
          struct problem *problem)
{
    const char *text = json_string_value(value);

    if (text != NULL && strlen(text) == json_string_length(value))
        return text;
    (void)refuse_type(member, "TYPE_STRING", problem);
    return NULL;
}

static bool
read_bytes(struct body *body, const struct member *member, const json_t *value,
           struct problem *problem)
{
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);

    if (text == NULL)
        return refuse_type(member, "TYPE_BYTES", problem);
    body->data = malloc(length + 1);
    if (body->data == NULL)
        return problem_set(problem, PROBLEM_INTERNAL, "", "Internal error");
    if (iotjwt_base64url_decode(text, length, body->data, &body->length))
        return true;
    return problem_set(problem, PROBLEM_INVALID_ARGUMENT, member->field,
                       "Invalid value at '%s' (TYPE_BYTES), Base64 decoding "
                       "failed for \"%.*s\"",
                       member->field, quoted(text), text);
}

static bool
read_subfolder(struct body *body, const struct member *member,
               const json_t *value, struct problem *problem)
{
    const char *text = string_of(member, value, problem);

    if (text == NULL)
        return false;
    if (strlen(text) > NAMES_SUBFOLDER_MOST)
        return problem_set(problem, PROBLEM_INVALID_ARGUMENT, member->field,
                           "The subfolder is too long");
    strcpy(body->subfolder, text);
    return true;
}

static bool
read_id(char into[NAMES_ID_MOST + 1], const char *text, const char *field,
        struct problem *problem)
{
    size_t length = strlen(text);

    if (length > 0 && !names_is_id(text, length) &&
        !names_is_numeric(text, length))
        return problem_set(problem, PROBLEM_INVALID_ARGUMENT, field,
                           "Invalid value at '%s' (TYPE_STRING)", field);
    memcpy(into, text, length + 1);
    return true;
}

static bool
read_gateway(struct body *body, const struct member *member,
             const json_t *value, struct problem *problem)
{
    const char *text = string_of(member, value, problem);

    return text != NULL &&
           body_set_gateway(&body->gateway, text, NULL, problem);
}

static bool
read_delegated(struct body *body, const struct member *member,
               const json_t *value, struct problem *problem)
{
    const char *text = string_of(member, value, problem);

    return text != NULL &&
           body_set_gateway(&body->gateway, NULL, text, problem);
}

/* What the site sets is in the same message, and is not read. */
static bool
read_nothing(struct body *body, const struct member *member,
             const json_t *value, struct problem *problem)
{
    (void)body, (void)member, (void)value, (void)problem;
    return true;
}

static const struct member gateway_members[] = {
    { "gateway_id", "gatewayId", "gateway_info.gateway_id", read_gateway },
    { "delegated_device_id", "delegatedDeviceId",
      "gateway_info.delegated_device_id", read_delegated },
};

static const struct member state_members[] = {
    { "binary_data", "binaryData", "state.binary_data", read_bytes },
    { "update_time", "updateTime", "state.update_time", read_nothing },
};

static bool
read_info(struct body *body, const struct member *member, const json_t *value,
          struct problem *problem)
{
    if (!json_is_object(value))
        return refuse_type(member,
                           "type.googleapis.com/"
                           "google.cloud.iot.v1.GatewayInfo",
                           problem);
    return read_members(body, gateway_members,
                        sizeof gateway_members / sizeof *gateway_members,
                        (json_t *)value, problem);
}

static bool
read_state(struct body *body, const struct member *member, const json_t *value,
           struct problem *problem)
{
    if (!json_is_object(value))
        return refuse_type(member,
                           "type.googleapis.com/"
                           "google.cloud.iot.v1.DeviceState",
                           problem);
    return read_members(body, state_members,
                        sizeof state_members / sizeof *state_members,
                        (json_t *)value, problem);
}

/* The name of the device is in the path; a body may repeat it. */
static const struct member event_members[] = {
    { "name", "name", "name", read_nothing },
    { "binary_data", "binaryData", "binary_data", read_bytes },
    { "sub_folder", "subFolder", "sub_folder", read_subfolder },
    { "gateway_info", "gatewayInfo", "gateway_info", read_info },
};

static const struct member state_call_members[] = {
    { "name", "name", "name", read_nothing },
    { "state", "state", "state", read_state },
    { "gateway_info", "gatewayInfo", "gateway_info", read_info },
};

static bool
read_members(struct body *body, const struct member *rows, size_t count,
             json_t *object, struct problem *problem)
{
    bool seen[8] = { false };
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        size_t i = 0;

        while (i < count && strcmp(name, rows[i].snake) != 0 &&
               strcmp(name, rows[i].camel) != 0)
            i++;
        if (i == count)
            return problem_set(problem, PROBLEM_INVALID_ARGUMENT, "",
                               "Invalid JSON payload received. Unknown name "
                               "\"%.*s\": Cannot find field.",
                               quoted(name), name);
        if (seen[i])
            return problem_set(problem, PROBLEM_INVALID_ARGUMENT, rows[i].field,
                               "Given twice: '%s'", rows[i].field);
        seen[i] = true;
        if (!json_is_null(value) &&
            !rows[i].read(body, &rows[i], value, problem))
            return false;
    }
    return true;
}

static bool
read_body(const char *text, size_t length, const struct member *rows,
          size_t count, struct body *body, struct problem *problem)
{
    json_t *object = NULL;
    bool ok = false;

    memset(body, 0, sizeof *body);
    if (length == 0)
        return true;
    object =
        json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    if (!json_is_object(object))
        (void)problem_set(problem, PROBLEM_INVALID_ARGUMENT, "",
                          "Invalid JSON payload received.");
    else
        ok = read_members(body, rows, count, object, problem);
    json_decref(object);
    if (!ok)
        body_clear(body);
    return ok;
}

bool
body_read_event(const char *text, size_t length, struct body *body,
                struct problem *problem)
{
    return read_body(text, length, event_members,
                     sizeof event_members / sizeof *event_members, body,
                     problem);
}

bool
body_read_state(const char *text, size_t length, struct body *body,
                struct problem *problem)
{
    return read_body(text, length, state_call_members,
                     sizeof state_call_members / sizeof *state_call_members,
                     body, problem);
}

void
body_clear(struct body *body)
{
    free(body->data);
    memset(body, 0, sizeof *body);
}

bool
body_set_gateway(struct body_gateway *into, const char *gateway,
                 const char *delegated, struct problem *problem)
{
    if (gateway != NULL &&
        !read_id(into->gateway, gateway, "gateway_info.gateway_id", problem))
        return false;
    if (delegated != NULL &&
        !read_id(into->delegated, delegated, "gateway_info.delegated_device_id",
                 problem))
        return false;
    if (into->gateway[0] == '\0' || into->delegated[0] == '\0')
        return true;
    return problem_set(problem, PROBLEM_INVALID_ARGUMENT, "gateway_info",
                       "Only one of gateway_id and delegated_device_id can be "
                       "set");
}

char *
body_base64(const void *bytes, size_t size)
{
    char *text = malloc((size + 2) / 3 * 4 + 1);

    if (text != NULL)
        text[EVP_EncodeBlock((unsigned char *)text, bytes, (int)size)] = '\0';
    return text;
}
