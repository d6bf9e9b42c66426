// SPDX-License-Identifier: Apache-2.0
/*
 * TSS2 PRIVATE KEY (draft-bottomley-tpm2-keys) from DER to struct and back:
 * bytes and a length, no TPM, no error queue.  PEM is left to decode.c and
 * encode.c.  A key has one encoding: what was read is written and compared.
 */
#include "keyfile.h"

#include "area.h"

#include <openssl/asn1t.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/stack.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/* The ASN.1, as OpenSSL's templates want it: the stacks hold the structs
 * above them.  An ASN1_BOOLEAN that is absent is -1. */
struct step_asn1 {
    ASN1_INTEGER *command;
    ASN1_OCTET_STRING *data;
};

struct policy_asn1 {
    ASN1_UTF8STRING *name;
    OPENSSL_STACK *steps;
};

struct keyfile_asn1 {
    ASN1_OBJECT *type;
    ASN1_BOOLEAN empty_auth;
    OPENSSL_STACK *policy;
    ASN1_OCTET_STRING *secret;
    OPENSSL_STACK *alternatives;
    ASN1_UTF8STRING *description;
    ASN1_BOOLEAN rsa_parent;
    ASN1_INTEGER *parent;
    ASN1_OCTET_STRING *public_area;
    ASN1_OCTET_STRING *private_area;
};

// clang-format off
ASN1_SEQUENCE(STEP) = {
    ASN1_EXP(struct step_asn1, command, ASN1_INTEGER, 0),
    ASN1_EXP(struct step_asn1, data, ASN1_OCTET_STRING, 1)
} static_ASN1_SEQUENCE_END_name(struct step_asn1, STEP)

ASN1_SEQUENCE(POLICY) = {
    ASN1_EXP_OPT(struct policy_asn1, name, ASN1_UTF8STRING, 0),
    ASN1_EXP_SEQUENCE_OF(struct policy_asn1, steps, STEP, 1)
} static_ASN1_SEQUENCE_END_name(struct policy_asn1, POLICY)

ASN1_SEQUENCE(KEYFILE) = {
    ASN1_SIMPLE(struct keyfile_asn1, type, ASN1_OBJECT),
    ASN1_EXP_OPT(struct keyfile_asn1, empty_auth, ASN1_BOOLEAN, 0),
    ASN1_EXP_SEQUENCE_OF_OPT(struct keyfile_asn1, policy, STEP, 1),
    ASN1_EXP_OPT(struct keyfile_asn1, secret, ASN1_OCTET_STRING, 2),
    ASN1_EXP_SEQUENCE_OF_OPT(struct keyfile_asn1, alternatives, POLICY, 3),
    ASN1_EXP_OPT(struct keyfile_asn1, description, ASN1_UTF8STRING, 4),
    ASN1_EXP_OPT(struct keyfile_asn1, rsa_parent, ASN1_BOOLEAN, 5),
    ASN1_SIMPLE(struct keyfile_asn1, parent, ASN1_INTEGER),
    ASN1_SIMPLE(struct keyfile_asn1, public_area, ASN1_OCTET_STRING),
    ASN1_SIMPLE(struct keyfile_asn1, private_area, ASN1_OCTET_STRING)
} static_ASN1_SEQUENCE_END_name(struct keyfile_asn1, KEYFILE)
// clang-format on

#define OID_LOADABLE "2.23.133.10.1.3"

void
tpm_policy_clear(struct tpm_policy *policy)
{
    for (size_t i = 0; i < policy->count; i++)
        OPENSSL_free(policy->steps[i].data);
    OPENSSL_free(policy->steps);
    OPENSSL_free(policy->name);
    memset(policy, 0, sizeof *policy);
}

struct tpm_keyfile *
tpm_keyfile_new(void)
{
    struct tpm_keyfile *file = OPENSSL_zalloc(sizeof *file);

    if (file == NULL)
        return NULL;
    file->empty_auth = 1;
    file->parent = TPM2_RH_OWNER;
    return file;
}

void
tpm_keyfile_free(struct tpm_keyfile **file)
{
    struct tpm_keyfile *old = *file;

    if (old == NULL)
        return;
    tpm_policy_clear(&old->policy);
    for (size_t i = 0; i < old->alternative_count; i++)
        tpm_policy_clear(&old->alternatives[i]);
    OPENSSL_free(old->alternatives);
    OPENSSL_clear_free(old->secret, old->secret_size);
    OPENSSL_free(old->description);
    OPENSSL_clear_free(old, sizeof *old);
    *file = NULL;
}

int
tpm_keyfile_is(const unsigned char *der, size_t length)
{
    /* OBJECT IDENTIFIER 2.23.133.10.1.x, whose x is the last byte */
    static const unsigned char oid[] = { 0x06, 0x06, 0x67, 0x81,
                                         0x05, 0x0a, 0x01 };
    size_t header;

    if (length < 2 || der[0] != (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED))
        return 0;
    header = 2 + (der[1] > 0x80 ? der[1] & 0x7f : 0);
    return header <= length && length - header >= sizeof oid &&
           memcmp(der + header, oid, sizeof oid) == 0;
}

/* A copy of an ASN.1 string with a NUL behind it, or NULL. */
static unsigned char *
string_copy(const ASN1_STRING *from, size_t *size)
{
    size_t length = (size_t)ASN1_STRING_length(from);
    unsigned char *copy = OPENSSL_zalloc(length + 1);

    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, ASN1_STRING_get0_data(from), length);
    *size = length;
    return copy;
}

CHECKED static int
text_read(const ASN1_UTF8STRING *from, char **text, const char **why)
{
    size_t size = 0;

    if (from == NULL)
        return 1;
    *text = (char *)string_copy(from, &size);
    if (*text == NULL)
        return 0;
    if (strlen(*text) != size) {
        *why = "a text in the key file has a NUL inside";
        return 0;
    }
    return 1;
}

CHECKED static int
step_read(const struct step_asn1 *from, struct tpm_policy_step *step,
          const char **why)
{
    uint64_t command = 0;

    if (!ASN1_INTEGER_get_uint64(&command, from->command) ||
        command > UINT32_MAX) {
        *why = "a policy of the key file has a command code of over 32 bits";
        return 0;
    }
    step->command = (TPM2_CC)command;
    step->data = string_copy(from->data, &step->size);
    return step->data != NULL;
}

/* Room for what a stack holds, and how many that is; NULL with an empty one
 * or one of more than most, and then *count is not 0. */
static void *
array_new(const OPENSSL_STACK *from, size_t most, size_t size, size_t *count)
{
    int found = OPENSSL_sk_num(from);

    *count = found > 0 ? (size_t)found : 0;
    return *count > 0 && *count <= most ? OPENSSL_zalloc(*count * size) : NULL;
}

CHECKED static int
steps_read(const OPENSSL_STACK *from, struct tpm_policy *policy,
           const char **why)
{
    size_t count = 0;

    policy->steps =
        array_new(from, TPM_KEYFILE_STEPS_MAX, sizeof *policy->steps, &count);
    if (count > TPM_KEYFILE_STEPS_MAX)
        *why = "a policy of the key file has more than 64 commands";
    if (policy->steps == NULL)
        return count == 0;
    policy->count = count;
    for (size_t i = 0; i < count; i++) {
        if (!step_read(OPENSSL_sk_value(from, (int)i), &policy->steps[i], why))
            return 0;
    }
    return 1;
}

CHECKED static int
alternatives_read(const OPENSSL_STACK *from, struct tpm_keyfile *file,
                  const char **why)
{
    size_t count = 0;

    file->alternatives = array_new(from, TPM_KEYFILE_ALTERNATIVES_MAX,
                                   sizeof *file->alternatives, &count);
    if (count > TPM_KEYFILE_ALTERNATIVES_MAX)
        *why = "the key file has more than 16 alternative policies";
    if (file->alternatives == NULL)
        return count == 0;
    file->alternative_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct policy_asn1 *policy = OPENSSL_sk_value(from, (int)i);

        if (!text_read(policy->name, &file->alternatives[i].name, why) ||
            !steps_read(policy->steps, &file->alternatives[i], why))
            return 0;
    }
    return 1;
}

/* tpm2-openssl before 1.3 wrote what a 32-bit long makes of 0x81000001, a
 * negative number, and tpm2-tss-engine wrote 0 for the owner. */
CHECKED static int
parent_read(const ASN1_INTEGER *from, TPM2_HANDLE *parent, const char **why)
{
    int64_t value = 0;

    if (ASN1_INTEGER_get_int64(&value, from) && value >= INT32_MIN &&
        value <= UINT32_MAX) {
        *parent = value == 0 ? TPM2_RH_OWNER : (TPM2_HANDLE)value;
        if (*parent == TPM2_RH_OWNER || *parent == TPM2_RH_NULL ||
            *parent == TPM2_RH_ENDORSEMENT || *parent == TPM2_RH_PLATFORM ||
            *parent >> TPM2_HR_SHIFT == TPM2_HT_TRANSIENT ||
            *parent >> TPM2_HR_SHIFT == TPM2_HT_PERSISTENT)
            return 1;
    }
    *why = "the parent in the key file is neither a hierarchy nor an object";
    return 0;
}

CHECKED static int
private_read(const ASN1_OCTET_STRING *from, TPM2B_PRIVATE *area)
{
    const unsigned char *data = ASN1_STRING_get0_data(from);
    size_t length = (size_t)ASN1_STRING_length(from);
    size_t used = 0;

    /* a size and that many bytes: there is no second way to write it */
    return !Tss2_MU_TPM2B_PRIVATE_Unmarshal(data, length, &used, area) &&
           used == length && area->size > 0;
}

/* The other types of the draft's section 3.1. */
static const struct {
    const char *oid;
    const char *refusal;
} types[] = {
    { "2.23.133.10.1.4", "the key file holds an importable key (type "
                         "2.23.133.10.1.4), which is not supported yet" },
    { "2.23.133.10.1.5", "the key file holds sealed data (type "
                         "2.23.133.10.1.5), which is not supported yet" },
};

CHECKED static int
type_check(const ASN1_OBJECT *type, const char **why)
{
    char oid[64] = "";

    if (OBJ_obj2txt(oid, sizeof oid, type, 1) > 0 &&
        strcmp(oid, OID_LOADABLE) == 0)
        return 1;
    *why = "the type of the key file is none of 2.23.133.10.1.3, .4 and .5";
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(oid, types[i].oid) == 0)
            *why = types[i].refusal;
    }
    return 0;
}

/* One whole DER and nothing that a DER encoder would have written otherwise:
 * no byte behind it, no long lengths, no members twice. */
static struct keyfile_asn1 *
asn1_read(const unsigned char *der, size_t length)
{
    const unsigned char *end = der;
    unsigned char *again = NULL;
    ASN1_VALUE *value = NULL;
    int made;
    int ok = 0;

    value = ASN1_item_d2i(NULL, &end, (long)length, ASN1_ITEM_rptr(KEYFILE));
    if (value != NULL && end == der + length) {
        made = ASN1_item_i2d(value, &again, ASN1_ITEM_rptr(KEYFILE));
        ok = made > 0 && (size_t)made == length &&
             memcmp(again, der, length) == 0;
    }
    OPENSSL_free(again);
    if (!ok) {
        ASN1_item_free(value, ASN1_ITEM_rptr(KEYFILE));
        return NULL;
    }
    return (struct keyfile_asn1 *)value;
}

CHECKED static int
members_read(const struct keyfile_asn1 *from, struct tpm_keyfile *file,
             const char **why)
{
    file->empty_auth = from->empty_auth > 0;
    file->rsa_parent = from->rsa_parent > 0;
    if (!type_check(from->type, why) ||
        !steps_read(from->policy, &file->policy, why) ||
        !alternatives_read(from->alternatives, file, why) ||
        !text_read(from->description, &file->description, why) ||
        !parent_read(from->parent, &file->parent, why))
        return 0;
    if (!area_read(ASN1_STRING_get0_data(from->public_area),
                   (size_t)ASN1_STRING_length(from->public_area),
                   &file->public_area)) {
        *why = "the public area in the key file is cut short or corrupt";
        return 0;
    }
    if (!private_read(from->private_area, &file->private_area)) {
        *why = "the private area in the key file is cut short or corrupt";
        return 0;
    }
    if (from->secret != NULL) {
        file->secret = string_copy(from->secret, &file->secret_size);
        return file->secret != NULL;
    }
    return 1;
}

struct tpm_keyfile *
tpm_keyfile_parse(const unsigned char *der, size_t length, const char **why)
{
    struct keyfile_asn1 *from = NULL;
    struct tpm_keyfile *file = NULL;
    int ok = 0;

    ERR_set_mark();
    *why = "no memory for the key file";
    if (length > TPM_KEYFILE_SIZE_MAX) {
        *why = "the key file is longer than 16384 bytes";
        goto out;
    }
    from = asn1_read(der, length);
    if (from == NULL) {
        *why = "the key file is cut short, corrupt or has members that "
               "draft-bottomley-tpm2-keys does not know";
        goto out;
    }
    file = tpm_keyfile_new();
    if (file == NULL)
        goto out;
    ok = members_read(from, file, why);
out:
    ASN1_item_free((ASN1_VALUE *)from, ASN1_ITEM_rptr(KEYFILE));
    if (!ok)
        tpm_keyfile_free(&file);
    ERR_pop_to_mark();
    return file;
}

CHECKED static int
octets_write(const unsigned char *data, size_t size, ASN1_STRING *to)
{
    return to != NULL && size <= INT_MAX &&
           ASN1_STRING_set(to, data, (int)size);
}

CHECKED static int
steps_write(const struct tpm_policy *policy, OPENSSL_STACK **to)
{
    if (*to == NULL)
        *to = OPENSSL_sk_new_null();
    for (size_t i = 0; *to != NULL && i < policy->count; i++) {
        const struct tpm_policy_step *step = &policy->steps[i];
        struct step_asn1 *made =
            (struct step_asn1 *)ASN1_item_new(ASN1_ITEM_rptr(STEP));

        if (made == NULL ||
            !ASN1_INTEGER_set_uint64(made->command, step->command) ||
            !octets_write(step->data, step->size, made->data) ||
            OPENSSL_sk_push(*to, made) <= 0) {
            ASN1_item_free((ASN1_VALUE *)made, ASN1_ITEM_rptr(STEP));
            return 0;
        }
    }
    return *to != NULL;
}

CHECKED static int
text_write(const char *text, ASN1_UTF8STRING **to)
{
    if (text == NULL)
        return 1;
    *to = ASN1_UTF8STRING_new();
    return octets_write((const unsigned char *)text, strlen(text), *to);
}

CHECKED static int
alternatives_write(const struct tpm_keyfile *file, OPENSSL_STACK **to)
{
    *to = OPENSSL_sk_new_null();
    for (size_t i = 0; *to != NULL && i < file->alternative_count; i++) {
        const struct tpm_policy *policy = &file->alternatives[i];
        struct policy_asn1 *made =
            (struct policy_asn1 *)ASN1_item_new(ASN1_ITEM_rptr(POLICY));

        if (made == NULL || !text_write(policy->name, &made->name) ||
            !steps_write(policy, &made->steps) ||
            OPENSSL_sk_push(*to, made) <= 0) {
            ASN1_item_free((ASN1_VALUE *)made, ASN1_ITEM_rptr(POLICY));
            return 0;
        }
    }
    return *to != NULL;
}

CHECKED static int
areas_write(const struct tpm_keyfile *file, struct keyfile_asn1 *to)
{
    unsigned char buffer[sizeof(TPM2B_PUBLIC) + sizeof(TPM2B_PRIVATE)];
    size_t size = 0;

    if (Tss2_MU_TPM2B_PUBLIC_Marshal(&file->public_area, buffer, sizeof buffer,
                                     &size) ||
        !octets_write(buffer, size, to->public_area))
        return 0;
    size = 0;
    return !Tss2_MU_TPM2B_PRIVATE_Marshal(&file->private_area, buffer,
                                          sizeof buffer, &size) &&
           octets_write(buffer, size, to->private_area);
}

CHECKED static int
options_write(const struct tpm_keyfile *file, struct keyfile_asn1 *to)
{
    if (file->policy.count > 0 && !steps_write(&file->policy, &to->policy))
        return 0;
    if (file->alternative_count > 0 &&
        !alternatives_write(file, &to->alternatives))
        return 0;
    if (file->secret != NULL) {
        to->secret = ASN1_OCTET_STRING_new();
        if (!octets_write(file->secret, file->secret_size, to->secret))
            return 0;
    }
    return text_write(file->description, &to->description);
}

int
tpm_keyfile_encode(const struct tpm_keyfile *file, unsigned char **der,
                   size_t *length)
{
    struct keyfile_asn1 *to =
        (struct keyfile_asn1 *)ASN1_item_new(ASN1_ITEM_rptr(KEYFILE));
    unsigned char *made = NULL;
    int size;
    int ok = 0;

    if (to == NULL)
        goto out;
    to->type = OBJ_txt2obj(OID_LOADABLE, 1);
    /* the draft would leave a false one out, but tpm2-openssl before 1.3
     * takes an absent emptyAuth for true and then never asks */
    to->empty_auth = file->empty_auth ? 0xff : 0;
    to->rsa_parent = file->rsa_parent ? 0xff : -1;
    if (to->type == NULL || !options_write(file, to) ||
        !ASN1_INTEGER_set_uint64(to->parent, file->parent) ||
        !areas_write(file, to))
        goto out;
    size = ASN1_item_i2d((ASN1_VALUE *)to, &made, ASN1_ITEM_rptr(KEYFILE));
    if (size <= 0)
        goto out;
    *der = made;
    *length = (size_t)size;
    ok = 1;
out:
    ASN1_item_free((ASN1_VALUE *)to, ASN1_ITEM_rptr(KEYFILE));
    return ok;
}
