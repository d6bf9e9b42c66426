// SPDX-License-Identifier: Apache-2.0
/*
 * The commands of a policy: whatever the bytes, reading ends, keeps to them
 * and says why it refuses; what it accepts has a digest and a name. The first
 * byte chooses the command.
 */
#include "keyfile.h"
#include "policy.h"
#include "provider.h"

#include <stdint.h>
#include <stdlib.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const TPM2_CC codes[] = {
    TPM2_CC_PolicyPCR,         TPM2_CC_PolicyAuthValue, TPM2_CC_PolicyPassword,
    TPM2_CC_PolicyCommandCode, TPM2_CC_PolicySecret,    TPM2_CC_PolicySigned,
    TPM2_CC_PolicyAuthorize,   TPM2_CC_PolicyOR,        TPM2_CC_PolicyNV,
};

static struct provider prov;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < TPM_HASHES; i++)
        prov.digests[i] = EVP_MD_fetch(NULL, tpm_hashes[i].name, NULL);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tpm_policy_step step = { 0 };
    struct policy_command command;
    TPM2B_DIGEST digest = policy_start(TPM2_ALG_SHA256);
    const char *why = NULL;
    char text[POLICY_PCRS_MAX];

    if (size == 0)
        return 0;
    step.command = codes[data[0] % (sizeof codes / sizeof codes[0])];
    step.data = (unsigned char *)(uintptr_t)(data + 1);
    step.size = size - 1;
    if (policy_read(&prov, &step, &command, &why)) {
        if (!policy_extend(&prov, TPM2_ALG_SHA256, &command, &digest) &&
            command.code != TPM2_CC_PolicyOR)
            abort();
        policy_say_pcrs(&command.pcrs, text);
    } else if (why == NULL) {
        abort();
    }
    return 0;
}
