// SPDX-License-Identifier: Apache-2.0
/*
 * Walks a table of options over argv, and the same table over stdout for
 * --help.  What an option means is the program's affair.
 */
#include "options.h"

#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PROJECT_VERSION
#error "PROJECT_VERSION comes from the build"
#endif

enum { HELP_COLUMN = 30, WHAT_SIZE = 1024 };

static const struct options_row help_row = {
    .kind = OPTIONS_FLAG, .name = "help", .help = "Print this text and stop."
};
static const struct options_row version_row = {
    .kind = OPTIONS_FLAG,
    .name = "version",
    .help = "Print the version and stop."
};

/* What becomes of a word. */
enum result {
    RESULT_RUN,     /* go on */
    RESULT_DONE,    /* all was said that was asked for */
    RESULT_MISUSED, /* likewise, of what is wrong */
};

/* Where a parse stands; SEEN has a flag for each row. */
struct parse {
    const struct options_program *program;
    char **argv;
    int argc;
    int at;
    unsigned char *into;
    bool *seen;
};

/* strtoll takes white space and a plus before the digits; we do not. */
static bool
begins_with_digit(const char *text)
{
    if (*text == '-')
        text++;
    return *text >= '0' && *text <= '9';
}

bool
options_number(const char *text, int64_t minimum, int64_t maximum,
               int64_t *number)
{
    char *end;
    long long value;
    int base = strncmp(text, "0x", 2) == 0 ? 16 : 10;

    errno = 0;
    value = strtoll(text, &end, base);
    if (errno != 0 || *end != '\0' || !begins_with_digit(text) ||
        value < minimum || value > maximum)
        return false;
    *number = value;
    return true;
}

static void
help_line(const struct options_row *row)
{
    int used;

    if (row->kind == OPTIONS_HEADING) {
        printf("\n%s\n", row->name);
        return;
    }
    used = printf("  --%s%s%s", row->name, row->value != NULL ? " " : "",
                  row->value != NULL ? row->value : "");
    if (used >= HELP_COLUMN)
        used = printf("\n") - 1;
    printf("%*s%s\n", HELP_COLUMN - used, "", row->help);
}

void
options_help(const struct options_program *program)
{
    printf("usage: %s %s\n\n%s\n", program->name, program->synopsis,
           program->summary);
    if (program->rows->kind != OPTIONS_HEADING)
        printf("\n"); /* a heading brings a line of its own */
    for (const struct options_row *row = program->rows; row->name != NULL;
         row++)
        help_line(row);
    help_line(&help_row);
    help_line(&version_row);
}

enum exit_code
options_misused(const struct options_program *program, const char *format, ...)
{
    char what[WHAT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    log_error("%s; try %s --help", what, program->name);
    return EXIT_CODE_MISUSED;
}

static enum result
misused(const struct options_program *program, const char *what,
        const char *which)
{
    (void)options_misused(program, "%s%s", what, which);
    return RESULT_MISUSED;
}

/* The row that WORD names, LENGTH bytes long; NULL when there is none. */
static const struct options_row *
find_row(const struct options_program *program, const char *word, size_t length)
{
    for (const struct options_row *row = program->rows; row->name != NULL;
         row++)
        if (row->kind != OPTIONS_HEADING && strlen(row->name) == length &&
            memcmp(row->name, word, length) == 0)
            return row;
    return NULL;
}

static bool
is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

static enum result
store_list(struct parse *parse, const struct options_row *row,
           const char *value)
{
    struct options_list *list = (void *)(parse->into + row->offset);

    if (list->count == OPTIONS_LIST_MOST)
        return misused(parse->program, "given too often: --", row->name);
    list->items[list->count++] = value;
    return RESULT_RUN;
}

/* Handles are known by their hexadecimal, and nothing else is so large. */
static enum result
out_of_range(const struct options_row *row, const char *value)
{
    long long minimum = row->minimum;
    long long maximum = row->maximum;

    if (minimum > 0xffff)
        log_error("--%s takes a number from 0x%llx to 0x%llx, not \"%s\"",
                  row->name, minimum, maximum, value);
    else
        log_error("--%s takes a whole number from %lld to %lld, not \"%s\"",
                  row->name, minimum, maximum, value);
    return RESULT_MISUSED;
}

static enum result
store_value(struct parse *parse, const struct options_row *row,
            const char *value)
{
    void *field = parse->into + row->offset;

    switch (row->kind) {
    case OPTIONS_TEXT:
        *(const char **)field = value;
        return RESULT_RUN;
    case OPTIONS_NUMBER:
        if (options_number(value, row->minimum, row->maximum, field))
            return RESULT_RUN;
        return out_of_range(row, value);
    case OPTIONS_LIST:
        return store_list(parse, row, value);
    case OPTIONS_FLAG:
    case OPTIONS_HEADING:
        break;
    }
    return misused(parse->program, "this option takes no value: --", row->name);
}

static enum result
parse_option(struct parse *parse, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct options_row *row = find_row(parse->program, word, length);
    bool *seen;

    if (is_word(word, length, help_row.name)) {
        options_help(parse->program);
        return RESULT_DONE;
    }
    if (is_word(word, length, version_row.name)) {
        printf("%s\n", PROJECT_VERSION);
        return RESULT_DONE;
    }
    if (row == NULL)
        return misused(parse->program, "unknown option --", word);
    seen = &parse->seen[row - parse->program->rows];
    if (*seen && row->kind != OPTIONS_LIST)
        return misused(parse->program, "given twice: --", row->name);
    *seen = true;
    if (row->kind == OPTIONS_FLAG && equals == NULL) {
        *(bool *)(void *)(parse->into + row->offset) = true;
        return RESULT_RUN;
    }
    if (equals != NULL)
        return store_value(parse, row, equals + 1);
    if (parse->at == parse->argc)
        return misused(parse->program, "a value is missing after --",
                       row->name);
    return store_value(parse, row, parse->argv[parse->at++]);
}

static enum result
parse_all(struct parse *parse, const char **operands)
{
    const struct options_program *program = parse->program;
    enum result result = RESULT_RUN;
    bool options_over = false;
    int operand_count = 0;

    while (result == RESULT_RUN && parse->at < parse->argc) {
        const char *word = parse->argv[parse->at++];

        if (!options_over && strcmp(word, "--") == 0)
            options_over = true;
        else if (!options_over && strncmp(word, "--", 2) == 0)
            result = parse_option(parse, word + 2);
        else if (!options_over && word[0] == '-' && word[1] != '\0')
            result =
                misused(program, "options are spelled in full, not ", word);
        else if (operand_count == program->operands_most)
            result = misused(program, "one word too many: ", word);
        else
            operands[operand_count++] = word;
    }
    if (result == RESULT_RUN && operand_count < program->operands_least)
        result = misused(program, "usage: ", program->synopsis);
    return result;
}

bool
options_parse(const struct options_program *program, int argc, char **argv,
              void *into, const char **operands, enum exit_code *code)
{
    struct parse parse = {
        .program = program, .argv = argv, .argc = argc, .at = 1, .into = into
    };
    enum result result;
    size_t rows = 0;

    while (program->rows[rows].name != NULL)
        rows++;
    parse.seen = calloc(rows + 1, sizeof *parse.seen);
    if (parse.seen == NULL) {
        log_error("out of memory");
        *code = EXIT_CODE_FAILED;
        return false;
    }
    result = parse_all(&parse, operands);
    if (result == RESULT_MISUSED)
        *code = EXIT_CODE_MISUSED;
    else if (result == RESULT_DONE)
        *code = EXIT_CODE_DONE;
    free(parse.seen);
    return result == RESULT_RUN;
}
