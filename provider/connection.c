// SPDX-License-Identifier: Apache-2.0
/*
 * The connection to the TPM: lazily made, one a process, checked against the
 * pid, let go of between transactions where nobody else could get in. Leaves
 * commands to tpm.c and descriptors to descriptor.c (TSS 2.0 TCTI §3;
 * DESIGN.md, rules 1 and 6).
 */
#include "connection.h"

#include "provider.h"
#include "tcti.h"
#include "template.h"
#include "tidy.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long to wait for a TPM that was there a moment ago: a resource manager
 * that restarts, a machine that resumes. */
enum { RETURN_PAUSE_MS = 100, RETURN_TRIES = 50 };

/* How long to wait for others to let go of the TPM's few slots: until they are
 * taken for dead, and altogether. */
enum {
    CROWDED_PAUSE_MS = 10,
    CROWDED_PATIENCE_MS = 5000,
    CROWDED_LONGEST_MS = 12000,
    REST_MS = 1000 /* a machine may be so busy that the living stand still */
};

/* Seconds: some chips need two minutes for an RSA key; what is left behind in
 * one that hangs is not worth waiting for. */
enum { GENERATION_S = 300, TIDYING_S = 2 };

void
connection_pause(int ms)
{
    struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

    while (nanosleep(&time, &time) != 0)
        continue;
}

/* Programs that become daemons close every descriptor, and give its number to
 * something else: then there is nothing here that we may write to or close,
 * and what tpm2-tss remembers of it is left where it is. */
static void
abandon_if_taken(struct tpm *tpm)
{
    if (tpm->tcti == NULL || descriptor_is_on(tpm->tcti, &tpm->file))
        return;
    tpm->tcti = NULL;
    connection_close(tpm);
}

CHECKED static int
may_connect(const struct tpm *tpm, const struct tcti_choice *choice,
            int is_quiet)
{
    if (!tpm->is_orphan || !tcti_is_dead_to_children(choice))
        return 1;
    if (!is_quiet)
        tpm_raise(tpm->prov, TPM_R_NO_TPM,
                  "%s: a process that has spoken with tpm2-abrmd was forked, "
                  "and its child cannot (GLib): use /dev/tpmrm0, or the key "
                  "only after the fork",
                  tpm->subject);
    return 0;
}

CHECKED static int
make_sys(struct tpm *tpm)
{
    TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
    size_t size = Tss2_Sys_GetContextSize(0);

    tpm->sys = OPENSSL_zalloc(size);
    if (tpm->sys != NULL &&
        Tss2_Sys_Initialize(tpm->sys, size, tpm->tcti, &abi) == TSS2_RC_SUCCESS)
        return 1;
    OPENSSL_free(tpm->sys);
    tpm->sys = NULL;
    return 0;
}

int
connection_patience(const struct tpm *tpm, int is_long)
{
    int seconds = tpm->prov->timeout_s;

    if (tpm->hangs > 0)
        return seconds < TIDYING_S ? seconds : TIDYING_S;
    return is_long && seconds < GENERATION_S ? GENERATION_S : seconds;
}

/* The device and tpm2-abrmd keep to the time that they are given; mssim and cmd
 * do not all of it, so they are asked only when there is something to read. */
TSS2_RC
connection_execute(struct tpm *tpm, int patience_s)
{
    int ms = patience_s * 1000;
    TSS2_RC code = Tss2_Sys_ExecuteAsync(tpm->sys);

    if (code != TSS2_RC_SUCCESS)
        return code;
    if (!descriptor_wait(tpm->tcti, ms))
        return TSS2_TCTI_RC_TRY_AGAIN;
    return Tss2_Sys_ExecuteFinish(tpm->sys, ms);
}

int
connection_open(struct tpm *tpm, int is_quiet)
{
    struct tcti_choice choice = tcti_choose(tpm->prov);

    if (!may_connect(tpm, &choice, is_quiet))
        return 0;
    tpm->tcti = tcti_open(&choice, tpm->prov->timeout_s, tpm->is_orphan);
    if (tpm->tcti == NULL) {
        if (!is_quiet)
            tcti_say_absent(tpm->prov, tpm->subject, &choice);
        return 0;
    }
    descriptor_look(tpm->tcti, &tpm->file);
    tpm->is_shared = tcti_is_shared(&choice);
    tpm->is_held = tpm->is_shared || tcti_is_idle_between(&choice);
    tpm->is_parent = tcti_is_dead_to_children(&choice);
    if (make_sys(tpm))
        return 1;
    connection_close(tpm);
    if (!is_quiet)
        tpm_raise(tpm->prov, TPM_R_NO_MEMORY, "%s: no memory to talk to a TPM",
                  tpm->subject);
    return 0;
}

void
connection_close(struct tpm *tpm)
{
    if (tpm->sys != NULL)
        Tss2_Sys_Finalize(tpm->sys);
    OPENSSL_free(tpm->sys);
    tpm->sys = NULL;
    keep_forget(&tpm->keep);
    tcti_close(&tpm->tcti);
    OPENSSL_free(tpm->resting);
    tpm->resting = NULL;
}

/* Lets others in. Of a bare device only the descriptor goes, as tpm2-tss asks
 * a device for random bytes each time that it opens one: a command more. */
static void
rest(struct tpm *tpm)
{
    if (tpm->sys == NULL || tpm->is_held)
        return;
    tpm->resting = descriptor_path(tpm->tcti);
    if (tpm->resting == NULL || !descriptor_turn_away(tpm->tcti))
        connection_close(tpm);
    else
        descriptor_look(tpm->tcti, &tpm->file);
}

CHECKED static int
wake(struct tpm *tpm)
{
    if (!descriptor_turn_to(tpm->tcti, tpm->resting)) {
        connection_close(tpm);
        return connection_open(tpm, 0); /* which says why not */
    }
    OPENSSL_free(tpm->resting);
    tpm->resting = NULL;
    descriptor_look(tpm->tcti, &tpm->file);
    return 1;
}

void
tpm_free(struct tpm **tpm)
{
    struct tpm *old = *tpm;

    if (old == NULL)
        return;
    *tpm = NULL;
    abandon_if_taken(old);
    /* What a fork inherited is the parent's: turn the descriptors away first,
     * so that whatever closing sends goes nowhere. */
    if (old->pid != getpid() && old->tcti != NULL)
        (void)descriptor_turn_away(old->tcti);
    connection_close(old);
    /* Another thread of the parent may hold an inherited lock: it is memory
     * by now and nothing else. */
    if (old->pid == getpid())
        (void)pthread_mutex_destroy(&old->lock);
    OPENSSL_free(old);
}

static struct tpm *
new_tpm(struct provider *prov)
{
    struct tpm *tpm = NULL;

    tpm = OPENSSL_zalloc(sizeof *tpm);
    if (tpm == NULL)
        return NULL;
    tpm->prov = prov;
    tpm->pid = getpid();
    if (pthread_mutex_init(&tpm->lock, NULL) != 0) {
        OPENSSL_free(tpm);
        return NULL;
    }
    return tpm;
}

/* This process's connection; the first thread of a forked child that comes
 * here swaps the inherited one for a new one, without any lock. */
static struct tpm *
own_tpm(struct provider *prov)
{
    struct tpm *old = atomic_load(&prov->tpm);
    struct tpm *own = NULL;

    if (old != NULL && old->pid == getpid())
        return old;
    own = new_tpm(prov);
    if (own == NULL)
        return NULL;
    own->is_orphan = old != NULL && (old->is_parent || old->is_orphan);
    if (atomic_compare_exchange_strong(&prov->tpm, &old, own)) {
        tpm_free(&old);
        return own;
    }
    tpm_free(&own);
    return old; /* another thread was first: `old` is what it put there */
}

/* Waits, with a bound, for a TPM that was lost a moment ago to come back. */
CHECKED static int
reopen(struct tpm *tpm)
{
    for (int i = 0; i < RETURN_TRIES; i++) {
        if (connection_open(tpm, 1))
            return 1;
        connection_pause(RETURN_PAUSE_MS);
    }
    return connection_open(tpm, 0);
}

CHECKED static int
run_once(struct tpm *tpm, int (*work)(struct tpm *tpm, void *arg), void *arg)
{
    int was_lost = tpm->fault == TPM_FAULT_LOST;
    int ok = 0;

    tpm->fault = TPM_FAULT_NONE;
    tpm->is_fresh = 0;
    tpm->hangs = 0;
    abandon_if_taken(tpm);
    if (tpm->sys == NULL && !(was_lost ? reopen(tpm) : connection_open(tpm, 0)))
        return 0;
    if (tpm->resting != NULL && !wake(tpm))
        return 0;
    ok = work(tpm, arg);
    if (!ok)
        tpm->known.handle = 0; /* it may be another by now */
    rest(tpm);
    return ok;
}

/* Without a resource manager several programs share a few slots, command by
 * command. Whoever finds them taken gives back what it has, so that somebody
 * gets on, and comes again after a pause that is not everybody's. */
static int
wait_for_room(const struct provider *prov, int *waited_ms, int longest_ms)
{
    unsigned char chance = 0;
    int ms = 0;

    if (*waited_ms >= longest_ms)
        return 0;
    if (RAND_bytes_ex(prov->libctx, &chance, 1, 0) <= 0)
        return 0;
    ms = CROWDED_PAUSE_MS + chance % (CROWDED_PAUSE_MS + *waited_ms / 8);
    connection_pause(ms);
    *waited_ms += ms;
    return 1;
}

/* Nobody lets go: perhaps because he was killed. What is ours or nobody's goes,
 * all at once: those who come meanwhile are alive. */
static int
may_despair(struct tpm *tpm)
{
    if (tpm->has_despaired || !tidy_is_at_rest(tpm, REST_MS))
        return 0;
    tpm->has_despaired = 1;
    tpm->has_lost = 1;
    tpm->has_lost_session = 1;
    tpm_sweep_like(tpm, &tpm_template_primary);
    tpm_sweep_like(tpm, &tpm_template_rsa_primary);
    if (tpm->wanted.size > 0)
        tpm_sweep(tpm, &tpm->wanted);
    tpm_sweep_sessions(tpm);
    tpm->has_lost = 0;
    return 1;
}

/* Those who have the room and are not at rest are alive, and many. */
static int
may_find_room(struct tpm *tpm, int *waited_ms)
{
    if (wait_for_room(tpm->prov, waited_ms, CROWDED_PATIENCE_MS))
        return 1;
    if (tpm->is_shared)
        return 0;
    return may_despair(tpm) ||
           wait_for_room(tpm->prov, waited_ms, CROWDED_LONGEST_MS);
}

/* Rule 6: the whole is done once more when its ground was taken away, and
 * again and again, for a while, when others were in the way. */
static int
may_repeat(struct tpm *tpm, int *is_second, int *waited_ms)
{
    if (tpm->fault == TPM_FAULT_CROWDED)
        return may_find_room(tpm, waited_ms);
    if (*is_second)
        return 0;
    *is_second = 1;
    return tpm->fault == TPM_FAULT_LOST || tpm->fault == TPM_FAULT_STALE;
}

/* Errors of a try that is repeated are nobody's business. */
CHECKED static int
run(struct tpm *tpm, int (*work)(struct tpm *tpm, void *arg), void *arg)
{
    const struct provider_core *core = &tpm->prov->core;
    const OSSL_CORE_HANDLE *handle = tpm->prov->handle;
    int is_second = core->set_error_mark == NULL ||
                    core->pop_error_to_mark == NULL ||
                    core->clear_last_error_mark == NULL;
    int waited_ms = is_second ? CROWDED_LONGEST_MS : 0;

    tpm->fault = TPM_FAULT_NONE;
    if (is_second)
        return run_once(tpm, work, arg);
    for (;;) {
        core->set_error_mark(handle);
        if (run_once(tpm, work, arg)) {
            core->pop_error_to_mark(handle);
            return 1;
        }
        if (!may_repeat(tpm, &is_second, &waited_ms)) {
            core->clear_last_error_mark(handle);
            return 0;
        }
        core->pop_error_to_mark(handle);
    }
}

/* A command of the TCTI `cmd` that has ended, or a TPM that hangs up, is an
 * error and no reason to end the program: a SIGPIPE of ours is taken back. */
struct pipe_mask {
    sigset_t before;
    int was_pending;
};

static void
hold_pipe_signal(struct pipe_mask *mask)
{
    sigset_t pending, pipe;

    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)sigpending(&pending);
    mask->was_pending = sigismember(&pending, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &mask->before);
}

static void
release_pipe_signal(const struct pipe_mask *mask)
{
    static const struct timespec at_once = { 0, 0 };
    sigset_t pipe;

    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    if (!mask->was_pending)
        (void)sigtimedwait(&pipe, NULL, &at_once);
    (void)pthread_sigmask(SIG_SETMASK, &mask->before, NULL);
}

int
tpm_transact(struct provider *prov, const char *subject,
             int (*work)(struct tpm *tpm, void *arg), void *arg)
{
    struct tpm *tpm = own_tpm(prov);
    struct pipe_mask mask;
    int ok = 0;

    if (tpm == NULL) {
        tpm_raise(prov, TPM_R_NO_MEMORY, "%s: no memory to talk to a TPM",
                  subject);
        return 0;
    }
    if (pthread_mutex_lock(&tpm->lock) != 0)
        return 0;
    tpm->subject = subject;
    tpm->has_lost = 0;
    tpm->has_lost_session = 0;
    tpm->has_despaired = 0;
    tpm->wanted.size = 0;
    hold_pipe_signal(&mask);
    ok = run(tpm, work, arg);
    release_pipe_signal(&mask);
    tpm->subject = NULL;
    (void)pthread_mutex_unlock(&tpm->lock);
    return ok;
}

void
tpm_want(struct tpm *tpm, const TPM2B_NAME *name)
{
    tpm->wanted = *name;
}

struct provider *
tpm_provider(const struct tpm *tpm)
{
    return tpm->prov;
}

int
tpm_was_refused(const struct tpm *tpm)
{
    return tpm->fault == TPM_FAULT_NONE || tpm->fault == TPM_FAULT_REFUSED;
}

const char *
tpm_subject(const struct tpm *tpm)
{
    return tpm->subject;
}
