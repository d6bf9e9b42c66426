// SPDX-License-Identifier: Apache-2.0
/*
 * What is put away: handles that are known, and what of ours stands where
 * nobody told, or whoever was killed left it. Leaves to use.c what there is to
 * put away, and to connection.c when (TPM 2.0 Part 3 §28.4; DESIGN.md, rule 2).
 */
#include "tidy.h"

#include "area.h"
#include "call.h"
#include "connection.h"

#include <string.h>
#include <tss2/tss2_sys.h>

/* Those who share a TPM come and go within milliseconds. */
enum { LOOK_PAUSE_MS = 10, REST_MS = 250 };

/* Reads quietly, beside the command whose fault is known. */
static TSS2_RC
read_object(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
            TPM2B_NAME *name)
{
    struct call call =
        call_begin(tpm, "TPM2_ReadPublic", TPM2_CC_ReadPublic, NULL);
    enum tpm_fault fault = tpm->fault;
    TPM2B_NAME qualified = { 0 };

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_ReadPublic_Prepare(tpm->sys, handle)))
        continue;
    area->size = 0;
    if (call.code == TSS2_RC_SUCCESS &&
        !call_end(&call, Tss2_Sys_ReadPublic_Complete(tpm->sys, area, name,
                                                      &qualified)))
        call.code = TSS2_SYS_RC_MALFORMED_RESPONSE;
    tpm->fault = fault;
    return call.code;
}

int
tidy_is_still(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name)
{
    TPM2B_PUBLIC area = { 0 };
    TPM2B_NAME found = { 0 };
    TSS2_RC code = read_object(tpm, handle, &area, &found);

    if (name->size == 0) /* a sequence has no public area */
        return tpm_code_is(code, TPM2_RC_SEQUENCE);
    return code == TSS2_RC_SUCCESS && tpm_is_name(&found, name);
}

/* A resource manager tidies up after a connection that it lost; without one
 * there has to be another connection, if the TPM answers at all. */
CHECKED static int
can_tidy(struct tpm *tpm)
{
    if (tpm->sys != NULL)
        return 1;
    if (tpm->is_shared || tpm->hangs > 1 || !connection_open(tpm, 1))
        return 0;
    tpm->is_fresh = 1;
    return 1;
}

/* What cannot be flushed may be at another handle than we were told; or, when
 * there is nothing, somebody who lives has taken it away. */
static int
may_be_elsewhere(struct tpm *tpm, TSS2_RC code)
{
    return !tpm_code_is(code, TPM2_RC_HANDLE) || tidy_is_at_rest(tpm, REST_MS);
}

void
tpm_flush(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name)
{
    struct call call =
        call_begin(tpm, "TPM2_FlushContext", TPM2_CC_FlushContext, NULL);
    enum tpm_fault fault = tpm->fault; /* why the transaction failed, if so */

    if (handle == 0 || !can_tidy(tpm))
        return;
    if (tpm->is_fresh && name != NULL && !tidy_is_still(tpm, handle, name))
        return;
    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_FlushContext_Prepare(tpm->sys, handle)))
        continue;
    if (call.code != TSS2_RC_SUCCESS && may_be_elsewhere(tpm, call.code)) {
        tpm->has_lost |= name != NULL;
        tpm->has_lost_session |= name == NULL && !tpm->is_fresh;
    }
    tpm->fault = fault;
}

/* The loaded handles of one kind; none when there is nothing to look for, or a
 * resource manager looks after it. */
static const TPML_HANDLE *
list_loaded(struct tpm *tpm, TPM2_HT kind, TPMS_CAPABILITY_DATA *data)
{
    static const TPML_HANDLE none = { 0 };
    /* Part 2 §7.4; the constants of tpm2-tss shift a signed number too far. */
    TPM2_HANDLE first = (TPM2_HANDLE)kind << TPM2_HR_SHIFT;

    if (tpm->is_shared || !can_tidy(tpm) ||
        !call_look_up(tpm, TPM2_CAP_HANDLES, first, TPM2_MAX_CAP_HANDLES, data))
        return &none;
    return &data->data.handles;
}

void
tpm_sweep(struct tpm *tpm, const TPM2B_NAME *name)
{
    TPMS_CAPABILITY_DATA data = { 0 };
    const TPML_HANDLE *found = NULL;

    if (!tpm->has_lost)
        return;
    found = list_loaded(tpm, TPM2_HT_TRANSIENT, &data);
    for (size_t i = 0; i < found->count; i++)
        if (tidy_is_still(tpm, found->handle[i], name))
            tpm_flush(tpm, found->handle[i], name);
}

/* The same but for what makes each TPM's its own. */
static int
is_like(const TPMT_PUBLIC *area, const TPMT_PUBLIC *template)
{
    TPMT_PUBLIC common = *area;

    common.unique = template->unique;
    return area->type == template->type && area_is(&common, template);
}

void
tpm_sweep_like(struct tpm *tpm, const TPM2B_PUBLIC *template)
{
    TPMS_CAPABILITY_DATA data = { 0 };
    const TPML_HANDLE *found = NULL;
    TPM2B_PUBLIC area = { 0 };
    TPM2B_NAME name = { 0 };

    if (!tpm->has_lost)
        return;
    found = list_loaded(tpm, TPM2_HT_TRANSIENT, &data);
    for (size_t i = 0; i < found->count; i++) {
        if (read_object(tpm, found->handle[i], &area, &name) ==
                TSS2_RC_SUCCESS &&
            is_like(&area.publicArea, &template->publicArea))
            tpm_flush(tpm, found->handle[i], &name);
    }
}

void
tpm_sweep_sessions(struct tpm *tpm)
{
    TPMS_CAPABILITY_DATA data = { 0 };
    const TPML_HANDLE *found = NULL;

    if (!tpm->has_lost_session)
        return;
    found = list_loaded(tpm, TPM2_HT_LOADED_SESSION, &data);
    if (tpm->has_despaired && found->count > 0)
        tpm_warn(
            "%s: the TPM has had no room for some seconds, and nobody "
            "shares it out: %u sessions are ended that somebody left there",
            tpm->subject, (unsigned)found->count);
    for (size_t i = 0; i < found->count; i++)
        tpm_flush(tpm, found->handle[i], NULL);
    tpm->has_lost_session = 0;
}

/* As many slots as TPMs have, and more. */
enum { SLOTS = 16 };

/* What is loaded. Where there is a crowd the handles are always the same. */
struct census {
    TPML_HANDLE objects;
    TPML_HANDLE sessions;
    TPM2B_NAME names[SLOTS];
};

static void
count_loaded(struct tpm *tpm, struct census *census)
{
    TPMS_CAPABILITY_DATA data = { 0 };
    TPM2B_PUBLIC area = { 0 };

    memset(census, 0, sizeof *census);
    census->objects = *list_loaded(tpm, TPM2_HT_TRANSIENT, &data);
    memset(&data, 0, sizeof data);
    census->sessions = *list_loaded(tpm, TPM2_HT_LOADED_SESSION, &data);
    for (size_t i = 0; i < census->objects.count && i < SLOTS; i++)
        if (read_object(tpm, census->objects.handle[i], &area,
                        &census->names[i]) != TSS2_RC_SUCCESS)
            census->names[i].size = 0;
}

int
tidy_is_at_rest(struct tpm *tpm, int ms)
{
    struct census first, now;

    if (tpm->is_shared)
        return 0;
    count_loaded(tpm, &first);
    if (first.objects.count == 0 && first.sessions.count == 0)
        return 0; /* all of a crowd are waiting */
    for (; ms > 0; ms -= LOOK_PAUSE_MS) {
        connection_pause(LOOK_PAUSE_MS);
        count_loaded(tpm, &now);
        if (memcmp(&now, &first, sizeof now) != 0)
            return 0;
    }
    return 1;
}
