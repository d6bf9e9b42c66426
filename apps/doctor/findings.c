// SPDX-License-Identifier: Apache-2.0
/*
 * The list of what was found, and its two faces: lines for people, JSON for
 * programs.  Knows nothing of TPMs.
 */
#include "findings.h"

#include "base/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const words[] = {
    [FINDING_GOOD] = "ok",
    [FINDING_NOTE] = "note",
    [FINDING_WRONG] = "WRONG",
};

static const char *const json_words[] = {
    [FINDING_GOOD] = "ok",
    [FINDING_NOTE] = "note",
    [FINDING_WRONG] = "wrong",
};

void
findings_add(struct findings *findings, enum finding_state state,
             const char *check, const char *format, ...)
{
    struct finding *finding = &findings->list[findings->count];
    va_list arguments;

    if (findings->count == FINDINGS_MOST)
        return;
    finding->state = state;
    finding->check = check;
    va_start(arguments, format);
    (void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
    findings->count++;
}

bool
findings_has_wrong(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].state == FINDING_WRONG)
            return true;
    return false;
}

void
findings_print(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        printf("%-5s  %-10s  %s\n", words[finding->state], finding->check,
               finding->text);
    }
}

bool
findings_print_json(const struct findings *findings)
{
    json_t *all = json_array();
    bool ok = all != NULL;

    for (size_t i = 0; ok && i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        ok = json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "check",
                                                  finding->check, "state",
                                                  json_words[finding->state],
                                                  "text", finding->text)) == 0;
    }
    ok = ok && json_dumpf(all, stdout, JSON_COMPACT) == 0 &&
         putchar('\n') != EOF;
    if (!ok)
        log_error("cannot write what was found as JSON");
    json_decref(all);
    return ok;
}
