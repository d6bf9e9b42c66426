// SPDX-License-Identifier: Apache-2.0
/*
 * Keeps descriptors 0, 1 and 2 from becoming a spool or a database, and looks
 * at the end whether stdout has taken everything (POSIX, open: the lowest
 * number that is free).
 */
#include "standard.h"

#include "exit.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was not written was not done: a full disk, a closed stream. */
static void
check_stdout(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    log_error("cannot write to standard output: %s",
              errno != 0 ? strerror(errno) : "an earlier write failed");
    _exit(EXIT_CODE_FAILED);
}

/* Opened the wrong way round, so that use still fails, as it would have. */
static void
take(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
        return;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
        _exit(EXIT_CODE_FAILED);
}

void
standard_guard(void)
{
    take(STDIN_FILENO);
    take(STDOUT_FILENO);
    take(STDERR_FILENO);
    if (atexit(check_stdout) != 0)
        _exit(EXIT_CODE_FAILED);
}

bool
standard_wait(int milliseconds)
{
    struct pollfd out = { .fd = STDOUT_FILENO };

    return poll(&out, 1, milliseconds) <= 0;
}
