// SPDX-License-Identifier: Apache-2.0
/*
 * iot-publish: messages of a device to its bridge, and the bridge's config
 * and commands to stdout.  Here are the command line, the names, the key and
 * the last word; the work is that of apps/mqtt.  Topics and limits: sections
 * 2.2, 2.5 and 7 of the cloud-iot-core reference.
 */
#include "base/exit.h"
#include "base/file.h"
#include "base/key.h"
#include "base/log.h"
#include "base/names.h"
#include "base/options.h"
#include "base/standard.h"
#include "libiotjwt/iotjwt.h"
#include "mqtt/delivery.h"
#include "mqtt/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    PORT = 8883,
    LIFETIME = 3600,                 /* s */
    LIFETIME_MOST = 86400,           /* s: reference, section 1.3 */
    TIMEOUT = 60,                    /* s */
    TIMEOUT_MOST = 86400 * 365,      /* s */
    STATE_MOST = 65536,              /* bytes: section 2.5 */
    MEMORY_BYTES = 16 * 1024 * 1024, /* of lines under way without a spool */
    SPOOL_BYTES = 64 * 1024 * 1024,
    SPOOL_MESSAGES = 1000000,
};

struct arguments {
    const char *key;
    const char *cafile;
    const char *host;
    int64_t port;
    const char *project, *region, *registry, *device;
    struct options_list messages;
    struct options_list files;
    bool lines;
    const char *subfolder;
    bool state;
    int64_t qos;
    bool listen;
    bool json;
    int64_t lifetime;
    const char *spool;
    int64_t spool_limit;
    int64_t timeout;
};

#define AT(member) offsetof(struct arguments, member)

static const struct options_row rows[] = {
    { OPTIONS_HEADING, "Who", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "key", "URI", AT(key),
      "The device's private key: a " KEY_URI_HELP ".", 0, 0 },
    { OPTIONS_TEXT, "project", "PROJECT", AT(project),
      "The device's project, for which its tokens are.", 0, 0 },
    { OPTIONS_TEXT, "region", "REGION", AT(region), "Its region.", 0, 0 },
    { OPTIONS_TEXT, "registry", "REGISTRY", AT(registry), "Its registry.", 0,
      0 },
    { OPTIONS_TEXT, "device", "DEVICE", AT(device), "Its id.", 0, 0 },
    { OPTIONS_NUMBER, "lifetime", "SECONDS", AT(lifetime),
      "How long a token is valid, 1 to 86400; 3600 if not given.", 1,
      LIFETIME_MOST },
    { OPTIONS_HEADING, "Where to", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "host", "HOST", AT(host),
      "The bridge's name or address, which its certificate must have.", 0, 0 },
    { OPTIONS_NUMBER, "port", "PORT", AT(port),
      "Its TCP port, for TLS; 8883 if not given.", 1, 65535 },
    { OPTIONS_TEXT, "cafile", "FILE", AT(cafile),
      "CA certificates to trust, PEM; the system's if not given.", 0, 0 },
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "subfolder", "NAME", AT(subfolder),
      "Publish to events/NAME rather than to events.", 0, 0 },
    { OPTIONS_FLAG, "state", NULL, AT(state),
      "Publish the device's state: 64 KiB, one a second.", 0, 0 },
    { OPTIONS_LIST, "message", "TEXT", AT(messages),
      "Publish TEXT; may be given many times.", 0, 0 },
    { OPTIONS_LIST, "file", "FILE", AT(files),
      "Publish all of FILE, \"-\" for stdin; at most 256 KiB.", 0, 0 },
    { OPTIONS_FLAG, "lines", NULL, AT(lines),
      "Publish each line of stdin as it comes; empty ones are skipped.", 0, 0 },
    { OPTIONS_FLAG, "listen", NULL, AT(listen),
      "Print config and commands, a line each, until a signal comes.", 0, 0 },
    { OPTIONS_FLAG, "json", NULL, AT(json),
      "Print them as JSON, with the payload in base64.", 0, 0 },
    { OPTIONS_HEADING, "How", NULL, 0, NULL, 0, 0 },
    { OPTIONS_NUMBER, "qos", "0|1", AT(qos),
      "1 waits for acknowledgements, 0 does not; 1 if not given.", 0, 1 },
    { OPTIONS_TEXT, "spool", "FOLDER", AT(spool),
      "Keep messages here until they are acknowledged.", 0, 0 },
    { OPTIONS_NUMBER, "spool-limit", "BYTES", AT(spool_limit),
      "How much of them at most; 67108864 (64 MiB) if not given.", 1 << 19,
      1 << 30 },
    { OPTIONS_NUMBER, "timeout", "SECONDS", AT(timeout),
      "Give up after so long without success; 60 if not given, 0: never.", 0,
      TIMEOUT_MOST },
    { 0 },
};

static const struct options_program program = {
    "iot-publish",
    "--key URI --host HOST --project PROJECT --region REGION\n"
    "       --registry REGISTRY --device DEVICE [--message TEXT] "
    "[--file FILE] [--lines]\n       [--listen] [--spool FOLDER] [OPTION ...]",
    "Publishes a device's messages over MQTT and TLS, signing its own tokens.",
    rows,
    0,
    0
};

/* One run of the program. */
struct publish {
    const struct arguments *arguments;
    char path[NAMES_PATH_MOST];
    char topic[NAMES_PATH_MOST];
    char config[NAMES_PATH_MOST];
    char commands[NAMES_PATH_MOST];
    struct key *key;
    struct iotjwt_source *tokens;
    struct spool *spool;
};

static bool
misused(const char *what)
{
    (void)options_misused(&program, "%s", what);
    return false;
}

static bool
is_complete(const struct arguments *arguments)
{
    const struct {
        const char *name;
        const char *value;
    } needed[] = {
        { "--key is needed", arguments->key },
        { "--host is needed", arguments->host },
        { "--project is needed", arguments->project },
        { "--region is needed", arguments->region },
        { "--registry is needed", arguments->registry },
        { "--device is needed", arguments->device },
    };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].value == NULL)
            return misused(needed[i].name);
    return true;
}

/* How many of what is asked for would read stdin. */
static size_t
count_stdin(const struct arguments *arguments)
{
    size_t count = arguments->lines ? 1 : 0;

    for (size_t i = 0; i < arguments->files.count; i++)
        if (strcmp(arguments->files.items[i], "-") == 0)
            count++;
    return count;
}

static bool
makes_sense(const struct arguments *arguments)
{
    if (!is_complete(arguments))
        return false;
    if (arguments->messages.count == 0 && arguments->files.count == 0 &&
        !arguments->lines && !arguments->listen && arguments->spool == NULL)
        return misused("nothing to do: give --message, --file, --lines, "
                       "--listen or a --spool to empty");
    if (count_stdin(arguments) > 1)
        return misused("standard input can be read only once");
    if (arguments->state && arguments->subfolder != NULL)
        return misused("--state has no --subfolder");
    if (arguments->json && !arguments->listen)
        return misused("--json is for --listen");
    return true;
}

static bool
fits(const char *text)
{
    return strlen(text) <= NAMES_ID_MOST;
}

/* The device's path, if there can be such a device. */
static bool
name_device(struct publish *publish)
{
    const struct arguments *arguments = publish->arguments;
    struct names_path path = { 0 };

    if (!fits(arguments->project) || !fits(arguments->region) ||
        !fits(arguments->registry) || !fits(arguments->device))
        return misused("a name is longer than 255 bytes");
    memcpy(path.project, arguments->project, strlen(arguments->project));
    memcpy(path.location, arguments->region, strlen(arguments->region));
    memcpy(path.registry, arguments->registry, strlen(arguments->registry));
    memcpy(path.device, arguments->device, strlen(arguments->device));
    if (names_write_path(&path, publish->path, sizeof publish->path) &&
        names_parse_path(publish->path, strlen(publish->path), &path) &&
        path.device[0] != '\0')
        return true;
    (void)options_misused(&program, "there can be no device %s", publish->path);
    return false;
}

static bool
name_topic(struct publish *publish)
{
    const struct arguments *arguments = publish->arguments;
    struct names_topic topic = { .kind = arguments->state ? NAMES_STATE
                                                          : NAMES_EVENTS };

    memcpy(topic.device, arguments->device, strlen(arguments->device));
    if (arguments->subfolder != NULL) {
        if (strlen(arguments->subfolder) > NAMES_SUBFOLDER_MOST ||
            arguments->subfolder[0] == '\0')
            return misused("--subfolder is from 1 to 256 bytes long");
        memcpy(topic.subfolder, arguments->subfolder,
               strlen(arguments->subfolder));
    }
    if (names_write_topic(&topic, publish->topic, sizeof publish->topic) &&
        names_parse_topic(publish->topic, strlen(publish->topic), &topic))
        return true;
    (void)options_misused(&program, "there can be no topic %s", publish->topic);
    return false;
}

/* What --listen subscribes to: section 2.2. */
static bool
name_filters(struct publish *publish)
{
    struct names_topic topic = { .kind = NAMES_CONFIG };
    bool ok;

    memcpy(topic.device, publish->arguments->device,
           strlen(publish->arguments->device));
    ok = names_write_topic(&topic, publish->config, sizeof publish->config);
    topic.kind = NAMES_COMMANDS;
    memcpy(topic.subfolder, "#", 2);
    return ok && names_write_topic(&topic, publish->commands,
                                   sizeof publish->commands);
}

static size_t
payload_most(const struct publish *publish)
{
    return publish->arguments->state ? STATE_MOST : RECORD_PAYLOAD_MOST;
}

static bool
open_spool(struct publish *publish)
{
    const struct arguments *arguments = publish->arguments;
    uint64_t given = arguments->messages.count + arguments->files.count;
    struct spool_limits limits = { .bytes = (uint64_t)arguments->spool_limit,
                                   .messages = SPOOL_MESSAGES };

    if (arguments->spool == NULL)
        limits.bytes = MEMORY_BYTES + given * RECORD_MOST;
    publish->spool = spool_open(arguments->spool, publish->path, &limits);
    return publish->spool != NULL;
}

static bool
keep(struct publish *publish, const char *name, const char *payload,
     size_t length)
{
    struct record record = {
        .qos = (int)publish->arguments->qos,
        .topic = publish->topic,
        .topic_length = strlen(publish->topic),
        .payload = payload,
        .payload_length = length,
    };
    const char *reason = NULL;

    if (length > payload_most(publish)) {
        log_error("%s is longer than %zu bytes", name, payload_most(publish));
        return false;
    }
    if (spool_append(publish->spool, &record, &reason))
        return true;
    log_error("%s cannot be kept: %s", name, reason);
    return false;
}

/* What the command line holds goes into the spool before all else, so that it
 * is safe there whatever may then be wrong with TPM and network. */
static bool
keep_all(struct publish *publish)
{
    const struct options_list *messages = &publish->arguments->messages;
    const struct options_list *files = &publish->arguments->files;
    bool ok = true;

    for (size_t i = 0; ok && i < messages->count; i++)
        ok = keep(publish, "the message", messages->items[i],
                  strlen(messages->items[i]));
    for (size_t i = 0; ok && i < files->count; i++) {
        char *bytes = NULL;
        size_t length = 0;

        ok = file_read(files->items[i], payload_most(publish), &bytes,
                       &length) &&
             keep(publish, files->items[i], bytes, length);
        file_free(&bytes, length);
    }
    return ok && spool_sync(publish->spool);
}

static enum exit_code
signing_failed(const char *uri, const struct iotjwt_error *error)
{
    if (error->code == IOTJWT_SIGNING_FAILED)
        return key_failed("cannot sign with %.200s", uri);
    log_error("%s", error->text);
    return EXIT_CODE_FAILED;
}

/* Opens the key and has it sign once, so that a TPM that refuses is found out
 * before the network is troubled. */
static enum exit_code
open_key(struct publish *publish)
{
    const struct arguments *arguments = publish->arguments;
    enum exit_code code = EXIT_CODE_FAILED;
    struct iotjwt_error error;
    char *token = NULL;

    publish->key = key_open(arguments->key, &code);
    if (publish->key == NULL)
        return code;
    publish->tokens = iotjwt_source_new(publish->key->pkey, arguments->project,
                                        arguments->lifetime,
                                        publish->key->libctx, NULL, &error);
    if (publish->tokens != NULL)
        token = iotjwt_source_get(publish->tokens, time(NULL), NULL, &error);
    if (token == NULL)
        return signing_failed(arguments->key, &error);
    iotjwt_free(&token);
    return EXIT_CODE_DONE;
}

/* The last word: the reason and what became of the messages. */
static enum exit_code
conclude(const struct publish *publish, const struct delivery_result *result)
{
    static const enum exit_code codes[] = {
        [DELIVERY_DONE] = EXIT_CODE_DONE,
        [DELIVERY_FAILED] = EXIT_CODE_FAILED,
        [DELIVERY_STOPPED] = EXIT_CODE_FAILED,
        [DELIVERY_NETWORK] = EXIT_CODE_NETWORK,
        [DELIVERY_NO_TOKEN] = EXIT_CODE_TPM,
    };
    const char *reason = result->reason;
    uint64_t left = spool_count(publish->spool);

    if (result->end == DELIVERY_DONE || result->end == DELIVERY_FAILED)
        return codes[result->end];
    if (reason[0] == '\0')
        reason = "stopped by a signal";
    if (left == 0)
        log_error("%s", reason);
    else if (publish->arguments->spool != NULL)
        log_error("%s; messages kept in %s to be sent first next time: "
                  "%" PRIu64,
                  reason, publish->arguments->spool, left);
    else
        log_error("%s; messages not acknowledged: %" PRIu64, reason, left);
    return codes[result->end];
}

static enum exit_code
deliver(struct publish *publish)
{
    const struct arguments *arguments = publish->arguments;
    struct delivery_settings settings = {
        .session = { .host = arguments->host,
                     .port = (int)arguments->port,
                     .cafile = arguments->cafile,
                     .path = publish->path,
                     .tokens = publish->tokens },
        .topic = publish->topic,
        .qos = (int)arguments->qos,
        .payload_most = payload_most(publish),
        .lines = arguments->lines,
        .listen = arguments->listen,
        .json = arguments->json,
        .is_kept = arguments->spool != NULL,
        .timeout = arguments->timeout,
    };
    struct delivery_result result;

    if (arguments->listen) {
        settings.session.filters[0] = publish->config;
        settings.session.filters[1] = publish->commands;
    }
    if (!delivery_run(&settings, publish->spool, &result))
        return EXIT_CODE_FAILED;
    return conclude(publish, &result);
}

static enum exit_code
run(struct publish *publish)
{
    enum exit_code code;

    if (!makes_sense(publish->arguments) || !name_device(publish) ||
        !name_topic(publish) || !name_filters(publish))
        return EXIT_CODE_MISUSED;
    delivery_heed_signals();
    if (!open_spool(publish) || !keep_all(publish))
        return EXIT_CODE_FAILED;
    code = open_key(publish);
    return code == EXIT_CODE_DONE ? deliver(publish) : code;
}

int
main(int argc, char **argv)
{
    struct arguments arguments = {
        .port = PORT,
        .qos = 1,
        .lifetime = LIFETIME,
        .spool_limit = SPOOL_BYTES,
        .timeout = TIMEOUT,
    };
    struct publish publish = { .arguments = &arguments };
    enum exit_code code;

    log_open(program.name, NULL);
    standard_guard();
    if (options_parse(&program, argc, argv, &arguments, NULL, &code))
        code = run(&publish);
    spool_close(&publish.spool);
    iotjwt_source_free(&publish.tokens);
    key_close(&publish.key);
    return code;
}
