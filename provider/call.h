/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command under way, for the functions of tpm.c alone: begun, prepared
 * with SAPI, sent by call_again() until it is over, completed with SAPI
 * (TSS 2.0 System API §8; DESIGN.md, rule 5).
 */
#ifndef PROVIDER_CALL_H
#define PROVIDER_CALL_H

#include "session.h"
#include "tpm.h"

#include <tss2/tss2_sys.h>

/* One command under way. */
struct call {
    struct tpm *tpm;
    const char *name;
    const struct tpm_auth *auth; /* NULL: the command takes none */
    struct session_message message;
    int is_secret;      /* the first parameter is to be encrypted */
    int answers_secret; /* so is the first of the answer */
    int is_long;        /* it may take minutes */
    int is_last;        /* the session may end with it */
    int is_quiet;       /* a refusal is no error */
    int is_said;        /* why it failed has been raised already */
    int pause_ms;
    int waited_ms;
    int patience_s; /* until it counts as hung */
    TSS2_RC code;
};

/* A command that has not been sent; `auth` is NULL for one that takes none. */
struct call
call_begin(struct tpm *tpm, const char *name, TPM2_CC command,
           const struct tpm_auth *auth);

/* Sends what has been prepared. Returns 1 when it is to be prepared and sent
 * once more, 0 when the call is over, one way or the other. */
CHECKED int
call_again(struct call *call, TSS2_RC prepared);

/* The end, after SAPI has taken the answer apart; 1 for a good one. */
CHECKED int
call_end(struct call *call, TSS2_RC completed);

/* The same of a command that leaves an object in the TPM: one whose answer is
 * of no use is to be looked for. */
CHECKED int
call_end_object(struct call *call, TSS2_RC completed);

/* What such a command returns that failed before: 0. */
CHECKED int
call_lose_object(const struct call *call);

/* Whether a call that failed may have done what it was told all the same: its
 * answer is not there, or not to be believed, or of a code that nobody knows.
 */
CHECKED int
call_is_lost(const struct call *call);

/* Ends the call over an answer that is not used, and says why. */
void
call_distrust(struct call *call, const char *why);

/* Asks for a capability beside the command that is under way, whose fault it
 * leaves as it is; says nothing when it fails (Part 3 §30.2). */
CHECKED int
call_look_up(struct tpm *tpm, TPM2_CAP capability, uint32_t first,
             uint32_t count, TPMS_CAPABILITY_DATA *data);

/* The one place where a response code becomes a sentence. */
void
call_say(const struct call *call, TSS2_RC code);

#endif
