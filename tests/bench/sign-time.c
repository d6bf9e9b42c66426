// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures with one persistent P-256 key, by the provider through EVP and by
 * tpm2-tss's SAPI alone, the same TPM command, for provider-time.sh to tell
 * what is in between. Figures are for the shell to put into a table.
 *
 *     sign-time turns HANDLE N   N of each kind in turns; for each kind a line:
 *                                name, median wall and mean CPU microseconds
 *     sign-time evp HANDLE N     N through EVP, and nothing else
 *     sign-time raw HANDLE N     N through SAPI, and nothing else
 *     sign-time keys URI N       bytes of heap that each of N loaded keys takes
 *     sign-time flat HANDLE N    bytes of heap that N signatures leave behind
 */
#include "../provider/signer.h"

#include <err.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tctildr.h>

enum { DIGEST = 32, MOST = 100000 };

struct raw {
    TSS2_TCTI_CONTEXT *tcti;
    TSS2_SYS_CONTEXT *sys;
};

struct bench {
    TPM2_HANDLE handle;
    EVP_PKEY *key;
    struct raw raw;
};

static void
raw_open(struct raw *raw)
{
    TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
    size_t size = Tss2_Sys_GetContextSize(0);

    raw->sys = calloc(1, size);
    if (raw->sys == NULL ||
        Tss2_TctiLdr_Initialize(getenv("TPM2OPENSSL_TCTI"), &raw->tcti) != 0 ||
        Tss2_Sys_Initialize(raw->sys, size, raw->tcti, &abi) != 0)
        errx(1, "no TPM");
}

static void
raw_close(struct raw *raw)
{
    Tss2_Sys_Finalize(raw->sys);
    free(raw->sys);
    Tss2_TctiLdr_Finalize(&raw->tcti);
}

static void
sign_raw(struct bench *bench)
{
    const TSS2L_SYS_AUTH_COMMAND auth = {
        .count = 1, .auths = { { .sessionHandle = TPM2_RS_PW } }
    };
    const TPMT_SIG_SCHEME scheme = { .scheme = TPM2_ALG_ECDSA,
                                     .details.ecdsa.hashAlg = TPM2_ALG_SHA256 };
    const TPMT_TK_HASHCHECK ticket = { .tag = TPM2_ST_HASHCHECK,
                                       .hierarchy = TPM2_RH_NULL };
    const TPM2B_DIGEST digest = { .size = DIGEST, .buffer = { 1 } };
    TPMT_SIGNATURE signature = { 0 };
    TSS2L_SYS_AUTH_RESPONSE answer = { 0 };

    if (Tss2_Sys_Sign(bench->raw.sys, bench->handle, &auth, &digest, &scheme,
                      &ticket, &signature, &answer) != 0)
        errx(1, "the TPM does not sign");
}

/* As a bare TPM is shared: nobody holds it between two signatures. */
static void
sign_anew(struct bench *bench)
{
    raw_open(&bench->raw);
    sign_raw(bench);
    raw_close(&bench->raw);
}

static void
sign_evp(struct bench *bench)
{
    const unsigned char digest[DIGEST] = { 1 };
    unsigned char signature[256];
    size_t size = sizeof signature;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(bench->key, NULL);

    if (ctx == NULL || EVP_PKEY_sign_init(ctx) <= 0 ||
        EVP_PKEY_sign(ctx, signature, &size, digest, DIGEST) <= 0)
        errx(1, "the provider does not sign");
    EVP_PKEY_CTX_free(ctx);
}

static double
wall_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double
cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct kind {
    const char *name;
    void (*sign)(struct bench *bench);
    int is_held; /* the connection is made before, and not timed */
    double cpu;
    double wall[MOST];
} kinds[] = {
    { .name = "evp", .sign = sign_evp },
    { .name = "raw-anew", .sign = sign_anew },
    { .name = "raw-held", .sign = sign_raw, .is_held = 1 },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void
time_one(struct bench *bench, struct kind *kind, int turn)
{
    double wall, cpu;

    if (kind->is_held)
        raw_open(&bench->raw);
    wall = wall_us();
    cpu = cpu_us();
    kind->sign(bench);
    kind->cpu += cpu_us() - cpu;
    kind->wall[turn] = wall_us() - wall;
    if (kind->is_held)
        raw_close(&bench->raw);
}

static int
compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void
in_turns(struct bench *bench, int count)
{
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < KINDS; k++)
            time_one(bench, &kinds[k], i);
    for (size_t k = 0; k < KINDS; k++) {
        qsort(kinds[k].wall, (size_t)count, sizeof(double), compare);
        printf("%s %.1f %.1f\n", kinds[k].name, kinds[k].wall[count / 2],
               kinds[k].cpu / count);
    }
}

static void
load_keys(const char *uri, int count)
{
    EVP_PKEY **keys = calloc((size_t)count, sizeof *keys);
    size_t before;

    EVP_PKEY_free(signer_key_load(NULL, uri)); /* what is made once */
    before = mallinfo2().uordblks;
    for (int i = 0; i < count; i++)
        if ((keys[i] = signer_key_load(NULL, uri)) == NULL)
            exit(1);
    printf("%ld\n", (long)(mallinfo2().uordblks - before) / count);
    for (int i = 0; i < count; i++)
        EVP_PKEY_free(keys[i]);
    free(keys);
}

static void
stay_flat(struct bench *bench, int count)
{
    size_t before;

    for (int i = 0; i < 10; i++)
        sign_evp(bench);
    before = mallinfo2().uordblks;
    for (int i = 0; i < count; i++)
        sign_evp(bench);
    printf("%ld\n", (long)mallinfo2().uordblks - (long)before);
}

static void
open_key(struct bench *bench, const char *handle)
{
    char uri[64];

    bench->handle = (TPM2_HANDLE)strtoul(handle, NULL, 16);
    snprintf(uri, sizeof uri, "handle:%s", handle);
    bench->key = signer_key_load(NULL, uri);
    if (bench->key == NULL)
        exit(1);
}

int
main(int argc, char **argv)
{
    struct bench bench = { 0 };
    int count = argc == 4 ? atoi(argv[3]) : -1;

    if (count < 0 || count > MOST)
        errx(2, "usage: sign-time turns|evp|raw|keys|flat HANDLE|URI N");
    if (strcmp(argv[1], "keys") == 0) {
        load_keys(argv[2], count);
        return 0;
    }
    open_key(&bench, argv[2]);
    if (strcmp(argv[1], "turns") == 0)
        in_turns(&bench, count);
    else if (strcmp(argv[1], "flat") == 0)
        stay_flat(&bench, count);
    else
        for (int i = 0; i < count; i++)
            (strcmp(argv[1], "raw") == 0 ? sign_anew : sign_evp)(&bench);
    EVP_PKEY_free(bench.key);
    return 0;
}
