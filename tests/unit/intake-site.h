/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One database of messages, with one topic and one subscription, and the folder
 * of its intake; what is logged is kept to be asked for.
 */
#ifndef TESTS_UNIT_INTAKE_SITE_H
#define TESTS_UNIT_INTAKE_SITE_H

#include "traffic/intake.h"
#include "traffic/topics.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEBIBYTE = 1048576 };

extern char site_folder[];     /* with nothing else in it */
extern char site_database[64]; /* a path, as the next */
extern char site_trays[80];
extern int site_lines; /* that were logged since it was started afresh */

bool
site_open(void);
bool
site_close(void);

/* A new database with a topic and a subscription, and an empty intake. */
void
site_start_afresh(void);

struct intake *
site_intake(int64_t most);

/* A message whose first bytes are NUMBER. */
bool
site_take(struct intake *intake, int number, size_t length);

/* Are just the numbers from FROM to, without, TO there, in order?  They are
 * not after that. */
bool
site_has_just(int from, int to);

int
site_count_trays(void);

/* Whether the line that was logged last has these WORDS. */
bool
site_said(const char *words);

sqlite3 *
site_sqlite(void);
void
site_run(sqlite3 *db, const char *sql);
void
site_change(const char *sql);

#endif
