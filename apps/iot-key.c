// SPDX-License-Identifier: Apache-2.0
/*
 * iot-key: makes a key in the TPM or takes one into it, says when it can be
 * used, shows one, or says what is wrong with a machine.  This is its table of
 * contents; the verbs stand in keys/ and doctor/.
 */
#include "base/exit.h"
#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/standard.h"
#include "doctor/doctor.h"
#include "keys/keys.h"

#include <string.h>

static const struct verb {
    const char *name;
    enum exit_code (*main)(int argc, char **argv);
} verbs[] = {
    { "create", keys_create },       { "import", keys_import },
    { "authorize", keys_authorize }, { "show", keys_show },
    { "doctor", doctor_main },
};

static const struct options_row no_rows[] = { { 0 } };

static const struct options_program whole_program = {
    "iot-key",
    "create | import | authorize | show | doctor [OPTIONS]",
    "Makes a key in the TPM or takes one into it, says when it can be used, "
    "shows one, or says what is wrong with a machine.  Each verb has its own "
    "--help.",
    no_rows,
    0,
    0
};

int
main(int argc, char **argv)
{
    enum exit_code code;

    log_open("iot-key", NULL);
    standard_guard();
    key_be_alone();
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return (int)verbs[i].main(argc - 1, argv + 1);
    if (argc > 1 && argv[1][0] != '-')
        code = options_misused(&whole_program, "there is no such verb: %s",
                               argv[1]);
    else if (options_parse(&whole_program, argc, argv, NULL, NULL, &code))
        code = options_misused(&whole_program, "a verb is needed");
    return (int)code;
}
