// SPDX-License-Identifier: Apache-2.0
/*
 * The gate before a real registry: who is let in, who is not, and who must
 * leave when the registry changes.
 */
#include "check.h"
#include "gate/gate.h"
#include "registry/registry.h"

#include <iotjwt.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REGISTRY "projects/p-1/locations/eu/registries/reg"
#define DEVICE REGISTRY "/devices/dev-1"

/* A registry with a device, and a token of the device. */
struct site {
    char folder[32];
    char file[64];
    struct store *store;
    EVP_PKEY *key;
    char *token;
    int64_t now;
    enum gate_door door;
    struct gate_keys *keys;
    struct gate_doubts *doubts;
    const char *address;
};

static char *
pem_of(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    char *text = NULL;
    long length;

    CHECK(PEM_write_bio_PUBKEY(bio, key));
    length = BIO_get_mem_data(bio, &bytes);
    text = strndup(bytes, (size_t)length);
    BIO_free(bio);
    return text;
}

static bool
add_device(const struct site *site, const char *id)
{
    struct names_path path = { "p-1", "eu", "reg", "" };
    struct registry_device device = {
        .credential_count = 1,
        .credentials[0] = { REGISTRY_ES256_PEM, pem_of(site->key), 0 },
    };
    bool ok;

    strcpy(device.id, id);
    ok = registry_device_create(site->store, &path, &device);
    free(device.credentials[0].pem);
    return ok;
}

static bool
site_open(struct site *site)
{
    struct registry registry = { .project = "p-1",
                                 .location = "eu",
                                 .id = "reg",
                                 .mqtt_enabled = true,
                                 .http_enabled = true };
    struct iotjwt_claims claims = { .audience = "p-1" };

    strcpy(site->folder, "/tmp/gate-XXXXXX");
    if (mkdtemp(site->folder) == NULL)
        return false;
    snprintf(site->file, sizeof site->file, "%s/r.db", site->folder);
    site->now = time(NULL);
    claims.issued_at = site->now;
    claims.expires_at = site->now + 3600;
    site->key = EVP_EC_gen("P-256");
    site->token = iotjwt_mint(site->key, &claims, NULL, NULL, NULL);
    site->store = registry_store_open(site->file, REGISTRY_CREATE);
    return site->store != NULL && registry_create(site->store, &registry) &&
           add_device(site, "dev-1");
}

static void
site_close(struct site *site)
{
    char command[128];

    registry_store_close(&site->store);
    EVP_PKEY_free(site->key);
    iotjwt_free(&site->token);
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    CHECK(system(command) == 0);
}

/* What comes of a visit under the name PATH. */
static enum gate_reason
visit(const struct site *site, const char *path, struct gate_device *device)
{
    struct gate_visitor visitor = {
        .door = site->door,
        .path = path,
        .path_length = path != NULL ? strlen(path) : 0,
        .token = site->token,
        .token_length = site->token != NULL ? strlen(site->token) : 0,
        .now = site->now,
        .skew = GATE_SKEW,
        .keys = site->keys,
        .address = site->address,
        .doubts = site->doubts,
    };
    struct gate_refusal refusal = { GATE_NO_REASON, "" };

    if (gate_authenticate(site->store, &visitor, device, &refusal))
        return GATE_NO_REASON;
    CHECK(strlen(refusal.text) > 0);
    return refusal.reason;
}

static void
check_who_it_is(const struct site *site, struct gate_device *device)
{
    char by_number[256];
    struct gate_device other;

    CHECK(visit(site, DEVICE, device) == GATE_NO_REASON);
    CHECK(strcmp(device->path.device, "dev-1") == 0);
    CHECK(device->expires_at == site->now + 3600);
    snprintf(by_number, sizeof by_number, REGISTRY "/devices/%" PRIu64,
             device->num_id);
    CHECK(visit(site, by_number, &other) == GATE_NO_REASON);
    CHECK(strcmp(other.path.device, "dev-1") == 0);
    CHECK(other.num_id == device->num_id);

    CHECK(visit(site, REGISTRY "/devices/dev-2", &other) ==
          GATE_UNKNOWN_DEVICE);
    CHECK(visit(site, REGISTRY "/devices/17", &other) == GATE_UNKNOWN_DEVICE);
    CHECK(visit(site, "projects/p-1/locations/us/registries/reg/devices/dev-1",
                &other) == GATE_UNKNOWN_REGISTRY);
    CHECK(visit(site, "projects/p-2/locations/eu/registries/reg/devices/dev-1",
                &other) == GATE_UNKNOWN_REGISTRY);
    CHECK(visit(site, REGISTRY "/devices/../dev-1", &other) == GATE_PATH);
    CHECK(visit(site, REGISTRY, &other) == GATE_PATH);
    CHECK(visit(site, "", &other) == GATE_PATH);
    CHECK(visit(site, NULL, &other) == GATE_PATH);
}

static void
check_what_is_given(struct site *site)
{
    char *token = site->token;
    struct store *store = site->store;
    struct gate_device device;

    site->token = NULL;
    CHECK(visit(site, DEVICE, &device) == GATE_NO_TOKEN);
    site->token = token;
    site->store = NULL;
    CHECK(visit(site, DEVICE, &device) == GATE_UNAVAILABLE);
    site->store = store;
    CHECK(visit(site, DEVICE, &device) == GATE_NO_REASON);
}

/* What becomes of one who is in, and of one who comes, after each change. */
static void
check_changes(struct site *site, const struct gate_device *device)
{
    struct registry_device change = { .blocked = true };
    struct registry registry = { .mqtt_enabled = false };
    struct gate_refusal refusal;
    struct gate_device other;

    CHECK(gate_reconsider(site->store, device, &refusal));
    CHECK(registry_device_update(site->store, &device->path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(visit(site, DEVICE, &other) == GATE_BLOCKED);
    CHECK(!gate_reconsider(site->store, device, &refusal));
    CHECK(refusal.reason == GATE_BLOCKED);
    change.blocked = false;
    CHECK(registry_device_update(site->store, &device->path, &change,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(gate_reconsider(site->store, device, &refusal));

    CHECK(registry_update(site->store, &device->path, &registry,
                          REGISTRY_SET_MQTT));
    CHECK(visit(site, DEVICE, &other) == GATE_MQTT_DISABLED);
    CHECK(!gate_reconsider(site->store, device, &refusal));
    site->door = GATE_DOOR_HTTP;
    CHECK(visit(site, DEVICE, &other) == GATE_NO_REASON);
    CHECK(gate_reconsider(site->store, &other, &refusal));
    registry.mqtt_enabled = true;
    CHECK(registry_update(site->store, &device->path, &registry,
                          REGISTRY_SET_MQTT | REGISTRY_SET_HTTP));
    CHECK(visit(site, DEVICE, &other) == GATE_HTTP_DISABLED);
    site->door = GATE_DOOR_MQTT;
    CHECK(visit(site, DEVICE, &other) == GATE_NO_REASON);

    CHECK(registry_device_delete(site->store, &device->path));
    CHECK(visit(site, DEVICE, &other) == GATE_UNKNOWN_DEVICE);
    CHECK(!gate_reconsider(site->store, device, &refusal));
    CHECK(add_device(site, "dev-1"));
    CHECK(visit(site, DEVICE, &other) == GATE_NO_REASON);
    CHECK(!gate_reconsider(site->store, device, &refusal));
    CHECK(refusal.reason == GATE_UNKNOWN_DEVICE);
}

/* The key that the device came with is taken away, while it keeps another. */
static void
check_keys(struct site *site, const struct gate_device *device)
{
    EVP_PKEY *other = EVP_EC_gen("P-256");
    struct registry_credential credentials[] = {
        { REGISTRY_ES256_PEM, pem_of(other), 0 },
        { REGISTRY_ES256_PEM, pem_of(site->key), 0 },
    };
    struct gate_refusal refusal;

    CHECK(registry_credential_add(site->store, &device->path, &credentials[0]));
    CHECK(gate_reconsider(site->store, device, &refusal));
    CHECK(registry_credential_delete(site->store, &device->path, 0));
    CHECK(!gate_reconsider(site->store, device, &refusal));
    CHECK(refusal.reason == GATE_CREDENTIAL_GONE);
    CHECK(registry_credential_add(site->store, &device->path, &credentials[1]));
    CHECK(gate_reconsider(site->store, device, &refusal));
    CHECK(registry_credential_delete(site->store, &device->path, 0));
    CHECK(gate_reconsider(site->store, device, &refusal));
    EVP_PKEY_free(other);
    free(credentials[0].pem);
    free(credentials[1].pem);
}

/* A key that is ready verifies what it verified, and no more. */
static void
check_kept_keys(struct site *site)
{
    char *token = site->token;
    struct iotjwt_claims claims = { .audience = "p-1",
                                    .issued_at = site->now,
                                    .expires_at = site->now + 60 };
    EVP_PKEY *stranger = EVP_EC_gen("P-256");
    struct gate_device device;

    for (int i = 0; i < 3; i++)
        CHECK(visit(site, DEVICE, &device) == GATE_NO_REASON);
    site->token = iotjwt_mint(stranger, &claims, NULL, NULL, NULL);
    CHECK(visit(site, DEVICE, &device) == GATE_SIGNATURE);
    iotjwt_free(&site->token);
    site->token = token;
    CHECK(visit(site, DEVICE, &device) == GATE_NO_REASON);
    EVP_PKEY_free(stranger);
}

/* What comes of a visit with a token that is wrong, from ADDRESS. */
static enum gate_reason
knock(struct site *site, const char *address)
{
    struct gate_device device;
    char *token = site->token;
    enum gate_reason reason;
    char *digit;

    site->token = strdup(token);
    digit = site->token + strlen(token) - 2; /* of the signature */
    *digit = *digit == 'A' ? 'B' : 'A';
    site->address = address;
    reason = visit(site, DEVICE, &device);
    free(site->token);
    site->token = token;
    return reason;
}

/* What comes of one with a good token. */
static enum gate_reason
come(struct site *site, const char *address, const char *path)
{
    struct gate_device device;

    site->address = address;
    return visit(site, path, &device);
}

/* Whoever sends wrong tokens without end is not looked at any more, for a
 * second and for this device; nobody else is doubted. */
static void
check_doubts(struct site *site)
{
    static const char *const near[] = { "192.0.2.1", "::ffff:192.0.2.1" };
    static const char *const far[] = { "192.0.2.2", "2001:db8::1", "nowhere",
                                       NULL };

    CHECK(add_device(site, "other-1"));
    for (int i = 0; i < 20; i++)
        CHECK(knock(site, "192.0.2.1") == GATE_SIGNATURE);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        CHECK(knock(site, near[i]) == GATE_DOUBTED);
        CHECK(come(site, near[i], DEVICE) == GATE_DOUBTED);
        CHECK(come(site, near[i], REGISTRY "/devices/other-1") ==
              GATE_NO_REASON);
    }
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        CHECK(come(site, far[i], DEVICE) == GATE_NO_REASON);
        CHECK(knock(site, far[i]) == GATE_SIGNATURE);
    }
    site->now++;
    CHECK(come(site, "192.0.2.1", DEVICE) == GATE_NO_REASON);
    CHECK(knock(site, "192.0.2.1") == GATE_SIGNATURE);
    site->now--;

    /* Of IPv6, whoever has one address has its network. */
    site->now += 10;
    for (int i = 0; i < 20; i++)
        CHECK(knock(site, i % 2 ? "2001:db8::1" : "2001:db8::2") ==
              GATE_SIGNATURE);
    CHECK(knock(site, "2001:db8::3") == GATE_DOUBTED);
    CHECK(knock(site, "2001:db8:0:1::1") == GATE_SIGNATURE);
    site->now -= 10;
}

/* Many that fail once each are a fleet with a wrong clock, and no flood. */
static void
check_many(struct site *site)
{
    char address[32];

    site->now += 20;
    for (int i = 0; i < 60; i++) {
        snprintf(address, sizeof address, "198.51.100.%d", i);
        CHECK(knock(site, address) == GATE_SIGNATURE);
        CHECK(come(site, address, DEVICE) == GATE_NO_REASON);
    }
    site->now -= 20;
}

int
main(void)
{
    struct site site = { .store = NULL };
    struct gate_device device;

    /* With keys kept ready: what was taken away or forged fails all the same.
     */
    site.keys = gate_keys_new();
    if (CHECK(site.keys != NULL) && CHECK(site_open(&site))) {
        for (int i = 0; i < 60; i++)
            CHECK(knock(&site, "192.0.2.1") == GATE_SIGNATURE);
        site.doubts = gate_doubts_new();
        CHECK(site.doubts != NULL);
        check_doubts(&site);
        check_many(&site);
        check_kept_keys(&site);
        check_who_it_is(&site, &device);
        check_what_is_given(&site);
        check_keys(&site, &device);
        check_changes(&site, &device);
    }
    gate_keys_free(&site.keys);
    gate_doubts_free(&site.doubts);
    site_close(&site);
    return check_end();
}
