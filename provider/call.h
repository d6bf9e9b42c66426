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
    int is_last;        /* the session may end with it */
    int is_quiet;       /* a refusal is no error */
    int is_said;        /* why it failed has been raised already */
    int pause_ms;
    int waited_ms;
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

/* Ends the call over an answer that is not used, and says why. */
void
call_distrust(struct call *call, const char *why);

/* The one place where a response code becomes a sentence. */
void
call_say(const struct call *call, TSS2_RC code);

#endif
