// SPDX-License-Identifier: Apache-2.0
/*
 * The verdict once the registry has answered: pure, and so what the unit
 * tests try most.  For the files of the gate and for them.
 */
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "gate.h"

struct registry_admission;

/* May a device of this record come by DOOR at all?  No token is asked for. */
CHECKED bool
gate_judge_record(const struct registry_admission *admission,
                  enum gate_door door, struct gate_refusal *refusal);

/* What a token was good for. */
struct gate_pass {
    int64_t expires_at; /* Unix seconds */
    uint64_t key;       /* a mark of the key that it verified with */
};

/* Does VISITOR's token verify with a key of ADMISSION, for PROJECT?  Then
 * *PASS says until when, and with which. */
CHECKED bool
gate_judge_token(const struct registry_admission *admission,
                 const char *project, const struct gate_visitor *visitor,
                 struct gate_pass *pass, struct gate_refusal *refusal);

/* Is the key with this mark still among those of ADMISSION? */
CHECKED bool
gate_has_key(const struct registry_admission *admission, uint64_t mark);

#endif
