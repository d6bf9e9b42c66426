// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry devices commands send: puts a command where the MQTT bridge
 * takes it, and waits for what became of it.  Sections 2.7 and 5.8.
 */
#include "base/log.h"
#include "call.h"
#include "verbs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

/* How often the answer is looked for, and the most bytes of a command, which
 * the service had in common with a configuration. */
enum { LOOK_NS = 20000000, COMMAND_MOST = 256 * 1024 };

/* Seconds beyond its time in which the bridge says that it has passed: a tick
 * and a commit, and what a busy machine makes of them. */
enum { GRACE = 5 };

static const struct options_row send_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "command-data", "TEXT", FIELD(data), "The command.", 0, 0 },
    { OPTIONS_TEXT, "command-file", "FILE", FIELD(file),
      "The same from a file, any bytes, at most 256 KB.", 0, 0 },
    { OPTIONS_TEXT, "subfolder", "SUBFOLDER", FIELD(subfolder),
      "Below the device's topic of commands; default none.", 0, 0 },
    { OPTIONS_NUMBER, "timeout", "SECONDS", FIELD(deadline),
      "How long to wait for the device, 1 to 60; default 60.", 1,
      TRAFFIC_COMMAND_WAIT },
    { 0 },
};

/* Section 2.7: no wildcards; otherwise as a topic's. */
static bool
is_subfolder(const char *text)
{
    struct names_topic wanted = { .device = "any", .kind = NAMES_COMMANDS };
    struct names_topic got;
    char topic[NAMES_PATH_MOST];

    if (strlen(text) < sizeof wanted.subfolder) {
        memcpy(wanted.subfolder, text, strlen(text) + 1);
        if (names_write_topic(&wanted, topic, sizeof topic) &&
            names_parse_topic(topic, strlen(topic), &got))
            return true;
    }
    log_error("--subfolder has at most 256 bytes and no + or #");
    return false;
}

static bool
wait_for(struct verbs_call *call, int64_t key, int64_t seconds,
         enum traffic_outcome *outcome)
{
    static const struct timespec pause = { 0, LOOK_NS };
    time_t end = time(NULL) + (time_t)seconds + GRACE;

    *outcome = TRAFFIC_PENDING;
    while (*outcome == TRAFFIC_PENDING && time(NULL) <= end) {
        nanosleep(&pause, NULL);
        if (!traffic_command_outcome(call->traffic, key, outcome))
            return false;
    }
    return true;
}

static bool
tell(struct verbs_call *call, enum traffic_outcome outcome)
{
    const char *device = call->path.device;

    switch (outcome) {
    case TRAFFIC_DELIVERED:
        return verbs_done(call, "Sent command to device", device, NULL) ==
               EXIT_CODE_DONE;
    case TRAFFIC_NOT_SUBSCRIBED:
        log_error("FAILED_PRECONDITION: The device \"%s\" is not subscribed "
                  "to the commands topic: it must be connected and subscribe "
                  "to /devices/%s/commands/#",
                  device, device);
        return false;
    case TRAFFIC_UNDELIVERED:
        log_error("DEADLINE_EXCEEDED: the device %s did not acknowledge the "
                  "command",
                  device);
        return false;
    case TRAFFIC_PENDING:
        break;
    }
    log_error("DEADLINE_EXCEEDED: nobody answered for the device %s; is the "
              "MQTT bridge running, with this traffic file?",
              device);
    return false;
}

static bool
send_bytes(struct verbs_call *call, const char *bytes, size_t length)
{
    const char *subfolder = call->arguments.subfolder;
    int64_t seconds = call->arguments.deadline;
    struct registry_device *device = NULL;
    enum traffic_outcome outcome;
    int64_t key = 0;
    bool ok;

    if (seconds == 0)
        seconds = TRAFFIC_COMMAND_WAIT;
    ok = verbs_open(call, REGISTRY_BROWSE) &&
         registry_device_get(call->store, &call->path, &device) &&
         verbs_open_traffic(call, TRAFFIC_WRITE) &&
         traffic_command_put(call->traffic, device->num_id,
                             subfolder != NULL ? subfolder : "", bytes, length,
                             seconds, &key) &&
         wait_for(call, key, seconds, &outcome) && tell(call, outcome);
    registry_device_free(&device);
    return ok;
}

static enum exit_code
send_one(struct verbs_call *call)
{
    const char *subfolder = call->arguments.subfolder;
    char *bytes = NULL;
    size_t length = 0;
    enum exit_code code;

    if (subfolder != NULL && subfolder[0] != '\0' && !is_subfolder(subfolder))
        return EXIT_CODE_MISUSED;
    code = verbs_read_data(call, "command", COMMAND_MOST, &bytes, &length);
    if (code == EXIT_CODE_DONE && !send_bytes(call, bytes, length))
        code = EXIT_CODE_FAILED;
    free(bytes);
    return code;
}

const struct verbs_verb verbs_devices_commands_send = {
    "--project P --region L --registry R --device D "
    "--command-data TEXT | --command-file FILE [OPTION ...]",
    "Sends a command to a device that is connected, and waits for it.",
    send_rows,
    VERBS_NONE,
    VERBS_OF_DEVICE,
    VERBS_UNSAID,
    send_one,
};
