// SPDX-License-Identifier: Apache-2.0
/*
 * Two areas are the same when their bytes are: a struct has unions and gaps of
 * which only a part counts. Leaves those bytes to tpm2-tss (TSS 2.0
 * Marshaling/Unmarshaling API).
 */
#include "area.h"

#include <string.h>
#include <tss2/tss2_mu.h>

int
area_read(const unsigned char *data, size_t len, TPM2B_PUBLIC *area)
{
    unsigned char again[sizeof *area];
    size_t used = 0;
    size_t made = 0;

    return Tss2_MU_TPM2B_PUBLIC_Unmarshal(data, len, &used, area) ==
               TSS2_RC_SUCCESS &&
           used == len &&
           Tss2_MU_TPM2B_PUBLIC_Marshal(area, again, sizeof again, &made) ==
               TSS2_RC_SUCCESS &&
           made == len && memcmp(again, data, len) == 0;
}

int
area_is(const TPMT_PUBLIC *one, const TPMT_PUBLIC *other)
{
    unsigned char a[sizeof *one];
    unsigned char b[sizeof *other];
    size_t a_len = 0;
    size_t b_len = 0;

    return Tss2_MU_TPMT_PUBLIC_Marshal(one, a, sizeof a, &a_len) ==
               TSS2_RC_SUCCESS &&
           Tss2_MU_TPMT_PUBLIC_Marshal(other, b, sizeof b, &b_len) ==
               TSS2_RC_SUCCESS &&
           a_len == b_len && memcmp(a, b, a_len) == 0;
}
