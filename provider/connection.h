/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection of one process to its TPM: found, made, counted as lost, and
 * given up after a fork. For tpm.c alone; nothing else knows its inside.
 */
#ifndef PROVIDER_CONNECTION_H
#define PROVIDER_CONNECTION_H

#include "checked.h"
#include "descriptor.h"
#include "keep.h"
#include "tpm.h"

#include <pthread.h>
#include <sys/types.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti.h>

struct tpm {
    struct provider *prov;
    pid_t pid; /* whose connection this is */
    pthread_mutex_t lock;
    TSS2_TCTI_CONTEXT *tcti;
    struct descriptor_file file; /* what its descriptor is on */
    char *resting;         /* the device that is let go of meanwhile, or NULL */
    TSS2_SYS_CONTEXT *sys; /* NULL: not connected */
    int is_shared;         /* the other end serves many at once */
    int is_held;           /* between transactions: nobody is kept out */
    int is_parent;         /* no child of this process can have one */
    int is_orphan;         /* it is such a child */
    int is_fresh;          /* made after one was lost in this transaction */
    const char *subject;   /* of the transaction under way */
    int has_lost;          /* an object, in this transaction: tpm_sweep() */
    int has_lost_session;  /* the same: tpm_sweep_sessions() */
    int has_despaired;     /* of the room that it waited for */
    TPM2B_NAME wanted;     /* what is to be loaded; empty: nothing */
    int hangs;             /* commands of this try that were not answered */
    enum tpm_fault fault;  /* of its last command */
    struct keep keep;      /* for the next use of a key */
    struct tpm_entity known; /* the persistent key read last; handle 0: none */
    TPM2B_PUBLIC known_area;
};

/* Connects; when it fails, says so unless `is_quiet`. */
CHECKED int
connection_open(struct tpm *tpm, int is_quiet);

/* Closes what there is, and frees it. */
void
connection_close(struct tpm *tpm);

/* How long a TPM may take to answer, seconds; with `is_long` for a command that
 * looks for prime numbers. */
int
connection_patience(const struct tpm *tpm, int is_long);

/* Sends what SAPI has prepared, and waits so long for the answer. What it
 * returns when none came is TSS2_TCTI_RC_TRY_AGAIN. */
TSS2_RC
connection_execute(struct tpm *tpm, int patience_s);

/* Sleeps, milliseconds. */
void
connection_pause(int ms);

#endif
