// SPDX-License-Identifier: Apache-2.0
/*
 * The database: what goes in comes out, what is refused leaves nothing
 * behind, two programs have it open at once, and a file that is not ours is
 * left alone.
 */
#include "base/log.h"
#include "certificate.h"
#include "check.h"
#include "registry/registry.h"

#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char last_line[2048];

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    snprintf(last_line, sizeof last_line, "%s", text);
}

/* What is given to the registry is only read. */
static char *
lend(const char *text)
{
    return (char *)(uintptr_t)text;
}

static bool
said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

static char folder[] = "/tmp/registry-keeps-its-word.XXXXXX";
static char database[64];
static EVP_PKEY *key;
static struct store *store;
static const struct names_path here = { "p", "l", "registry-1", "device-1" };

static struct names_path
at(const char *device)
{
    struct names_path path = here;

    snprintf(path.device, sizeof path.device, "%s", device);
    return path;
}

static void
check_creation(void)
{
    struct stat about;

    CHECK(registry_store_open(database, REGISTRY_READ) == NULL);
    CHECK(said("registries create"));
    CHECK(registry_store_open(database, REGISTRY_WRITE) == NULL);
    CHECK(access(database, F_OK) != 0);
    umask(022);
    store = registry_store_open(database, REGISTRY_CREATE);
    CHECK(store != NULL);
    CHECK(stat(database, &about) == 0 && (about.st_mode & 0777) == 0640);
}

static void
check_registries(void)
{
    struct registry wish = { .project = "p",
                             .location = "l",
                             .id = "registry-1",
                             .mqtt_enabled = true,
                             .log_level = REGISTRY_LOG_INFO,
                             .state_topic = lend("states"),
                             .route_count = 2,
                             .routes = { { lend("alarms"), lend("a") },
                                         { lend(""), lend("all") } } };
    struct names_path other = { "p", "l", "registry-2", "" };
    struct registry *got = NULL;
    struct registry_page *page = NULL;

    CHECK(registry_create(store, &wish));
    CHECK(!registry_create(store, &wish));
    CHECK(said("Resource already exists in the project "
               "(resource=registry-1)."));
    CHECK(registry_find(store, &here, &got) && got != NULL);
    CHECK(got->mqtt_enabled && !got->http_enabled);
    CHECK(got->log_level == REGISTRY_LOG_INFO);
    CHECK(strcmp(got->state_topic, "states") == 0);
    CHECK(got->route_count == 2 && strcmp(got->routes[0].topic, "a") == 0);
    CHECK(got->certificate_count == 0 && got->created > 0);
    registry_free(&got);
    CHECK(registry_find(store, &other, &got) && got == NULL);
    wish.mqtt_enabled = false;
    wish.http_enabled = true;
    wish.route_count = 1;
    CHECK(registry_update(store, &here, &wish,
                          REGISTRY_SET_HTTP | REGISTRY_SET_ROUTES));
    CHECK(registry_find(store, &here, &got) && got != NULL);
    CHECK(got->mqtt_enabled && got->http_enabled && got->route_count == 1);
    registry_free(&got);
    wish.log_level = (enum registry_log_level)25;
    CHECK(!registry_update(store, &here, &wish, REGISTRY_SET_LOG_LEVEL));
    CHECK(said("no log level has the number 25"));
    wish.log_level = REGISTRY_LOG_DEBUG;
    CHECK(registry_update(store, &here, &wish, REGISTRY_SET_LOG_LEVEL));
    wish.log_level = REGISTRY_LOG_INFO;
    CHECK(registry_update(store, &here, &wish, REGISTRY_SET_LOG_LEVEL));
    CHECK(!registry_update(store, &other, &wish, REGISTRY_SET_HTTP));
    CHECK(said("doesn't exist"));
    snprintf(wish.id, sizeof wish.id, "registry-2");
    CHECK(registry_create(store, &wish));
    CHECK(registry_list(store, "p", "l", "", &page) && page->count == 2);
    registry_page_free(&page);
    CHECK(registry_list(store, "p", "l", "registry-1", &page) &&
          page->count == 1);
    registry_page_free(&page);
    CHECK(registry_delete(store, &other));
    CHECK(!registry_delete(store, &other));
}

static void
check_names(void)
{
    struct registry wish = { .project = "p", .location = "l", .id = "ok-1" };
    struct registry_device device = { .id = "goog-1" };
    struct names_path path = { "p", "l", "ok-1", "" };

    snprintf(wish.id, sizeof wish.id, "1x");
    CHECK(!registry_create(store, &wish) && said("no id of a registry"));
    snprintf(wish.id, sizeof wish.id, "ok-1");
    snprintf(wish.project, sizeof wish.project, "p/q");
    CHECK(!registry_create(store, &wish) && said("'parent'"));
    snprintf(wish.project, sizeof wish.project, "p");
    wish.route_count = 2;
    wish.routes[0] = (struct registry_route){ lend(""), lend("all") };
    wish.routes[1] = (struct registry_route){ lend("late"), lend("x") };
    CHECK(!registry_create(store, &wish) && said("never match"));
    wish.routes[0].subfolder = lend("a//b");
    CHECK(!registry_create(store, &wish) && said("no subfolder"));
    wish.routes[0] = (struct registry_route){ lend("a/+"), lend("x") };
    CHECK(!registry_create(store, &wish) && said("no subfolder"));
    wish.routes[0] = (struct registry_route){ lend("ab/cd"), lend("x y") };
    CHECK(!registry_create(store, &wish) && said("a topic has"));
    wish.route_count = REGISTRY_ROUTES_MOST + 1;
    CHECK(!registry_create(store, &wish) && said("more than 10 event"));
    wish.route_count = 0;
    CHECK(registry_create(store, &wish));
    CHECK(!registry_device_create(store, &path, &device));
    CHECK(said("no id of a device"));
    CHECK(registry_delete(store, &path));
}

static void
check_devices(void)
{
    struct registry_pair pairs[] = { { lend("floor"), lend("3") },
                                     { lend("building"), lend("B") } };
    struct registry_device wish = { .id = "device-1",
                                    .metadata = pairs,
                                    .metadata_count = 2,
                                    .credential_count = 1 };
    struct registry_device *got = NULL;
    struct registry_device *again = NULL;
    struct names_path by_number = here;

    wish.credentials[0].format = REGISTRY_ES256_PEM;
    wish.credentials[0].pem = certificate_bare_key(key);
    wish.credentials[0].expires = 4102444800;
    CHECK(registry_device_create(store, &here, &wish));
    CHECK(!registry_device_create(store, &here, &wish));
    CHECK(said("(resource=device-1)"));
    CHECK(registry_device_find(store, &here, &got) && got != NULL);
    CHECK(got->num_id > 0 && got->num_id <= INT64_MAX && !got->blocked);
    CHECK(got->metadata_count == 2 &&
          strcmp(got->metadata[0].name, "building") == 0 &&
          strcmp(got->metadata[0].value, "B") == 0);
    CHECK(got->credential_count == 1 &&
          got->credentials[0].expires == 4102444800 &&
          strcmp(got->credentials[0].pem, wish.credentials[0].pem) == 0);
    snprintf(by_number.device, sizeof by_number.device, "%llu",
             (unsigned long long)got->num_id);
    CHECK(registry_device_find(store, &by_number, &again) && again != NULL);
    CHECK(strcmp(again->id, "device-1") == 0);
    registry_device_free(&again);
    registry_device_free(&got);
    by_number = at("18446744073709551615");
    CHECK(registry_device_find(store, &by_number, &got) && got == NULL);
    wish.blocked = true;
    wish.metadata_count = 1;
    CHECK(registry_device_update(store, &here, &wish,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(registry_device_find(store, &here, &got) && got->blocked &&
          got->metadata_count == 2);
    registry_device_free(&got);
    CHECK(registry_device_update(store, &here, &wish,
                                 REGISTRY_DEVICE_SET_METADATA));
    CHECK(registry_device_find(store, &here, &got) &&
          got->metadata_count == 1 &&
          strcmp(got->metadata[0].name, "floor") == 0);
    registry_device_free(&got);
    CHECK(!registry_delete(store, &here) && said("still has devices"));
    free(wish.credentials[0].pem);
}

/* A refusal leaves nothing of what came before it in the same change. */
static void
check_whole(void)
{
    struct registry_device wish = { .id = "device-2", .credential_count = 2 };
    struct names_path path = at("device-2");
    struct registry_device *got = NULL;

    wish.credentials[0].format = REGISTRY_ES256_PEM;
    wish.credentials[0].pem = certificate_bare_key(key);
    wish.credentials[1].format = REGISTRY_ES256_PEM;
    wish.credentials[1].pem = lend("rubbish");
    CHECK(!registry_device_create(store, &path, &wish));
    CHECK(registry_device_find(store, &path, &got) && got == NULL);
    wish.credential_count = 1;
    CHECK(registry_device_create(store, &path, &wish));
    CHECK(registry_credential_add(store, &path, &wish.credentials[0]));
    CHECK(registry_credential_add(store, &path, &wish.credentials[0]));
    CHECK(!registry_credential_add(store, &path, &wish.credentials[0]));
    CHECK(said("at most 3 credentials"));
    CHECK(!registry_credential_delete(store, &path, 3));
    CHECK(registry_credential_delete(store, &path, 0));
    CHECK(registry_credential_delete(store, &path, 1));
    CHECK(registry_device_find(store, &path, &got) &&
          got->credential_count == 1);
    registry_device_free(&got);
    CHECK(registry_device_delete(store, &path));
    CHECK(!registry_device_delete(store, &path));
    CHECK(said("A device with the name 'projects/p/locations/l/registries/"
               "registry-1/devices/device-2' doesn't exist."));
    free(wish.credentials[0].pem);
}

static void
check_metadata(void)
{
    static char large[REGISTRY_METADATA_VALUE_MOST + 2];
    static char name[REGISTRY_METADATA_NAME_MOST + 2];
    struct registry_pair pairs[REGISTRY_METADATA_MOST + 1];
    char names[REGISTRY_METADATA_MOST + 1][8];
    struct registry_device wish = { .id = "device-3", .metadata = pairs };
    struct names_path path = at("device-3");

    for (size_t i = 0; i < REGISTRY_METADATA_MOST + 1; i++) {
        snprintf(names[i], sizeof names[i], "m%zu", i);
        pairs[i] = (struct registry_pair){ names[i], lend("v") };
    }
    wish.metadata_count = REGISTRY_METADATA_MOST + 1;
    CHECK(!registry_device_create(store, &path, &wish) && said("500 pairs"));
    wish.metadata_count--;
    CHECK(registry_device_create(store, &path, &wish));
    CHECK(registry_device_delete(store, &path));
    memset(large, 'x', REGISTRY_METADATA_VALUE_MOST + 1);
    pairs[0].value = large;
    wish.metadata_count = 1;
    CHECK(!registry_device_create(store, &path, &wish) && said("longer"));
    large[REGISTRY_METADATA_VALUE_MOST] = '\0';
    CHECK(registry_device_create(store, &path, &wish));
    CHECK(registry_device_delete(store, &path));
    for (size_t i = 0; i < 8; i++)
        pairs[i].value = large;
    wish.metadata_count = 8;
    CHECK(!registry_device_create(store, &path, &wish) &&
          said("bytes of metadata"));
    wish.metadata_count = 7;
    CHECK(registry_device_create(store, &path, &wish));
    CHECK(registry_device_delete(store, &path));
    pairs[0].name = lend("9");
    CHECK(!registry_device_create(store, &path, &wish) && said("no key"));
    memset(name, 'n', REGISTRY_METADATA_NAME_MOST + 1);
    pairs[0].name = name;
    CHECK(!registry_device_create(store, &path, &wish) && said("no key"));
    name[REGISTRY_METADATA_NAME_MOST] = '\0';
    CHECK(registry_device_create(store, &path, &wish));
    CHECK(registry_device_delete(store, &path));
}

static void
check_admission(void)
{
    struct store *reader = registry_store_open(database, REGISTRY_READ);
    struct registry_admission *got = NULL;
    struct names_path path = at("nobody");
    struct registry_device wish = { .blocked = false };
    size_t length = 0;
    unsigned char *spki = certificate_spki(key, &length);
    uint64_t before = 0;
    uint64_t after = 0;

    CHECK(reader != NULL);
    CHECK(registry_admission_find(reader, &here, &got) && got != NULL);
    CHECK(got->blocked && got->mqtt_enabled && got->http_enabled);
    CHECK(strcmp(got->device, "device-1") == 0);
    CHECK(got->log_level == REGISTRY_LOG_INFO);
    CHECK(got->key_count == 1 && got->keys[0].algorithm == REGISTRY_ES256 &&
          got->keys[0].expires == 4102444800 &&
          got->keys[0].spki_length == length &&
          memcmp(got->keys[0].spki, spki, length) == 0);
    registry_admission_free(&got);
    CHECK(registry_admission_find(reader, &path, &got) && got == NULL);
    CHECK(registry_store_generation(reader, &before));
    CHECK(registry_store_generation(reader, &after) && before == after);
    CHECK(registry_device_update(store, &here, &wish,
                                 REGISTRY_DEVICE_SET_BLOCKED));
    CHECK(registry_store_generation(reader, &after) && before != after);
    CHECK(registry_admission_find(reader, &here, &got) && !got->blocked);
    registry_admission_free(&got);
    CHECK(!registry_device_delete(reader, &here) && said("only be read"));
    CHECK(registry_credential_delete(store, &here, 0));
    CHECK(registry_admission_find(reader, &here, &got) && got != NULL &&
          got->key_count == 0);
    registry_admission_free(&got);
    registry_store_close(&reader);
    free(spki);
}

/* While somebody is in the middle of writing, readers read what was there
 * before; another writer waits and, here, is not made to. */
static void
check_two(void)
{
    struct store *reader = registry_store_open(database, REGISTRY_READ);
    struct registry_admission *got = NULL;
    sqlite3 *writer = NULL;

    CHECK(sqlite3_open(database, &writer) == SQLITE_OK);
    CHECK(sqlite3_exec(writer, "BEGIN IMMEDIATE; DELETE FROM device", NULL,
                       NULL, NULL) == SQLITE_OK);
    CHECK(registry_admission_find(reader, &here, &got) && got != NULL);
    registry_admission_free(&got);
    CHECK(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(registry_admission_find(reader, &here, &got) && got == NULL);
    sqlite3_close(writer);
    registry_store_close(&reader);
}

static void
change(const char *sql)
{
    sqlite3 *db = NULL;

    CHECK(sqlite3_open(database, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static void
check_versions(void)
{
    struct store *again = registry_store_open(database, REGISTRY_WRITE);

    CHECK(again != NULL);
    registry_store_close(&again);
    change("PRAGMA user_version = 99");
    CHECK(registry_store_open(database, REGISTRY_WRITE) == NULL);
    CHECK(said("newer iot-tpm (schema 99"));
    CHECK(registry_store_open(database, REGISTRY_READ) == NULL);
    change("PRAGMA user_version = 2; PRAGMA application_id = 7");
    CHECK(registry_store_open(database, REGISTRY_WRITE) == NULL);
    CHECK(said("not a registry of iot-tpm"));
    change("PRAGMA application_id = 1229935698");
    again = registry_store_open(database, REGISTRY_READ);
    CHECK(again != NULL);
    registry_store_close(&again);
    /* As the first version left it. */
    change("DROP TABLE config; DROP TABLE binding; PRAGMA user_version = 1");
    CHECK(registry_store_open(database, REGISTRY_READ) == NULL);
    CHECK(said("older iot-tpm (schema 1, now 2)"));
    again = registry_store_open(database, REGISTRY_WRITE);
    CHECK(again != NULL);
    registry_store_close(&again);
    again = registry_store_open(database, REGISTRY_READ);
    CHECK(again != NULL);
    registry_store_close(&again);
}

static void
check_words(void)
{
    int number = -1;

    CHECK(registry_number(REGISTRY_FORMATS, "rs256", &number) && number == 1);
    CHECK(registry_number(REGISTRY_FORMATS, "ES256_PEM", &number) &&
          number == 2);
    CHECK(!registry_number(REGISTRY_FORMATS, "ES256", &number));
    CHECK(strcmp(registry_word(REGISTRY_FORMATS, 4), "ES256_X509_PEM") == 0);
    CHECK(strcmp(registry_word(REGISTRY_FORMATS, 5), "") == 0);
}

int
main(void)
{
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(database, sizeof database, "%s/registry.db", folder);
    log_open("test", keep_line);
    key = EVP_EC_gen("P-256");
    check_creation();
    check_registries();
    check_names();
    check_devices();
    check_whole();
    check_metadata();
    check_admission();
    check_two();
    registry_store_close(&store);
    check_versions();
    check_words();
    EVP_PKEY_free(key);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
