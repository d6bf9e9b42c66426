// SPDX-License-Identifier: Apache-2.0
/*
 * Bounds the one call of libmosquitto that blocks.  The non-blocking variant
 * is no help: it tries the first address of a host only.
 */
#include "connect.h"

#include <errno.h>
#include <mosquitto.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

static void
wake_up(int number)
{
    (void)number;
}

int
connect_bounded(struct mosquitto *client, const char *host, int port,
                int keepalive)
{
    static const struct itimerval on = { { CONNECT_MOST, 0 },
                                         { CONNECT_MOST, 0 } };
    struct itimerval timer_before;
    struct sigaction action = { .sa_handler = wake_up };
    struct sigaction action_before;
    int code;
    int system_error;

    sigaction(SIGALRM, &action, &action_before);
    setitimer(ITIMER_REAL, &on, &timer_before);
    errno = 0;
    code = mosquitto_connect(client, host, port, keepalive);
    system_error = errno;
    setitimer(ITIMER_REAL, &timer_before, NULL);
    sigaction(SIGALRM, &action_before, NULL);
    errno = system_error == EINTR ? ETIMEDOUT : system_error;
    return code;
}
