// SPDX-License-Identifier: Apache-2.0
/*
 * The registry's tables: what operators write.  A step that was released is
 * never edited.  cloud-iot-core reference, sections 5.2, 2.6 and 3.5.
 */
#include "schema.h"

/* "IOTR"; file(1) and we know by it whose database this is. */
enum { APPLICATION_ID = 1229935698 };
#define SET_APPLICATION_ID "PRAGMA application_id = 1229935698;"

/*
 * Columns that are wide stand last, so that reading the others does not touch
 * overflow pages; a credential has its key as SubjectPublicKeyInfo before the
 * text it came from for the same reason.  A registry does not pull its
 * devices with it when it is deleted (section 5.3).
 */
static const char first_step[] = SET_APPLICATION_ID
    "CREATE TABLE registry ("
    " key INTEGER PRIMARY KEY,"
    " project TEXT NOT NULL,"
    " location TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " mqtt_enabled INTEGER NOT NULL CHECK (mqtt_enabled IN (0, 1)),"
    " http_enabled INTEGER NOT NULL CHECK (http_enabled IN (0, 1)),"
    " log_level INTEGER NOT NULL,"
    " state_topic TEXT,"
    " created INTEGER NOT NULL,"
    " UNIQUE (project, location, id)"
    ") STRICT;"
    "CREATE TABLE route ("
    " registry INTEGER NOT NULL REFERENCES registry (key) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " subfolder TEXT NOT NULL,"
    " topic TEXT NOT NULL,"
    " PRIMARY KEY (registry, position)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE certificate ("
    " registry INTEGER NOT NULL REFERENCES registry (key) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " pem TEXT NOT NULL,"
    " PRIMARY KEY (registry, position)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE device ("
    " num_id INTEGER PRIMARY KEY CHECK (num_id > 0),"
    " registry INTEGER NOT NULL REFERENCES registry (key),"
    " id TEXT NOT NULL,"
    " blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),"
    " log_level INTEGER NOT NULL,"
    " gateway_type INTEGER NOT NULL,"
    " auth_method INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " updated INTEGER NOT NULL,"
    " UNIQUE (registry, id)"
    ") STRICT;"
    "CREATE TABLE metadata ("
    " device INTEGER NOT NULL REFERENCES device (num_id) ON DELETE CASCADE,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (device, name)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE credential ("
    " device INTEGER NOT NULL REFERENCES device (num_id) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " format INTEGER NOT NULL CHECK (format BETWEEN 1 AND 4),"
    " expires INTEGER NOT NULL,"
    " spki BLOB NOT NULL,"
    " pem TEXT NOT NULL,"
    " PRIMARY KEY (device, position)"
    ") STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

/*
 * A device that never got a config has none here: it has version 1, empty.
 * The keys tell who looks now and then which configs are new, so they never
 * come again.  A gateway with devices bound to it stays (section 5.3).
 */
static const char second_step[] =
    "CREATE TABLE config ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT,"
    " device INTEGER NOT NULL REFERENCES device (num_id) ON DELETE CASCADE,"
    " version INTEGER NOT NULL CHECK (version > 0),"
    " updated INTEGER NOT NULL,"
    " data BLOB NOT NULL,"
    " UNIQUE (device, version)"
    ") STRICT;"
    "CREATE TABLE binding ("
    " gateway INTEGER NOT NULL REFERENCES device (num_id),"
    " device INTEGER NOT NULL REFERENCES device (num_id) ON DELETE CASCADE,"
    " PRIMARY KEY (gateway, device)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX binding_device ON binding (device);"
    "PRAGMA user_version = 2;";

static const char *const steps[] = { first_step, second_step };

const struct schema schema_registry = {
    .what = "registry",
    .application = APPLICATION_ID,
    .steps = steps,
    .version = sizeof steps / sizeof *steps,
    .mode = 0640,
};
