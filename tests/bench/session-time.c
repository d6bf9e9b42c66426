// SPDX-License-Identifier: Apache-2.0
/*
 * TPM2_Sign in an HMAC session with parameter encryption, as the provider's
 * inside sends it, beside the same command by SAPI with an empty password.
 * Sessions are started, salted to a second key, outside of what is timed: the
 * provider holds none, so a whole signature in one costs StartAuthSession too.
 *
 *     session-time turns HANDLE SALT N   N of each in turns; see turns.h
 *     session-time session|raw HANDLE SALT N   N of one, for callgrind
 */
#include "../unit/instance.h"
#include "raw-sign.h"
#include "session.h"
#include "turns.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    struct raw raw;
    struct provider prov;
    struct tpm *tpm;
    struct tpm_entity key, salt;
    TPM2B_PUBLIC area, salt_area;
    const char *mode;
    int count;
};

static void
sign_raw(void *arg)
{
    struct bench *bench = arg;

    raw_sign(&bench->raw);
}

static void
sign_in_session(struct bench *bench, struct session *session)
{
    const struct tpm_auth auth = { session, NULL };
    const TPM2B_DIGEST digest = { .size = RAW_DIGEST, .buffer = { 1 } };
    TPMT_SIGNATURE signature = { 0 };

    if (!tpm_sign(bench->tpm, &bench->key, &auth, &digest, &bench->raw.scheme,
                  NULL, &signature, NULL))
        errx(1, "the provider does not sign");
}

static void
sign_session(void *arg)
{
    struct bench *bench = arg;
    struct session session;

    turns_pause();
    if (!session_start(&session, bench->tpm, bench->salt.handle,
                       &bench->salt_area))
        errx(1, "no session");
    turns_resume();
    sign_in_session(bench, &session);
    session_wipe(&session);
}

static const struct way ways[] = { { "session", sign_session },
                                   { "raw", sign_raw } };

/* All in one transaction of the provider. */
static int
work(struct tpm *tpm, void *arg)
{
    struct bench *bench = arg;

    bench->tpm = tpm;
    if (!tpm_read_public(tpm, bench->key.handle, &bench->area,
                         &bench->key.name) ||
        !tpm_read_public(tpm, bench->salt.handle, &bench->salt_area,
                         &bench->salt.name))
        return 0;
    if (strcmp(bench->mode, "turns") == 0) {
        turns_run(ways, sizeof ways / sizeof *ways, bench->count, bench);
        return 1;
    }
    for (int i = 0; i < bench->count; i++)
        (strcmp(bench->mode, "raw") == 0 ? sign_raw : sign_session)(bench);
    return 1;
}

int
main(int argc, char **argv)
{
    struct bench bench = { 0 };
    int ok = 0;

    if (argc != 5 || atoi(argv[4]) > TURNS_MOST)
        errx(2, "usage: session-time turns|session|raw HANDLE SALT N");
    bench.mode = argv[1];
    bench.count = atoi(argv[4]);
    raw_open(&bench.raw, argv[2]);
    bench.key.handle = bench.raw.handle;
    bench.salt.handle = (TPM2_HANDLE)strtoul(argv[3], NULL, 16);
    if (!instance_make(&bench.prov))
        errx(1, "no memory");
    bench.prov.timeout_s = 60;
    bench.prov.is_always = 1; /* so that parameters are encrypted */
    ok = tpm_transact(&bench.prov, "bench", work, &bench);
    tpm_free(&(struct tpm *){ bench.prov.tpm });
    instance_free(&bench.prov);
    raw_close(&bench.raw);
    return ok ? 0 : 1;
}
