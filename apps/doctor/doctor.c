// SPDX-License-Identifier: Apache-2.0
/*
 * The verb `doctor` of iot-key: its options, the order in which things are
 * looked at, and what to exit with.  Looking is for machine.c and keys.c.
 */
#include "doctor.h"

#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "findings.h"

#include <stdlib.h>

struct doctor {
    struct options_list keys;
    bool quick;
    bool json;
};

static const struct options_row rows[] = {
    { OPTIONS_LIST, "key", "URI", offsetof(struct doctor, keys),
      "A key that should be in the TPM: " KEY_URI_HELP "; may be given many "
      "times.",
      0, 0 },
    { OPTIONS_FLAG, "quick", NULL, offsetof(struct doctor, quick),
      "Ask the TPM what it says of itself, and have it do nothing: the trial "
      "of its PSS signatures is left out.",
      0, 0 },
    { OPTIONS_FLAG, "json", NULL, offsetof(struct doctor, json),
      "Print all of it as one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_program program = {
    "iot-key doctor",
    "[--key URI …] [--quick] [--json]",
    "Looks at this machine and says what is wrong with it.",
    rows,
    0,
    0
};

static enum exit_code
examine(const struct doctor *doctor)
{
    struct findings *findings = calloc(1, sizeof *findings);
    enum exit_code code = EXIT_CODE_DONE;

    if (findings == NULL) {
        log_error("out of memory");
        return EXIT_CODE_FAILED;
    }
    machine_look(findings, doctor->quick);
    for (size_t i = 0; i < doctor->keys.count; i++)
        keys_look(findings, doctor->keys.items[i]);
    if (findings_has_wrong(findings))
        code = findings->has_tpm ? EXIT_CODE_FAILED : EXIT_CODE_TPM;
    if (!doctor->json)
        findings_print(findings);
    else if (!findings_print_json(findings))
        code = EXIT_CODE_FAILED;
    free(findings);
    return code;
}

enum exit_code
doctor_main(int argc, char **argv)
{
    struct doctor doctor = { 0 };
    enum exit_code code;

    if (!options_parse(&program, argc, argv, &doctor, NULL, &code))
        return code;
    return examine(&doctor);
}
