// SPDX-License-Identifier: Apache-2.0
/*
 * The SQL of every statement, in one table.  Parameters are numbered so that
 * a statement and its caller can be held side by side; who may run what is
 * for the callers.  The tables are in registry-tables.c and traffic-tables.c.
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

/* Sets COLUMN of a device's row, which need not be there. */
#define STATUS_SET(column)                                    \
    "INSERT INTO device (num_id, " column ") VALUES (?1, ?2)" \
    " ON CONFLICT (num_id) DO UPDATE SET " column " = ?2"

/* TRAFFIC_DEADLINE_MOST, in milliseconds. */
#define DEADLINE_MOST "600000"

static const char *const statements[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN_READ] = "BEGIN DEFERRED",
    [STATEMENT_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
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

    [STATEMENT_CERTIFICATE_CLEAR] =
        "DELETE FROM certificate WHERE registry = ?1",

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
    [STATEMENT_CREDENTIAL_EXPIRE] =
        "UPDATE credential SET expires = ?3 WHERE device = ?1 AND position ="
        " (SELECT position FROM credential WHERE device = ?1"
        " ORDER BY position LIMIT 1 OFFSET ?2)",
    [STATEMENT_CREDENTIAL_CLEAR] = "DELETE FROM credential WHERE device = ?1",

    [STATEMENT_ROUTE_FIND] =
        "SELECT (SELECT topic FROM route WHERE registry = r.key"
        " AND subfolder IN (?4, '') ORDER BY position LIMIT 1)"
        " FROM registry r WHERE " REGISTRY_IS,
    [STATEMENT_STATE_TOPIC] =
        "SELECT state_topic FROM registry WHERE " REGISTRY_IS,

    [STATEMENT_CONFIG_FIRST] =
        "INSERT INTO config (device, version, updated, data)"
        " SELECT num_id, 1, created, x'' FROM device WHERE num_id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM config WHERE device = ?1)",
    [STATEMENT_CONFIG_VERSION] =
        "SELECT max(version) FROM config WHERE device = ?1",
    [STATEMENT_CONFIG_INSERT] =
        "INSERT INTO config (device, version, updated, data)"
        " VALUES (?1, ?2, ?3, ?4)",
    [STATEMENT_CONFIG_TRIM] =
        "DELETE FROM config WHERE device = ?1 AND version <= ?2",
    [STATEMENT_CONFIG_SELECT] =
        "SELECT version, updated, data FROM config WHERE device = ?1"
        " UNION ALL SELECT 1, created, x'' FROM device WHERE num_id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM config WHERE device = ?1)"
        " ORDER BY 1 DESC LIMIT ?2",
    [STATEMENT_CONFIG_LATEST] =
        "SELECT seq FROM sqlite_sequence WHERE name = 'config'",
    [STATEMENT_CONFIG_SINCE] =
        "SELECT key, device FROM config AS this WHERE key > ?1"
        " AND NOT EXISTS (SELECT 1 FROM config WHERE device = this.device"
        " AND version > this.version)"
        " ORDER BY key LIMIT ?2",

    [STATEMENT_DEVICE_TYPE] =
        "SELECT gateway_type FROM device WHERE num_id = ?1",
    [STATEMENT_BINDING_EXISTS] =
        "SELECT 1 FROM binding WHERE gateway = ?1 AND device = ?2",
    [STATEMENT_BINDING_INSERT] =
        "INSERT INTO binding (gateway, device) VALUES (?1, ?2)",
    [STATEMENT_BINDING_DELETE] =
        "DELETE FROM binding WHERE gateway = ?1 AND device = ?2",
    [STATEMENT_BINDING_DEVICES] =
        "SELECT count(*) FROM binding WHERE gateway = ?1",
    [STATEMENT_BINDING_GATEWAYS] =
        "SELECT count(*) FROM binding WHERE device = ?1",
    [STATEMENT_BINDING_PAGE] =
        "SELECT " DEVICE_COLUMNS " FROM device WHERE num_id IN"
        " (SELECT device FROM binding WHERE gateway = ?1) AND id > ?2"
        " ORDER BY id LIMIT ?3",

    [STATEMENT_MESSAGE_INSERT] =
        "INSERT INTO message (topic, at_ms, num_id, project, location,"
        " registry, device, subfolder, gateway, data)"
        " SELECT key, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10"
        " FROM topic WHERE name = ?1",
    [STATEMENT_MESSAGE_EXPIRE] =
        "DELETE FROM message WHERE key IN"
        " (SELECT key FROM (SELECT key, at_ms FROM message WHERE topic = ?1"
        " ORDER BY key LIMIT ?3) WHERE at_ms < ?2)"
        " AND key < (SELECT max(key) FROM message)",
    [STATEMENT_MESSAGE_SPAN] = "SELECT (SELECT max(key) FROM message) -"
                               " (SELECT min(key) FROM message) + 1",
    [STATEMENT_MESSAGE_SHED] =
        "DELETE FROM message WHERE key IN"
        " (SELECT key FROM message ORDER BY key LIMIT ?2)"
        " AND key < (SELECT max(key) FROM message) AND ?1 = 0",
    [STATEMENT_MESSAGE_ORPHANS] =
        "DELETE FROM message WHERE key IN"
        " (SELECT key FROM message ORDER BY key LIMIT ?2)"
        " AND topic NOT IN (SELECT key FROM topic)"
        " AND key < (SELECT max(key) FROM message) AND ?1 = 0",
    [STATEMENT_TOPIC_NEXT] = "SELECT key, retention FROM topic WHERE key > ?1"
                             " ORDER BY key LIMIT 1",
    [STATEMENT_MESSAGE_CLEAR] =
        "DELETE FROM message WHERE key IN"
        " (SELECT key FROM message WHERE topic = ?1 LIMIT ?2)"
        " AND key < (SELECT max(key) FROM message)",
    [STATEMENT_MESSAGE_FRESH] =
        "SELECT key FROM message WHERE topic = ?1 AND key > ?2"
        " ORDER BY key LIMIT ?3",
    [STATEMENT_MESSAGE_SELECT] =
        "SELECT at_ms, num_id, project, location, registry, device, subfolder,"
        " gateway, (SELECT attempt FROM delivery WHERE subscription = ?1"
        " AND message = ?2), data FROM message WHERE key = ?2",
    [STATEMENT_TOPIC_KEY] = "SELECT key FROM topic WHERE name = ?1",
    [STATEMENT_TOPIC_INSERT] =
        "INSERT INTO topic (name, retention, created) VALUES (?1, ?2, ?3)",
    [STATEMENT_TOPIC_UPDATE] = "UPDATE topic SET retention = ?2 WHERE key = ?1",
    [STATEMENT_TOPIC_DELETE] = "DELETE FROM topic WHERE key = ?1",
    [STATEMENT_TOPIC_PAGE] =
        "SELECT name, retention, created FROM topic WHERE name > ?2"
        " AND substr(name, 1, length(?1)) = ?1 ORDER BY name LIMIT 1",
    [STATEMENT_SUBSCRIPTION_KEY] =
        "SELECT key FROM subscription WHERE name = ?1",
    [STATEMENT_SUBSCRIPTION_SELECT] =
        "SELECT key, topic, deadline, cursor FROM subscription WHERE name = ?1",
    [STATEMENT_SUBSCRIPTION_INSERT] =
        "INSERT INTO subscription (name, topic, deadline, cursor, created)"
        " SELECT ?1, ?2, ?3, CASE ?4 WHEN 1 THEN 0 ELSE"
        " coalesce((SELECT max(key) FROM message), 0) END, ?5",
    [STATEMENT_SUBSCRIPTION_UPDATE] =
        "UPDATE subscription SET deadline = ?2 WHERE key = ?1",
    [STATEMENT_SUBSCRIPTION_MOVE] =
        "UPDATE subscription SET cursor = ?2 WHERE key = ?1",
    [STATEMENT_SUBSCRIPTION_DELETE] = "DELETE FROM subscription WHERE key = ?1",
    [STATEMENT_SUBSCRIPTION_PAGE] =
        "SELECT s.name, t.name, s.deadline, s.created, (SELECT count(*)"
        " FROM delivery d WHERE d.subscription = s.key) FROM subscription s"
        " JOIN topic t ON t.key = s.topic WHERE s.name > ?2"
        " AND substr(s.name, 1, length(?1)) = ?1 ORDER BY s.name LIMIT 1",
    [STATEMENT_SUBSCRIPTION_NEXT] =
        "SELECT key FROM subscription WHERE topic = ?1 AND key > ?2"
        " ORDER BY key LIMIT 1",
    /* No deadline is further ahead, unless the clock was set back.  In
     * two parts, for each of which the index has just what is wanted. */
    [STATEMENT_DELIVERY_OVERDUE] =
        "SELECT message FROM (SELECT message FROM delivery"
        " WHERE subscription = ?1 AND until_ms <= ?2"
        " ORDER BY until_ms LIMIT ?3) UNION ALL"
        " SELECT message FROM (SELECT message FROM delivery"
        " WHERE subscription = ?1 AND until_ms > ?2 + " DEADLINE_MOST
        " ORDER BY until_ms LIMIT ?3) LIMIT ?3",
    [STATEMENT_DELIVERY_LEASE] =
        "INSERT INTO delivery (subscription, message, attempt, until_ms)"
        " VALUES (?1, ?2, 1, ?3) ON CONFLICT (subscription, message) DO UPDATE"
        " SET attempt = attempt + 1, until_ms = ?3",
    [STATEMENT_DELIVERY_DELETE] =
        "DELETE FROM delivery WHERE subscription = ?1 AND message = ?2",
    [STATEMENT_DELIVERY_CLEAR] =
        "DELETE FROM delivery WHERE subscription = ?1 AND message IN"
        " (SELECT message FROM delivery WHERE subscription = ?1 LIMIT ?2)",
    [STATEMENT_PLACE_SELECT] = "SELECT tray, at FROM place",
    [STATEMENT_PLACE_SET] = "UPDATE place SET tray = ?1, at = ?2",
    [STATEMENT_PAGE_COUNT] = "PRAGMA page_count",
    [STATEMENT_PAGE_EMPTY] = "PRAGMA freelist_count",
    [STATEMENT_PAGE_SIZE] = "PRAGMA page_size",

    [STATEMENT_STATUS_SELECT] =
        "SELECT heartbeat, event, state, config_sent, config_acked, error_at,"
        " error_code, error_text, connected_since, gateway, gateway_at"
        " FROM device WHERE num_id = ?1",
    [STATEMENT_STATUS_HEARTBEAT] = STATUS_SET("heartbeat"),
    [STATEMENT_STATUS_EVENT] = STATUS_SET("event"),
    [STATEMENT_STATUS_STATE] = STATUS_SET("state"),
    [STATEMENT_STATUS_CONFIG_SENT] = STATUS_SET("config_sent"),
    [STATEMENT_STATUS_CONFIG_ACKED] = STATUS_SET("config_acked"),
    [STATEMENT_STATUS_CONNECTED] = STATUS_SET("connected_since"),
    [STATEMENT_STATUS_ERROR] =
        "INSERT INTO device (num_id, error_code, error_text, error_at)"
        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (num_id) DO UPDATE"
        " SET error_code = ?2, error_text = ?3, error_at = ?4",
    [STATEMENT_STATUS_GATEWAY] =
        "INSERT INTO device (num_id, gateway, gateway_at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (num_id) DO UPDATE SET gateway = ?2, gateway_at = ?3",
    [STATEMENT_STATUS_DELETE] = "DELETE FROM device WHERE num_id = ?1",

    [STATEMENT_CONNECTION_SET] =
        "INSERT INTO connection (num_id, project, location, registry, device)"
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (num_id) DO UPDATE SET"
        " project = ?2, location = ?3, registry = ?4, device = ?5",
    [STATEMENT_CONNECTION_FIRST] =
        "SELECT num_id, project, location, registry, device FROM connection"
        " ORDER BY num_id LIMIT 1",
    [STATEMENT_CONNECTION_DELETE] = "DELETE FROM connection WHERE num_id = ?1",

    [STATEMENT_ACK_INSERT] =
        "INSERT INTO ack (num_id, version, at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO NOTHING",
    [STATEMENT_ACK_TRIM] =
        "DELETE FROM ack WHERE num_id = ?1 AND version <= ?2",
    [STATEMENT_ACK_SELECT] =
        "SELECT at FROM ack WHERE num_id = ?1 AND version = ?2",
    [STATEMENT_ACK_DELETE] = "DELETE FROM ack WHERE num_id = ?1",

    [STATEMENT_STATE_INSERT] =
        "INSERT INTO state (num_id, at_ms, data) VALUES (?1, ?2, ?3)",
    [STATEMENT_STATE_TRIM] =
        "DELETE FROM state WHERE num_id = ?1 AND key NOT IN (SELECT key"
        " FROM state WHERE num_id = ?1 ORDER BY key DESC LIMIT ?2)",
    [STATEMENT_STATE_SELECT] = "SELECT at_ms, data FROM state WHERE num_id = ?1"
                               " ORDER BY key DESC LIMIT ?2",
    [STATEMENT_STATE_DELETE] = "DELETE FROM state WHERE num_id = ?1",

    [STATEMENT_COMMAND_INSERT] =
        "INSERT INTO command (num_id, expires, subfolder, data)"
        " VALUES (?1, ?2, ?3, ?4)",
    [STATEMENT_COMMAND_NEXT] =
        "SELECT key, num_id, expires, subfolder, data FROM command"
        " WHERE is_taken = 0 AND expires > ?1 ORDER BY key LIMIT 1",
    [STATEMENT_COMMAND_TAKE] = "UPDATE command SET is_taken = 1 WHERE key = ?1",
    [STATEMENT_COMMAND_FINISH] =
        "UPDATE command SET outcome = ?2 WHERE key = ?1",
    [STATEMENT_COMMAND_OUTCOME] = "SELECT outcome FROM command WHERE key = ?1",
    [STATEMENT_COMMAND_TRIM] =
        "DELETE FROM command WHERE key IN"
        " (SELECT key FROM command ORDER BY key LIMIT ?2)"
        " AND expires < ?1 - 60",
    [STATEMENT_COMMAND_FORGET] = "DELETE FROM command WHERE num_id = ?1",

    [STATEMENT_EVENT_INSERT] =
        "INSERT INTO event (at_ms, num_id, project, location, registry,"
        " device, kind, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STATEMENT_EVENT_NEXT] =
        "SELECT key, at_ms, num_id, project, location, registry, device, kind,"
        " text FROM event WHERE key > ?1 ORDER BY key LIMIT 1",
    [STATEMENT_EVENT_LAST] =
        "SELECT seq FROM sqlite_sequence WHERE name = 'event'",
    [STATEMENT_EVENT_TRIM] =
        "DELETE FROM event WHERE key IN"
        " (SELECT key FROM event ORDER BY key LIMIT ?2) AND key <= ?1",
};

const char *
statement_sql(enum statement which)
{
    return statements[which];
}
