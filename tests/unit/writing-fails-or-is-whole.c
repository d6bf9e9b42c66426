// SPDX-License-Identifier: Apache-2.0
/*
 * Encoders write all or say that they could not, wherever the room ends, and
 * write nothing that they should not; what they wrote is read again by the
 * decoders, and by nobody when a piece of it is missing.
 */
#include "check.h"
#include "key.h"
#include "keyfile.h"
#include "keys.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

static struct within within;
static BIO_METHOD *method;

/* Room for so many writes. */
static int writes_left;
static size_t written;
static char text[8192];

static int
write_some(BIO *bio, const char *data, int size)
{
    (void)bio;
    if (writes_left <= 0 || written + (size_t)size >= sizeof text)
        return -1;
    writes_left--;
    memcpy(text + written, data, (size_t)size);
    written += (size_t)size;
    text[written] = '\0';
    return size;
}

static long
control(BIO *bio, int command, long number, void *arg)
{
    (void)bio;
    (void)number;
    (void)arg;
    return command == BIO_CTRL_FLUSH;
}

static bool
encode(const char *type, const char *properties, const struct tpm_key *key,
       int selection, int room)
{
    BIO *out = BIO_new(method);
    bool ok = false;

    BIO_set_init(out, 1);
    writes_left = room;
    written = 0;
    ok = OSSL_FUNC_encoder_encode(within_find(
        &within, OSSL_OP_ENCODER, type, properties, OSSL_FUNC_ENCODER_ENCODE))(
        within.context, (OSSL_CORE_BIO *)out, key, NULL, selection, NULL, NULL);
    BIO_free(out);
    return ok;
}

/* With ever more room, until it is enough. */
static void
encode_all(const char *type, const char *properties, const struct tpm_key *key,
           const char *piece)
{
    int room = 0;

    while (room < 2000 &&
           !encode(type, properties, key, OSSL_KEYMGMT_SELECT_ALL, room))
        room++;
    if (!CHECK(room > 0 && room < 2000) || !CHECK(strstr(text, piece) != NULL))
        fprintf(stderr, "  %s, %s, %d writes: %s\n", type, properties, room,
                text);
}

static void
what_is_written_is_whole(struct tpm_key *ec, struct tpm_key *rsa)
{
    struct tpm_key *pss = keys_fixed(
        &within, rsa, TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_RESTRICTED,
        TPM2_ALG_RSAPSS);

    encode_all("EC", "output=text", ec, "NIST CURVE: P-256");
    encode_all("RSA", "output=text", rsa, "Signature Scheme: any");
    encode_all("RSA-PSS", "output=text", pss, "  Hash: SHA2-256");
    encode_all("EC", "output=pem,structure=Subject", ec, "PUBLIC KEY");
    encode_all("RSA", "output=pem,structure=pkcs1", rsa, "RSA PUBLIC KEY");
    encode_all("RSA-PSS", "output=pem,structure=Subject", pss, "PUBLIC KEY");
    encode_all("EC", "output=pem,structure=Private", ec, "-----END");
    encode_all("RSA", "output=der,structure=Subject", rsa, "0");
    tpm_key_free(&pss);
}

/* Commands as a key file has them, and what is said of them. */
static const struct {
    TPM2_CC command;
    const char *data;
    size_t len;
    const char *said;
} steps[] = {
    { TPM2_CC_PolicyAuthValue, "", 0, "the password of the key" },
    { TPM2_CC_PolicyCommandCode, "\0\0\1\x5d", 4, "only to sign" },
    { TPM2_CC_PolicyCommandCode, "\0\0\1\x59", 4, "only to decrypt" },
    { TPM2_CC_PolicyCommandCode, "\0\0\1\x54", 4, "to agree on secrets" },
    { TPM2_CC_PolicyCommandCode, "\0\0\1\x7b", 4, "only another command" },
    { TPM2_CC_PolicySecret, "\x40\0\0\1\0\4\x40\0\0\1\0\0", 12, "40000001" },
    { TPM2_CC_PolicyOR, "\0\0\0\2\0\1a\0\1b", 10, "one of 2 branches" },
    { TPM2_CC_PolicyPCR, "\0", 1, "cut short or corrupt" },
    { TPM2_CC_PolicyNV, "", 0, "not known here" },
};

enum { STEPS = sizeof steps / sizeof *steps };

/* Room in a file's policy, and each of the first `count` commands there. */
static bool
fill_policy(struct tpm_policy *policy, size_t count)
{
    policy->steps = OPENSSL_zalloc(count * sizeof *policy->steps);
    if (policy->steps == NULL)
        return false;
    for (; policy->count < count; policy->count++) {
        struct tpm_policy_step *step = &policy->steps[policy->count];

        step->command = steps[policy->count].command;
        step->size = steps[policy->count].len;
        step->data = OPENSSL_zalloc(step->size + 1);
        if (step->data == NULL)
            return false;
        memcpy(step->data, steps[policy->count].data, step->size);
    }
    return true;
}

static void
policies_are_told(struct tpm_key *ec)
{
    struct tpm_key *bound =
        keys_fixed(&within, ec, TPMA_OBJECT_SIGN_ENCRYPT, TPM2_ALG_NULL);

    bound->file = tpm_keyfile_new();
    if (!CHECK(bound->file != NULL && fill_policy(&bound->file->policy, STEPS)))
        return;
    bound->file->alternatives =
        OPENSSL_zalloc(sizeof *bound->file->alternatives);
    if (!CHECK(bound->file->alternatives != NULL &&
               fill_policy(bound->file->alternatives, 1)))
        return;
    bound->file->alternatives->name = OPENSSL_strdup("now\033[2J");
    bound->file->alternative_count = 1;
    encode_all("EC", "output=text", bound, "signed policy now?[2J: ");
    for (size_t i = 0; i < STEPS; i++)
        if (!CHECK(strstr(text, steps[i].said) != NULL))
            fprintf(stderr, "  %s\n", steps[i].said);
    tpm_key_free(&bound);
}

static void
what_is_not_for_paper_stays(struct tpm_key *ec)
{
    struct tpm_key *transient = keys_fixed(&within, ec, 0, TPM2_ALG_NULL);
    const OSSL_PARAM abstract[] = { OSSL_PARAM_construct_end() };
    OSSL_PARAM cipher[] = { OSSL_PARAM_construct_utf8_string(
                                "cipher", (char *)"AES-256-CBC", 0),
                            OSSL_PARAM_construct_end() };
    const OSSL_DISPATCH *set =
        within_find(&within, OSSL_OP_ENCODER, "EC", "output=pem,structure=Pri",
                    OSSL_FUNC_ENCODER_SET_CTX_PARAMS);

    transient->handle = 0x80000001;
    CHECK(!encode("EC", "output=pem,structure=Private", transient,
                  OSSL_KEYMGMT_SELECT_ALL, 1000));
    CHECK(!encode("EC", "output=text", NULL, OSSL_KEYMGMT_SELECT_ALL, 1000));
    CHECK(!encode("EC", "output=pem", NULL, OSSL_KEYMGMT_SELECT_ALL, 1000));
    CHECK(!OSSL_FUNC_encoder_encode(within_find(
        &within, OSSL_OP_ENCODER, "EC", "output=text",
        OSSL_FUNC_ENCODER_ENCODE))(within.context, NULL, ec, abstract,
                                   OSSL_KEYMGMT_SELECT_ALL, NULL, NULL));
    CHECK(!OSSL_FUNC_encoder_encode(within_find(
        &within, OSSL_OP_ENCODER, "EC", "output=pem",
        OSSL_FUNC_ENCODER_ENCODE))(within.context, NULL, ec, abstract,
                                   OSSL_KEYMGMT_SELECT_ALL, NULL, NULL));
    CHECK(!OSSL_FUNC_encoder_set_ctx_params(set)(within.context, cipher));
    cipher[0] = OSSL_PARAM_construct_utf8_string("cipher", (char *)"", 0);
    CHECK(OSSL_FUNC_encoder_set_ctx_params(set)(within.context, cipher));
    CHECK(OSSL_FUNC_encoder_set_ctx_params(set)(within.context, abstract));
    tpm_key_free(&transient);
}

/* Which encoder is asked for which half. */
static void
halves_have_their_encoders(void)
{
    static const struct {
        const char *properties;
        int selection;
        bool does;
    } rows[] = {
        { "output=pem,structure=Private", OSSL_KEYMGMT_SELECT_ALL, true },
        { "output=pem,structure=Private", OSSL_KEYMGMT_SELECT_PUBLIC_KEY,
          false },
        { "output=pem,structure=Subject", OSSL_KEYMGMT_SELECT_PUBLIC_KEY,
          true },
        { "output=pem,structure=Subject", OSSL_KEYMGMT_SELECT_ALL, false },
        { "output=pem,structure=Subject", OSSL_KEYMGMT_SELECT_ALL_PARAMETERS,
          false },
        { "output=text", OSSL_KEYMGMT_SELECT_PUBLIC_KEY, true },
        { "output=text", OSSL_KEYMGMT_SELECT_ALL_PARAMETERS, false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK(OSSL_FUNC_encoder_does_selection(within_find(
                  &within, OSSL_OP_ENCODER, "EC", rows[i].properties,
                  OSSL_FUNC_ENCODER_DOES_SELECTION))(
                  within.context, rows[i].selection) == (int)rows[i].does);
}

static int
count_keys(const OSSL_PARAM params[], void *arg)
{
    (void)params;
    ++*(int *)arg;
    return 1;
}

/* How many objects come of it, and whether that was no error. */
static bool
decode(const char *property, const char *data, size_t len, int *keys)
{
    BIO *in = BIO_new_mem_buf(data, (int)len);
    bool ok = OSSL_FUNC_decoder_decode(
        within_find(&within, OSSL_OP_DECODER,
                    strcmp(property, "input=pem") == 0 ? "DER" : "EC", property,
                    OSSL_FUNC_DECODER_DECODE))(
        within.context, (OSSL_CORE_BIO *)in, 0, count_keys, keys, NULL, NULL);

    BIO_free(in);
    return ok;
}

static void
what_lacks_a_piece_is_no_key(struct tpm_key *ec)
{
    static const char foreign[] = "-----BEGIN PUBLIC KEY-----\nAA==\n"
                                  "-----END PUBLIC KEY-----\n";
    char pem[sizeof text];
    size_t len = 0;
    int keys = 0;

    CHECK(encode("EC", "output=pem,structure=Private", ec,
                 OSSL_KEYMGMT_SELECT_ALL, 1000));
    len = written;
    memcpy(pem, text, len);
    CHECK(decode("input=pem", pem, len, &keys) && keys == 1);
    for (size_t cut = 50; cut < len - 5; cut += 7) {
        keys = 0;
        CHECK(!decode("input=pem", pem, cut, &keys) && keys == 0);
    }
    /* what is somebody else's is no error */
    CHECK(decode("input=pem", foreign, sizeof foreign - 1, &keys) &&
          decode("input=pem", "", 0, &keys) && keys == 0);
    CHECK(encode("EC", "output=der,structure=Private", ec,
                 OSSL_KEYMGMT_SELECT_ALL, 1000));
    len = written;
    memcpy(pem, text, len);
    CHECK(decode("input=der", pem, len, &keys) && keys == 1);
    keys = 0;
    CHECK(!decode("input=der", pem, len - 1, &keys) && keys == 0);
    CHECK(decode("input=der", foreign, sizeof foreign, &keys) && keys == 0);
    pem[len - 1] ^= 1;
    (void)decode("input=der", pem, len, &keys);
}

int
main(void)
{
    struct tpm_key *ec = NULL, *rsa = NULL;

    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "narrow");
    if (!CHECK(method != NULL && BIO_meth_set_write(method, write_some) &&
               BIO_meth_set_ctrl(method, control)) ||
        !CHECK(within_open(&within)))
        return check_end();
    ec = keys_ec(&within, "P-256");
    rsa = keys_rsa(&within);
    if (CHECK(ec != NULL && rsa != NULL)) {
        what_is_written_is_whole(ec, rsa);
        policies_are_told(ec);
        what_is_not_for_paper_stays(ec);
        halves_have_their_encoders();
        what_lacks_a_piece_is_no_key(ec);
    }
    tpm_key_free(&ec);
    tpm_key_free(&rsa);
    within_close(&within);
    BIO_meth_free(method);
    return check_end();
}
