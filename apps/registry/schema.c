// SPDX-License-Identifier: Apache-2.0
/*
 * The registry's tables as a list of steps; PRAGMA user_version says how many
 * of them a database has behind it.  A step that was released is never
 * edited: configs, states, bindings, topics and subscriptions will be steps
 * of their own.  Opening and locking are store.c's.
 */
#include "schema.h"

#include "base/log.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "IOTR"; file(1) and we know by it whose database this is. */
#define APPLICATION_ID 1229935698
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

/* Step N brings version N to N + 1, and sets user_version itself. */
static const char *const steps[] = { first_step };

enum { VERSION = sizeof steps / sizeof *steps };

static bool
run(sqlite3 *db, const char *path, const char *sql)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        store_say(db, path, code);
    return code == SQLITE_OK;
}

static int
keep_number(void *number, int columns, char **values, char **names)
{
    (void)names;
    if (columns != 1 || values[0] == NULL ||
        sscanf(values[0], "%d", (int *)number) != 1)
        return 1;
    return 0;
}

static bool
read_number(sqlite3 *db, const char *path, const char *sql, int *number)
{
    int code;

    *number = 0;
    code = sqlite3_exec(db, sql, keep_number, number, NULL);
    if (code != SQLITE_OK)
        store_say(db, path, code);
    return code == SQLITE_OK;
}

/* Takes the steps that are missing, all or none.  Who held the lock before
 * us may have taken them, so the version is read behind it. */
static bool
upgrade(sqlite3 *db, const char *path)
{
    int version = VERSION;
    bool ok = false;

    if (!run(db, path, "BEGIN IMMEDIATE"))
        return false;
    if (!read_number(db, path, "PRAGMA user_version", &version))
        goto out;
    for (int i = version; i < VERSION; i++)
        if (!run(db, path, steps[i]))
            goto out;
    ok = run(db, path, "COMMIT");
out:
    if (!ok)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

bool
schema_check(sqlite3 *db, const char *path, bool may_change)
{
    int application;
    int version;

    if (!read_number(db, path, "PRAGMA application_id", &application) ||
        !read_number(db, path, "PRAGMA user_version", &version))
        return false;
    if (application != APPLICATION_ID || version < 1) {
        log_error("%s is a database, but not a registry of iot-tpm", path);
        return false;
    }
    if (version > VERSION) {
        log_error("%s was written by a newer iot-tpm (schema %d, and this "
                  "one knows %d): use that one",
                  path, version, VERSION);
        return false;
    }
    if (version == VERSION)
        return true;
    if (!may_change) {
        log_error("%s is of an older iot-tpm (schema %d, now %d): let "
                  "iot-registry change anything in it once",
                  path, version, VERSION);
        return false;
    }
    return upgrade(db, path);
}

/* The tables go into FILE, which is empty and which nobody else knows. */
static bool
fill(const char *file, const char *path)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(
        file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    bool ok = false;

    if (code != SQLITE_OK) {
        store_say(db, path, code);
        goto out;
    }
    ok = run(db, path, "PRAGMA journal_mode = WAL") && upgrade(db, path);
out:
    if (sqlite3_close(db) != SQLITE_OK)
        ok = false;
    return ok;
}

static void
remove_all(const char *file)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    char name[PATH_MAX + sizeof "-journal"];

    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", file, tails[i]);
        unlink(name);
    }
}

/* The name that link() made must reach the disk too. */
static bool
sync_folder(const char *file)
{
    char copy[PATH_MAX];
    int fd;
    bool ok;

    snprintf(copy, sizeof copy, "%s", file);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

/* mkstemp gives 0600; the group gets what the umask leaves it. */
static bool
widen(int fd)
{
    mode_t mask = umask(077);

    umask(mask);
    return fchmod(fd, 0640 & ~mask) == 0;
}

bool
schema_create(const char *path)
{
    char file[PATH_MAX] = "";
    int needed = snprintf(file, sizeof file, "%s.XXXXXX", path);
    int fd = -1;
    bool ok = false;

    if (needed < 0 || (size_t)needed >= sizeof file) {
        log_error("the name of the database is too long: %s", path);
        return false;
    }
    fd = mkstemp(file);
    if (fd < 0 || !widen(fd)) {
        log_error("cannot make the database %s: %s", path, strerror(errno));
        goto out;
    }
    if (!fill(file, path))
        goto out;
    if ((link(file, path) != 0 && errno != EEXIST) || !sync_folder(path)) {
        log_error("cannot make the database %s: %s", path, strerror(errno));
        goto out;
    }
    ok = true;
out:
    if (fd >= 0) {
        close(fd);
        remove_all(file);
    }
    return ok;
}
