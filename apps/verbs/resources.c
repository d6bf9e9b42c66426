// SPDX-License-Identifier: Apache-2.0
/*
 * One function a resource of section 5.2.  Names, spellings and the shape of
 * times and 64-bit numbers are the API's: strings both.
 */
#include "resources.h"

#include "show.h"

#include <inttypes.h>
#include <stdio.h>

static json_t *
word(enum registry_vocabulary vocabulary, int number)
{
    return json_string(registry_word(vocabulary, number));
}

static json_t *
x509_details(const char *pem)
{
    struct registry_x509 details;

    if (!registry_certificate_read(pem, &details))
        return json_object();
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "issuer", show_text(details.issuer),
        "subject", show_text(details.subject), "startTime",
        show_time(details.start), "expiryTime", show_time(details.expiry),
        "signatureAlgorithm", show_text(details.signature_algorithm),
        "publicKeyType", show_text(details.key_type));
}

json_t *
resources_certificate(const char *pem)
{
    return json_pack("{s:{s:s, s:o, s:o}}", "publicKeyCertificate", "format",
                     "X509_CERTIFICATE_PEM", "certificate", show_text(pem),
                     "x509Details", x509_details(pem));
}

static json_t *
routes(const struct registry *registry)
{
    json_t *list = json_array();

    for (size_t i = 0; i < registry->route_count; i++)
        json_array_append_new(
            list,
            json_pack("{s:o, s:o}", "pubsubTopicName",
                      show_text(registry->routes[i].topic), "subfolderMatches",
                      show_text(registry->routes[i].subfolder)));
    return list;
}

json_t *
resources_certificates(const struct registry *registry)
{
    json_t *list = json_array();

    for (size_t i = 0; i < registry->certificate_count; i++)
        json_array_append_new(list,
                              resources_certificate(registry->certificates[i]));
    return list;
}

static json_t *
state_notification(const struct registry *registry)
{
    if (registry->state_topic == NULL)
        return json_object();
    return json_pack("{s:o}", "pubsubTopicName",
                     show_text(registry->state_topic));
}

json_t *
resources_registry(const struct registry *registry)
{
    struct names_path path = { .device = "" };
    char name[NAMES_PATH_MOST] = "";

    snprintf(path.project, sizeof path.project, "%s", registry->project);
    snprintf(path.location, sizeof path.location, "%s", registry->location);
    snprintf(path.registry, sizeof path.registry, "%s", registry->id);
    if (!names_write_path(&path, name, sizeof name))
        return NULL;
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:{s:s}, s:{s:s}, s:o}", "id",
        show_text(registry->id), "name", show_text(name), "credentials",
        resources_certificates(registry), "eventNotificationConfigs",
        routes(registry), "stateNotificationConfig",
        state_notification(registry), "mqttConfig", "mqttEnabledState",
        registry->mqtt_enabled ? "MQTT_ENABLED" : "MQTT_DISABLED", "httpConfig",
        "httpEnabledState",
        registry->http_enabled ? "HTTP_ENABLED" : "HTTP_DISABLED", "logLevel",
        word(REGISTRY_LOG_LEVELS, (int)registry->log_level));
}

json_t *
resources_credential(const struct registry_credential *credential)
{
    return json_pack("{s:{s:o, s:o}, s:o}", "publicKey", "format",
                     word(REGISTRY_FORMATS, (int)credential->format), "key",
                     show_text(credential->pem), "expirationTime",
                     show_time(credential->expires));
}

json_t *
resources_credentials(const struct registry_device *device)
{
    json_t *list = json_array();

    for (size_t i = 0; i < device->credential_count; i++)
        json_array_append_new(list,
                              resources_credential(&device->credentials[i]));
    return list;
}

static json_t *
metadata(const struct registry_device *device)
{
    json_t *pairs = json_object();

    for (size_t i = 0; i < device->metadata_count; i++)
        json_object_set_new(pairs, device->metadata[i].name,
                            show_text(device->metadata[i].value));
    return pairs;
}

/* What is unspecified is left out, as the service did. */
static json_t *
gateway_config(const struct registry_device *device)
{
    json_t *config = json_object();

    if (device->gateway_type != REGISTRY_GATEWAY_UNSPECIFIED)
        json_object_set_new(
            config, "gatewayType",
            word(REGISTRY_GATEWAY_TYPES, (int)device->gateway_type));
    if (device->auth_method != REGISTRY_AUTH_UNSPECIFIED)
        json_object_set_new(
            config, "gatewayAuthMethod",
            word(REGISTRY_AUTH_METHODS, (int)device->auth_method));
    return config;
}

/* Section 5.2: in replies a device's name ends in its number. */
json_t *
resources_device(const struct names_path *registry,
                 const struct registry_device *device)
{
    struct names_path path = *registry;
    char name[NAMES_PATH_MOST] = "";
    json_t *it;

    snprintf(path.device, sizeof path.device, "%" PRIu64, device->num_id);
    if (!names_write_path(&path, name, sizeof name))
        return NULL;
    it = json_pack("{s:o, s:o, s:s, s:b, s:o, s:o, s:o}", "id",
                   show_text(device->id), "name", show_text(name), "numId",
                   path.device, "blocked", (int)device->blocked, "credentials",
                   resources_credentials(device), "metadata", metadata(device),
                   "gatewayConfig", gateway_config(device));
    if (it != NULL && device->log_level != REGISTRY_LOG_UNSPECIFIED)
        json_object_set_new(it, "logLevel",
                            word(REGISTRY_LOG_LEVELS, (int)device->log_level));
    return it;
}

json_t *
resources_config(const struct registry_config *config, int64_t acked)
{
    char version[24];
    json_t *it;

    snprintf(version, sizeof version, "%" PRId64, config->version);
    it = json_pack("{s:s, s:o, s:o}", "version", version, "cloudUpdateTime",
                   show_time(config->updated), "binaryData",
                   show_bytes(config->data, config->length));
    if (it != NULL && acked > 0)
        json_object_set_new(it, "deviceAckTime", show_time(acked));
    return it;
}

json_t *
resources_state(const struct traffic_state *state)
{
    return json_pack("{s:o, s:o}", "updateTime", show_time_ms(state->at_ms),
                     "binaryData", show_bytes(state->data, state->length));
}

static void
add_error(json_t *device, const struct traffic_device *status)
{
    if (status->error_at > 0)
        json_object_set_new(device, "lastErrorStatus",
                            json_pack("{s:i, s:o}", "code", status->error_code,
                                      "message",
                                      show_text(status->error_text)));
}

static void
add_gateway(json_t *device, const struct traffic_device *status)
{
    json_t *config = json_object_get(device, "gatewayConfig");

    if (status->gateway_at == 0)
        return;
    json_object_set_new(config, "lastAccessedGatewayId",
                        show_text(status->gateway));
    json_object_set_new(config, "lastAccessedGatewayTime",
                        show_time(status->gateway_at));
}

void
resources_add_status(json_t *device, const struct traffic_device *status)
{
    const struct {
        const char *name;
        int64_t at;
    } times[] = {
        { "lastHeartbeatTime", status->heartbeat },
        { "lastEventTime", status->event },
        { "lastStateTime", status->state },
        { "lastConfigSendTime", status->config_sent },
        { "lastConfigAckTime", status->config_acked },
        { "lastErrorTime", status->error_at },
        { "connectedSince", status->connected_since },
    };

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i].at > 0)
            json_object_set_new(device, times[i].name, show_time(times[i].at));
    add_error(device, status);
    add_gateway(device, status);
}

/* Section 6; subFolder is there also when it is empty. */
static json_t *
attributes(const struct traffic_received *message)
{
    char number[24];
    json_t *it;

    snprintf(number, sizeof number, "%" PRIu64, message->num_id);
    it =
        json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "deviceId",
                  show_text(message->device.device), "deviceNumId", number,
                  "deviceRegistryLocation", show_text(message->device.location),
                  "deviceRegistryId", show_text(message->device.registry),
                  "projectId", show_text(message->device.project), "subFolder",
                  show_text(message->subfolder));
    if (it != NULL && message->gateway[0] != '\0')
        json_object_set_new(it, "gatewayId", show_text(message->gateway));
    return it;
}

json_t *
resources_received(const struct traffic_received *message)
{
    char key[24];

    snprintf(key, sizeof key, "%" PRId64, message->key);
    return json_pack("{s:s, s:{s:o, s:o, s:s, s:o}}", "ackId", message->ack_id,
                     "message", "attributes", attributes(message), "data",
                     show_bytes(message->data, message->length), "messageId",
                     key, "publishTime", show_time_ms(message->at_ms));
}
