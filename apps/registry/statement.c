// SPDX-License-Identifier: Apache-2.0
/*
 * The SQL of every statement, in one table.  Parameters are numbered so that
 * a statement and its caller can be held side by side; who may run what is
 * for the callers.  The tables are in schema.c.
 */
#include "statement.h"

#define DEVICE_COLUMNS                                           \
    "num_id, id, blocked, log_level, gateway_type, auth_method," \
    " created, updated"

#define REGISTRY_COLUMNS                                                 \
    "key, project, location, id, mqtt_enabled, http_enabled, log_level," \
    " state_topic, created"

/* A registry by its path: parameters 1, 2 and 3. */
#define REGISTRY_IS "project = ?1 AND location = ?2 AND id = ?3"

/* One row a key; between the two stands how the device is named, ?4. */
#define ADMISSION_OF                                                    \
    "SELECT d.id, d.num_id, d.blocked, r.mqtt_enabled, r.http_enabled," \
    " d.gateway_type, d.auth_method,"                                   \
    " CASE d.log_level WHEN 0 THEN r.log_level ELSE d.log_level END,"   \
    " c.format, c.expires, c.spki"                                      \
    " FROM registry r JOIN device d ON d.registry = r.key"              \
    " LEFT JOIN credential c ON c.device = d.num_id"                    \
    " WHERE r.project = ?1 AND r.location = ?2 AND r.id = ?3 AND "
#define IN_ORDER " ORDER BY c.position"

static const char *const statements[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN_READ] = "BEGIN DEFERRED",
    [STATEMENT_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_DATA_VERSION] = "PRAGMA data_version",

    [STATEMENT_ADMISSION_BY_ID] = ADMISSION_OF "d.id = ?4" IN_ORDER,
    [STATEMENT_ADMISSION_BY_NUMBER] = ADMISSION_OF "d.num_id = ?4" IN_ORDER,

    [STATEMENT_REGISTRY_KEY] = "SELECT key FROM registry WHERE " REGISTRY_IS,
    [STATEMENT_REGISTRY_COUNT] =
        "SELECT count(*) FROM registry WHERE project = ?1 AND location = ?2",
    [STATEMENT_REGISTRY_INSERT] =
        "INSERT INTO registry (project, location, id, mqtt_enabled,"
        " http_enabled, log_level, state_topic, created)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STATEMENT_REGISTRY_SELECT] =
        "SELECT " REGISTRY_COLUMNS " FROM registry WHERE " REGISTRY_IS,
    [STATEMENT_REGISTRY_PAGE] =
        "SELECT " REGISTRY_COLUMNS " FROM registry"
        " WHERE project = ?1 AND location = ?2 AND id > ?3"
        " ORDER BY id LIMIT ?4",
    [STATEMENT_REGISTRY_UPDATE] =
        "UPDATE registry SET mqtt_enabled = ?2, http_enabled = ?3,"
        " log_level = ?4, state_topic = ?5 WHERE key = ?1",
    [STATEMENT_REGISTRY_DELETE] = "DELETE FROM registry WHERE key = ?1",
    [STATEMENT_REGISTRY_HAS_DEVICE] =
        "SELECT 1 FROM device WHERE registry = ?1 LIMIT 1",

    [STATEMENT_ROUTE_INSERT] =
        "INSERT INTO route (registry, position, subfolder, topic)"
        " VALUES (?1, ?2, ?3, ?4)",
    [STATEMENT_ROUTE_SELECT] = "SELECT subfolder, topic FROM route"
                               " WHERE registry = ?1 ORDER BY position",
    [STATEMENT_ROUTE_CLEAR] = "DELETE FROM route WHERE registry = ?1",

    [STATEMENT_CERTIFICATE_INSERT] =
        "INSERT INTO certificate (registry, position, pem)"
        " SELECT ?1, coalesce(max(position), 0) + 1, ?2"
        " FROM certificate WHERE registry = ?1",
    [STATEMENT_CERTIFICATE_SELECT] = "SELECT pem FROM certificate"
                                     " WHERE registry = ?1 ORDER BY position",
    [STATEMENT_CERTIFICATE_COUNT] =
        "SELECT count(*) FROM certificate WHERE registry = ?1",
    [STATEMENT_CERTIFICATE_DELETE] =
        "DELETE FROM certificate WHERE registry = ?1 AND position ="
        " (SELECT position FROM certificate WHERE registry = ?1"
        " ORDER BY position LIMIT 1 OFFSET ?2)",

    [STATEMENT_DEVICE_BY_ID] =
        "SELECT " DEVICE_COLUMNS " FROM device WHERE registry = ?1 AND id = ?2",
    [STATEMENT_DEVICE_BY_NUMBER] =
        "SELECT " DEVICE_COLUMNS
        " FROM device WHERE registry = ?1 AND num_id = ?2",
    [STATEMENT_DEVICE_EXISTS] =
        "SELECT num_id FROM device WHERE registry = ?1 AND id = ?2",
    [STATEMENT_DEVICE_NUMBER_EXISTS] =
        "SELECT num_id FROM device WHERE registry = ?1 AND num_id = ?2",
    [STATEMENT_DEVICE_INSERT] =
        "INSERT OR IGNORE INTO device (num_id, registry, id, blocked,"
        " log_level, gateway_type, auth_method, created, updated)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    [STATEMENT_DEVICE_PAGE] =
        "SELECT " DEVICE_COLUMNS " FROM device WHERE registry = ?1 AND id > ?2"
        " ORDER BY id LIMIT ?3",
    [STATEMENT_DEVICE_UPDATE] =
        "UPDATE device SET blocked = ?2, log_level = ?3, auth_method = ?4,"
        " updated = ?5 WHERE num_id = ?1",
    [STATEMENT_DEVICE_TOUCH] =
        "UPDATE device SET updated = ?2 WHERE num_id = ?1",
    [STATEMENT_DEVICE_DELETE] = "DELETE FROM device WHERE num_id = ?1",

    [STATEMENT_METADATA_INSERT] =
        "INSERT INTO metadata (device, name, value) VALUES (?1, ?2, ?3)",
    [STATEMENT_METADATA_COUNT] =
        "SELECT count(*) FROM metadata WHERE device = ?1",
    [STATEMENT_METADATA_SELECT] =
        "SELECT name, value FROM metadata WHERE device = ?1 ORDER BY name",
    [STATEMENT_METADATA_CLEAR] = "DELETE FROM metadata WHERE device = ?1",

    [STATEMENT_CREDENTIAL_INSERT] =
        "INSERT INTO credential (device, position, format, expires, spki, pem)"
        " SELECT ?1, coalesce(max(position), 0) + 1, ?2, ?3, ?4, ?5"
        " FROM credential WHERE device = ?1",
    [STATEMENT_CREDENTIAL_SELECT] = "SELECT format, expires, pem"
                                    " FROM credential WHERE device = ?1"
                                    " ORDER BY position",
    [STATEMENT_CREDENTIAL_COUNT] =
        "SELECT count(*) FROM credential WHERE device = ?1",
    [STATEMENT_CREDENTIAL_DELETE] =
        "DELETE FROM credential WHERE device = ?1 AND position ="
        " (SELECT position FROM credential WHERE device = ?1"
        " ORDER BY position LIMIT 1 OFFSET ?2)",
};

const char *
statement_sql(enum statement which)
{
    return statements[which];
}
