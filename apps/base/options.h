// SPDX-License-Identifier: Apache-2.0
/*
 * Command lines as tables: a program declares its options once, and parsing
 * and --help come from the same rows.  Long options only, spelled in full,
 * "--name value" or "--name=value".
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include "checked.h"
#include "exit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum options_kind {
    OPTIONS_FLAG,    /* bool: true when given */
    OPTIONS_TEXT,    /* const char *: borrowed from argv */
    OPTIONS_NUMBER,  /* int64_t: decimal or 0x hexadecimal, in min..max */
    OPTIONS_LIST,    /* struct options_list: each time it is given */
    OPTIONS_HEADING, /* not an option: a heading in --help */
};

enum { OPTIONS_LIST_MOST = 512 };

/* The values of an option that may be given many times, borrowed. */
struct options_list {
    size_t count;
    const char *items[OPTIONS_LIST_MOST];
};

struct options_row {
    enum options_kind kind;
    const char *name;         /* without the dashes; a heading's text */
    const char *value;        /* what --help calls the value; NULL for a flag */
    size_t offset;            /* offsetof() in the caller's structure */
    const char *help;         /* one sentence, with the unit and the default */
    int64_t minimum, maximum; /* for OPTIONS_NUMBER */
};

/* One program, or one sub-command of a program.  ROWS end in a row with no
 * name.  --help and --version are understood without being listed. */
struct options_program {
    const char *name;     /* "iot-jwt", "iot-registry devices create" */
    const char *synopsis; /* "--key URI --audience PROJECT" */
    const char *summary;  /* one sentence */
    const struct options_row *rows;
    int operands_least, operands_most; /* how many words are not options */
};

/*
 * Reads ARGV[1..] into the structure INTO, which the caller has filled with
 * its defaults.  Operands go, borrowed and in order, to OPERANDS, which has
 * room for operands_most, and may be NULL when that is 0.  "--" ends the
 * options.  An option given twice, other than a list, is misuse.
 *
 * False when nothing is left to do: --help or --version was printed, or a line
 * on stderr has said what is wrong.  *CODE is then what to exit with.
 */
CHECKED bool
options_parse(const struct options_program *program, int argc, char **argv,
              void *into, const char **operands, enum exit_code *code);

/* For what no row can say: logs "WHAT; try PROGRAM --help", with WHAT made of
 * FORMAT, and returns what to exit with. */
enum exit_code
options_misused(const struct options_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes the help text of PROGRAM to stdout. */
void
options_help(const struct options_program *program);

/*
 * Reads a whole number, decimal or 0x hexadecimal, wholly consumed and in
 * MINIMUM..MAXIMUM.  Returns false, with *NUMBER untouched, otherwise.
 */
CHECKED bool
options_number(const char *text, int64_t minimum, int64_t maximum,
               int64_t *number);

#endif
