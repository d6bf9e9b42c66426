// SPDX-License-Identifier: Apache-2.0
/*
 * The HTTP bridge: devices that speak HTTPS publish telemetry, set their state
 * and fetch their configuration.  It opens databases and doors; what calls mean
 * is in httpbridge/.  cloud-iot-core reference, section 4.
 */
#include "base/clock.h"
#include "base/exit.h"
#include "base/log.h"
#include "base/options.h"
#include "base/standard.h"
#include "gate/gate.h"
#include "http/request.h"
#include "http/routes.h"
#include "http/server.h"
#include "httpbridge/httpbridge.h"
#include "httpbridge/outlet.h"
#include "httpbridge/rates.h"
#include "service/database.h"
#include "service/sink.h"
#include "traffic/traffic.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    HEAD_MOST = 16384,    /* bytes; a token may have 8192 of them */
    BODY_MOST = 524288,   /* 262144 bytes as base64, and room for the rest */
    METRICS_SECONDS = 10, /* at most */
    METRICS_CONNECTIONS = 16, /* open at once */
    SPARE_FILES = 64,         /* open beside those of connections */
    SWEEP_BYTES = 0,          /* how large it may grow the MQTT bridge says */
};

struct settings {
    const char *database;
    const char *traffic;
    const char *durability;
    const char *address;
    int64_t port;
    const char *certificate;
    const char *key;
    int64_t skew;
    int64_t state_interval;
    int64_t rate;
    int64_t connections;
    int64_t timeout;
    int64_t drain;
    int64_t metrics_port;
    const char *metrics_file;
};

/* All that the process holds. */
struct program {
    struct settings settings;
    char traffic_path[PATH_MAX];
    struct database database;
    struct outlet outlet;
    struct httpbridge bridge;
    struct http_routes calls;
    struct http_routes metrics;
    struct http_server *server;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct options_row rows[] = {
    { OPTIONS_HEADING, "Where devices come in", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "address", "ADDRESS", FIELD(address),
      "The address to listen at; default 0.0.0.0.", 0, 0 },
    { OPTIONS_NUMBER, "port", "N", FIELD(port), "The port; default 8443.", 1,
      65535 },
    { OPTIONS_TEXT, "certfile", "FILE", FIELD(certificate),
      "The server's certificate, its issuers behind it; PEM.", 0, 0 },
    { OPTIONS_TEXT, "keyfile", "FILE", FIELD(key), "The server's key; PEM.", 0,
      0 },
    { OPTIONS_NUMBER, "connections", "N", FIELD(connections),
      "Open at once at most; default 10000.", 1, 1000000 },
    { OPTIONS_NUMBER, "timeout", "SECONDS", FIELD(timeout),
      "For a request to begin, and to be whole; default 60.", 1, 3600 },
    { OPTIONS_NUMBER, "drain", "SECONDS", FIELD(drain),
      "For requests that have begun when it ends; default 5.", 0, 600 },
    { OPTIONS_HEADING, "What they find", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "database", "FILE", FIELD(database),
      "The registry's file; default /var/lib/iot-tpm/registry.db.", 0, 0 },
    { OPTIONS_TEXT, "traffic", "FILE", FIELD(traffic),
      "That of messages; default traffic.db beside it.", 0, 0 },
    { OPTIONS_TEXT, "durability", "kill|power", FIELD(durability),
      "What an answer 200 outlives; default kill.", 0, 0 },
    { OPTIONS_NUMBER, "skew", "SECONDS", FIELD(skew),
      "How much clocks of devices may differ; default 600.", 0, GATE_SKEW },
    { OPTIONS_NUMBER, "state-interval", "MS", FIELD(state_interval),
      "Milliseconds from a state to the next; default 1000.", 0, 3600000 },
    { OPTIONS_NUMBER, "rate", "N", FIELD(rate),
      "Calls a minute of one device; default 6000.", RATES_LEAST, 60000000 },
    { OPTIONS_HEADING, "Counters, at 127.0.0.1/metrics", NULL, 0, NULL, 0, 0 },
    { OPTIONS_NUMBER, "metrics-port", "N", FIELD(metrics_port),
      "Their port; 0, the default, for none.", 0, 65535 },
    { OPTIONS_TEXT, "metrics-file", "FILE", FIELD(metrics_file),
      "The MQTT bridge's, served with them.", 0, 0 },
    { .name = NULL },
};

static const struct options_program command = {
    .name = "iot-http-bridge",
    .synopsis = "--certfile FILE --keyfile FILE [--port N] [--database FILE]",
    .summary = "Let devices publish, and fetch their configuration, by HTTPS.",
    .rows = rows,
};

/* To stderr, with the level as systemd-journald reads it (sd-daemon(3)). */
static void
write_line(enum log_level level, const char *text)
{
    static const int levels[] = {
        [LOG_LEVEL_ERROR] = 3,
        [LOG_LEVEL_WARNING] = 4,
        [LOG_LEVEL_INFO] = 6,
    };

    if (getenv("JOURNAL_STREAM") != NULL)
        fprintf(stderr, "<%d>%s\n", levels[level], text);
    else
        fprintf(stderr, "%s: %s\n", command.name, text);
}

static bool
survives_power(const struct settings *settings)
{
    return strcmp(settings->durability, "power") == 0;
}

static bool
read_settings(struct program *program, int argc, char **argv,
              enum exit_code *code)
{
    struct settings *settings = &program->settings;

    *settings = (struct settings){
        .database = "/var/lib/iot-tpm/registry.db",
        .durability = "kill",
        .address = "0.0.0.0",
        .port = 8443,
        .skew = GATE_SKEW,
        .state_interval = 1000,
        .rate = RATES_DEFAULT,
        .connections = 10000,
        .timeout = 60,
        .drain = 5,
    };
    if (!options_parse(&command, argc, argv, settings, NULL, code))
        return false;
    *code = EXIT_CODE_MISUSED;
    if (settings->certificate == NULL || settings->key == NULL)
        (void)options_misused(&command, "--certfile and --keyfile are needed");
    else if (!survives_power(settings) &&
             strcmp(settings->durability, "kill") != 0)
        log_error("--durability is kill or power, not \"%s\"",
                  settings->durability);
    else if (settings->traffic == NULL &&
             !traffic_path(settings->database, program->traffic_path,
                           sizeof program->traffic_path))
        log_error("--database is too long");
    else
        return true;
    return false;
}

/* Every connection is a file. */
static void
allow_files(struct settings *settings)
{
    rlim_t wanted = (rlim_t)settings->connections + SPARE_FILES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == wanted)
        return;
    settings->connections = limit.rlim_cur > 2 * SPARE_FILES
                                ? (int64_t)limit.rlim_cur - SPARE_FILES
                                : SPARE_FILES;
    log_warning("no more than %lld connections: raise LimitNOFILE for more",
                (long long)settings->connections);
}

static void
answer_metrics(void *context, const struct http_request *request,
               struct http_answer *answer)
{
    struct program *program = context;
    struct http_server_stats stats;

    (void)request;
    http_server_look(program->server, &stats);
    http_answer_text(answer, 200, "text/plain; version=0.0.4",
                     metrics_text(&program->bridge.metrics, &stats,
                                  program->settings.metrics_file));
}

static void
answer_nothing(void *context, const struct http_request *request,
               struct http_answer *answer)
{
    (void)context, (void)request;
    http_answer_text(answer, 404, "text/plain", strdup("try /metrics\n"));
}

static const struct http_route metrics_rows[] = {
    { "GET", "/metrics", NULL, answer_metrics },
};

static void
look_for_databases(struct program *program)
{
    int64_t second = clock_seconds();

    database_look(&program->database, second);
    program->bridge.registry = program->database.store;
    program->bridge.traffic = outlet_look(&program->outlet, second);
}

static void
on_tick(void *context)
{
    struct program *program = context;
    struct httpbridge *bridge = &program->bridge;
    bool is_done;

    look_for_databases(program);
    if (bridge->traffic != NULL &&
        !traffic_sweep(bridge->traffic, SWEEP_BYTES, &is_done))
        bridge->metrics.store_failures++;
    sink_tell_left_out(clock_seconds());
}

static bool
listen_for_devices(struct program *program)
{
    const struct settings *settings = &program->settings;
    struct http_listener listener = {
        .address = settings->address,
        .port = (uint16_t)settings->port,
        .certificate = settings->certificate,
        .key = settings->key,
        .routes = &program->calls,
        .head_most = HEAD_MOST,
        .body_most = BODY_MOST,
        .connections_most = (size_t)settings->connections,
        .seconds = (int)settings->timeout,
    };

    httpbridge_routes(&program->bridge, &program->calls);
    return http_server_listen(program->server, &listener);
}

static bool
listen_for_metrics(struct program *program)
{
    struct http_listener listener = {
        .address = "127.0.0.1",
        .port = (uint16_t)program->settings.metrics_port,
        .routes = &program->metrics,
        .head_most = HEAD_MOST,
        .body_most = 0,
        .connections_most = METRICS_CONNECTIONS,
        .seconds = program->settings.timeout < METRICS_SECONDS
                       ? (int)program->settings.timeout
                       : METRICS_SECONDS,
    };

    if (program->settings.metrics_port == 0)
        return true;
    program->metrics = (struct http_routes){ .rows = metrics_rows,
                                             .count = 1,
                                             .otherwise = answer_nothing,
                                             .context = program };
    return http_server_listen(program->server, &listener);
}

static bool
serve(struct program *program)
{
    struct settings *settings = &program->settings;
    struct httpbridge *bridge = &program->bridge;

    if (settings->traffic == NULL)
        settings->traffic = program->traffic_path;
    allow_files(settings);
    bridge->skew = settings->skew;
    bridge->state_interval = settings->state_interval;
    bridge->rates = rates_new((uint64_t)settings->rate);
    bridge->keys = gate_keys_new();
    bridge->doubts = gate_doubts_new();
    program->database.file.path = settings->database;
    program->outlet.file.path = settings->traffic;
    program->outlet.durability = survives_power(settings)
                                     ? TRAFFIC_SURVIVES_POWER
                                     : TRAFFIC_SURVIVES_KILL;
    bridge->outlet = &program->outlet;
    program->server = http_server_new();
    if (bridge->rates == NULL || bridge->keys == NULL ||
        bridge->doubts == NULL || program->server == NULL ||
        !listen_for_devices(program) || !listen_for_metrics(program))
        return false;
    look_for_databases(program);
    database_miss(&program->database);
    log_event(LOG_SERVING, &(struct log_facts){ .address = settings->address },
              "serving at %s port %lld", settings->address,
              (long long)settings->port);
    return http_server_run(program->server, (int)settings->drain, on_tick,
                           program);
}

int
main(int argc, char **argv)
{
    static struct program program;
    enum exit_code code;

    log_open(command.name, NULL);
    standard_guard();
    if (!read_settings(&program, argc, argv, &code))
        return (int)code;
    sink_open(command.name, write_line);
    code = serve(&program) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
    http_server_free(&program.server);
    rates_free(&program.bridge.rates);
    gate_keys_free(&program.bridge.keys);
    gate_doubts_free(&program.bridge.doubts);
    outlet_close(&program.outlet);
    database_close(&program.database);
    return code;
}
