// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the site, and calls it.  What should come of a call is for the tests.
 */
#include "http-site.h"

#include "certificate.h"
#include "check.h"
#include "gate/gate.h"
#include "http/request.h"
#include "httpbridge/rates.h"
#include "traffic/topics.h"

#include <iotjwt.h>

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct names_path place = { "p-1", "eu", "reg", "" };

void
site_carry(struct site *site, EVP_PKEY *key, int64_t issued, int64_t expires)
{
    struct iotjwt_claims claims = { .audience = "p-1",
                                    .issued_at = time(NULL) + issued,
                                    .expires_at = time(NULL) + expires };
    char *token = iotjwt_mint(key, &claims, NULL, NULL, NULL);

    snprintf(site->authorization, sizeof site->authorization, "Bearer %s",
             token);
    iotjwt_free(&token);
}

static bool
add_device(struct site *site, const char *id, EVP_PKEY *key,
           enum registry_gateway_type type, enum registry_auth_method method)
{
    struct registry_device device = {
        .credential_count = 1,
        .gateway_type = type,
        .auth_method = method,
        .credentials[0] = { REGISTRY_ES256_PEM, certificate_bare_key(key), 0 },
    };
    bool ok;

    snprintf(device.id, sizeof device.id, "%s", id);
    ok = registry_device_create(site->bridge.registry, &place, &device);
    free(device.credentials[0].pem);
    return ok;
}

static bool
fill(struct site *site)
{
    static char all[] = "";
    static char cold[] = "cold";
    static char events[] = "events";
    static char none[] = "none";
    struct registry registry = {
        .project = "p-1",
        .location = "eu",
        .id = "reg",
        .mqtt_enabled = true,
        .http_enabled = true,
        .route_count = 2,
        .routes = { { cold, none }, { all, events } },
    };
    struct traffic_topic topic = { .name = "projects/p-1/topics/events",
                                   .retention = TRAFFIC_RETENTION };
    struct traffic_subscription subscription = {
        .name = "projects/p-1/subscriptions/sub",
        .topic = "projects/p-1/topics/events",
        .deadline = 600,
    };

    return registry_create(site->bridge.registry, &registry) &&
           add_device(site, "dev-1", site->key, REGISTRY_NON_GATEWAY, 0) &&
           add_device(site, "dev-2", site->key, REGISTRY_NON_GATEWAY, 0) &&
           add_device(site, "gw-1", site->other, REGISTRY_GATEWAY,
                      REGISTRY_AUTH_ASSOCIATION) &&
           add_device(site, "gw-2", site->other, REGISTRY_GATEWAY,
                      REGISTRY_AUTH_ASSOCIATION_AND_TOKEN) &&
           registry_bind(site->bridge.registry, &place, "gw-1", "dev-1") &&
           registry_bind(site->bridge.registry, &place, "gw-2", "dev-1") &&
           traffic_topic_create(site->bridge.traffic, &topic) &&
           traffic_subscription_create(site->bridge.traffic, &subscription,
                                       true);
}

bool
site_open(struct site *site)
{
    char path[64];

    strcpy(site->folder, "/tmp/http-XXXXXX");
    if (mkdtemp(site->folder) == NULL)
        return false;
    site->key = EVP_EC_gen("P-256");
    site->other = EVP_EC_gen("P-256");
    site->bridge.skew = GATE_SKEW;
    site->bridge.state_interval = 3600000;
    site->bridge.rates = rates_new(RATES_DEFAULT);
    snprintf(path, sizeof path, "%s/r.db", site->folder);
    site->bridge.registry = registry_store_open(path, REGISTRY_CREATE);
    snprintf(path, sizeof path, "%s/t.db", site->folder);
    site->bridge.traffic =
        traffic_open(path, TRAFFIC_GATHER, TRAFFIC_SURVIVES_KILL);
    httpbridge_routes(&site->bridge, &site->routes);
    site->method = "POST";
    site_carry(site, site->key, 0, 3600);
    return site->bridge.registry != NULL && site->bridge.traffic != NULL &&
           fill(site);
}

void
site_close(struct site *site)
{
    char line[64];

    registry_store_close(&site->bridge.registry);
    traffic_close(&site->bridge.traffic);
    rates_free(&site->bridge.rates);
    EVP_PKEY_free(site->key);
    EVP_PKEY_free(site->other);
    snprintf(line, sizeof line, "rm -rf %s", site->folder);
    CHECK(system(line) == 0);
}

void
site_call(struct site *site, const char *target, const char *body,
          struct http_answer *answer)
{
    char path[1024];
    char *query;
    struct http_request request = {
        .method = site->method,
        .path = path,
        .query = "",
        .authorization =
            site->authorization[0] != '\0' ? site->authorization : NULL,
        .address = "192.0.2.1",
        .body = body,
        .body_length = strlen(body),
        .name = "",
    };

    memset(answer, 0, sizeof *answer);
    snprintf(path, sizeof path, "%s", target);
    query = strchr(path, '?');
    if (query != NULL) {
        *query = '\0';
        request.query = query + 1;
    }
    http_routes_answer(&site->routes, &request, answer);
}

void
site_settle(struct site *site)
{
    site->routes.settle(site->routes.context);
}

bool
site_answers(struct site *site, const char *target, const char *body,
             int status, const char *expected)
{
    struct http_answer answer;
    bool ok;

    site_call(site, target, body, &answer);
    if (answer.status == 0)
        site_settle(site);
    ok = answer.status == status && answer.body != NULL &&
         (expected == NULL || strcmp(answer.body, expected) == 0);
    if (!ok)
        fprintf(stderr, "%s %s\n  answers %d %s\n", target, body, answer.status,
                answer.body);
    http_answer_clear(&answer);
    return ok;
}

bool
site_has(struct site *site, const char *data, const char *subfolder,
         const char *gateway)
{
    struct traffic_batch *batch = NULL;
    bool ok = traffic_pull(site->bridge.traffic,
                           "projects/p-1/subscriptions/sub", 10, &batch);
    const struct traffic_received *it;

    if (ok && data == NULL)
        ok = batch->count == 0;
    else if (ok && batch->count == 1) {
        it = &batch->items[0];
        ok = it->length == strlen(data) &&
             memcmp(it->data, data, it->length) == 0 &&
             strcmp(it->device.device, "dev-1") == 0 &&
             strcmp(it->subfolder, subfolder) == 0 &&
             strcmp(it->gateway, gateway) == 0;
    } else
        ok = false;
    traffic_batch_free(&batch);
    return ok;
}
