// SPDX-License-Identifier: Apache-2.0
/*
 * Errors: the reasons of OpenSSL's error queue, and the one table that says
 * what a response code means and what it asks for. Leaves retrying to tpm.c
 * and key.c (TPM 2.0 Part 2 §6.6; TSS 2.0 Overview §3.3 for the layers).
 */
#include "error.h"

#include "provider.h"

#include <stdarg.h>
#include <stdio.h>
#include <tss2/tss2_common.h>
#include <tss2/tss2_tpm2_types.h>

const OSSL_ITEM tpm_reason_strings[] = {
    { TPM_R_NO_MEMORY, (char *)"out of memory" },
    { TPM_R_NO_TPM, (char *)"no TPM" },
    { TPM_R_TPM_REFUSED, (char *)"the TPM refused" },
    { TPM_R_BAD_ANSWER, (char *)"the TPM's answer cannot be trusted" },
    { TPM_R_BAD_KEY_FILE, (char *)"not a key file that can be used" },
    { TPM_R_BAD_URI, (char *)"not a key URI" },
    { TPM_R_BAD_PARAMETER, (char *)"parameter refused" },
    { TPM_R_BAD_PASSWORD, (char *)"password refused" },
    { TPM_R_NOT_A_KEY, (char *)"not a key" },
    { TPM_R_NOT_SUPPORTED, (char *)"not supported" },
    { TPM_R_HANDLE_TAKEN, (char *)"handle taken" },
    { TPM_R_CRYPTO, (char *)"cryptography in software failed" },
    { TPM_R_POLICY, (char *)"the key's policy is not met" },
    { 0, NULL },
};

/* Codes without layer, and format-one codes without the number of the handle,
 * session or parameter that they complain about (Part 2 §6.6.2). */
static const struct tpm_fault_row rows[] = {
    /* the same command, later */
    { TPM2_RC_RETRY, TPM_FAULT_AGAIN, "the TPM is busy", NULL },
    { TPM2_RC_YIELDED, TPM_FAULT_AGAIN, "the TPM is busy", NULL },
    { TPM2_RC_TESTING, TPM_FAULT_AGAIN, "the TPM is testing itself", NULL },
    { TPM2_RC_NV_RATE, TPM_FAULT_AGAIN,
      "the TPM writes its flash too often to write once more now", NULL },
    /* load everything anew */
    { TPM2_RC_REFERENCE_H0, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_REFERENCE_H1, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_REFERENCE_H2, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_REFERENCE_S0, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_REFERENCE_S1, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_REFERENCE_S2, TPM_FAULT_STALE, "the TPM was reset", NULL },
    { TPM2_RC_HANDLE, TPM_FAULT_STALE, "there is nothing at this handle",
      "`tpm2_getcap handles-persistent` lists what there is" },
    { TPM2_RC_INITIALIZE, TPM_FAULT_STALE, "the TPM has not been started",
      "the firmware or `tpm2_startup -c` has to start it" },
    { TPM2_RC_FAILURE, TPM_FAULT_STALE, "the TPM is in failure mode",
      "switch the power of the machine off and on" },
    { TPM2_RC_PCR_CHANGED, TPM_FAULT_STALE,
      "a PCR was extended while the key's policy was proved", NULL },
    /* all anew, when others have let go */
    { TPM2_RC_OBJECT_MEMORY, TPM_FAULT_CROWDED,
      "other programs have filled the TPM's memory for keys",
      "use a resource manager (/dev/tpmrm0), or `tpm2_flushcontext -t`" },
    { TPM2_RC_OBJECT_HANDLES, TPM_FAULT_CROWDED,
      "other programs have filled the TPM's memory for keys",
      "use a resource manager (/dev/tpmrm0), or `tpm2_flushcontext -t`" },
    { TPM2_RC_SESSION_MEMORY, TPM_FAULT_CROWDED,
      "other programs have filled the TPM's memory for sessions",
      "use a resource manager (/dev/tpmrm0), or `tpm2_flushcontext -l`" },
    { TPM2_RC_SESSION_HANDLES, TPM_FAULT_CROWDED,
      "other programs hold all of the TPM's sessions",
      "`tpm2_flushcontext -l -s` frees them" },
    { TPM2_RC_MEMORY, TPM_FAULT_CROWDED,
      "other programs have filled the TPM's memory",
      "use a resource manager (/dev/tpmrm0)" },
    /* no */
    { TPM2_RC_LOCKOUT, TPM_FAULT_REFUSED,
      "the TPM is locked after too many wrong passwords, of whatever key",
      "it heals by itself with time: `tpm2_getcap properties-variable` shows "
      "the counter and the interval" },
    { TPM2_RC_AUTH_FAIL, TPM_FAULT_REFUSED,
      "the password is wrong, and the TPM has counted it",
      "do not guess: after some tries the TPM locks itself" },
    { TPM2_RC_BAD_AUTH, TPM_FAULT_REFUSED, "the password is wrong",
      "TPM2OPENSSL_PARENT_AUTH is where that of a parent comes from" },
    { TPM2_RC_AUTH_UNAVAILABLE, TPM_FAULT_REFUSED,
      "the key cannot be used with a password, only with its policy",
      "use the file that was written when it was made, which has the policy" },
    { TPM2_RC_POLICY_FAIL, TPM_FAULT_REFUSED, "the key's policy is not met",
      NULL },
    { TPM2_RC_POLICY_CC, TPM_FAULT_REFUSED,
      "the key's policy allows another use of it and not this one", NULL },
    { TPM2_RC_INTEGRITY, TPM_FAULT_REFUSED,
      "the key was made under another parent or by another TPM",
      "check the parent that the key file names" },
    { TPM2_RC_CONTEXT_GAP, TPM_FAULT_REFUSED,
      "another program has kept a session for too long",
      "`tpm2_flushcontext -s` frees it" },
    { TPM2_RC_NV_DEFINED, TPM_FAULT_REFUSED, "the handle is taken",
      "choose another, or free it with `tpm2_evictcontrol`" },
    { TPM2_RC_NV_SPACE, TPM_FAULT_REFUSED,
      "there is no room for another persistent key",
      "free one with `tpm2_evictcontrol`, or keep the key in a file" },
    { TPM2_RC_NV_UNAVAILABLE, TPM_FAULT_REFUSED,
      "the TPM's flash cannot be written now", NULL },
    { TPM2_RC_HIERARCHY, TPM_FAULT_REFUSED,
      "the hierarchy is switched off or not the right one", NULL },
    { TPM2_RC_CURVE, TPM_FAULT_REFUSED, "this TPM does not have that curve",
      "P-256 is on every TPM" },
    { TPM2_RC_VALUE, TPM_FAULT_REFUSED,
      "this TPM does not take that value; of a new key, its size",
      "RSA with 2048 bits and P-256 are on every TPM" },
    { TPM2_RC_KEY_SIZE, TPM_FAULT_REFUSED,
      "this TPM does not make keys of that size",
      "RSA with 2048 bits and P-256 are on every TPM" },
    { TPM2_RC_HASH, TPM_FAULT_REFUSED, "this TPM does not have that hash",
      "sign with SHA-256, which is on every TPM; a key on P-256 takes digests "
      "of any other hash as well" },
    { TPM2_RC_SCHEME, TPM_FAULT_REFUSED,
      "the key is made for another signature scheme or hash", NULL },
    { TPM2_RC_TYPE, TPM_FAULT_REFUSED,
      "what stands there is of another kind than is needed",
      "check the parent that the key file names" },
    { TPM2_RC_KEY, TPM_FAULT_REFUSED, "the key is not made for this", NULL },
    { TPM2_RC_ATTRIBUTES, TPM_FAULT_REFUSED,
      "the key's attributes do not allow this", NULL },
    { TPM2_RC_TICKET, TPM_FAULT_REFUSED,
      "the key is restricted to data that the TPM has hashed itself", NULL },
    { TPM2_RC_COMMAND_CODE, TPM_FAULT_REFUSED,
      "this TPM does not have the command", NULL },
};

static const struct tpm_fault_row lost = {
    .fault = TPM_FAULT_LOST,
    .sentence = "the connection to the TPM is lost",
    .remedy = "look whether the TPM, or its resource manager, still runs"
};

static const struct tpm_fault_row hung = {
    .fault = TPM_FAULT_HUNG, .sentence = "the TPM has not answered in time"
};

static const struct tpm_fault_row nonsense = {
    .fault = TPM_FAULT_LOST,
    .sentence = "what the TPM answered makes no sense",
    .remedy = "look at what stands between this program and the TPM"
};

static const struct tpm_fault_row unknown = { .fault = TPM_FAULT_REFUSED };

static const struct tpm_fault_row none = { .fault = TPM_FAULT_NONE };

/* Part 2 §6.6.2: bit 7 marks format one; what is not its number goes. */
static uint32_t
base_code(uint32_t code)
{
    return (code & TPM2_RC_FMT1) != 0 ? code & (TPM2_RC_FMT1 | 0x3F) : code;
}

int
tpm_code_is(uint32_t code, uint32_t wanted)
{
    return base_code(code & ~TSS2_RC_LAYER_MASK) == wanted;
}

static const struct tpm_fault_row *
find_tpm_row(uint32_t code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == base_code(code))
            return &rows[i];
    return &unknown;
}

const struct tpm_fault_row *
tpm_fault_find(uint32_t code)
{
    if (code == TSS2_RC_SUCCESS)
        return &none;
    switch (code & TSS2_RC_LAYER_MASK) {
    case TSS2_TPM_RC_LAYER:
    case TSS2_RESMGR_TPM_RC_LAYER:
    case TSS2_RESMGR_RC_LAYER:
        return find_tpm_row(code & ~TSS2_RC_LAYER_MASK);
    case TSS2_TCTI_RC_LAYER:
        return code == TSS2_TCTI_RC_TRY_AGAIN ? &hung : &lost;
    case TSS2_SYS_RC_LAYER:
    case TSS2_MU_RC_LAYER:
        return &nonsense;
    default:
        return &unknown;
    }
}

void
tpm_raise(const struct provider *prov, enum tpm_reason reason,
          const char *format, ...)
{
    va_list args;

    if (prov->core.new_error == NULL || prov->core.vset_error == NULL)
        return;
    va_start(args, format);
    prov->core.new_error(prov->handle);
    prov->core.vset_error(prov->handle, (uint32_t)reason, format, args);
    va_end(args);
}

void
tpm_warn(const char *format, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    (void)fprintf(stderr, "tpm2: %s\n", sentence);
}
