// SPDX-License-Identifier: Apache-2.0
/*
 * Brings a database from any earlier version to this one: PRAGMA user_version
 * says how many steps it has behind it.  The steps themselves are in
 * registry-tables.c and traffic-tables.c; opening and locking are store.c's.
 */
#include "schema.h"

#include "base/file.h"
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

static bool
run(const struct schema *schema, sqlite3 *db, const char *path, const char *sql)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        store_say(schema, db, path, code);
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
read_number(const struct schema *schema, sqlite3 *db, const char *path,
            const char *sql, int *number)
{
    int code;

    *number = 0;
    code = sqlite3_exec(db, sql, keep_number, number, NULL);
    if (code != SQLITE_OK)
        store_say(schema, db, path, code);
    return code == SQLITE_OK;
}

/* Takes the steps that are missing, all or none.  Who held the lock before
 * us may have taken them, so the version is read behind it. */
static bool
upgrade(const struct schema *schema, sqlite3 *db, const char *path)
{
    int version = schema->version;
    bool ok = false;

    if (!run(schema, db, path, "BEGIN IMMEDIATE"))
        return false;
    if (!read_number(schema, db, path, "PRAGMA user_version", &version))
        goto out;
    for (int i = version; i < schema->version; i++)
        if (!run(schema, db, path, schema->steps[i]))
            goto out;
    ok = run(schema, db, path, "COMMIT");
out:
    if (!ok)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

bool
schema_check(const struct schema *schema, sqlite3 *db, const char *path,
             bool may_change)
{
    const struct log_facts facts = { .file = path };
    int application;
    int version;

    if (!read_number(schema, db, path, "PRAGMA application_id", &application) ||
        !read_number(schema, db, path, "PRAGMA user_version", &version))
        return false;
    if (application != schema->application || version < 1) {
        log_event(LOG_DATABASE_FAILED, &facts,
                  "%s is a database, but not a %s of iot-tpm", path,
                  schema->what);
        return false;
    }
    if (version > schema->version) {
        log_event(LOG_DATABASE_FAILED, &facts,
                  "%s was written by a newer iot-tpm (schema %d, and this "
                  "one knows %d): use that one",
                  path, version, schema->version);
        return false;
    }
    if (version == schema->version)
        return true;
    if (!may_change) {
        log_event(LOG_DATABASE_FAILED, &facts,
                  "%s is of an older iot-tpm (schema %d, now %d): let "
                  "iot-registry change anything in it once",
                  path, version, schema->version);
        return false;
    }
    return upgrade(schema, db, path);
}

/* The tables go into FILE, which is empty and which nobody else knows. */
static bool
fill(const struct schema *schema, const char *file, const char *path)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(
        file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    bool ok = false;

    if (code != SQLITE_OK) {
        store_say(schema, db, path, code);
        goto out;
    }
    ok = run(schema, db, path, "PRAGMA journal_mode = WAL") &&
         upgrade(schema, db, path);
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

bool
schema_widen(int fd, const char *path, unsigned mode)
{
    char copy[PATH_MAX];
    struct stat folder;
    mode_t mask = umask(077);

    umask(mask);
    snprintf(copy, sizeof copy, "%s", path);
    if (stat(dirname(copy), &folder) == 0 && folder.st_mode & S_ISGID)
        mask &= ~(mode_t)070;
    return fchmod(fd, (mode_t)mode & ~mask) == 0;
}

bool
schema_create(const struct schema *schema, const char *path)
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
    if (fd < 0 || !schema_widen(fd, path, schema->mode)) {
        log_event(LOG_DATABASE_FAILED, &(struct log_facts){ .file = path },
                  "cannot make the database %s: %s", path, strerror(errno));
        goto out;
    }
    if (!fill(schema, file, path))
        goto out;
    if ((link(file, path) != 0 && errno != EEXIST) || !file_sync_folder(path)) {
        log_event(LOG_DATABASE_FAILED, &(struct log_facts){ .file = path },
                  "cannot make the database %s: %s", path, strerror(errno));
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
