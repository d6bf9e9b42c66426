// SPDX-License-Identifier: Apache-2.0
/*
 * An event of the kind OPERATOR: "devices update --blocked, by root".  Written
 * after the change, in another database: if this process is killed between
 * them, the change is there and nobody was told.
 */
#include "tell.h"

#include "base/log.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Which say where it is and not what is done. */
static const char *const places[] = {
    "--database", "--traffic",        "--project",          "--region",
    "--registry", "--device",         "--device-region",    "--device-registry",
    "--gateway",  "--gateway-region", "--gateway-registry", "--format",
    "--json",
};

static bool
is_of_interest(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strlen(places[i]) == length &&
            strncmp(places[i], word, length) == 0)
            return false;
    return true;
}

/* Does the word behind the option WORD belong to it?  Such a value may begin
 * with dashes, as what is in PEM does. */
static bool
has_value_behind(const struct options_row *rows, const char *word)
{
    while (rows->name != NULL &&
           (rows->kind == OPTIONS_HEADING || strcmp(rows->name, word + 2) != 0))
        rows++;
    return rows->name != NULL && rows->kind != OPTIONS_FLAG;
}

/* Appends what fits. */
static void
append(char text[TRAFFIC_TEXT_MOST], const char *before, const char *word,
       size_t length)
{
    size_t used = strlen(text);

    snprintf(text + used, TRAFFIC_TEXT_MOST - used, "%s%.*s", before,
             (int)length, word);
}

static void
describe(const struct options_program *program, int argc, char **argv,
         char text[TRAFFIC_TEXT_MOST])
{
    const struct passwd *user = getpwuid(getuid());
    const char *who = user != NULL ? user->pw_name : "nobody known";
    const char *verb = strchr(program->name, ' ');

    verb = verb != NULL ? verb + 1 : program->name;
    text[0] = '\0';
    append(text, "", verb, strlen(verb));
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        size_t length = strcspn(argv[i], "=");

        if (strncmp(argv[i], "--", 2) != 0)
            continue;
        if (is_of_interest(argv[i], length))
            append(text, " ", argv[i], length);
        i += has_value_behind(program->rows, argv[i]);
    }
    append(text, ", by ", who, strlen(who));
}

void
verbs_tell(struct verbs_call *call, const struct options_program *program,
           int argc, char **argv)
{
    const char *device = call->arguments.device;
    struct traffic_event event = { .device = call->path, .kind = "OPERATOR" };

    if (call->path.registry[0] == '\0' || !verbs_may_tell(call))
        return;
    if (call->path.device[0] == '\0' && device != NULL)
        snprintf(event.device.device, sizeof event.device.device, "%s", device);
    describe(program, argc, argv, event.text);
    traffic_close(&call->traffic);
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_event_add(call->traffic, &event))
        log_warning("it is done, and whoever watches does not see it");
}
