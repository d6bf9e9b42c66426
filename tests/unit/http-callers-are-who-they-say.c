// SPDX-License-Identifier: Apache-2.0
/*
 * Who may call the HTTP bridge, for whom, and what the operator switches off.
 * Each refusal stands beside the same thing accepted.
 */
#include "check.h"
#include "http-site.h"

#include <stdio.h>
#include <string.h>

static void
check_who(struct site *site)
{
    char token[sizeof site->authorization];

    strcpy(token, site->authorization);
    strcpy(site->authorization, "");
    CHECK(site_answers(
        site, EVENT, "{}", 401,
        "{\"error\":{\"code\":401,\"message\":\"Request is missing "
        "required authentication credential.\",\"status\":"
        "\"UNAUTHENTICATED\"}}"));
    strcpy(site->authorization, "Bearer unused");
    CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    site_carry(site, site->other, 0, 3600);
    CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    site_carry(site, site->key, -3600, -500);
    CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
    site_carry(site, site->key, -3600, -700);
    CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    strcpy(site->authorization, token);
    CHECK(site_answers(site, PLACE "dev-9:publishEvent", "{}", 403, DENIED));
    CHECK(site_answers(site,
                       "/v1/projects/p-1/locations/eu/registries/other/"
                       "devices/dev-1:publishEvent",
                       "{}", 403, DENIED));
    CHECK(site_answers(site,
                       "/v1/projects/p-2/locations/eu/registries/reg/"
                       "devices/dev-1:publishEvent",
                       "{}", 403, DENIED));
    CHECK(site_answers(site, PLACE "..:publishEvent", "{}", 403, DENIED));
    CHECK(site_answers(site, "/v1/x%00y:publishEvent", "{}", 403, DENIED));
    CHECK(site_answers(site, "/v1/:publishEvent", "{}", 403, DENIED));
    CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
    CHECK(site_has(site, NULL, NULL, NULL) == false);
}

/* What the operator switches off. */
static void
check_switches(struct site *site)
{
    struct registry_device change = { .blocked = true };
    struct registry registry = { .http_enabled = false };
    struct names_path path = { "p-1", "eu", "reg", "dev-1" };
    struct store *store = site->bridge.registry;
    struct traffic *traffic = site->bridge.traffic;
    static const char away[] =
        "{\"error\":{\"code\":503,\"message\":\"The service is currently "
        "unavailable.\",\"status\":\"UNAVAILABLE\"}}";

    CHECK(registry_device_update(store, &path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    change.blocked = false;
    CHECK(registry_device_update(store, &path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(registry_update(store, &path, &registry, REGISTRY_SET_HTTP));
    CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    registry.http_enabled = true;
    CHECK(registry_update(store, &path, &registry, REGISTRY_SET_HTTP));
    site->bridge.registry = NULL;
    CHECK(site_answers(site, EVENT, "{}", 503, away));
    site->bridge.registry = store;
    site->bridge.traffic = NULL;
    CHECK(site_answers(site, EVENT, "{}", 503, away));
    site->bridge.traffic = traffic;
    CHECK(site_has(site, NULL, NULL, NULL));
    CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
    CHECK(site_has(site, "", "", ""));

    /* "cold" is routed to a topic that nobody has made. */
    CHECK(site_answers(site, EVENT, "{\"sub_folder\":\"cold\"}", 400,
                       PRECONDITION));
    CHECK(site_answers(site, EVENT, "{\"sub_folder\":\"warm\"}", 200, "{}"));
    CHECK(site_has(site, "", "warm", ""));
}

static void
check_gateways(struct site *site)
{
    static const char by[] = "{\"gateway_info\":{\"gateway_id\":\"gw-1\"}}";
    static const char both[] = "{\"gatewayInfo\":{\"gatewayId\":\"gw-2\"}}";
    static const char of[] =
        "{\"gateway_info\":{\"delegated_device_id\":\"dev-1\"}}";
    struct names_path path = { "p-1", "eu", "reg", "gw-1" };
    struct registry_device change = { .blocked = true };

    /* The device signs, and names its gateway. */
    CHECK(site_answers(site, EVENT, by, 200, "{}"));
    CHECK(site_has(site, "", "", "gw-1"));
    CHECK(site_answers(site, EVENT, both, 200, "{}"));
    CHECK(site_has(site, "", "", "gw-2"));
    CHECK(
        site_answers(site, PLACE "dev-2:publishEvent", by, 400, PRECONDITION));
    CHECK(site_answers(site, EVENT,
                       "{\"gatewayInfo\":{\"gatewayId\":\"gw-9\"}}", 400,
                       PRECONDITION));
    CHECK(site_answers(site, EVENT,
                       "{\"gatewayInfo\":{\"gatewayId\":\"dev-2\"}}", 400,
                       PRECONDITION));
    CHECK(site_answers(site, EVENT, of, 400, PRECONDITION));
    CHECK(registry_device_update(site->bridge.registry, &path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(site_answers(site, EVENT, by, 400, PRECONDITION));
    change.blocked = false;
    CHECK(registry_device_update(site->bridge.registry, &path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    change.auth_method = REGISTRY_AUTH_UNSPECIFIED;
    CHECK(registry_device_update(site->bridge.registry, &path, &change,
                                 REGISTRY_DEVICE_SET_AUTH_METHOD));
    CHECK(site_answers(site, EVENT, by, 400, PRECONDITION));
    change.auth_method = REGISTRY_AUTH_ASSOCIATION;
    CHECK(registry_device_update(site->bridge.registry, &path, &change,
                                 REGISTRY_DEVICE_SET_AUTH_METHOD));
    CHECK(site_answers(site, EVENT, by, 200, "{}"));
    CHECK(site_has(site, "", "", "gw-1"));
    CHECK(site_answers(site, PLACE "gw-1:publishEvent", of, 403, DENIED));

    /* The gateway signs, and names the device. */
    site_carry(site, site->other, 0, 3600);
    CHECK(site_answers(site, PLACE "gw-1:publishEvent", of, 200, "{}"));
    CHECK(site_has(site, "", "", "gw-1"));
    CHECK(site_answers(site, PLACE "gw-2:publishEvent", of, 400, PRECONDITION));
    CHECK(site_answers(site, PLACE "gw-1:publishEvent",
                       "{\"gateway_info\":{\"delegated_device_id\":\"dev-2\"}}",
                       400, PRECONDITION));
    CHECK(site_answers(site, PLACE "gw-1:publishEvent",
                       "{\"gateway_info\":{\"delegated_device_id\":\"gw-2\"}}",
                       400, PRECONDITION));
    CHECK(site_answers(site, EVENT, by, 403, DENIED));
    CHECK(registry_unbind(site->bridge.registry, &path, "gw-1", "dev-1"));
    CHECK(site_answers(site, PLACE "gw-1:publishEvent", of, 400, PRECONDITION));
    CHECK(site_has(site, NULL, NULL, NULL));
    site_carry(site, site->key, 0, 3600);
}

/* Where there are many wrong tokens, whose they are is not looked at; who else
 * comes from the same address is let in. */
static void
check_doubts(struct site *site)
{
    const uint64_t *refusals = site->bridge.metrics.refusals;
    uint64_t doubted = refusals[GATE_DOUBTED];

    site->bridge.doubts = gate_doubts_new();
    CHECK(site->bridge.doubts != NULL);
    site_carry(site, site->other, 0, 3600);
    for (int i = 0; i < 5000 && refusals[GATE_DOUBTED] == doubted; i++)
        CHECK(site_answers(site, EVENT, "{}", 403, DENIED));
    CHECK(refusals[GATE_DOUBTED] > doubted);
    site_carry(site, site->key, 0, 3600);
    CHECK(site_answers(site, PLACE "dev-2:publishEvent", "{}", 200, "{}"));
    gate_doubts_free(&site->bridge.doubts);
    CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
}

int
main(void)
{
    static struct site site;

    if (CHECK(site_open(&site))) {
        check_who(&site);
        check_switches(&site);
        check_gateways(&site);
        check_doubts(&site);
    }
    site_close(&site);
    return check_end();
}
