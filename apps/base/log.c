// SPDX-License-Identifier: Apache-2.0
/*
 * The log of every program: formats a line, makes what came from outside
 * harmless, hands it to one sink.  Where the line goes is the sink's affair.
 */
#include "log.h"

#include "logqueue.h"

#include <stdio.h>

enum { LINE_SIZE = 2048 };

static struct {
    const char *program;
    log_sink *sink;
} log_state = { "iot-tpm", NULL };

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
    log_state.program = program;
    log_state.sink = sink;
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
write_line(enum log_level level, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
write_line(enum log_level level, const char *format, va_list arguments)
{
    char line[LINE_SIZE];

    vsnprintf(line, sizeof line, format, arguments);
    make_harmless(line);
    if (diverted != NULL)
        logqueue_add(diverted, level, line);
    else if (log_state.sink != NULL)
        log_state.sink(level, line);
    else
        fprintf(stderr, "%s: %s\n", log_state.program, line);
}

void
log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(LOG_LEVEL_ERROR, format, arguments);
    va_end(arguments);
}

void
log_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(LOG_LEVEL_WARNING, format, arguments);
    va_end(arguments);
}

void
log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(LOG_LEVEL_INFO, format, arguments);
    va_end(arguments);
}
