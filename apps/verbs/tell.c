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
    if (strncmp(word, "--", 2) != 0)
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strlen(places[i]) == length &&
            strncmp(places[i], word, length) == 0)
            return false;
    return true;
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
describe(const char *name, int argc, char **argv, char text[TRAFFIC_TEXT_MOST])
{
    const struct passwd *user = getpwuid(getuid());
    const char *who = user != NULL ? user->pw_name : "nobody known";
    const char *verb = strchr(name, ' ');

    text[0] = '\0';
    append(text, "", verb != NULL ? verb + 1 : name, strlen(name));
    for (int i = 1; i < argc; i++) {
        size_t length = strcspn(argv[i], "=");

        if (is_of_interest(argv[i], length))
            append(text, " ", argv[i], length);
    }
    append(text, ", by ", who, strlen(who));
}

void
verbs_tell(struct verbs_call *call, const char *name, int argc, char **argv)
{
    const char *device = call->arguments.device;
    struct traffic_event event = { .device = call->path, .kind = "OPERATOR" };

    if (call->path.registry[0] == '\0' || !verbs_may_tell(call))
        return;
    if (call->path.device[0] == '\0' && device != NULL)
        snprintf(event.device.device, sizeof event.device.device, "%s", device);
    describe(name, argc, argv, event.text);
    traffic_close(&call->traffic);
    if (!verbs_open_traffic(call, TRAFFIC_WRITE) ||
        !traffic_event_add(call->traffic, &event))
        log_warning("it is done, and whoever watches does not see it");
}
