// SPDX-License-Identifier: Apache-2.0
/*
 * The connection to the TPM: lazily made, one a process, checked against the
 * pid, let go of between transactions where nobody else could get in. Leaves
 * commands to tpm.c and descriptors to descriptor.c (TSS 2.0 TCTI §3;
 * DESIGN.md, rules 1 and 6).
 */
#include "connection.h"

#include "provider.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tss2/tss2_tctildr.h>
#include <unistd.h>

/* How long to wait for a TPM that was there a moment ago: a resource manager
 * that restarts, a machine that resumes. */
enum { RETURN_PAUSE_MS = 100, RETURN_TRIES = 50 };

/* How long to wait for others to let go of the TPM's few slots. */
enum { CROWDED_PAUSE_MS = 10, CROWDED_PATIENCE_MS = 5000 };

/* Which TCTI, and who said so. */
struct choice {
    const char *name; /* NULL: tpm2-tss searches by itself */
    const char *source;
};

static struct choice
choose(const struct provider *prov)
{
    struct choice choice = { getenv("TPM2OPENSSL_TCTI"),
                             "TPM2OPENSSL_TCTI says so" };

    if (choice.name == NULL)
        choice.name = prov->variable;
    if (choice.name == NULL || *choice.name == '\0') {
        choice.name = prov->tcti;
        choice.source = "`tcti` in openssl.cnf says so";
    }
    return choice;
}

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

/* A simulator and the bare device serve one connection at a time: holding it
 * while idle would lock every other process out. */
static int
is_shared_choice(const struct choice *choice, TSS2_TCTI_CONTEXT *tcti)
{
    if (choice->name == NULL)
        return descriptor_is_shared(tcti);
    return strstr(choice->name, "tabrmd") != NULL ||
           strstr(choice->name, "tpmrm") != NULL;
}

/* tpm2-tss connects to swtpm for each command: what it keeps in between keeps
 * nobody out, and is dear to make (the module is loaded, the control port is
 * asked). */
static int
is_idle_between(const struct choice *choice)
{
    return choice->name != NULL && strncmp(choice->name, "swtpm", 5) == 0;
}

/* tpm2-abrmd is spoken to through GLib, whose thread a fork leaves behind: in a
 * child of a process that had a connection nothing would ever answer. */
static int
is_dead_to_children(const struct choice *choice)
{
    return choice->name != NULL && strstr(choice->name, "tabrmd") != NULL;
}

CHECKED static int
may_connect(const struct tpm *tpm, const struct choice *choice, int is_quiet)
{
    if (!tpm->is_orphan || !is_dead_to_children(choice))
        return 1;
    if (!is_quiet)
        tpm_raise(tpm->prov, TPM_R_NO_TPM,
                  "%s: a process that has spoken with tpm2-abrmd was forked, "
                  "and its child cannot (GLib): use /dev/tpmrm0, or the key "
                  "only after the fork",
                  tpm->subject);
    return 0;
}

/* The path of the device that was meant, if one was. */
static const char *
device_of(const struct choice *choice)
{
    if (choice->name == NULL)
        return "/dev/tpmrm0";
    if (strncmp(choice->name, "device:", 7) == 0)
        return choice->name + 7;
    return strcmp(choice->name, "device") == 0 ? "/dev/tpmrm0" : NULL;
}

/* One sentence: what was tried, and who may mend it. */
static void
say_absent(const struct provider *prov, const char *subject,
           const struct choice *choice)
{
    const char *device = device_of(choice);
    const char *tried =
        choice->name != NULL ? choice->name : "tpm2-tss's own search";
    const char *source = choice->name != NULL
                             ? choice->source
                             : "neither TPM2OPENSSL_TCTI nor openssl.cnf names "
                               "another";

    if (device == NULL)
        tpm_raise(prov, TPM_R_NO_TPM,
                  "%s: no TPM answers at %.200s (%s): start it, or correct the "
                  "setting",
                  subject, tried, source);
    else if (access(device, F_OK) != 0)
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: no TPM found with %.200s (%s): there is no %.200s; switch the "
            "TPM on in the firmware's set-up, or name another one",
            subject, tried, source, device);
    else if (access(device, R_OK | W_OK) != 0)
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: user %lu may not use %.200s: the administrator lets a user "
            "in by adding him to the group of that file (mostly `tss`)",
            subject, (unsigned long)geteuid(), device);
    else
        tpm_raise(
            prov, TPM_R_NO_TPM,
            "%s: %.200s does not let itself be opened (%s): another program "
            "may hold it; /dev/tpmrm0 can be shared",
            subject, device, source);
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
connection_open(struct tpm *tpm, int is_quiet)
{
    struct choice choice = choose(tpm->prov);

    if (!may_connect(tpm, &choice, is_quiet))
        return 0;
    if (Tss2_TctiLdr_Initialize(choice.name, &tpm->tcti) != TSS2_RC_SUCCESS) {
        tpm->tcti = NULL;
        if (!is_quiet)
            say_absent(tpm->prov, tpm->subject, &choice);
        return 0;
    }
    descriptor_look(tpm->tcti, &tpm->file);
    tpm->is_shared = is_shared_choice(&choice, tpm->tcti);
    tpm->is_held = tpm->is_shared || is_idle_between(&choice);
    tpm->is_parent = is_dead_to_children(&choice);
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
    if (tpm->tcti != NULL)
        Tss2_TctiLdr_Finalize(&tpm->tcti);
    tpm->tcti = NULL;
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
wait_for_room(const struct provider *prov, int *waited_ms)
{
    unsigned char chance = 0;
    int ms = 0;

    if (*waited_ms >= CROWDED_PATIENCE_MS)
        return 0;
    if (RAND_bytes_ex(prov->libctx, &chance, 1, 0) <= 0)
        return 0;
    ms = CROWDED_PAUSE_MS + chance % (CROWDED_PAUSE_MS + *waited_ms / 8);
    connection_pause(ms);
    *waited_ms += ms;
    return 1;
}

/* Rule 6: the whole is done once more when its ground was taken away, and
 * again and again, for a while, when others were in the way. */
static int
may_repeat(const struct tpm *tpm, int *is_second, int *waited_ms)
{
    if (tpm->fault == TPM_FAULT_CROWDED)
        return wait_for_room(tpm->prov, waited_ms);
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
    int waited_ms = is_second ? CROWDED_PATIENCE_MS : 0;

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

int
tpm_transact(struct provider *prov, const char *subject,
             int (*work)(struct tpm *tpm, void *arg), void *arg)
{
    struct tpm *tpm = own_tpm(prov);
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
    ok = run(tpm, work, arg);
    tpm->subject = NULL;
    (void)pthread_mutex_unlock(&tpm->lock);
    return ok;
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
