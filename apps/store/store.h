// SPDX-License-Identifier: Apache-2.0
/*
 * Inside registry/ and traffic/: an open database of either schema, the closed
 * set of statements, and transactions.  What the rows mean is for them.  Every
 * failure is logged here, once.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/checked.h"
#include "base/names.h"
#include "schema.h"
#include "statement.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store {
    const struct schema *schema;
    sqlite3 *db;
    char *path;
    int wait;      /* milliseconds, for other writers */
    int64_t since; /* when the present wait began, in milliseconds */
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

/* How a database is to be opened. */
struct store_way {
    const struct schema *schema;
    int flags;                    /* SQLite's */
    int wait;                     /* milliseconds, for other writers */
    bool may_change;              /* bring its schema up to date */
    bool may_make;                /* make it when there is none */
    bool survives_power;          /* a commit is on the disk when it returns */
    const char *if_there_is_none; /* what a person should do then */
};

/* Opens PATH into STORE, whose bytes are zero.  False, logged; also then
 * store_close is due. */
CHECKED bool
store_open(struct store *store, const struct store_way *way, const char *path);

/* Releases what is in STORE, but not STORE. */
void
store_close(struct store *store);

/* A value to bind; an array of them ends in one of STORE_END. */
enum store_kind { STORE_END, STORE_NUMBER, STORE_TEXT, STORE_BYTES };

struct store_value {
    enum store_kind kind;
    int64_t number;
    const void *bytes; /* NULL: SQL's NULL */
    size_t length;
};

struct store_value
store_number(int64_t number);
struct store_value
store_text(const char *text);
struct store_value
store_bytes(const void *bytes, size_t length);

/*
 * A statement of the table, bound and ready for store_next; what is bound
 * must live until then.  NULL, having logged why.
 */
CHECKED sqlite3_stmt *
store_query(struct store *store, enum statement which,
            const struct store_value *values);

/* Steps to the next row; *HAS_ROW is false behind the last. */
CHECKED bool
store_next(struct store *store, sqlite3_stmt *query, bool *has_row);

/* Ends a query, wherever it stands; accepts NULL in it and clears it. */
void
store_done(sqlite3_stmt **query);

/* Runs a statement that gives no rows; *CHANGES, when not NULL, gets the
 * number of rows changed. */
CHECKED bool
store_run(struct store *store, enum statement which,
          const struct store_value *values, int *changes);

/* Runs a query for one number; *FOUND is false when there is no row. */
CHECKED bool
store_lookup(struct store *store, enum statement which,
             const struct store_value *values, bool *found, int64_t *number);

/* Copies a text column to the heap; NULL, logged, when memory is short. */
CHECKED char *
store_copy_text(sqlite3_stmt *query, int column);

/* Copies a column of bytes to the heap, with a NUL behind them; NULL, logged,
 * when memory is short. */
CHECKED unsigned char *
store_copy_bytes(sqlite3_stmt *query, int column, size_t *length);

/* Copies a text column to SIZE bytes, cut if it is longer. */
void
store_copy_chars(sqlite3_stmt *query, int column, char *text, size_t size);

/* Copies an id to a field of struct registry and its like. */
void
store_copy_id(sqlite3_stmt *query, int column, char id[NAMES_ID_MOST + 1]);

/* The row number of a numeric id in digits; 0, which is nobody's, for one
 * that is larger than any we give. */
int64_t
store_num_id(const char *digits);

/*
 * store_begin_write waits its turn among the writers; store_begin_read makes
 * all that follows see one state.  store_end commits when OK, else rolls
 * back, and returns whether all is well.
 */
CHECKED bool
store_begin_write(struct store *store);
CHECKED bool
store_begin_read(struct store *store);
CHECKED bool
store_end(struct store *store, bool ok);

/* The same for what may be a part of something larger: begins nothing and
 * ends nothing within a transaction.  *MINE is for store_end_own. */
CHECKED bool
store_begin_own(struct store *store, bool *mine);
CHECKED bool
store_end_own(struct store *store, bool mine, bool ok);

/* Says in one line why the database failed with CODE, a code of SQLite's. */
void
store_say(const struct schema *schema, sqlite3 *db, const char *path, int code);

#endif
