// SPDX-License-Identifier: Apache-2.0
/*
 * Reads files without trusting their size and writes them without ever
 * leaving half of one behind.
 */
#define _GNU_SOURCE /* renameat2 */

#include "file.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FIRST_ROOM = 4096 };

/* Doubles the room behind USED bytes, which are moved and wiped where they
 * stood: they may be a key, and realloc would leave them there. */
static bool
make_room(char **buffer, size_t used, size_t *room)
{
    size_t more = *room == 0 ? FIRST_ROOM : *room * 2;
    char *larger = malloc(more);

    if (larger == NULL)
        return false;
    if (used > 0)
        memcpy(larger, *buffer, used);
    file_free(buffer, used);
    *buffer = larger;
    *room = more;
    return true;
}

/* Reads to the end of FD. */
static bool
read_all(int fd, const char *name, size_t most, char **text, size_t *length)
{
    char *buffer = NULL;
    size_t room = 0;
    size_t used = 0;
    ssize_t got = 1;
    bool ok = false;

    while (got > 0) {
        if (used + 1 >= room && !make_room(&buffer, used, &room)) {
            log_error("out of memory reading %s", name);
            goto out;
        }
        got = read(fd, buffer + used, room - used - 1);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0) {
            log_error("cannot read %s: %s", name, strerror(errno));
            goto out;
        } else
            used += (size_t)got;
        if (used > most) {
            log_error("%s is longer than %zu bytes", name, most);
            goto out;
        }
    }
    buffer[used] = '\0';
    *text = buffer;
    *length = used;
    buffer = NULL;
    ok = true;
out:
    file_free(&buffer, used);
    return ok;
}

bool
file_read(const char *path, size_t most, char **text, size_t *length)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0) {
        log_error("cannot open %s: %s", name, strerror(errno));
        return false;
    }
    ok = read_all(fd, name, most, text, length);
    if (!is_stdin)
        close(fd);
    return ok;
}

static bool
write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

bool
file_sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int fd;
    bool ok;

    snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

/* For file systems that know no rename which refuses to replace (network,
 * FUSE), nor hard links (FAT): whoever could make the name, empty, may put the
 * file there.  Only a power cut between the two leaves it so. */
static bool
claim_and_put(const char *temporary, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    close(fd);
    if (rename(temporary, path) == 0)
        return true;
    unlink(path);
    return false;
}

/* In one step, either way. */
static bool
put_in_place(const char *temporary, const char *path, bool replace)
{
    if (replace)
        return rename(temporary, path) == 0;
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) &&
           claim_and_put(temporary, path);
}

bool
file_write(const char *path, const void *bytes, size_t length, unsigned mode,
           bool replace)
{
    char temporary[PATH_MAX] = "";
    int fd = -1;
    bool ok = false;
    int needed = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);

    if (needed < 0 || (size_t)needed >= sizeof temporary) {
        log_error("the name of the file is too long: %s", path);
        return false;
    }
    fd = mkstemp(temporary);
    if (fd >= 0 && fchmod(fd, (mode_t)mode) == 0 &&
        write_all(fd, bytes, length) && fsync(fd) == 0 &&
        put_in_place(temporary, path, replace) && file_sync_folder(path))
        ok = true;
    if (!ok) {
        log_error("cannot write %s: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(temporary);
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

bool
file_write_parts(int fd, struct iovec *parts, int count, uint64_t at)
{
    while (count > 0) {
        ssize_t written = pwritev(fd, parts, count, (off_t)at);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        at += (uint64_t)written;
        while (count > 0 && (size_t)written >= parts->iov_len) {
            written -= (ssize_t)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
    return true;
}

bool
file_read_at(int fd, void *buffer, size_t length, uint64_t at)
{
    char *next = buffer;

    while (length > 0) {
        ssize_t got = pread(fd, next, length, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        next += got;
        length -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

void
file_free(char **text, size_t length)
{
    if (*text == NULL)
        return;
    explicit_bzero(*text, length);
    free(*text);
    *text = NULL;
}
