// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: signs in a parent and in children forked before and after
 * its first signature, and while a thread of its signs, and a grandchild each,
 * all at once. Exits with 0 when every signature verifies.
 *
 *     sign-in-children URI CHILDREN SIGNATURES
 */
#include "signer.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct plan {
    EVP_PKEY *key;
    int children;
    int times;
    atomic_bool is_over; /* for the thread */
};

static bool CHECKED
sign_many(const struct plan *plan, unsigned seed)
{
    return signer_sign_many(NULL, plan->key, seed, plan->times);
}

static bool CHECKED
await(pid_t pid)
{
    int status = 1;

    return waitpid(pid, &status, 0) > 0 && status == 0;
}

/* In a child: sign, let a child of its own sign meanwhile. */
static bool CHECKED
live(const struct plan *plan, unsigned seed)
{
    bool ok;
    pid_t pid;

    if (!sign_many(plan, seed))
        return false;
    pid = fork();
    if (pid == 0)
        _exit(sign_many(plan, seed + 5000) ? 0 : 1);
    ok = sign_many(plan, seed + 9000);
    return await(pid) && ok;
}

static void
start_children(const struct plan *plan, unsigned seed)
{
    pid_t pid;

    for (int i = 0; i < plan->children; i++) {
        pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit(live(plan, seed + (unsigned)i * 100000) ? 0 : 1);
    }
}

/* Holds whatever locks there are, most of the time. */
static void *
sign_meanwhile(void *arg)
{
    struct plan *plan = arg;
    unsigned seed = 3000000;

    while (!atomic_load(&plan->is_over))
        if (!signer_sign(NULL, plan->key, seed++))
            return NULL;
    return plan;
}

int
main(int argc, char **argv)
{
    struct plan plan = { 0 };
    pthread_t thread;
    void *done = NULL;
    bool ok;

    if (argc != 4)
        errx(2, "usage: sign-in-children URI CHILDREN SIGNATURES");
    plan.children = atoi(argv[2]);
    plan.times = atoi(argv[3]);
    plan.key = signer_key_load(NULL, argv[1]);
    if (plan.key == NULL)
        return 1;
    start_children(&plan, 1000000); /* before first use */
    ok = sign_many(&plan, 1);
    if (pthread_create(&thread, NULL, sign_meanwhile, &plan) != 0)
        errx(1, "no thread");
    start_children(&plan, 2000000); /* and after */
    ok = sign_many(&plan, 50000) && ok;
    for (int i = 0; i < 2 * plan.children; i++)
        ok = await(-1) && ok;
    atomic_store(&plan.is_over, true);
    ok = pthread_join(thread, &done) == 0 && done != NULL && ok;
    ok = sign_many(&plan, 70000) && ok;
    EVP_PKEY_free(plan.key);
    return ok ? 0 : 1;
}
