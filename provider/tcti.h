/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to a TPM: which one, what can be told of it, and what to say when there
 * is none. Leaves its use to connection.c and swtpm's socket to swtpm.c (TSS
 * 2.0 TCTI §3).
 */
#ifndef PROVIDER_TCTI_H
#define PROVIDER_TCTI_H

#include "checked.h"

#include <tss2/tss2_tcti.h>

struct provider;

/* Which TCTI, and who said so. */
struct tcti_choice {
    const char *name; /* NULL: it is searched for */
    const char *source;
};

/* What the environment or else openssl.cnf says; borrowed from them. */
struct tcti_choice
tcti_choose(const struct provider *prov);

/* The way itself, opened; NULL, and nothing said, when nobody is there. Some
 * ways are given up when it takes longer than `timeout_s` seconds. One that was
 * searched for has a name from then on; with `is_orphan` none is looked for
 * that is dead to children. */
CHECKED TSS2_TCTI_CONTEXT *
tcti_open(struct tcti_choice *choice, int timeout_s, int is_orphan);

/* Closes and frees; *tcti may be NULL and is afterwards. */
void
tcti_close(TSS2_TCTI_CONTEXT **tcti);

/* Whether the other end of a way that was opened serves many at once. */
CHECKED int
tcti_is_shared(const struct tcti_choice *choice);

/* Whether it keeps nobody out between two commands. */
CHECKED int
tcti_is_idle_between(const struct tcti_choice *choice);

/* Whether it is of no use to what is forked from a process that has used it. */
CHECKED int
tcti_is_dead_to_children(const struct tcti_choice *choice);

/* Raises one sentence: what was tried, and who may mend it. */
void
tcti_say_absent(const struct provider *prov, const char *subject,
                const struct tcti_choice *choice);

#endif
