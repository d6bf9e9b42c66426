/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to swtpm's socket, for connection.c: what tpm2-tss's own TCTI of that
 * name does, but nobody is waited for without a bound (TSS 2.0 TCTI §3).
 */
#ifndef PROVIDER_SWTPM_H
#define PROVIDER_SWTPM_H

#include "checked.h"

#include <tss2/tss2_tcti.h>

/* What follows "swtpm:" in a TCTI string, "" for a bare "swtpm", or NULL for a
 * string that names something else. */
const char *
swtpm_settings(const char *name);

/* Connects; NULL when nobody listens, or the settings make no sense. To be
 * freed with swtpm_free(). */
CHECKED TSS2_TCTI_CONTEXT *
swtpm_open(const char *settings, int timeout_ms);

/* Whether a context is one of swtpm_open()'s. */
CHECKED int
swtpm_is_ours(const TSS2_TCTI_CONTEXT *tcti);

/* Hangs up; NULL is fine. */
void
swtpm_free(TSS2_TCTI_CONTEXT **tcti);

#endif
