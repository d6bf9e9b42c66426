// SPDX-License-Identifier: Apache-2.0
/*
 * Every method of a gateway with a device that is bound or not and shows a
 * token or not: section 3.3 as a table.  And who loses what it was attached
 * for is to be detached.
 */
#include "check.h"
#include "gate/gate.h"
#include "registry/registry.h"

#include <iotjwt.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct names_path place = { "p-1", "eu", "reg", "" };

static const struct {
    enum registry_auth_method method;
    enum gate_reason reasons[4]; /* neither, bound, token, bound and token */
} rows[] = {
    { REGISTRY_AUTH_UNSPECIFIED,
      { GATE_METHOD, GATE_METHOD, GATE_METHOD, GATE_METHOD } },
    { REGISTRY_AUTH_ASSOCIATION,
      { GATE_NOT_BOUND, GATE_NO_REASON, GATE_NOT_BOUND, GATE_NO_REASON } },
    { REGISTRY_AUTH_TOKEN,
      { GATE_NO_TOKEN, GATE_NO_TOKEN, GATE_NO_REASON, GATE_NO_REASON } },
    { REGISTRY_AUTH_ASSOCIATION_AND_TOKEN,
      { GATE_NOT_BOUND, GATE_NO_TOKEN, GATE_NOT_BOUND, GATE_NO_REASON } },
};

struct site {
    char folder[32];
    struct store *store;
    EVP_PKEY *key;
    char *pem;
    char *token;
    struct gate_device gateway;
    struct names_path bound; /* and the other is not */
};

static char *
pem_of(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    char *text;
    long length;

    CHECK(PEM_write_bio_PUBKEY(bio, key));
    length = BIO_get_mem_data(bio, &bytes);
    text = strndup(bytes, (size_t)length);
    BIO_free(bio);
    return text;
}

static bool
add(struct site *site, const char *id, enum registry_gateway_type type)
{
    struct registry_device device = {
        .gateway_type = type,
        .credential_count = 1,
        .credentials[0] = { REGISTRY_ES256_PEM, site->pem, 0 },
    };

    strcpy(device.id, id);
    return registry_device_create(site->store, &place, &device);
}

static bool
open_site(struct site *site)
{
    struct registry registry = { .project = "p-1",
                                 .location = "eu",
                                 .id = "reg",
                                 .mqtt_enabled = true,
                                 .http_enabled = true };
    struct iotjwt_claims claims = { .audience = "p-1",
                                    .issued_at = time(NULL),
                                    .expires_at = time(NULL) + 3600 };
    struct registry_device *gateway = NULL;
    char file[64];

    strcpy(site->folder, "/tmp/gateways-XXXXXX");
    if (mkdtemp(site->folder) == NULL)
        return false;
    snprintf(file, sizeof file, "%s/r.db", site->folder);
    site->key = EVP_EC_gen("P-256");
    site->pem = pem_of(site->key);
    site->token = iotjwt_mint(site->key, &claims, NULL, NULL, NULL);
    site->store = registry_store_open(file, REGISTRY_CREATE);
    site->gateway.path = site->bound = place;
    strcpy(site->gateway.path.device, "gw-1");
    strcpy(site->bound.device, "bound");
    if (site->store == NULL || !registry_create(site->store, &registry) ||
        !add(site, "gw-1", REGISTRY_GATEWAY) ||
        !add(site, "gw-2", REGISTRY_GATEWAY) ||
        !add(site, "bound", REGISTRY_NON_GATEWAY) ||
        !add(site, "loose", REGISTRY_NON_GATEWAY) ||
        !registry_bind(site->store, &place, "gw-1", "bound") ||
        !registry_device_find(site->store, &site->gateway.path, &gateway))
        return false;
    site->gateway.num_id = gateway->num_id;
    site->gateway.is_gateway = true;
    registry_device_free(&gateway);
    return true;
}

static void
close_site(struct site *site)
{
    char command[64];

    registry_store_close(&site->store);
    EVP_PKEY_free(site->key);
    iotjwt_free(&site->token);
    free(site->pem);
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    CHECK(system(command) == 0);
}

static enum gate_reason
attach(const struct site *site, const char *id, const char *token,
       struct gate_device *device)
{
    struct gate_visitor visitor = {
        .path = id,
        .path_length = strlen(id),
        .token = token,
        .token_length = token != NULL ? strlen(token) : 0,
        .now = time(NULL),
        .skew = GATE_SKEW,
    };
    struct gate_refusal refusal = { GATE_NO_REASON, "" };

    CHECK(gate_attach(site->store, &site->gateway, &visitor, device,
                      &refusal) == (refusal.reason == GATE_NO_REASON));
    return refusal.reason;
}

static void
set_method(const struct site *site, enum registry_auth_method method)
{
    struct registry_device change = { .auth_method = method };

    CHECK(registry_device_update(site->store, &site->gateway.path, &change,
                                 REGISTRY_DEVICE_SET_AUTH_METHOD));
}

static void
check_methods(const struct site *site)
{
    struct gate_device device;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_method(site, rows[i].method);
        for (size_t j = 0; j < 4; j++)
            if (!CHECK(attach(site, (j & 1) != 0 ? "bound" : "loose",
                              (j & 2) != 0 ? site->token : NULL,
                              &device) == rows[i].reasons[j]))
                fprintf(stderr, "  row %zu, column %zu\n", i, j);
    }
}

/* Who comes in by itself is a gateway or is none. */
static void
check_kinds(const struct site *site)
{
    static const char *const paths[] = {
        "projects/p-1/locations/eu/registries/reg/devices/gw-1",
        "projects/p-1/locations/eu/registries/reg/devices/bound",
    };

    for (size_t i = 0; i < 2; i++) {
        struct gate_visitor visitor = {
            .path = paths[i],
            .path_length = strlen(paths[i]),
            .token = site->token,
            .token_length = strlen(site->token),
            .now = time(NULL),
            .skew = GATE_SKEW,
        };
        struct gate_refusal refusal;
        struct gate_device device;

        CHECK(gate_authenticate(site->store, &visitor, &device, &refusal));
        CHECK(device.is_gateway == (i == 0));
    }
}

static void
check_others(const struct site *site)
{
    char longest[NAMES_ID_MOST + 2] = "";
    struct gate_refusal refusal;
    struct gate_device device;

    set_method(site, REGISTRY_AUTH_TOKEN);
    CHECK(attach(site, "loose", site->token, &device) == GATE_NO_REASON);
    CHECK(gate_reconsider(site->store, &device, &refusal));
    CHECK(device.gateway == site->gateway.num_id && device.expires_at != 0);
    CHECK(strcmp(device.path.device, "loose") == 0);
    CHECK(attach(site, "loose", "e30.e30.AA", &device) != GATE_NO_REASON);
    CHECK(attach(site, "nobody", site->token, &device) == GATE_UNKNOWN_DEVICE);
    CHECK(attach(site, "gw-2", site->token, &device) == GATE_IS_GATEWAY);
    CHECK(attach(site, "gw-1", site->token, &device) == GATE_IS_GATEWAY);
    memset(longest, 'd', NAMES_ID_MOST);
    CHECK(attach(site, longest, site->token, &device) == GATE_UNKNOWN_DEVICE);
    longest[NAMES_ID_MOST] = 'd';
    CHECK(attach(site, longest, site->token, &device) == GATE_PATH);
}

/* What was there when it was attached goes. */
static void
check_losses(const struct site *site)
{
    struct registry_device change = { .blocked = true };
    struct gate_refusal refusal;
    struct gate_device device;

    set_method(site, REGISTRY_AUTH_ASSOCIATION);
    CHECK(attach(site, "bound", NULL, &device) == GATE_NO_REASON);
    CHECK(gate_reconsider(site->store, &device, &refusal));
    CHECK(registry_unbind(site->store, &place, "gw-1", "bound"));
    CHECK(!gate_reconsider(site->store, &device, &refusal));
    CHECK(refusal.reason == GATE_NOT_BOUND);
    CHECK(registry_bind(site->store, &place, "gw-1", "bound"));
    CHECK(gate_reconsider(site->store, &device, &refusal));
    set_method(site, REGISTRY_AUTH_TOKEN);
    CHECK(!gate_reconsider(site->store, &device, &refusal));
    CHECK(attach(site, "bound", site->token, &device) == GATE_NO_REASON);
    CHECK(gate_reconsider(site->store, &device, &refusal));
    CHECK(registry_credential_delete(site->store, &site->bound, 0));
    CHECK(!gate_reconsider(site->store, &device, &refusal));
    CHECK(refusal.reason == GATE_CREDENTIAL_GONE);
    set_method(site, REGISTRY_AUTH_ASSOCIATION);
    CHECK(attach(site, "bound", NULL, &device) == GATE_NO_REASON);
    CHECK(registry_device_update(site->store, &site->bound, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(attach(site, "bound", NULL, &device) == GATE_BLOCKED);
    CHECK(!gate_reconsider(site->store, &device, &refusal));
}

int
main(void)
{
    struct site site = { .store = NULL };

    if (CHECK(open_site(&site))) {
        check_kinds(&site);
        check_methods(&site);
        check_others(&site);
        check_losses(&site);
    }
    close_site(&site);
    return check_end();
}
