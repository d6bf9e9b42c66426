// SPDX-License-Identifier: Apache-2.0
/*
 * The commands of a policy: from a key file's bytes to a struct, and what they
 * do to a policy's digest. Leaves sending them to prove.c and the file around
 * them to keyfile.c (draft-bottomley-tpm2-keys §4, §5; TPM 2.0 Part 3 §23).
 */
#include "policy.h"

#include "key.h"
#include "keyfile.h"
#include "provider.h"

#include <stdio.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/* Bytes of one command that are still to be read. */
struct reader {
    const unsigned char *data;
    size_t size;
    size_t at;
};

CHECKED static int
read_digest(struct reader *in, TPM2B_DIGEST *digest)
{
    return Tss2_MU_TPM2B_DIGEST_Unmarshal(in->data, in->size, &in->at,
                                          digest) == TSS2_RC_SUCCESS;
}

CHECKED static int
read_uint32(struct reader *in, uint32_t *number)
{
    return Tss2_MU_UINT32_Unmarshal(in->data, in->size, &in->at, number) ==
           TSS2_RC_SUCCESS;
}

CHECKED static int
read_nothing(const struct provider *prov, struct reader *in,
             struct policy_command *out)
{
    (void)prov;
    (void)in;
    (void)out;
    return 1;
}

CHECKED static int
read_pcr(const struct provider *prov, struct reader *in,
         struct policy_command *out)
{
    (void)prov;
    return read_digest(in, &out->pcr_digest) && out->pcr_digest.size > 0 &&
           Tss2_MU_TPML_PCR_SELECTION_Unmarshal(in->data, in->size, &in->at,
                                                &out->pcrs) == TSS2_RC_SUCCESS;
}

CHECKED static int
read_command_code(const struct provider *prov, struct reader *in,
                  struct policy_command *out)
{
    (void)prov;
    return read_uint32(in, &out->command);
}

CHECKED static int
read_secret(const struct provider *prov, struct reader *in,
            struct policy_command *out)
{
    (void)prov;
    return read_uint32(in, &out->entity) &&
           Tss2_MU_TPM2B_NAME_Unmarshal(in->data, in->size, &in->at,
                                        &out->name) == TSS2_RC_SUCCESS &&
           read_digest(in, &out->reference);
}

/* The draft has this for PolicyAuthorize and says nothing of PolicySigned,
 * which needs the same: key, reference, signature. */
CHECKED static int
read_signed(const struct provider *prov, struct reader *in,
            struct policy_command *out)
{
    return Tss2_MU_TPM2B_PUBLIC_Unmarshal(in->data, in->size, &in->at,
                                          &out->signer) == TSS2_RC_SUCCESS &&
           read_digest(in, &out->reference) &&
           Tss2_MU_TPMT_SIGNATURE_Unmarshal(in->data, in->size, &in->at,
                                            &out->signature) ==
               TSS2_RC_SUCCESS &&
           tpm_name(prov, &out->signer.publicArea, &out->name);
}

CHECKED static int
read_or(const struct provider *prov, struct reader *in,
        struct policy_command *out)
{
    (void)prov;
    return Tss2_MU_TPML_DIGEST_Unmarshal(in->data, in->size, &in->at,
                                         &out->branches) == TSS2_RC_SUCCESS &&
           out->branches.count >= 2; /* Part 3 §23.6 */
}

/* PolicyPassword leads to the digest of PolicyAuthValue (Part 3 §23.18), and
 * the draft lets us choose: a password never crosses the bus. */
static const struct row {
    TPM2_CC code;
    TPM2_CC meant;
    const char *name;
    int (*read)(const struct provider *prov, struct reader *in,
                struct policy_command *out);
} rows[] = {
    { TPM2_CC_PolicyPCR, TPM2_CC_PolicyPCR, "PolicyPCR", read_pcr },
    { TPM2_CC_PolicyAuthValue, TPM2_CC_PolicyAuthValue, "PolicyAuthValue",
      read_nothing },
    { TPM2_CC_PolicyPassword, TPM2_CC_PolicyAuthValue, "PolicyPassword",
      read_nothing },
    { TPM2_CC_PolicyCommandCode, TPM2_CC_PolicyCommandCode, "PolicyCommandCode",
      read_command_code },
    { TPM2_CC_PolicySecret, TPM2_CC_PolicySecret, "PolicySecret", read_secret },
    { TPM2_CC_PolicySigned, TPM2_CC_PolicySigned, "PolicySigned", read_signed },
    { TPM2_CC_PolicyAuthorize, TPM2_CC_PolicyAuthorize, "PolicyAuthorize",
      read_signed },
    { TPM2_CC_PolicyOR, TPM2_CC_PolicyOR, "PolicyOR", read_or },
};

/* Those that nobody here can prove, and why not. */
static const struct unknown_row {
    TPM2_CC code;
    const char *name;
    const char *why;
} unknown_rows[] = {
    { TPM2_CC_PolicyLocality, "PolicyLocality",
      "its policy has PolicyLocality: it wants a locality, and a program "
      "cannot "
      "choose from which one it talks to the TPM" },
    { TPM2_CC_PolicyCounterTimer, "PolicyCounterTimer",
      "its policy has PolicyCounterTimer: it wants a state of the TPM's clock, "
      "which is not supported here" },
    { TPM2_CC_PolicyNV, "PolicyNV",
      "its policy has PolicyNV: it wants a value of an NV index, which is not "
      "supported here" },
    { TPM2_CC_PolicyAuthorizeNV, "PolicyAuthorizeNV",
      "its policy has PolicyAuthorizeNV: it is read from an NV index, which is "
      "not supported here; PolicyAuthorize is" },
    { TPM2_CC_PolicyPhysicalPresence, "PolicyPhysicalPresence",
      "its policy has PolicyPhysicalPresence: somebody has to touch the "
      "machine, which is not supported here" },
    { TPM2_CC_PolicyTicket, "PolicyTicket",
      "its policy has PolicyTicket: its ticket is good until the TPM is "
      "switched off, and no file can hold it; PolicySigned can" },
    { TPM2_CC_PolicyDuplicationSelect, "PolicyDuplicationSelect",
      "its policy has PolicyDuplicationSelect: it lets the key be moved to "
      "another TPM and not be used" },
    { TPM2_CC_PolicyCpHash, "PolicyCpHash",
      "its policy has PolicyCpHash: it allows one command with the parameters "
      "of then, which is not supported here" },
    { TPM2_CC_PolicyNameHash, "PolicyNameHash",
      "its policy has PolicyNameHash: it allows commands on certain objects, "
      "which is not supported here" },
    { TPM2_CC_PolicyNvWritten, "PolicyNvWritten",
      "its policy has PolicyNvWritten: it is one of an NV index, and of no "
      "key" },
    { TPM2_CC_PolicyTemplate, "PolicyTemplate",
      "its policy has PolicyTemplate: it is one of a parent, and not of the "
      "use of a key" },
};

static const struct row *
find_row(TPM2_CC code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

static const struct unknown_row *
find_unknown(TPM2_CC code)
{
    static const struct unknown_row none = {
        0, "a command",
        "its policy has a command that is none of PolicyPCR, PolicyAuthValue, "
        "PolicyPassword, PolicyCommandCode, PolicySecret, PolicySigned, "
        "PolicyAuthorize and PolicyOR"
    };

    for (size_t i = 0; i < sizeof unknown_rows / sizeof *unknown_rows; i++)
        if (unknown_rows[i].code == code)
            return &unknown_rows[i];
    return &none;
}

int
policy_read(const struct provider *prov, const struct tpm_policy_step *step,
            struct policy_command *command, const char **why)
{
    const struct row *row = find_row(step->command);
    struct reader in = { step->data, step->size, 0 };

    memset(command, 0, sizeof *command);
    if (row == NULL) {
        *why = find_unknown(step->command)->why;
        return 0;
    }
    command->code = row->meant;
    *why = "a command of its policy is cut short or corrupt";
    return row->read(prov, &in, command) && in.at == in.size;
}

TPM2B_DIGEST
policy_start(TPM2_ALG_ID hash)
{
    const struct tpm_hash *row = tpm_hash_by_id(hash);
    TPM2B_DIGEST digest = { .size = row == NULL ? 0 : (UINT16)row->size };

    return digest;
}

/* What a command puts behind the digest so far. */
struct extension {
    unsigned char data[sizeof(TPML_PCR_SELECTION) + sizeof(TPML_DIGEST)];
    size_t len;
};

static void
put_bytes(struct extension *out, const void *data, size_t len)
{
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

CHECKED static int
put_uint32(struct extension *out, uint32_t number)
{
    return Tss2_MU_UINT32_Marshal(number, out->data, sizeof out->data,
                                  &out->len) == TSS2_RC_SUCCESS;
}

CHECKED static int
extend(const struct provider *prov, TPM2_ALG_ID hash,
       const struct extension *with, TPM2B_DIGEST *digest)
{
    const EVP_MD *md = provider_digest(prov, hash);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = 0;

    ok = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) &&
         EVP_DigestUpdate(ctx, digest->buffer, digest->size) &&
         EVP_DigestUpdate(ctx, with->data, with->len) &&
         EVP_DigestFinal_ex(ctx, digest->buffer, NULL);
    EVP_MD_CTX_free(ctx);
    return ok;
}

/* PolicyUpdate(): who, and then the reference (Part 3 §23.2.3). */
CHECKED static int
extend_by_entity(const struct provider *prov, TPM2_ALG_ID hash,
                 const struct policy_command *command, TPM2B_DIGEST *digest)
{
    struct extension who = { .len = 0 };
    struct extension reference = { .len = 0 };

    if (!put_uint32(&who, command->code))
        return 0;
    put_bytes(&who, command->name.name, command->name.size);
    put_bytes(&reference, command->reference.buffer, command->reference.size);
    return extend(prov, hash, &who, digest) &&
           extend(prov, hash, &reference, digest);
}

CHECKED static int
extend_by_branches(const struct provider *prov, TPM2_ALG_ID hash,
                   const struct policy_command *command, TPM2B_DIGEST *digest)
{
    struct extension all = { .len = 0 };
    int is_branch = 0;

    if (!put_uint32(&all, command->code))
        return 0;
    for (size_t i = 0; i < command->branches.count; i++) {
        const TPM2B_DIGEST *branch = &command->branches.digests[i];

        put_bytes(&all, branch->buffer, branch->size);
        is_branch |= branch->size == digest->size &&
                     memcmp(branch->buffer, digest->buffer, branch->size) == 0;
    }
    *digest = policy_start(hash);
    return is_branch && extend(prov, hash, &all, digest);
}

int
policy_extend(const struct provider *prov, TPM2_ALG_ID hash,
              const struct policy_command *command, TPM2B_DIGEST *digest)
{
    struct extension with = { .len = 0 };

    switch (command->code) {
    case TPM2_CC_PolicySecret:
    case TPM2_CC_PolicySigned:
        return extend_by_entity(prov, hash, command, digest);
    case TPM2_CC_PolicyAuthorize: /* forgets what was before: §23.16 */
        *digest = policy_start(hash);
        return extend_by_entity(prov, hash, command, digest);
    case TPM2_CC_PolicyOR:
        return extend_by_branches(prov, hash, command, digest);
    default:
        break;
    }
    if (!put_uint32(&with, command->code))
        return 0;
    if (command->code == TPM2_CC_PolicyCommandCode &&
        !put_uint32(&with, command->command))
        return 0;
    if (command->code == TPM2_CC_PolicyPCR) {
        if (Tss2_MU_TPML_PCR_SELECTION_Marshal(&command->pcrs, with.data,
                                               sizeof with.data,
                                               &with.len) != TSS2_RC_SUCCESS)
            return 0;
        put_bytes(&with, command->pcr_digest.buffer, command->pcr_digest.size);
    }
    return extend(prov, hash, &with, digest);
}

int
policy_digest(const struct provider *prov, TPM2_ALG_ID hash,
              const struct tpm_policy *policy, size_t count,
              TPM2B_DIGEST *digest, const char **why)
{
    struct policy_command command;

    *digest = policy_start(hash);
    for (size_t i = 0; i < count; i++) {
        if (!policy_read(prov, &policy->steps[i], &command, why))
            return 0;
        *why = "the branches of its policy lack the one that comes before";
        if (!policy_extend(prov, hash, &command, digest))
            return 0;
    }
    return 1;
}

int
policy_has(const struct tpm_policy *policy, TPM2_CC code)
{
    for (size_t i = 0; i < policy->count; i++) {
        const struct row *row = find_row(policy->steps[i].command);

        if (row != NULL && row->meant == code)
            return 1;
    }
    return 0;
}

static const char *
bank_name(TPM2_ALG_ID bank)
{
    const struct tpm_hash *hash = tpm_hash_by_id(bank);

    return hash == NULL ? "of another bank" : hash->bank;
}

static int
has_pcr(const TPMS_PCR_SELECTION *bank, unsigned pcr)
{
    return pcr / 8 < bank->sizeofSelect &&
           (bank->pcrSelect[pcr / 8] >> pcr % 8 & 1) != 0;
}

void
policy_say_pcrs(const TPML_PCR_SELECTION *pcrs, char text[POLICY_PCRS_MAX])
{
    char list[POLICY_PCRS_MAX - 32] = "";
    size_t len = 0;
    unsigned count = 0;

    for (size_t i = 0; i < pcrs->count; i++)
        for (unsigned pcr = 0; pcr < 8 * TPM2_PCR_SELECT_MAX; pcr++)
            if (has_pcr(&pcrs->pcrSelections[i], pcr) && len < sizeof list - 8)
                len += (size_t)snprintf(list + len, sizeof list - len, "%s%u",
                                        count++ > 0 ? ", " : "", pcr);
    (void)snprintf(text, POLICY_PCRS_MAX, "PCR%s %s (%s)", count > 1 ? "s" : "",
                   list,
                   pcrs->count == 1 ? bank_name(pcrs->pcrSelections[0].hash)
                                    : "of several banks");
}

/* Names are for people who compare them, so that the first bytes do. */
static void
say_name(const char *before, const TPM2B_NAME *name, char *text, size_t room)
{
    size_t len = (size_t)snprintf(text, room, "%s ", before);

    for (size_t i = 0; i < name->size && i < 10 && len + 3 < room; i++)
        len += (size_t)snprintf(text + len, room - len, "%02x", name->name[i]);
}

/* What a key does that a policy may be about (Part 2 §6.5.2). */
static const char *
command_name(TPM2_CC command)
{
    switch (command) {
    case TPM2_CC_Sign:
        return "to sign";
    case TPM2_CC_RSA_Decrypt:
        return "to decrypt";
    case TPM2_CC_ECDH_ZGen:
        return "to agree on secrets";
    default:
        return "another command than those of a key here";
    }
}

static void
say_wanted(const struct policy_command *command, char *text, size_t room)
{
    char pcrs[POLICY_PCRS_MAX];

    switch (command->code) {
    case TPM2_CC_PolicyPCR:
        policy_say_pcrs(&command->pcrs, pcrs);
        (void)snprintf(text, room, "%s as they were then", pcrs);
        return;
    case TPM2_CC_PolicyAuthValue:
        (void)snprintf(text, room, "the password of the key");
        return;
    case TPM2_CC_PolicyCommandCode:
        (void)snprintf(text, room, "only %s", command_name(command->command));
        return;
    case TPM2_CC_PolicySecret:
        say_name("the password of the entity with the name", &command->name,
                 text, room);
        return;
    case TPM2_CC_PolicySigned:
        say_name("signed by the key with the name", &command->name, text, room);
        return;
    case TPM2_CC_PolicyAuthorize:
        say_name("what the key approves of that has the name", &command->name,
                 text, room);
        return;
    default:
        (void)snprintf(text, room, "one of %u branches",
                       (unsigned)command->branches.count);
    }
}

void
policy_say(const struct provider *prov, const struct tpm_policy_step *step,
           char text[POLICY_SENTENCE_MAX])
{
    const struct row *row = find_row(step->command);
    struct policy_command command;
    char wanted[POLICY_SENTENCE_MAX - 32] = "cut short or corrupt";
    const char *why = NULL;

    if (row == NULL) {
        (void)snprintf(text, POLICY_SENTENCE_MAX, "%s (0x%x): not known here",
                       find_unknown(step->command)->name,
                       (unsigned)step->command);
        return;
    }
    if (policy_read(prov, step, &command, &why))
        say_wanted(&command, wanted, sizeof wanted);
    (void)snprintf(text, POLICY_SENTENCE_MAX, "%s: %s", row->name, wanted);
}
