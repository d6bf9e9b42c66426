// SPDX-License-Identifier: Apache-2.0
/*
 * Brings messages from the spool, and lines from stdin by way of the spool,
 * to the session, and decides when that is over.  Names and keys are the
 * caller's.  Limits: sections 2.5 and 7 of the cloud-iot-core reference.
 */
#include "delivery.h"

#include "arrival.h"
#include "base/clock.h"
#include "base/log.h"
#include "lines.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    STATE_PACE = 1100, /* ms: a state a second at most, and a bit */
    STOP_MOST = 5000,  /* ms for what is under way after a signal */
    STEP = 1000,       /* ms */
};

/* One run. */
struct run {
    const struct delivery_settings *settings;
    struct spool *spool; /* borrowed */
    struct session *session;
    struct lines *lines;  /* NULL when there are none, or no more */
    bool is_line_waiting; /* for room, or for the disk */
    const char *line;
    size_t line_length;
    uint64_t line_number;
    struct record held; /* a state that comes too early */
    bool is_held;
    int64_t next_state;   /* ms */
    int64_t last_success; /* ms: an acknowledgement, or nothing to do */
    int64_t stop_at;      /* ms; 0: no signal has come */
    uint64_t acknowledged;
    bool has_been_up;
    bool has_no_token; /* that was the last trouble */
    bool has_lost;     /* a line was refused */
    bool shows_progress;
    int64_t next_progress;
    bool is_over;
    struct delivery_result result;
};

/* A handler can have no context; this is the one place for it. */
static volatile sig_atomic_t signal_seen;

static void
see_signal(int number)
{
    signal_seen = number;
}

/* No SA_RESTART: what blocks shall return.  What the parent has us ignore,
 * as nohup and a shell's "&" do, stays ignored. */
static void
heed(int number)
{
    struct sigaction seen = { .sa_handler = see_signal,
                              .sa_flags = (int)SA_RESETHAND };
    struct sigaction before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &seen, NULL);
}

/* Writing to a bridge, a reader or a disk that has had enough shall fail, and
 * not kill. */
void
delivery_heed_signals(void)
{
    struct sigaction ignored = { .sa_handler = SIG_IGN };

    heed(SIGINT);
    heed(SIGTERM);
    heed(SIGHUP);
    sigaction(SIGPIPE, &ignored, NULL);
    sigaction(SIGXFSZ, &ignored, NULL);
}

static void
end(struct run *run, enum delivery_end how)
{
    run->is_over = true;
    run->result.end = how;
}

static void
show_progress(struct run *run, bool is_last)
{
    int64_t now = clock_milliseconds();

    if (!run->shows_progress || (now < run->next_progress && !is_last))
        return;
    run->next_progress = now + STEP / 4;
    fprintf(stderr, "\r\033[K");
    if (!is_last)
        fprintf(stderr, "%" PRIu64 " acknowledged, %" PRIu64 " to go%s%s",
                run->acknowledged, spool_count(run->spool),
                run->result.reason[0] != '\0' ? ": " : "", run->result.reason);
}

/* Somebody is there who wants to hear of troubles as they come. */
static bool
is_service(const struct run *run)
{
    return run->settings->lines || run->settings->listen;
}

/* Lines are coming that only we keep: no trouble with the network is a reason
 * to stop taking them. */
static bool
must_go_on(const struct run *run)
{
    return run->lines != NULL && run->settings->is_kept;
}

static void
on_acknowledged(void *context, uint64_t tag)
{
    struct run *run = context;

    spool_acknowledge(run->spool, tag);
    run->acknowledged++;
    run->last_success = clock_milliseconds();
}

static void
on_connected(void *context)
{
    struct run *run = context;

    if (run->result.reason[0] != '\0' && is_service(run))
        log_info("connected again");
    run->has_been_up = true;
    run->result.reason[0] = '\0';
}

static void
on_dropped(void *context, enum session_trouble trouble, const char *reason,
           int64_t delay)
{
    struct run *run = context;

    spool_rewind(run->spool);
    run->is_held = false;
    if (trouble == SESSION_RENEWING)
        return;
    run->has_no_token = trouble == SESSION_NO_TOKEN;
    snprintf(run->result.reason, sizeof run->result.reason, "%s", reason);
    if (trouble == SESSION_REFUSED && !run->has_been_up && !must_go_on(run))
        end(run, DELIVERY_NETWORK);
    else if (is_service(run)) {
        show_progress(run, true);
        log_warning("%s; trying again in %" PRId64 ".%" PRId64 " s", reason,
                    delay / 1000, delay / 100 % 10);
    }
}

static void
on_message(void *context, const char *topic, const void *payload, size_t length)
{
    struct run *run = context;

    show_progress(run, true);
    if (arrival_print(topic, payload, length, run->settings->json))
        return;
    end(run, DELIVERY_FAILED); /* base/standard says why */
}

static const struct session_events events = {
    .acknowledged = on_acknowledged,
    .connected = on_connected,
    .dropped = on_dropped,
    .message = on_message,
};

static bool
keep(struct run *run, const void *payload, size_t length, const char **reason)
{
    struct record record = {
        .qos = run->settings->qos,
        .topic = run->settings->topic,
        .topic_length = strlen(run->settings->topic),
        .payload = payload,
        .payload_length = length,
    };

    return spool_append(run->spool, &record, reason);
}

/* The line at hand goes into the spool, or waits there for room. */
static void
keep_line(struct run *run)
{
    const char *reason = NULL;

    run->is_line_waiting = false;
    if (run->line_length == 0)
        return;
    if (run->line_length > run->settings->payload_most) {
        log_error("line %" PRIu64 " is longer than %zu bytes and is left out",
                  run->line_number, run->settings->payload_most);
        run->has_lost = true;
        return;
    }
    if (keep(run, run->line, run->line_length, &reason))
        return;
    run->is_line_waiting = true;
    if (spool_count(run->spool) > 0)
        return; /* what leaves the spool makes room */
    log_error("line %" PRIu64 " cannot be kept: %s", run->line_number, reason);
    end(run, DELIVERY_FAILED);
}

/* Takes all whole lines there are into the spool, and makes them last. */
static void
take_lines(struct run *run)
{
    enum lines_answer answer = LINES_LINE;

    if (run->is_line_waiting)
        keep_line(run);
    while (run->lines != NULL && !run->is_line_waiting && !run->is_over &&
           (answer = lines_next(run->lines, &run->line, &run->line_length)) !=
               LINES_NONE) {
        if (answer == LINES_END) {
            lines_free(&run->lines);
            run->last_success =
                clock_milliseconds(); /* from here on time counts */
        } else {
            run->line_number++;
            if (answer == LINES_TOO_LONG)
                run->line_length = SIZE_MAX;
            keep_line(run);
        }
    }
    if (!spool_sync(run->spool))
        end(run, DELIVERY_FAILED);
}

/* A bridge throws a device out that tells its state too often. */
static bool
is_too_early(struct run *run)
{
    static const char ending[] = "/state";
    size_t length = sizeof ending - 1;
    int64_t now = clock_milliseconds();

    if (run->held.topic_length < length ||
        memcmp(run->held.topic + run->held.topic_length - length, ending,
               length) != 0)
        return false;
    if (now < run->next_state)
        return true;
    run->next_state = now + STATE_PACE;
    return false;
}

/* Hands the session what the spool has, as far as both will. */
static void
send_messages(struct run *run)
{
    char topic[RECORD_TOPIC_MOST + 1];
    enum spool_answer answer = SPOOL_MESSAGE;

    while (session_may_publish(run->session) && answer == SPOOL_MESSAGE) {
        if (!run->is_held)
            answer = spool_next(run->spool, &run->held);
        run->is_held = answer == SPOOL_MESSAGE;
        if (!run->is_held || is_too_early(run))
            break;
        run->is_held = false;
        snprintf(topic, sizeof topic, "%.*s", (int)run->held.topic_length,
                 run->held.topic);
        if (!session_publish(run->session, topic, run->held.payload,
                             run->held.payload_length, run->held.qos,
                             run->held.sequence))
            break;
    }
    if (answer == SPOOL_BROKEN)
        end(run, DELIVERY_FAILED);
}

/* A signal: no new input, and a short while for what is under way. */
static void
heed_signal(struct run *run)
{
    if (signal_seen == 0 || run->stop_at != 0)
        return;
    run->stop_at = clock_milliseconds() + STOP_MOST;
    lines_free(&run->lines);
    if (!run->is_line_waiting)
        return;
    run->is_line_waiting = false;
    run->has_lost = true;
    log_error("line %" PRIu64 " was read and cannot be kept: no room",
              run->line_number);
}

/* May it end for lack of success?  Not while lines are coming that only we
 * keep, nor while somebody is listening. */
static bool
has_run_out(const struct run *run, bool is_listening)
{
    int64_t most = run->settings->timeout * 1000;

    return most > 0 && !must_go_on(run) && !is_listening &&
           clock_milliseconds() >= run->last_success + most;
}

/* When nothing was heard there has been no reason yet. */
static void
give_up(struct run *run)
{
    if (run->result.reason[0] == '\0')
        snprintf(run->result.reason, sizeof run->result.reason,
                 "%s:%d does not %s", run->settings->session.host,
                 run->settings->session.port,
                 session_is_up(run->session) ? "acknowledge" : "answer");
    end(run, run->has_no_token ? DELIVERY_NO_TOKEN : DELIVERY_NETWORK);
}

/* Is there an end to it, good or bad? */
static void
look_for_end(struct run *run)
{
    bool is_empty = spool_count(run->spool) == 0;
    bool is_listening = run->settings->listen && run->stop_at == 0;

    if (run->is_over)
        return;
    if (is_empty && session_is_up(run->session))
        run->last_success = clock_milliseconds();
    if (is_empty && run->lines == NULL && !is_listening)
        end(run, run->has_lost ? DELIVERY_FAILED : DELIVERY_DONE);
    else if (run->stop_at != 0 && (clock_milliseconds() >= run->stop_at ||
                                   !session_is_up(run->session)))
        end(run, DELIVERY_STOPPED);
    else if (has_run_out(run, is_listening))
        give_up(run);
}

static int
step_length(const struct run *run)
{
    int64_t left = run->next_state - clock_milliseconds();

    if (!run->is_held || left > STEP)
        return STEP;
    return left > 0 ? (int)left : 0;
}

static void
loop(struct run *run)
{
    bool is_readable;

    run->last_success = clock_milliseconds();
    look_for_end(run); /* there may be nothing to do */
    while (!run->is_over) {
        bool wants_input = run->lines != NULL && !run->is_line_waiting;

        session_step(run->session, step_length(run),
                     wants_input ? STDIN_FILENO : -1, &is_readable);
        if (is_readable && !lines_read(run->lines))
            end(run, DELIVERY_FAILED);
        take_lines(run);
        heed_signal(run);
        send_messages(run);
        show_progress(run, false);
        look_for_end(run);
    }
    show_progress(run, true);
}

bool
delivery_run(const struct delivery_settings *settings, struct spool *spool,
             struct delivery_result *result)
{
    struct run run = { .settings = settings, .spool = spool };
    struct session_settings session = settings->session;
    bool ok = false;

    run.shows_progress = isatty(STDERR_FILENO) == 1;
    session.events = &events;
    session.context = &run;
    run.session = session_new(&session);
    if (settings->lines)
        run.lines = lines_new(STDIN_FILENO, settings->payload_most);
    if (run.session != NULL && (run.lines != NULL || !settings->lines)) {
        loop(&run);
        *result = run.result;
        ok = true;
    }
    session_close(&run.session);
    lines_free(&run.lines);
    return ok;
}
