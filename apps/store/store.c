// SPDX-License-Identifier: Apache-2.0
/*
 * Opens the database as its access allows, runs statements of the table, and
 * turns SQLite's codes into sentences.  Readers never block in WAL mode;
 * writers take their turn through BEGIN IMMEDIATE.
 */
#include "store.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/options.h"
#include "schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NO_COMPANIONS \
    "its -wal and -shm files are missing; run iot-registry once as its owner"

/* What a person should be told, by result code; a primary code stands for all
 * of its kind that are not listed themselves. */
static const struct {
    int code;
    const char *text;
} sentences[] = {
    { SQLITE_READONLY_CANTINIT, NO_COMPANIONS },
    { SQLITE_READONLY_DIRECTORY, NO_COMPANIONS },
    { SQLITE_BUSY, "somebody else is writing to it; try again" },
    { SQLITE_FULL, "the disk is full; nothing was changed" },
    { SQLITE_READONLY, "it may only be read; nothing was changed" },
    { SQLITE_PERM, "its permissions forbid it" },
    { SQLITE_NOTADB, "it is no database" },
    { SQLITE_CORRUPT, "it is damaged; put back a copy" },
    { SQLITE_CANTOPEN, "it cannot be opened" },
    { SQLITE_IOERR, "it cannot be read or written" },
    { SQLITE_NOMEM, "out of memory" },
};

static const char *
sentence(int code)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (sentences[i].code == code || sentences[i].code == (code & 0xff))
            return sentences[i].text;
    return sqlite3_errstr(code);
}

void
store_say(const struct schema *schema, sqlite3 *db, const char *path, int code)
{
    const struct log_facts facts = { .file = path };
    const char *text = sentence(code);
    int reason = db != NULL ? sqlite3_system_errno(db) : 0;

    if (reason != 0 && (code & 0xff) != SQLITE_BUSY)
        log_event(LOG_DATABASE_FAILED, &facts, "%s %s: %s (%s)", schema->what,
                  path, text, strerror(reason));
    else
        log_event(LOG_DATABASE_FAILED, &facts, "%s %s: %s", schema->what, path,
                  text);
}

/* SQLite asks this while another holds the lock, for the time COUNT.  Its own
 * handler looks after 1, 3 and 8 ms, and misses the millisecond that a mover
 * leaves between two steps (mover.h). */
static int
wait_for_writers(void *context, int count)
{
    static const struct timespec pause = { 0, 250000 };
    struct store *store = context;

    if (count == 0)
        store->since = clock_milliseconds();
    if (clock_milliseconds() - store->since >= store->wait)
        return 0;
    nanosleep(&pause, NULL);
    return 1;
}

/* The -wal and -shm files stay when the last one leaves, so that a reader who
 * may not write to the folder can always come in. */
static bool
set_up(struct store *store, const struct store_way *way)
{
    static const char pragmas[] = "PRAGMA foreign_keys = ON;"
                                  "PRAGMA trusted_schema = OFF;"
                                  "PRAGMA journal_size_limit = 1048576;";
    int persist = 1;
    int code;

    store->wait = way->wait;
    code = sqlite3_busy_handler(store->db, wait_for_writers, store);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db, pragmas, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db,
                            way->survives_power ? "PRAGMA synchronous = FULL"
                                                : "PRAGMA synchronous = NORMAL",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL,
                                    &persist);
    if (code != SQLITE_OK)
        store_say(store->schema, store->db, store->path, code);
    return code == SQLITE_OK &&
           schema_check(store->schema, store->db, store->path, way->may_change);
}

static bool
is_there(const struct store_way *way, const char *path)
{
    if (access(path, F_OK) == 0)
        return true;
    if (errno == ENOENT && way->may_make)
        return schema_create(way->schema, path);
    log_event(LOG_DATABASE_FAILED, &(struct log_facts){ .file = path },
              "no %s %s: %s; %s", way->schema->what, path, strerror(errno),
              way->if_there_is_none);
    return false;
}

bool
store_open(struct store *store, const struct store_way *way, const char *path)
{
    int flags = way->flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code;

    store->schema = way->schema;
    if (!is_there(way, path))
        return false;
    store->path = strdup(path);
    if (store->path == NULL) {
        log_error("out of memory");
        return false;
    }
    code = sqlite3_open_v2(path, &store->db, flags, NULL);
    /* SQLite takes what it gets, and would keep to that when the disk may be
     * written again. */
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_READWRITE) != 0 &&
        sqlite3_db_readonly(store->db, "main") == 1)
        code = SQLITE_READONLY;
    if (code == SQLITE_OK)
        return set_up(store, way);
    store_say(store->schema, store->db, path, code);
    return false;
}

void
store_close(struct store *store)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store->path);
}

struct store_value
store_number(int64_t number)
{
    return (struct store_value){ .kind = STORE_NUMBER, .number = number };
}

struct store_value
store_text(const char *text)
{
    return (struct store_value){ STORE_TEXT, 0, text,
                                 text != NULL ? strlen(text) : 0 };
}

struct store_value
store_bytes(const void *bytes, size_t length)
{
    return (struct store_value){ STORE_BYTES, 0, bytes, length };
}

static int
bind(sqlite3_stmt *query, const struct store_value *values)
{
    int code = SQLITE_OK;
    int i;

    for (i = 0; code == SQLITE_OK && values[i].kind != STORE_END; i++) {
        const struct store_value *value = &values[i];

        if (value->kind == STORE_NUMBER)
            code = sqlite3_bind_int64(query, i + 1, value->number);
        else if (value->kind == STORE_TEXT)
            code =
                sqlite3_bind_text64(query, i + 1, value->bytes, value->length,
                                    SQLITE_STATIC, SQLITE_UTF8);
        else
            code = sqlite3_bind_blob64(query, i + 1, value->bytes,
                                       value->length, SQLITE_STATIC);
    }
    if (code == SQLITE_OK && i != sqlite3_bind_parameter_count(query))
        code = SQLITE_RANGE;
    return code;
}

sqlite3_stmt *
store_query(struct store *store, enum statement which,
            const struct store_value *values)
{
    sqlite3_stmt **kept = &store->statements[which];
    int code = SQLITE_OK;

    if (*kept == NULL)
        code = sqlite3_prepare_v3(store->db, statement_sql(which), -1,
                                  SQLITE_PREPARE_PERSISTENT, kept, NULL);
    if (code == SQLITE_OK)
        code = bind(*kept, values);
    if (code == SQLITE_OK)
        return *kept;
    store_say(store->schema, store->db, store->path, code);
    return NULL;
}

bool
store_next(struct store *store, sqlite3_stmt *query, bool *has_row)
{
    int code = sqlite3_step(query);

    *has_row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return true;
    store_say(store->schema, store->db, store->path, code);
    return false;
}

void
store_done(sqlite3_stmt **query)
{
    if (*query == NULL)
        return;
    sqlite3_reset(*query);
    sqlite3_clear_bindings(*query);
    *query = NULL;
}

bool
store_run(struct store *store, enum statement which,
          const struct store_value *values, int *changes)
{
    sqlite3_stmt *query = store_query(store, which, values);
    bool has_row;
    bool ok = query != NULL && store_next(store, query, &has_row);

    if (ok && changes != NULL)
        *changes = sqlite3_changes(store->db);
    store_done(&query);
    return ok;
}

bool
store_lookup(struct store *store, enum statement which,
             const struct store_value *values, bool *found, int64_t *number)
{
    sqlite3_stmt *query = store_query(store, which, values);
    bool ok = query != NULL && store_next(store, query, found);

    if (ok && *found)
        *number = sqlite3_column_int64(query, 0);
    store_done(&query);
    return ok;
}

char *
store_copy_text(sqlite3_stmt *query, int column)
{
    const unsigned char *text = sqlite3_column_text(query, column);
    char *copy = text != NULL ? strdup((const char *)text) : NULL;

    if (copy == NULL)
        log_error("out of memory");
    return copy;
}

unsigned char *
store_copy_bytes(sqlite3_stmt *query, int column, size_t *length)
{
    const void *bytes = sqlite3_column_blob(query, column);
    unsigned char *copy;

    *length = (size_t)sqlite3_column_bytes(query, column);
    copy = malloc(*length + 1);
    if (copy == NULL) {
        log_error("out of memory");
        return NULL;
    }
    if (*length > 0)
        memcpy(copy, bytes, *length);
    copy[*length] = '\0';
    return copy;
}

void
store_copy_chars(sqlite3_stmt *query, int column, char *text, size_t size)
{
    const unsigned char *from = sqlite3_column_text(query, column);

    snprintf(text, size, "%s", from != NULL ? (const char *)from : "");
}

void
store_copy_id(sqlite3_stmt *query, int column, char id[NAMES_ID_MOST + 1])
{
    store_copy_chars(query, column, id, NAMES_ID_MOST + 1);
}

int64_t
store_num_id(const char *digits)
{
    int64_t number = 0;

    if (!options_number(digits, 1, INT64_MAX, &number))
        return 0;
    return number;
}

static bool
run_bare(struct store *store, enum statement which)
{
    static const struct store_value none[] = { { .kind = STORE_END } };

    return store_run(store, which, none, NULL);
}

bool
store_begin_write(struct store *store)
{
    return run_bare(store, STATEMENT_BEGIN_WRITE);
}

bool
store_begin_read(struct store *store)
{
    return run_bare(store, STATEMENT_BEGIN_READ);
}

/* A failure may have rolled back by itself, so that is asked first; it has
 * been said, and a rollback that fails adds nothing to it. */
bool
store_end(struct store *store, bool ok)
{
    if (ok && run_bare(store, STATEMENT_COMMIT))
        return true;
    if (sqlite3_get_autocommit(store->db) == 0)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool
store_begin_own(struct store *store, bool *mine)
{
    *mine = sqlite3_get_autocommit(store->db) != 0;
    return !*mine || store_begin_write(store);
}

bool
store_end_own(struct store *store, bool mine, bool ok)
{
    return mine ? store_end(store, ok) : ok;
}
