// SPDX-License-Identifier: Apache-2.0
/*
 * The tables of traffic: what the bridges write.  A step that was released is
 * never edited.  Devices are known by their number alone: what they are is in
 * the registry's tables, in another file.
 */
#include "schema.h"

/* "IOTT" */
enum { APPLICATION_ID = 1229935700 };

/*
 * A message's key says when it came among the others of all topics, and the
 * newest is never deleted, so that no key comes twice.  The wide column
 * stands last.  What is in "delivery" was handed out and not acknowledged;
 * what of its topic is beyond a subscription's cursor was never handed out.
 */
static const char first_step[] =
    "PRAGMA application_id = 1229935700;"
    "CREATE TABLE topic ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " retention INTEGER NOT NULL CHECK (retention > 0),"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE message ("
    " key INTEGER PRIMARY KEY,"
    " topic INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " num_id INTEGER NOT NULL,"
    " project TEXT NOT NULL,"
    " location TEXT NOT NULL,"
    " registry TEXT NOT NULL,"
    " device TEXT NOT NULL,"
    " subfolder TEXT NOT NULL,"
    " gateway TEXT,"
    " data BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX message_topic ON message (topic);"
    "CREATE TABLE subscription ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " topic INTEGER NOT NULL REFERENCES topic (key) ON DELETE CASCADE,"
    " deadline INTEGER NOT NULL CHECK (deadline > 0),"
    " cursor INTEGER NOT NULL,"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX subscription_topic ON subscription (topic);"
    "CREATE TABLE delivery ("
    " subscription INTEGER NOT NULL"
    "  REFERENCES subscription (key) ON DELETE CASCADE,"
    " message INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL,"
    " PRIMARY KEY (subscription, message)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX delivery_until ON delivery (subscription, until_ms);"
    "CREATE TABLE device ("
    " num_id INTEGER PRIMARY KEY,"
    " heartbeat INTEGER NOT NULL DEFAULT 0,"
    " event INTEGER NOT NULL DEFAULT 0,"
    " state INTEGER NOT NULL DEFAULT 0,"
    " config_sent INTEGER NOT NULL DEFAULT 0,"
    " config_acked INTEGER NOT NULL DEFAULT 0,"
    " error_at INTEGER NOT NULL DEFAULT 0,"
    " error_code INTEGER NOT NULL DEFAULT 0,"
    " error_text TEXT NOT NULL DEFAULT '',"
    " connected_since INTEGER NOT NULL DEFAULT 0,"
    " gateway TEXT NOT NULL DEFAULT '',"
    " gateway_at INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE INDEX device_connected ON device (connected_since)"
    " WHERE connected_since > 0;"
    "CREATE TABLE ack ("
    " num_id INTEGER NOT NULL,"
    " version INTEGER NOT NULL,"
    " at INTEGER NOT NULL,"
    " PRIMARY KEY (num_id, version)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE state ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " num_id INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " data BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX state_device ON state (num_id);"
    "CREATE TABLE command ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " num_id INTEGER NOT NULL,"
    " expires INTEGER NOT NULL,"
    " is_taken INTEGER NOT NULL DEFAULT 0,"
    " outcome INTEGER NOT NULL DEFAULT 0,"
    " subfolder TEXT NOT NULL,"
    " data BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX command_waiting ON command (key) WHERE is_taken = 0;"
    "CREATE TABLE event ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " at_ms INTEGER NOT NULL,"
    " num_id INTEGER NOT NULL,"
    " project TEXT NOT NULL,"
    " location TEXT NOT NULL,"
    " registry TEXT NOT NULL,"
    " device TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " text TEXT NOT NULL"
    ") STRICT;"
    "PRAGMA user_version = 1;";

/* Up to where the intake's files are in here: one row. */
static const char second_step[] = "CREATE TABLE place ("
                                  " tray INTEGER NOT NULL,"
                                  " at INTEGER NOT NULL"
                                  ") STRICT;"
                                  "INSERT INTO place (tray, at) VALUES (0, 0);"
                                  "PRAGMA user_version = 2;";

/* Who is connected, by its names, so that a broker that comes after one which
 * was killed can say of whom that was the end. */
static const char third_step[] =
    "CREATE TABLE connection ("
    " num_id INTEGER PRIMARY KEY,"
    " project TEXT NOT NULL,"
    " location TEXT NOT NULL,"
    " registry TEXT NOT NULL,"
    " device TEXT NOT NULL"
    ") STRICT;"
    "UPDATE device SET connected_since = 0 WHERE connected_since > 0;"
    "DROP INDEX device_connected;"
    "PRAGMA user_version = 3;";

static const char *const steps[] = { first_step, second_step, third_step };

const struct schema schema_traffic = {
    .what = "traffic",
    .application = APPLICATION_ID,
    .steps = steps,
    .version = sizeof steps / sizeof *steps,
    .mode = 0660,
};
