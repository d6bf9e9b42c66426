// SPDX-License-Identifier: Apache-2.0
/*
 * Configurations have versions and a memory of ten, bindings have limits, and
 * the routes of a registry are tried in their order.
 */
#include "base/log.h"
#include "check.h"
#include "registry/registry.h"

#include <stdlib.h>
#include <string.h>

static char last_line[2048];

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    snprintf(last_line, sizeof last_line, "%s", text);
}

static bool
said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

/* What is given to the registry is only read. */
static char *
lend(const char *text)
{
    return (char *)(uintptr_t)text;
}

static char folder[] = "/tmp/registry-configures.XXXXXX";
static struct store *store;
static const struct names_path here = { "p", "l", "registry-1", "device-1" };

static struct names_path
at(const char *device)
{
    struct names_path path = here;

    snprintf(path.device, sizeof path.device, "%s", device);
    return path;
}

static uint64_t
number_of(const char *device)
{
    struct names_path path = at(device);
    struct registry_device *got = NULL;
    uint64_t number = 0;

    if (CHECK(registry_device_find(store, &path, &got) && got != NULL))
        number = got->num_id;
    registry_device_free(&got);
    return number;
}

static void
make(const char *device, enum registry_gateway_type type)
{
    struct registry_device wish = { .gateway_type = type };

    snprintf(wish.id, sizeof wish.id, "%s", device);
    CHECK(registry_device_create(store, &here, &wish));
}

static void
check_configs(void)
{
    static const unsigned char bytes[3] = { 0, 255, 0 };
    static char large[REGISTRY_CONFIG_MOST + 1];
    uint64_t number = number_of("device-1");
    struct registry_config *got = NULL;
    struct registry_configs *all = NULL;
    struct names_path missing = at("missing");
    int64_t made = 0;

    CHECK(registry_config_find(store, number, &got) && got != NULL);
    CHECK(got->version == 1 && got->length == 0 && got->updated > 0);
    registry_config_free(&got);
    CHECK(registry_config_find(store, number ^ 1, &got) && got == NULL);
    CHECK(registry_config_set(store, &here, 0, bytes, 3, &made) && made == 2);
    CHECK(!registry_config_set(store, &here, 1, "x", 1, &made));
    CHECK(said("has the version 2, not 1") && made == 2);
    CHECK(registry_config_set(store, &here, 2, "x", 1, &made) && made == 3);
    CHECK(registry_config_list(store, &here, 10, &all) && all->count == 3);
    CHECK(all->items[1].version == 2 && all->items[1].length == 3 &&
          memcmp(all->items[1].data, bytes, 3) == 0);
    CHECK(all->items[2].version == 1 && all->items[2].length == 0);
    registry_configs_free(&all);
    CHECK(!registry_config_set(store, &here, 0, large, sizeof large, NULL));
    CHECK(said("at most 65536 bytes"));
    CHECK(registry_config_set(store, &here, 0, large, sizeof large - 1, NULL));
    for (int i = 0; i < 10; i++)
        CHECK(registry_config_set(store, &here, 0, NULL, 0, &made));
    CHECK(made == 14);
    CHECK(registry_config_list(store, &here, 10, &all) && all->count == 10);
    CHECK(all->items[0].version == 14 && all->items[9].version == 5);
    registry_configs_free(&all);
    CHECK(registry_config_list(store, &here, 2, &all) && all->count == 2);
    registry_configs_free(&all);
    CHECK(!registry_config_set(store, &missing, 0, "x", 1, NULL));
    CHECK(!registry_config_list(store, &missing, 10, &all) && all == NULL);
}

static void
check_changes(void)
{
    struct names_path other = at("device-2");
    uint64_t numbers[2] = { 0, 0 };
    int64_t cursor = -1;
    size_t count = 9;

    CHECK(registry_config_changes(store, &cursor, numbers, 2, &count));
    CHECK(count == 0 && cursor > 0);
    CHECK(registry_config_changes(store, &cursor, numbers, 2, &count));
    CHECK(count == 0);
    make("device-2", REGISTRY_GATEWAY_UNSPECIFIED);
    CHECK(registry_config_set(store, &here, 0, "a", 1, NULL));
    CHECK(registry_config_set(store, &other, 0, "b", 1, NULL));
    CHECK(registry_config_changes(store, &cursor, numbers, 2, &count));
    CHECK(count == 2 && numbers[0] == number_of("device-1") &&
          numbers[1] == number_of("device-2"));
    CHECK(registry_config_changes(store, &cursor, numbers, 2, &count));
    CHECK(count == 0);
    /* Keys never come again, also when the last one went. */
    CHECK(registry_device_delete(store, &other));
    CHECK(registry_config_set(store, &here, 0, "c", 1, NULL));
    CHECK(registry_config_changes(store, &cursor, numbers, 2, &count));
    CHECK(count == 1 && numbers[0] == number_of("device-1"));
}

static void
check_bindings(void)
{
    struct names_path gateway = at("gateway-1");
    struct registry_device_page *page = NULL;
    char name[32];
    bool bound = true;

    make("gateway-1", REGISTRY_GATEWAY);
    CHECK(registry_is_bound(store, number_of("gateway-1"),
                            number_of("device-1"), &bound) &&
          !bound);
    CHECK(registry_bind(store, &here, "gateway-1", "device-1"));
    CHECK(registry_bind(store, &here, "gateway-1", "device-1"));
    CHECK(registry_is_bound(store, number_of("gateway-1"),
                            number_of("device-1"), &bound) &&
          bound);
    CHECK(!registry_bind(store, &here, "device-1", "gateway-1"));
    CHECK(said("device-1 is no gateway"));
    CHECK(!registry_bind(store, &here, "gateway-1", "gateway-1"));
    CHECK(said("gateway-1 is a gateway itself"));
    CHECK(!registry_bind(store, &here, "gateway-1", "missing"));
    CHECK(said("missing' doesn't exist"));
    CHECK(registry_bound_list(store, &gateway, "", &page) && page->count == 1);
    CHECK(strcmp(page->items[0]->id, "device-1") == 0);
    registry_device_page_free(&page);
    for (int i = 2; i <= REGISTRY_GATEWAYS_MOST + 1; i++) {
        snprintf(name, sizeof name, "gateway-%d", i);
        make(name, REGISTRY_GATEWAY);
        CHECK(registry_bind(store, &here, name, "device-1") ==
              (i <= REGISTRY_GATEWAYS_MOST));
    }
    CHECK(said("at most 10 gateways"));
    CHECK(!registry_device_delete(store, &gateway));
    CHECK(said("it has associated devices"));
    CHECK(registry_unbind(store, &here, "gateway-1", "device-1"));
    CHECK(!registry_unbind(store, &here, "gateway-1", "device-1"));
    CHECK(said("DeviceId device-1 is not associated with Gateway gateway-1"));
    CHECK(registry_device_delete(store, &gateway));
    CHECK(registry_device_delete(store, &here));
}

static void
check_routes(void)
{
    struct names_path bare = { "p", "l", "registry-2", "" };
    struct names_path missing = { "p", "l", "registry-3", "" };
    struct registry_destination to;
    char topic[REGISTRY_TOPIC_NAME_MOST + 1];

    CHECK(registry_destination_find(store, &here, "alarms", &to));
    CHECK(strcmp(to.topic, "projects/p/topics/loud") == 0);
    CHECK(registry_destination_find(store, &here, "alarms/fire", &to));
    CHECK(strcmp(to.topic, "projects/q/topics/all") == 0);
    CHECK(registry_destination_find(store, &here, "", &to));
    CHECK(strcmp(to.topic, "projects/q/topics/all") == 0);
    CHECK(registry_destination_find(store, &bare, "", &to));
    CHECK(to.topic[0] == '\0');
    CHECK(!registry_destination_find(store, &missing, "", &to));
    CHECK(registry_state_topic_find(store, &here, topic));
    CHECK(strcmp(topic, "projects/p/topics/states") == 0);
    CHECK(registry_state_topic_find(store, &bare, topic) && topic[0] == '\0');
}

int
main(void)
{
    struct registry wish = { .project = "p",
                             .location = "l",
                             .id = "registry-1",
                             .state_topic = lend("states"),
                             .route_count = 2,
                             .routes = { { lend("alarms"), lend("loud") },
                                         { lend(""), lend("projects/q/topics/"
                                                          "all") } } };
    struct registry bare = { .project = "p",
                             .location = "l",
                             .id = "registry-2" };
    char path[64];
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/registry.db", folder);
    log_open("test", keep_line);
    store = registry_store_open(path, REGISTRY_CREATE);
    CHECK(store != NULL && registry_create(store, &wish));
    CHECK(registry_create(store, &bare));
    make("device-1", REGISTRY_NON_GATEWAY);
    check_routes();
    check_configs();
    check_changes();
    check_bindings();
    registry_store_close(&store);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
