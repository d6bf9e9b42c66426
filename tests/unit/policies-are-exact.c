// SPDX-License-Identifier: Apache-2.0
/*
 * Policy digests are those that a TPM computes (swtpm's TPM2_PolicyGetDigest
 * in trial sessions of tpm2-tools 5.4), and commands that are cut short, too
 * long or unknown are refused (TPM 2.0 Part 3 §23).
 */
#include "check.h"
#include "instance.h"
#include "keyfile.h"
#include "policy.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* PCR 16 of SHA-256 as it is after a reset */
#define PCR                                                                \
    "002066687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925" \
    "00000001000b03000001"
#define PCR_DIGEST \
    "bff2d58e9813f97cefc14f72ad8133bc7092d652b7c877959254af140c841f36"
#define AUTH_DIGEST \
    "8fcd2169ab92694e0c633f1ab772842b8241bbc20288981fc7ac1eddc1fddb0e"
/* TPM2B_PUBLIC of a key on P-256; its reference is "abc"; no signature */
#define SIGNER                                                               \
    "00560023000b000600400000001000100003001000208b9035509e2542aca61a090f7b" \
    "1a6023166a6a85e375858d1707b3201e0337ac0020a7a75f2d6c0cbe3bfc92f7ab1cce" \
    "bfe7e786ee5871efbba18320e8599e99acc5"                                   \
    "0003616263"                                                             \
    "0010"

static const struct {
    const char *digest;
    struct {
        TPM2_CC code;
        const char *data;
    } steps[3];
} rows[] = {
    { PCR_DIGEST, { { TPM2_CC_PolicyPCR, PCR } } },
    { AUTH_DIGEST, { { TPM2_CC_PolicyAuthValue, "" } } },
    { AUTH_DIGEST, { { TPM2_CC_PolicyPassword, "" } } },
    { "cc6918b226273b08f5bd406d7f10cf160f0a7d13dfd83b7770ccbcd1aa80d811",
      { { TPM2_CC_PolicyCommandCode, "0000015d" } } },
    { "f4cd243008a2b3b05fb958608e5c92747932d4a7fbd08c683c9ba6e7e4ca784a",
      { { TPM2_CC_PolicySecret, "000000000004400000010003616263" } } },
    { "ff676ce3ff735d0712c2e8a6a91e396da047a13da4acb92d02d4569054283619",
      { { TPM2_CC_PolicyAuthValue, "" },
        { TPM2_CC_PolicyOR, "000000020020" PCR_DIGEST "0020" AUTH_DIGEST } } },
    { "beba178a6bb999f1f0aec0e4884875bed4da2cdf571b6624aa4223a9e123bdd5",
      { { TPM2_CC_PolicyAuthValue, "" },
        { TPM2_CC_PolicyAuthorize, SIGNER } } },
    { "ac78b055f6b2d7410da13f757fc2852e3826c9e19a12588b57f78a6fc7ff3066",
      { { TPM2_CC_PolicySigned, SIGNER } } },
    { "195146253886976ba9784dcbb42c70095c3af977b902eee23254f5ccc5ba3a56",
      { { TPM2_CC_PolicyPCR, PCR }, { TPM2_CC_PolicyAuthValue, "" } } },
};

static struct tpm_policy_step
make_step(TPM2_CC code, const char *data)
{
    struct tpm_policy_step step = { .command = code };
    long len = 0;

    step.data = OPENSSL_hexstr2buf(data, &len);
    step.size = (size_t)len;
    CHECK(step.data != NULL || *data == '\0');
    return step;
}

static void
digests_are_the_tpms(const struct provider *prov)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tpm_policy_step steps[3] = { { 0 } };
        struct tpm_policy policy = { .steps = steps };
        TPM2B_DIGEST digest = { 0 };
        const char *why = NULL;
        long len = 0;
        unsigned char *expected = OPENSSL_hexstr2buf(rows[i].digest, &len);

        for (; policy.count < 3 && rows[i].steps[policy.count].code != 0;
             policy.count++)
            steps[policy.count] = make_step(rows[i].steps[policy.count].code,
                                            rows[i].steps[policy.count].data);
        CHECK(policy_digest(prov, TPM2_ALG_SHA256, &policy, policy.count,
                            &digest, &why));
        CHECK(digest.size == len &&
              memcmp(digest.buffer, expected, (size_t)len) == 0);
        OPENSSL_free(expected);
        for (size_t s = 0; s < policy.count; s++)
            OPENSSL_free(steps[s].data);
    }
}

/* Each command whole, as the control; and one byte less, one more. */
static void
sizes_are_exact(const struct provider *prov)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tpm_policy_step step =
            make_step(rows[i].steps[0].code, rows[i].steps[0].data);
        struct policy_command command;
        const char *why = NULL;

        CHECK(policy_read(prov, &step, &command, &why));
        if (step.size > 0) {
            step.size--;
            CHECK(!policy_read(prov, &step, &command, &why));
            CHECK(strstr(why, "cut short") != NULL);
            step.size++;
        }
        step.data = OPENSSL_realloc(step.data, step.size + 1);
        step.data[step.size++] = 0;
        CHECK(!policy_read(prov, &step, &command, &why));
        OPENSSL_free(step.data);
    }
}

static void
others_are_refused(const struct provider *prov)
{
    static const struct {
        TPM2_CC code;
        const char *data;
    } refused[] = {
        { TPM2_CC_PolicyLocality, "01" },
        { TPM2_CC_Sign, "" },
        { TPM2_CC_PolicyPCR, "000000000001000b03000001" }, /* any state */
        { TPM2_CC_PolicyOR, "000000010020" PCR_DIGEST },
        { TPM2_CC_PolicyOR, "7fffffff0020" PCR_DIGEST },
    };

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct tpm_policy_step step =
            make_step(refused[i].code, refused[i].data);
        struct policy_command command;
        const char *why = NULL;

        CHECK(!policy_read(prov, &step, &command, &why));
        CHECK(why != NULL);
        OPENSSL_free(step.data);
    }
}

static void
pcrs_are_named(const struct provider *prov)
{
    static const struct {
        const char *data;
        const char *name;
    } named[] = {
        { "0001000000000100"
          "0b03800000",
          "PCR 7 (sha256)" },
        { "0001000000000100"
          "0403850001",
          "PCRs 0, 2, 7, 16 (sha1)" },
        { "0001000000000200"
          "0b03010000"
          "000403000080",
          "PCRs 0, 23 (of several banks)" },
    };

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        struct tpm_policy_step step =
            make_step(TPM2_CC_PolicyPCR, named[i].data);
        struct policy_command command;
        const char *why = NULL;
        char text[POLICY_PCRS_MAX];

        if (CHECK(policy_read(prov, &step, &command, &why))) {
            policy_say_pcrs(&command.pcrs, text);
            CHECK(strcmp(text, named[i].name) == 0);
        }
        OPENSSL_free(step.data);
    }
}

int
main(void)
{
    struct provider prov;

    /* what is refused, tpm2-tss would print as well */
    CHECK(setenv("TSS2_LOG", "all+NONE", 1) == 0);
    if (CHECK(instance_make(&prov))) {
        digests_are_the_tpms(&prov);
        sizes_are_exact(&prov);
        others_are_refused(&prov);
        pcrs_are_named(&prov);
    }
    instance_free(&prov);
    return check_end();
}
