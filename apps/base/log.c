// SPDX-License-Identifier: Apache-2.0
/*
 * The log of every program: formats a line, makes what came from outside
 * harmless, hands it to one sink.  Where the line goes is the sink's affair.
 */
#include "log.h"

#include "logline.h"
#include "logqueue.h"

#include <stdio.h>

enum { LINE_SIZE = 2048 };

static struct {
    const char *program;
    log_sink *sink;
    log_gate *gate; /* NULL: lines are sentences, and all are told */
} log_state = { "iot-tpm", NULL, NULL };

/* Where this thread's lines go, if not to the sink. */
static _Thread_local struct log_queue *diverted;

void
log_divert(struct log_queue *queue)
{
    diverted = queue;
}

void
log_open(const char *program, log_sink *sink)
{
    log_open_fields(program, sink, NULL);
}

void
log_open_fields(const char *program, log_sink *sink, log_gate *gate)
{
    log_state.program = program;
    log_state.sink = sink;
    log_state.gate = gate;
}

/* A newline in a device's name must not start a line of its own. */
static void
make_harmless(char *line)
{
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

static void
hand_over(enum log_level level, const char *line)
{
    if (log_state.sink != NULL)
        log_state.sink(level, line);
    else
        fprintf(stderr, "%s: %s\n", log_state.program, line);
}

void
logqueue_pass(enum log_event event, enum log_level level, const char *line)
{
    if (log_state.gate == NULL || log_state.gate(event, level, NULL))
        hand_over(level, line);
}

/* A thread whose lines are diverted must not ask the gate: it is the sink's. */
static bool
write_line(enum log_event event, enum log_level level,
           const struct log_facts *facts, const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static bool
write_line(enum log_event event, enum log_level level,
           const struct log_facts *facts, const char *format, va_list arguments)
{
    char text[LINE_SIZE];
    char line[LOGLINE_MOST + 1];
    const char *whole = text;

    if (diverted == NULL && log_state.gate != NULL &&
        !log_state.gate(event, level, facts))
        return false;
    vsnprintf(text, sizeof text, format, arguments);
    if (log_state.gate == NULL)
        make_harmless(text);
    else {
        logline_write(&(struct logline){ event, level, facts, text }, line);
        whole = line;
    }
    if (diverted != NULL)
        logqueue_add(diverted, event, level, whole);
    else
        hand_over(level, whole);
    return true;
}

bool
log_event(enum log_event event, const struct log_facts *facts,
          const char *format, ...)
{
    va_list arguments;
    bool is_written;

    va_start(arguments, format);
    is_written =
        write_line(event, logline_level(event), facts, format, arguments);
    va_end(arguments);
    return is_written;
}

void
log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)write_line(LOG_OTHER, LOG_LEVEL_ERROR, NULL, format, arguments);
    va_end(arguments);
}

void
log_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)write_line(LOG_OTHER, LOG_LEVEL_WARNING, NULL, format, arguments);
    va_end(arguments);
}

void
log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)write_line(LOG_OTHER, LOG_LEVEL_INFO, NULL, format, arguments);
    va_end(arguments);
}
