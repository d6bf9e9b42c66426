// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry: registries, devices and all that belongs to them, topics and
 * subscriptions, by the verbs of "gcloud iot" and "gcloud pubsub"
 * (cloud-iot-core reference, section 5.8).  This is their table
 * of contents; what each does stands in verbs/, what is admitted in registry/.
 */
#include "base/exit.h"
#include "base/log.h"
#include "base/options.h"
#include "base/standard.h"
#include "verbs/verbs.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PROGRAM "iot-registry"

enum { WORDS_MOST = 3, NAME_SIZE = 64 };

static const struct {
    const char *words;
    const struct verbs_verb *verb;
} verbs[] = {
    { "registries create", &verbs_registries_create },
    { "registries list", &verbs_registries_list },
    { "registries describe", &verbs_registries_describe },
    { "registries update", &verbs_registries_update },
    { "registries delete", &verbs_registries_delete },
    { "registries credentials create", &verbs_registries_credentials_create },
    { "registries credentials list", &verbs_registries_credentials_list },
    { "registries credentials describe",
      &verbs_registries_credentials_describe },
    { "registries credentials delete", &verbs_registries_credentials_delete },
    { "registries credentials clear", &verbs_registries_credentials_clear },
    { "devices create", &verbs_devices_create },
    { "devices list", &verbs_devices_list },
    { "devices describe", &verbs_devices_describe },
    { "devices update", &verbs_devices_update },
    { "devices delete", &verbs_devices_delete },
    { "devices credentials create", &verbs_devices_credentials_create },
    { "devices credentials list", &verbs_devices_credentials_list },
    { "devices credentials describe", &verbs_devices_credentials_describe },
    { "devices credentials update", &verbs_devices_credentials_update },
    { "devices credentials delete", &verbs_devices_credentials_delete },
    { "devices credentials clear", &verbs_devices_credentials_clear },
    { "devices configs update", &verbs_devices_configs_update },
    { "devices configs list", &verbs_devices_configs_list },
    { "devices configs describe", &verbs_devices_configs_describe },
    { "devices configs get-value", &verbs_devices_configs_get_value },
    { "devices states list", &verbs_devices_states_list },
    { "devices commands send", &verbs_devices_commands_send },
    { "devices gateways bind", &verbs_devices_gateways_bind },
    { "devices gateways unbind", &verbs_devices_gateways_unbind },
    { "devices gateways list-bound-devices",
      &verbs_devices_gateways_list_bound_devices },
    { "devices import", &verbs_devices_import },
    { "devices export", &verbs_devices_export },
    { "topics create", &verbs_topics_create },
    { "topics list", &verbs_topics_list },
    { "topics describe", &verbs_topics_describe },
    { "topics update", &verbs_topics_update },
    { "topics delete", &verbs_topics_delete },
    { "subscriptions create", &verbs_subscriptions_create },
    { "subscriptions list", &verbs_subscriptions_list },
    { "subscriptions describe", &verbs_subscriptions_describe },
    { "subscriptions update", &verbs_subscriptions_update },
    { "subscriptions delete", &verbs_subscriptions_delete },
    { "subscriptions pull", &verbs_subscriptions_pull },
    { "subscriptions ack", &verbs_subscriptions_ack },
    { "watch", &verbs_watch },
};

/* What gcloud had and we have not: who may do what the file system says. */
static const char *const policies[] = {
    "registries get-iam-policy",
    "registries set-iam-policy",
    "registries add-iam-policy-binding",
    "registries remove-iam-policy-binding",
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

/* For --version; verbs have tables of their own. */
static const struct options_row no_rows[] = { { 0 } };
static const struct options_program program = { .name = PROGRAM,
                                                .synopsis = "VERB [OPTION ...]",
                                                .rows = no_rows };

/* Whether the verb of WORDS is one of GROUP, as "devices" or "devices
 * configs"; all are of "". */
static bool
is_of_group(const char *words, const char *group)
{
    size_t length = strlen(group);

    return length == 0 ||
           (strncmp(words, group, length) == 0 && words[length] == ' ');
}

/* Prints the verbs of GROUP; false if it is no group. */
static bool
print_help(const char *group)
{
    bool any = false;

    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (!is_of_group(verbs[i].words, group))
            continue;
        if (!any)
            printf("usage: " PROGRAM " VERB [OPTION ...]\n\n"
                   "Keeps the site's registries, their devices, and what these "
                   "send.\n\n");
        any = true;
        printf("  %-38s%s\n", verbs[i].words, verbs_summary(verbs[i].verb));
    }
    if (any)
        printf("\n" PROGRAM " VERB --help says more.\n");
    return any;
}

/* The words of ARGV before the first option, with blanks between, and which
 * that option is; what does not fit is no verb either. */
static int
words_of(int argc, char **argv, char *words, size_t size)
{
    size_t length = 0;
    int i = 1;

    *words = '\0';
    for (; i < argc && argv[i][0] != '-' && length < size; i++)
        length += (size_t)snprintf(words + length, size - length, "%s%s",
                                   i > 1 ? " " : "", argv[i]);
    return i;
}

/* What is no verb is a group that is to be explained, or wrong. */
static enum exit_code
no_verb(int argc, char **argv)
{
    char words[NAME_SIZE];
    int option = words_of(argc, argv, words, sizeof words);

    if (option < argc && strcmp(argv[option], "--help") == 0 &&
        print_help(words))
        return EXIT_CODE_DONE;
    if (*words == '\0')
        return options_misused(&program, "a verb is needed");
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (is_of_group(verbs[i].words, words))
            return options_misused(&program, "a verb is needed after %s",
                                   words);
    return options_misused(&program, "there is no such verb: %s", words);
}

/* Whether WORDS are the first of ARGV[1..]; *USED is how many. */
static bool
is_verb(const char *words, int argc, char **argv, int *used)
{
    *used = 0;
    while (*words != '\0' && *used + 1 < argc) {
        const char *word = argv[*used + 1];
        size_t length = strcspn(words, " ");

        if (strlen(word) != length || strncmp(words, word, length) != 0)
            return false;
        (*used)++;
        words += length + (words[length] == ' ');
    }
    return *words == '\0';
}

int
main(int argc, char **argv)
{
    char name[NAME_SIZE];
    enum exit_code code;
    int used;

    log_open(PROGRAM, NULL);
    standard_guard();
    if (argc > 1 && strcmp(argv[1], "--version") == 0 &&
        !options_parse(&program, 2, argv, NULL, NULL, &code))
        return (int)code;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (!is_verb(verbs[i].words, argc, argv, &used))
            continue;
        snprintf(name, sizeof name, PROGRAM " %s", verbs[i].words);
        return (int)verbs_run(verbs[i].verb, name, argc - used, argv + used);
    }
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (!is_verb(policies[i], argc, argv, &used))
            continue;
        log_error(
            "there are no IAM policies here: who may read or write the "
            "database's file may read or change what is in it; see " PROGRAM
            "(1), FILES");
        return EXIT_CODE_MISUSED;
    }
    return (int)no_verb(argc, argv);
}
