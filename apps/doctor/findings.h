// SPDX-License-Identifier: Apache-2.0
/*
 * What was found on a machine: a list of checks, what each came to and what
 * to do, and how it is printed.  Finding is for machine.c and keys.c.
 */
#ifndef DOCTOR_FINDINGS_H
#define DOCTOR_FINDINGS_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

struct key;

enum finding_state { FINDING_GOOD, FINDING_NOTE, FINDING_WRONG };

enum { FINDING_TEXT_MOST = 1200, FINDINGS_MOST = 600 };

struct finding {
    enum finding_state state;
    const char *check; /* a constant: "tpm", "lockout", "key" … */
    char text[FINDING_TEXT_MOST];
};

struct findings {
    size_t count;
    bool has_tpm; /* it answered */
    struct finding list[FINDINGS_MOST];
};

/* Adds one; CHECK is borrowed for good.  More than there is room for are
 * dropped: as many keys as options_list takes have room. */
void
findings_add(struct findings *findings, enum finding_state state,
             const char *check, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Whether any is wrong. */
CHECKED bool
findings_has_wrong(const struct findings *findings);

/* One line each to stdout: "ok", "note" or "WRONG", the check, the text. */
void
findings_print(const struct findings *findings);

/* One line of JSON to stdout: a list of objects with the members "check",
 * "state" and "text".  False, having logged why. */
CHECKED bool
findings_print_json(const struct findings *findings);

/* machine.c: the provider, the device file, the TPM, which has to try what it
 * does not tell unless IS_QUICK. */
void
machine_look(struct findings *findings, bool is_quick);

/* Why OpenSSL failed, in its most telling words; good until its queue is
 * emptied. */
const char *
machine_reason(void);

/* salt.c: what PSS signatures of the TPM are like. */
void
salt_look(struct findings *findings, const struct key *key);

/* keys.c: one key that should be in the TPM. */
void
keys_look(struct findings *findings, const char *uri);

#endif
