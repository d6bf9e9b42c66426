// SPDX-License-Identifier: Apache-2.0
/*
 * The hash commands, and in which order. Leaves sending to call.c and what is
 * hashed, and why, to operate.c (TPM 2.0 Part 3 §15.4, §17).
 */
#include "tpm_hash.h"

#include "call.h"
#include "connection.h"

#include <string.h>
#include <tss2/tss2_sys.h>

/* The sequence has an empty password, ours. */
static const struct tpm_auth empty = { NULL, NULL };

/* Any hierarchy but the null one makes the ticket (Part 3 §15.4.1). */
enum { TICKET_HIERARCHY = TPM2_RH_OWNER };

CHECKED static int
hash_at_once(struct tpm *tpm, TPM2_ALG_ID hash, const TPM2B_MAX_BUFFER *piece,
             TPM2B_DIGEST *digest, TPMT_TK_HASHCHECK *ticket)
{
    struct call call = call_begin(tpm, "TPM2_Hash", TPM2_CC_Hash, NULL);

    while (call_again(
        &call, Tss2_Sys_Hash_Prepare(tpm->sys, piece, hash, TICKET_HIERARCHY)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_Hash_Complete(tpm->sys, digest, ticket));
}

CHECKED static int
sequence_start(struct tpm *tpm, TPM2_ALG_ID hash, TPM2_HANDLE *sequence)
{
    struct call call = call_begin(tpm, "TPM2_HashSequenceStart",
                                  TPM2_CC_HashSequenceStart, NULL);
    static const TPM2B_AUTH no_auth = { 0 };

    *sequence = 0;
    while (call_again(
        &call, Tss2_Sys_HashSequenceStart_Prepare(tpm->sys, &no_auth, hash)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return call_lose_object(&call);
    return call_end_object(
        &call, Tss2_Sys_HashSequenceStart_Complete(tpm->sys, sequence));
}

CHECKED static int
sequence_update(struct tpm *tpm, TPM2_HANDLE sequence,
                const TPM2B_MAX_BUFFER *piece)
{
    struct call call =
        call_begin(tpm, "TPM2_SequenceUpdate", TPM2_CC_SequenceUpdate, &empty);

    while (call_again(
        &call, Tss2_Sys_SequenceUpdate_Prepare(tpm->sys, sequence, piece)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_SequenceUpdate_Complete(tpm->sys));
}

/* With it the sequence is gone. */
CHECKED static int
sequence_complete(struct tpm *tpm, TPM2_HANDLE sequence,
                  const TPM2B_MAX_BUFFER *piece, TPM2B_DIGEST *digest,
                  TPMT_TK_HASHCHECK *ticket)
{
    struct call call = call_begin(tpm, "TPM2_SequenceComplete",
                                  TPM2_CC_SequenceComplete, &empty);

    while (call_again(&call, Tss2_Sys_SequenceComplete_Prepare(
                                 tpm->sys, sequence, piece, TICKET_HIERARCHY)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(
        &call, Tss2_Sys_SequenceComplete_Complete(tpm->sys, digest, ticket));
}

/* Takes the next piece off the data. */
static void
cut(TPM2B_MAX_BUFFER *piece, const unsigned char **data, size_t *len)
{
    size_t size = *len < sizeof piece->buffer ? *len : sizeof piece->buffer;

    piece->size = (UINT16)size;
    if (size == 0)
        return;
    memcpy(piece->buffer, *data, size);
    *data += size;
    *len -= size;
}

int
tpm_hash_data(struct tpm *tpm, TPM2_ALG_ID hash, const unsigned char *data,
              size_t len, TPM2B_DIGEST *digest, TPMT_TK_HASHCHECK *ticket)
{
    static const TPM2B_NAME nameless = { 0 };
    TPM2B_MAX_BUFFER piece = { 0 };
    TPM2_HANDLE sequence = 0;
    int ok = 0;

    cut(&piece, &data, &len);
    if (len == 0)
        return hash_at_once(tpm, hash, &piece, digest, ticket);
    ok = sequence_start(tpm, hash, &sequence);
    while (ok && len > 0) {
        ok = sequence_update(tpm, sequence, &piece);
        cut(&piece, &data, &len);
    }
    if (ok && sequence_complete(tpm, sequence, &piece, digest, ticket))
        return 1;
    tpm_flush(tpm, sequence, &nameless);
    tpm_sweep(tpm, &nameless);
    return 0;
}
