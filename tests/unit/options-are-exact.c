// SPDX-License-Identifier: Apache-2.0
/*
 * Command lines: what a table of options takes and what it refuses.
 */
#include "base/options.h"
#include "check.h"

#include <string.h>

struct arguments {
    bool loud;
    const char *name;
    int64_t seconds;
    struct options_list colours;
};

static const struct options_row rows[] = {
    { OPTIONS_HEADING, "Things", NULL, 0, NULL, 0, 0 },
    { OPTIONS_FLAG, "loud", NULL, offsetof(struct arguments, loud), "Shout.", 0,
      0 },
    { OPTIONS_TEXT, "name", "NAME", offsetof(struct arguments, name), "Who.", 0,
      0 },
    { OPTIONS_NUMBER, "seconds", "N", offsetof(struct arguments, seconds),
      "How long.", 1, 3600 },
    { OPTIONS_LIST, "colour", "C", offsetof(struct arguments, colours),
      "Which, again and again.", 0, 0 },
    { 0 },
};

static const struct options_program program = { "test",   "[--loud] WORD",
                                                "Tests.", rows,
                                                1,        2 };

static struct arguments arguments;
static const char *operands[2];

/* What a parse comes to; RUN stands for going on. */
enum { RUN = -1, DONE = EXIT_CODE_DONE, MISUSED = EXIT_CODE_MISUSED };

static int
parse(const char *a, const char *b, const char *c, const char *d)
{
    const char *argv[] = { "test", a, b, c, d, NULL };
    enum exit_code code;
    int argc = 1;

    while (argc < 5 && argv[argc] != NULL)
        argc++;
    memset(&arguments, 0, sizeof arguments);
    memset(operands, 0, sizeof operands);
    return options_parse(&program, argc, (char **)argv, &arguments, operands,
                         &code)
               ? RUN
               : (int)code;
}

int
main(void)
{
    CHECK(parse("--loud", "word", NULL, NULL) == RUN);
    CHECK(arguments.loud && strcmp(operands[0], "word") == 0 &&
          operands[1] == NULL);
    CHECK(parse("--name", "Ann", "word", NULL) == RUN);
    CHECK(strcmp(arguments.name, "Ann") == 0);
    CHECK(parse("--name=Ann", "word", NULL, NULL) == RUN);
    CHECK(parse("--nam=Ann", "word", NULL, NULL) == MISUSED);
    CHECK(parse("word", "--name", NULL, NULL) == MISUSED);
    CHECK(parse("--name=", "word", NULL, NULL) == RUN);
    CHECK(parse("--loud", "--loud", "word", NULL) == MISUSED);
    CHECK(parse("--loud=1", "word", NULL, NULL) == MISUSED);
    CHECK(parse("--seconds", "3600", "word", NULL) == RUN);
    CHECK(arguments.seconds == 3600);
    CHECK(parse("--seconds", "0x10", "word", NULL) == RUN);
    CHECK(arguments.seconds == 16);
    CHECK(parse("--seconds", "3601", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "12s", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", " 12", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "\t12", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "\n12", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "+12", "word", NULL) == MISUSED);
    CHECK(parse("--seconds", "0x", "word", NULL) == MISUSED);
    CHECK(parse("--colour=a", "--colour=b", "word", NULL) == RUN);
    CHECK(arguments.colours.count == 2);
    CHECK(parse("--", "--loud", NULL, NULL) == RUN);
    CHECK(!arguments.loud && strcmp(operands[0], "--loud") == 0);
    CHECK(parse("-l", "word", NULL, NULL) == MISUSED);
    CHECK(parse("-", NULL, NULL, NULL) == RUN);
    CHECK(parse(NULL, NULL, NULL, NULL) == MISUSED);
    CHECK(parse("a", "b", NULL, NULL) == RUN);
    CHECK(parse("a", "b", "c", NULL) == MISUSED);
    CHECK(parse("--help", NULL, NULL, NULL) == DONE);
    CHECK(parse("--version", NULL, NULL, NULL) == DONE);
    return check_end();
}
