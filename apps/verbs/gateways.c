// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices gateways bind, unbind, list-bound-devices.  Sections
 * 3.5 and 5.8; the limits are the registry's.
 */
#include "base/log.h"
#include "call.h"
#include "listing.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row bind_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "gateway", "GATEWAY", FIELD(gateway),
      "The gateway's id or numeric id.", 0, 0 },
    { OPTIONS_TEXT, "gateway-region", "LOCATION", FIELD(gateway_region),
      "Its location.", 0, 0 },
    { OPTIONS_TEXT, "gateway-registry", "REGISTRY", FIELD(gateway_registry),
      "Its registry.", 0, 0 },
    { OPTIONS_TEXT, "device", "DEVICE", FIELD(device),
      "The device's id or numeric id.", 0, 0 },
    { OPTIONS_TEXT, "device-region", "LOCATION", FIELD(device_region),
      "Its location, which is the gateway's.", 0, 0 },
    { OPTIONS_TEXT, "device-registry", "REGISTRY", FIELD(device_registry),
      "Its registry, which is the gateway's.", 0, 0 },
    { 0 },
};

static const struct options_row list_rows[] = {
    { OPTIONS_TEXT, "gateway", "GATEWAY", FIELD(gateway),
      "The gateway's id or numeric id.", 0, 0 },
    { 0 },
};

/* Section 3.5: both are in one registry, which gcloud has named twice. */
static bool
take_place(const char *what, const char *of_gateway, const char *of_device,
           char part[NAMES_ID_MOST + 1])
{
    const char *text = of_gateway != NULL ? of_gateway : of_device;

    if (text == NULL || strlen(text) > NAMES_ID_MOST || text[0] == '\0')
        log_error("--gateway-%s is missing", what);
    else if (of_device != NULL && strcmp(text, of_device) != 0)
        log_error("a gateway and its devices are in one %s, not in %s and %s",
                  what, text, of_device);
    else {
        snprintf(part, NAMES_ID_MOST + 1, "%s", text);
        return true;
    }
    return false;
}

static bool
take_both(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;

    if (given->gateway == NULL || given->device == NULL) {
        log_error("--gateway and --device are needed");
        return false;
    }
    return take_place("region", given->gateway_region, given->device_region,
                      call->path.location) &&
           take_place("registry", given->gateway_registry,
                      given->device_registry, call->path.registry);
}

static enum exit_code
bind_one(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;

    if (!take_both(call))
        return EXIT_CODE_MISUSED;
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_bind(call->store, &call->path, given->gateway, given->device))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Bound device", given->device, NULL);
}

static enum exit_code
unbind_one(struct verbs_call *call)
{
    const struct verbs_arguments *given = &call->arguments;

    if (!take_both(call))
        return EXIT_CODE_MISUSED;
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_unbind(call->store, &call->path, given->gateway,
                         given->device))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Unbound device", given->device, NULL);
}

static enum exit_code
list(struct verbs_call *call)
{
    const char *gateway = call->arguments.gateway;

    if (gateway == NULL || strlen(gateway) > NAMES_ID_MOST) {
        log_error("--gateway is missing");
        return EXIT_CODE_MISUSED;
    }
    snprintf(call->path.device, sizeof call->path.device, "%s", gateway);
    return listing_devices(call, registry_bound_list);
}

const struct verbs_verb verbs_devices_gateways_bind = {
    "--project P --gateway G --gateway-region L --gateway-registry R "
    "--device D [--device-region L] [--device-registry R]",
    "Lets a device come through a gateway.",
    bind_rows,
    VERBS_NONE,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    bind_one,
};

const struct verbs_verb verbs_devices_gateways_unbind = {
    "--project P --gateway G --gateway-region L --gateway-registry R "
    "--device D [--device-region L] [--device-registry R]",
    "Takes that back.",
    bind_rows,
    VERBS_NONE,
    VERBS_OF_PROJECT,
    VERBS_UNSAID,
    unbind_one,
};

const struct verbs_verb verbs_devices_gateways_list_bound_devices = {
    "--project P --region L --registry R --gateway G [OPTION ...]",
    "Lists the devices that are bound to a gateway.",
    list_rows,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_NAMES,
    list,
};
