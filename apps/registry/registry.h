// SPDX-License-Identifier: Apache-2.0
/*
 * The site's database: registries, their CA certificates, devices and their
 * credentials, as in the cloud-iot-core reference, sections 5.2 to 5.7 and 7.
 * What stands behind this header (today SQLite) is nobody else's business.
 *
 * Everywhere: false means that the database failed or that a rule refused,
 * and one line of log has said which.  A lookup that finds nothing is true
 * with NULL.  What a function gives is on the heap and goes back through its
 * _free, which takes the address, accepts NULL in it and clears it.  Times
 * are Unix seconds, 0 for none.  A store serves one thread at a time.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/checked.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Section 7; sizes are bytes without a NUL. */
enum {
    REGISTRY_CREDENTIALS_MOST = 3,
    REGISTRY_CERTIFICATES_MOST = 10,
    REGISTRY_ROUTES_MOST = 10,
    REGISTRY_METADATA_MOST = 500,
    REGISTRY_METADATA_NAME_MOST = 127,
    REGISTRY_METADATA_VALUE_MOST = 32 * 1024,
    REGISTRY_METADATA_BYTES_MOST = 256 * 1024 - 1,
    REGISTRY_TOPIC_MOST = 255,      /* as an operator wrote it */
    REGISTRY_TOPIC_NAME_MOST = 599, /* in full */
    REGISTRY_PEM_MOST = 16 * 1024,
    REGISTRY_PER_LOCATION_MOST = 100,
    REGISTRY_PAGE_MOST = 500,
    REGISTRY_CONFIG_MOST = 64 * 1024, /* bytes */
    REGISTRY_CONFIGS_KEPT = 10,
    REGISTRY_BOUND_MOST = 10000, /* devices to a gateway */
    REGISTRY_GATEWAYS_MOST = 10, /* gateways to a device */
};

/* The numbers of section 5.2, which clients may send; 0 is unspecified. */
enum registry_log_level {
    REGISTRY_LOG_UNSPECIFIED = 0,
    REGISTRY_LOG_NONE = 10,
    REGISTRY_LOG_ERROR = 20,
    REGISTRY_LOG_INFO = 30,
    REGISTRY_LOG_DEBUG = 40,
};

enum registry_gateway_type {
    REGISTRY_GATEWAY_UNSPECIFIED = 0,
    REGISTRY_GATEWAY = 1,
    REGISTRY_NON_GATEWAY = 2,
};

/* Section 3.3. */
enum registry_auth_method {
    REGISTRY_AUTH_UNSPECIFIED = 0,
    REGISTRY_AUTH_ASSOCIATION = 1,
    REGISTRY_AUTH_TOKEN = 2,
    REGISTRY_AUTH_ASSOCIATION_AND_TOKEN = 3,
};

enum registry_format {
    REGISTRY_FORMAT_UNSPECIFIED = 0,
    REGISTRY_RSA_X509_PEM = 1,
    REGISTRY_ES256_PEM = 2,
    REGISTRY_RSA_PEM = 3,
    REGISTRY_ES256_X509_PEM = 4,
};

/* What a key of a device may sign with; a function of its format. */
enum registry_algorithm { REGISTRY_RS256, REGISTRY_ES256 };

/* One open database. */
struct store;

/* Telemetry whose subfolder is SUBFOLDER ("" for all) goes to TOPIC. */
struct registry_route {
    char *subfolder;
    char *topic;
};

struct registry {
    char project[NAMES_ID_MOST + 1];
    char location[NAMES_ID_MOST + 1];
    char id[NAMES_ID_MOST + 1];
    bool mqtt_enabled;
    bool http_enabled;
    enum registry_log_level log_level;
    char *state_topic; /* NULL for none */
    size_t route_count;
    struct registry_route routes[REGISTRY_ROUTES_MOST];
    size_t certificate_count;
    char *certificates[REGISTRY_CERTIFICATES_MOST]; /* PEM */
    int64_t created;
};

/* A public key that a device's tokens are checked with. */
struct registry_credential {
    enum registry_format format;
    char *pem;       /* as it was registered */
    int64_t expires; /* 0: never */
};

struct registry_pair {
    char *name;
    char *value;
};

struct registry_device {
    char id[NAMES_ID_MOST + 1];
    uint64_t num_id; /* random, given by the store, 1 to 2^63 - 1 */
    bool blocked;
    enum registry_log_level log_level;
    enum registry_gateway_type gateway_type;
    enum registry_auth_method auth_method;
    size_t metadata_count;
    struct registry_pair *metadata; /* in the order of their names */
    size_t credential_count;
    struct registry_credential credentials[REGISTRY_CREDENTIALS_MOST];
    int64_t created;
    int64_t updated;
};

/* A key of a device, ready to verify with. */
struct registry_key {
    enum registry_algorithm algorithm;
    int64_t expires;     /* section 1.6: skip it after this; 0: never */
    unsigned char *spki; /* SubjectPublicKeyInfo, DER, for d2i_PUBKEY */
    size_t spki_length;  /* bytes */
};

/* All that the gate asks of the registry when a device comes. */
struct registry_admission {
    char device[NAMES_ID_MOST + 1]; /* its id, also if asked by number */
    uint64_t num_id;
    bool blocked;
    bool mqtt_enabled; /* the registry's */
    bool http_enabled; /* the registry's */
    enum registry_gateway_type gateway_type;
    enum registry_auth_method auth_method;
    enum registry_log_level log_level; /* the device's, or the registry's */
    size_t key_count;
    struct registry_key keys[REGISTRY_CREDENTIALS_MOST];
};

enum registry_access {
    REGISTRY_BROWSE, /* for people: reads, and waits like a writer */
    REGISTRY_READ,   /* never waits longer than a few milliseconds */
    REGISTRY_WRITE,  /* the file must exist; waits for other writers, 10 s */
    REGISTRY_CREATE, /* likewise, and makes the file when there is none */
};

/*
 * Opens the database PATH.  NULL, having logged why: not there, not ours, of
 * a newer version, not readable.  A file that is made gets mode 0640: the
 * group that owns the folder may read (see iot-registry(1), FILES).
 */
CHECKED struct store *
registry_store_open(const char *path, enum registry_access access);

void
registry_store_close(struct store **store);

/*
 * A number that is another one than last time when anything was committed
 * since, by whomever; for callers that keep what they looked up.  Costs a few
 * microseconds.
 */
CHECKED bool
registry_store_generation(struct store *store, uint64_t *generation);

/*
 * The gate's question, one statement: the device of PATH, by id or numeric
 * id.  NULL when there is no such device (or registry).
 */
CHECKED bool
registry_admission_find(struct store *store, const struct names_path *path,
                        struct registry_admission **admission);

void
registry_admission_free(struct registry_admission **admission);

/* May there be such a registry?  Refuses: an id that is none, too many routes,
 * a certificate that is no CA's or has expired. */
CHECKED bool
registry_check(const struct registry *registry);

/* Adds a registry.  Refuses likewise, too many certificates, and an id that is
 * taken. */
CHECKED bool
registry_create(struct store *store, const struct registry *registry);

/* The registry of PATH, whose device part is not looked at. */
CHECKED bool
registry_find(struct store *store, const struct names_path *path,
              struct registry **registry);

/* The same, and false when there is none. */
CHECKED bool
registry_get(struct store *store, const struct names_path *path,
             struct registry **registry);

/* What an update names is set, all else stays. */
enum registry_mask {
    REGISTRY_SET_MQTT = 1,
    REGISTRY_SET_HTTP = 2,
    REGISTRY_SET_LOG_LEVEL = 4,
    REGISTRY_SET_ROUTES = 8,
    REGISTRY_SET_STATE_TOPIC = 16,
};

CHECKED bool
registry_update(struct store *store, const struct names_path *path,
                const struct registry *registry, unsigned mask);

/* Refuses a registry that still has devices. */
CHECKED bool
registry_delete(struct store *store, const struct names_path *path);

/* Adds a CA certificate, or takes away that of INDEX, counted from 0.
 * Devices that are there already are left as they are (section 5.5). */
CHECKED bool
registry_certificate_add(struct store *store, const struct names_path *path,
                         const char *pem);
CHECKED bool
registry_certificate_delete(struct store *store, const struct names_path *path,
                            size_t index);

/* Takes all of them away. */
CHECKED bool
registry_certificate_clear(struct store *store, const struct names_path *path);

void
registry_free(struct registry **registry);

/* At most REGISTRY_PAGE_MOST at a time. */
struct registry_page {
    size_t count;
    struct registry *items[REGISTRY_PAGE_MOST];
};

/*
 * The registries of a project and location, in the order of their ids, that
 * come after the id AFTER ("" for the first page).  A page that is not full
 * is the last.
 */
CHECKED bool
registry_list(struct store *store, const char *project, const char *location,
              const char *after, struct registry_page **page);

void
registry_page_free(struct registry_page **page);

/*
 * Adds a device to the registry of PATH; its num_id and times are not read.
 * Refuses: an id that is none, one that is taken, metadata beyond section 7,
 * a credential that section 5.5 forbids.
 */
CHECKED bool
registry_device_create(struct store *store, const struct names_path *path,
                       const struct registry_device *device);

/* The device of PATH, by id or numeric id.  False when there is no such
 * registry. */
CHECKED bool
registry_device_find(struct store *store, const struct names_path *path,
                     struct registry_device **device);

/* The same, and false when there is no such device either. */
CHECKED bool
registry_device_get(struct store *store, const struct names_path *path,
                    struct registry_device **device);

enum registry_device_mask {
    REGISTRY_DEVICE_SET_BLOCKED = 1,
    REGISTRY_DEVICE_SET_LOG_LEVEL = 2,
    REGISTRY_DEVICE_SET_METADATA = 4, /* all of it */
    REGISTRY_DEVICE_SET_AUTH_METHOD = 8,
};

CHECKED bool
registry_device_update(struct store *store, const struct names_path *path,
                       const struct registry_device *device, unsigned mask);

CHECKED bool
registry_device_delete(struct store *store, const struct names_path *path);

/* Adds a credential to the device of PATH, or takes away that of INDEX,
 * counted from 0; the later ones then move down. */
CHECKED bool
registry_credential_add(struct store *store, const struct names_path *path,
                        const struct registry_credential *credential);
CHECKED bool
registry_credential_delete(struct store *store, const struct names_path *path,
                           size_t index);

/* Sets when the credential of INDEX expires; 0 for never. */
CHECKED bool
registry_credential_expire(struct store *store, const struct names_path *path,
                           size_t index, int64_t expires);

CHECKED bool
registry_credential_clear(struct store *store, const struct names_path *path);

void
registry_device_free(struct registry_device **device);

struct registry_device_page {
    size_t count;
    struct registry_device *items[REGISTRY_PAGE_MOST];
};

/* As registry_list, for the devices of the registry of PATH. */
CHECKED bool
registry_device_list(struct store *store, const struct names_path *path,
                     const char *after, struct registry_device_page **page);

void
registry_device_page_free(struct registry_device_page **page);

/* A version of a device's configuration, section 2.6; any bytes. */
struct registry_config {
    int64_t version; /* from 1 */
    int64_t updated;
    size_t length;
    unsigned char *data;
};

/* The newest first. */
struct registry_configs {
    size_t count;
    struct registry_config items[REGISTRY_CONFIGS_KEPT];
};

/*
 * Gives the device of PATH a new configuration.  VERSION must be that of its
 * present one, or 0 for whichever it is; else it is refused.  Of the older
 * ones REGISTRY_CONFIGS_KEPT - 1 are kept.  *MADE, which may be NULL, gets the
 * number of the new version.
 */
CHECKED bool
registry_config_set(struct store *store, const struct names_path *path,
                    int64_t version, const void *data, size_t length,
                    int64_t *made);

/* The present configuration of a device, by its number: version 1, empty, if
 * it never got one.  NULL when there is no such device. */
CHECKED bool
registry_config_find(struct store *store, uint64_t num_id,
                     struct registry_config **config);

void
registry_config_free(struct registry_config **config);

/* The MOST newest configurations of the device of PATH. */
CHECKED bool
registry_config_list(struct store *store, const struct names_path *path,
                     size_t most, struct registry_configs **configs);

void
registry_configs_free(struct registry_configs **configs);

/*
 * Which devices got a configuration since: *CURSOR is what the last call left
 * there, or -1 for a first one, which gives none.  At most ROOM numbers of
 * devices go to NUM_IDS; when *COUNT is ROOM there may be more.  Each
 * comes once, however many it got.  Costs a few microseconds when nothing is
 * new.
 */
CHECKED bool
registry_config_changes(struct store *store, int64_t *cursor, uint64_t *num_ids,
                        size_t room, size_t *count);

/* Where what devices publish shall go, section 2.4. */
struct registry_destination {
    char topic[REGISTRY_TOPIC_NAME_MOST + 1]; /* "" for none that matches */
};

/*
 * The topic for telemetry with SUBFOLDER ("" for none): the first route that
 * is for exactly this subfolder, or for all.  Topics come in full,
 * "projects/P/topics/T".  False when there is no such registry.
 */
CHECKED bool
registry_destination_find(struct store *store, const struct names_path *path,
                          const char *subfolder,
                          struct registry_destination *destination);

/* The topic for states, in full; "" for none. */
CHECKED bool
registry_state_topic_find(struct store *store, const struct names_path *path,
                          char topic[REGISTRY_TOPIC_NAME_MOST + 1]);

/*
 * Binds a device to a gateway of the registry of PATH, or takes that back;
 * both by id or number (section 3.5).  Binding again is fine.  Refuses: one
 * that does not exist, a gateway that is none, a device that is one, too many.
 */
CHECKED bool
registry_bind(struct store *store, const struct names_path *path,
              const char *gateway, const char *device);
CHECKED bool
registry_unbind(struct store *store, const struct names_path *path,
                const char *gateway, const char *device);

CHECKED bool
registry_is_bound(struct store *store, uint64_t gateway, uint64_t device,
                  bool *is_bound);

/* As registry_device_list, for the devices bound to the gateway of PATH. */
CHECKED bool
registry_bound_list(struct store *store, const struct names_path *path,
                    const char *after, struct registry_device_page **page);

/* A device to be registered together with others, or which of them may come
 * through which gateway. */
struct registry_import {
    struct registry_device *device; /* NULL: a binding */
    struct registry_config *config; /* the device's; NULL for none */
    char *gateway, *bound;          /* the binding's, ids */
};

/*
 * Adds COUNT devices and bindings to the registry of PATH, all or none.
 * Devices whose id is taken are passed over with SKIP, else they are refused;
 * *ADDED is how many were not passed over.  When one is refused, *REFUSED is
 * its index.  A num_id that is not 0 is kept, and so is a configuration's
 * version; a time of 0 is now.
 */
CHECKED bool
registry_device_import(struct store *store, const struct names_path *path,
                       const struct registry_import *items, size_t count,
                       bool skip, size_t *added, size_t *refused);

/* What a certificate says of itself (section 5.2, x509Details). */
struct registry_x509 {
    char issuer[256];  /* RFC 4514, cut when longer */
    char subject[256]; /* likewise */
    int64_t start, expiry;
    char signature_algorithm[64]; /* "ecdsa-with-SHA256" */
    char key_type[64];            /* "EC", "RSA" */
};

/* False, silently, for PEM that is no certificate. */
CHECKED bool
registry_certificate_read(const char *pem, struct registry_x509 *details);

/* The words for the numbers above. */
enum registry_vocabulary {
    REGISTRY_LOG_LEVELS,
    REGISTRY_GATEWAY_TYPES,
    REGISTRY_AUTH_METHODS,
    REGISTRY_FORMATS,
};

/* The API's word for a number, "RSA_X509_PEM"; a constant, "" if unknown. */
const char *
registry_word(enum registry_vocabulary vocabulary, int number);

/* The number of a word, in the API's spelling or the command line's
 * ("rs256", "association-only").  False, silently, for another word. */
CHECKED bool
registry_number(enum registry_vocabulary vocabulary, const char *word,
                int *number);

#endif
