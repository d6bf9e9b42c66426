// SPDX-License-Identifier: Apache-2.0
/*
 * Names, makes, lists and removes trays.
 */
#include "tray.h"

#include "base/file.h"
#include "base/log.h"
#include "entry.h"
#include "store/schema.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DIGITS = 20, RIGHTS_FOLDER = 0770, RIGHTS_FILE = 0660 };

char *
tray_folder_name(const char *path)
{
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s-intake", path);
    char *folder = NULL;

    if (length > 0 && (size_t)length < sizeof name - DIGITS - sizeof ".damaged")
        folder = strdup(name);
    if (folder == NULL)
        log_error("the name of the database is too long, or there is no "
                  "memory for it: %s",
                  path);
    return folder;
}

bool
tray_folder_open(const char *folder, int *fd)
{
    bool is_new = mkdir(folder, 0700) == 0;
    struct stat file;

    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd >= 0 && fstat(*fd, &file) == 0 &&
        (!is_new ||
         (schema_widen(*fd, folder, RIGHTS_FOLDER | (file.st_mode & S_ISGID)) &&
          file_sync_folder(folder))))
        return true;
    log_event(LOG_NOT_KEPT, &(struct log_facts){ .file = folder },
              "cannot keep messages in the folder %s: %s; iot-registry topics "
              "create makes it",
              folder, strerror(errno));
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return false;
}

bool
tray_folder_is_in_place(const char *folder, int fd)
{
    struct stat here;
    struct stat ours;

    return lstat(folder, &here) == 0 && fstat(fd, &ours) == 0 &&
           here.st_dev == ours.st_dev && here.st_ino == ours.st_ino;
}

bool
tray_folder_make(const char *path)
{
    char *folder = tray_folder_name(path);
    int fd = -1;
    bool ok = folder != NULL && tray_folder_open(folder, &fd);

    if (fd >= 0)
        close(fd);
    free(folder);
    return ok;
}

bool
tray_folder_lock(int fd, int tries)
{
    static const struct timespec pause = { 0, 5000000 };

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || --tries <= 0)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static void
name_tray(const char *folder, uint64_t number, char name[PATH_MAX])
{
    snprintf(name, PATH_MAX, "%s/%0*" PRIu64, folder, DIGITS, number);
}

/* 0 for a name that is no tray's. */
static uint64_t
number_of(const char *name)
{
    uint64_t number;

    if (strlen(name) != DIGITS || strspn(name, "0123456789") != DIGITS)
        return 0;
    errno = 0;
    number = strtoull(name, NULL, 10);
    return errno == 0 ? number : 0;
}

static void
count_in(DIR *directory, uint64_t after, struct tray_view *view)
{
    const struct dirent *entry;
    struct stat file;

    while ((entry = readdir(directory)) != NULL) {
        uint64_t number = number_of(entry->d_name);

        if (number == 0 ||
            fstatat(dirfd(directory), entry->d_name, &file, 0) != 0)
            continue;
        view->bytes += (uint64_t)file.st_size;
        if (number > view->last)
            view->last = number;
        if (number > after && (view->next == 0 || number < view->next))
            view->next = number;
    }
}

bool
tray_look(const char *folder, uint64_t after, struct tray_view *view)
{
    DIR *directory = opendir(folder);

    *view = (struct tray_view){ 0 };
    if (directory == NULL && errno == ENOENT)
        return true;
    if (directory == NULL) {
        log_event(LOG_DATABASE_FAILED, &(struct log_facts){ .file = folder },
                  "cannot read the folder %s: %s", folder, strerror(errno));
        return false;
    }
    count_in(directory, after, view);
    closedir(directory);
    return true;
}

/* Writes what a tray begins with. */
static bool
begin(struct tray *tray, const char *folder, const char *name, bool on_disk)
{
    unsigned char head[ENTRY_FILE_HEAD];
    struct iovec part = { head, sizeof head };
    struct stat rights;

    if (RAND_bytes((unsigned char *)&tray->id, sizeof tray->id) != 1) {
        errno = EIO;
        return false;
    }
    entry_write_file_head(tray->id, head);
    return stat(folder, &rights) == 0 &&
           fchmod(tray->fd, rights.st_mode & RIGHTS_FILE) == 0 &&
           file_write_parts(tray->fd, &part, 1, 0) &&
           (!on_disk || (fdatasync(tray->fd) == 0 && file_sync_folder(name)));
}

bool
tray_make(const char *folder, uint64_t number, bool on_disk, struct tray *tray)
{
    char name[PATH_MAX];
    int reason;

    name_tray(folder, number, name);
    tray->number = number;
    tray->fd =
        open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (tray->fd < 0)
        return false;
    if (begin(tray, folder, name, on_disk))
        return true;
    reason = errno;
    tray_close(tray);
    unlink(name);
    errno = reason;
    return false;
}

bool
tray_open(const char *folder, uint64_t number, struct tray *tray,
          bool *is_whole)
{
    unsigned char head[ENTRY_FILE_HEAD];
    char name[PATH_MAX];

    name_tray(folder, number, name);
    *is_whole = false;
    tray->number = number;
    tray->fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (tray->fd < 0)
        return false;
    *is_whole = file_read_at(tray->fd, head, sizeof head, 0) &&
                entry_read_file_head(head, &tray->id);
    return true;
}

uint64_t
tray_size(const struct tray *tray)
{
    struct stat file;

    return fstat(tray->fd, &file) == 0 ? (uint64_t)file.st_size : 0;
}

bool
tray_is_linked(const struct tray *tray)
{
    struct stat file;

    return fstat(tray->fd, &file) == 0 && file.st_nlink > 0;
}

void
tray_close(struct tray *tray)
{
    if (tray->fd >= 0)
        close(tray->fd);
    tray->fd = -1;
}

bool
tray_remove(const char *folder, uint64_t number, bool as_damaged)
{
    char name[PATH_MAX];
    char other[PATH_MAX + sizeof ".damaged"];

    name_tray(folder, number, name);
    snprintf(other, sizeof other, "%s.damaged", name);
    if ((as_damaged ? rename(name, other) : unlink(name)) == 0)
        return true;
    log_warning("cannot remove %s: %s", name, strerror(errno));
    return false;
}
