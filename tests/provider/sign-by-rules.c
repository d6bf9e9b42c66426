// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: for each line of its input, which is a rule for the relay,
 * loads a key, signs, in a process of its own, and says what came of it:
 *
 *     signed RULE            and the signature is a good one
 *     wrong RULE             it is not
 *     refused RULE: WHY      the provider says why, and something else does not
 *     unexplained RULE       nobody does
 *     crashed RULE           the process has
 *
 *     sign-by-rules URI SCRIPT [WARM]
 *
 * With WARM, so many signatures without a rule come first.
 */
#include "signer.h"

#include <err.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of those keys that have one. */
#define PASSWORD "secret"

enum { LINE = 128, PATH = 4096 };

/* In one step, so that the relay never reads half of it; the one before stays
 * until the next, so that the relay sees by its number that this is another. */
static void
tell_relay(const char *script, const char *rule)
{
    char draft[PATH], before[PATH];
    FILE *out;

    snprintf(draft, sizeof(draft), "%s.draft", script);
    snprintf(before, sizeof(before), "%s.before", script);
    out = fopen(draft, "we");
    if (out == NULL || fprintf(out, "%s\n", rule) < 0 || fclose(out) != 0)
        err(1, "%s", draft);
    unlink(before);
    if (link(script, before) != 0 || rename(draft, script) != 0)
        err(1, "%s", script);
}

/* A provider's errors are of a library that has no name in OpenSSL 3.0. */
static bool CHECKED
is_ours(unsigned long code, const char *data)
{
    const char *library = ERR_lib_error_string(code);

    return data != NULL && *data != '\0' &&
           (library == NULL || strcmp(library, "tpm2") == 0);
}

struct plan {
    const char *script; /* of the relay */
    int warm;           /* signatures before the rule */
    struct judge *judge;
};

static void
report_refusal(const char *rule)
{
    const char *data = NULL;
    unsigned long code;
    bool is_explained = false;

    while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, NULL)) != 0) {
        if (!is_ours(code, data))
            continue;
        printf("%s %s: %s\n", is_explained ? "again" : "refused", rule, data);
        is_explained = true;
    }
    if (!is_explained)
        printf("unexplained %s\n", rule);
}

/* One signature under a rule, after as many without as it takes. */
static void
try(const char *uri, const char *rule, const struct plan *plan)
{
    struct signature signature;
    EVP_PKEY *key;
    unsigned seed = (unsigned)getpid();

    tell_relay(plan->script, plan->warm > 0 ? "" : rule);
    key = signer_key_find(NULL, uri, PASSWORD);
    for (int i = 0; key != NULL && i < plan->warm; i++)
        if (!signer_make(NULL, key, seed, &signature))
            errx(1, "no signature before the rule");
    if (plan->warm > 0)
        tell_relay(plan->script, rule);
    if (key == NULL || !signer_make(NULL, key, seed, &signature))
        report_refusal(rule);
    else
        printf("%s %s\n",
               judge_accepts(plan->judge, seed, &signature) ? "signed"
                                                            : "wrong",
               rule);
    EVP_PKEY_free(key);
}

/* In a process of its own, which knows nothing of the one before. */
static void
try_apart(const char *uri, const char *rule, const struct plan *plan)
{
    int status = 1;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        try(uri, rule, plan);
        fflush(stdout);
        _exit(0); /* and leave the rules to the parent */
    }
    if (waitpid(pid, &status, 0) != pid || status != 0)
        printf("crashed %s\n", rule);
}

int
main(int argc, char **argv)
{
    char rule[LINE];
    EVP_PKEY *key;
    struct plan plan = { .warm = 0 };

    if (argc != 3 && argc != 4)
        errx(2, "usage: sign-by-rules URI SCRIPT [WARM]");
    plan.script = argv[2];
    plan.warm = argc == 4 ? atoi(argv[3]) : 0;
    key = signer_key_load_by(NULL, argv[1], PASSWORD);
    if (key == NULL)
        return 1;
    plan.judge = judge_new(key);
    EVP_PKEY_free(key);
    if (plan.judge == NULL)
        errx(1, "no judge");
    while (fgets(rule, sizeof(rule), stdin) != NULL) {
        rule[strcspn(rule, "\n")] = '\0';
        try_apart(argv[1], rule, &plan);
    }
    judge_free(&plan.judge);
    return 0;
}
