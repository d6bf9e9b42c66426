// SPDX-License-Identifier: Apache-2.0
/*
 * How the files of the gate say no.  For them alone.
 */
#ifndef GATE_REFUSE_H
#define GATE_REFUSE_H

#include "gate.h"

/*
 * Fills *REFUSAL with REASON and its sentence, followed by a colon and what
 * FORMAT makes unless that is NULL.  Returns false, for "return gate_refuse".
 */
bool
gate_refuse(struct gate_refusal *refusal, enum gate_reason reason,
            const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Likewise, of what a visitor brings to DOOR, in the words of its protocol. */
bool
gate_refuse_at(enum gate_door door, struct gate_refusal *refusal,
               enum gate_reason reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
