// SPDX-License-Identifier: Apache-2.0
/*
 * Descriptors of the TPM, which tpm2-tss opens and knows by number only.
 * Leaves it to connection.c what to do with them, and when (TSS 2.0 TCTI §3,
 * getPollHandles).
 */
#define _GNU_SOURCE /* dup3, memfd_create */
#include "descriptor.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { DESCRIPTORS = 4, DEVICE_MAX = 64 };

static size_t
get_descriptors(TSS2_TCTI_CONTEXT *tcti, int fds[DESCRIPTORS])
{
    TSS2_TCTI_POLL_HANDLE handles[DESCRIPTORS];
    size_t count = DESCRIPTORS;

    if (Tss2_Tcti_GetPollHandles(tcti, handles, &count) != TSS2_RC_SUCCESS)
        return 0;
    for (size_t i = 0; i < count && i < DESCRIPTORS; i++)
        fds[i] = handles[i].fd;
    return count < DESCRIPTORS ? count : DESCRIPTORS;
}

void
descriptor_look(TSS2_TCTI_CONTEXT *tcti, struct descriptor_file *file)
{
    struct stat found = { 0 };
    int fds[DESCRIPTORS];

    if (get_descriptors(tcti, fds) == 0 || fstat(fds[0], &found) != 0)
        memset(&found, 0, sizeof found);
    file->device = found.st_dev;
    file->inode = found.st_ino;
}

int
descriptor_is_on(TSS2_TCTI_CONTEXT *tcti, const struct descriptor_file *file)
{
    struct descriptor_file now = { 0 };

    descriptor_look(tcti, &now);
    return now.device == file->device && now.inode == file->inode;
}

CHECKED static int
read_path(int fd, char path[DEVICE_MAX])
{
    char link[32];
    ssize_t len = 0;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, path, DEVICE_MAX - 1);
    if (len < 0 || len == DEVICE_MAX - 1) /* or cut short, perhaps */
        return 0;
    path[len] = '\0';
    return 1;
}

int
descriptor_wait(TSS2_TCTI_CONTEXT *tcti, int ms)
{
    struct pollfd wanted = { .events = POLLIN };
    int fds[DESCRIPTORS];

    if (get_descriptors(tcti, fds) != 1)
        return 1;
    wanted.fd = fds[0];
    return poll(&wanted, 1, ms) != 0;
}

void
descriptor_bound(TSS2_TCTI_CONTEXT *tcti, int seconds)
{
    const struct timeval bound = { seconds, 0 };
    int fds[DESCRIPTORS];

    if (get_descriptors(tcti, fds) == 1)
        (void)setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
}

char *
descriptor_path(TSS2_TCTI_CONTEXT *tcti)
{
    struct stat file = { 0 };
    char path[DEVICE_MAX];
    int fds[DESCRIPTORS];

    if (get_descriptors(tcti, fds) == 0 || fstat(fds[0], &file) != 0 ||
        !S_ISCHR(file.st_mode) || !read_path(fds[0], path))
        return NULL;
    return OPENSSL_strdup(path);
}

int
descriptor_turn_away(TSS2_TCTI_CONTEXT *tcti)
{
    int fds[DESCRIPTORS];
    size_t count = get_descriptors(tcti, fds);
    int nowhere = memfd_create("nowhere", MFD_CLOEXEC);
    int ok = nowhere >= 0;

    for (size_t i = 0; ok && i < count; i++)
        ok = dup3(nowhere, fds[i], O_CLOEXEC) >= 0;
    if (nowhere >= 0)
        (void)close(nowhere);
    return ok;
}

int
descriptor_turn_to(TSS2_TCTI_CONTEXT *tcti, const char *path)
{
    int fds[DESCRIPTORS];
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int ok = 0;

    if (fd < 0)
        return 0;
    ok = get_descriptors(tcti, fds) > 0 && dup3(fd, fds[0], O_CLOEXEC) >= 0;
    (void)close(fd);
    return ok;
}
