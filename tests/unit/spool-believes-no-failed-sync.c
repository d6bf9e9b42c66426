// SPDX-License-Identifier: Apache-2.0
/*
 * When a disk could not take what was written, Linux may throw it away and say
 * next time that all is well: what failed once is written anew and not
 * believed.
 */
#include "check.h"
#include "mqtt/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char owner[] = "projects/p/locations/l/registries/reg/devices/dev";
static const struct spool_limits limits = { 1 << 20, 1000 };
static bool is_broken;

/* In the place of libc's. */
int
fdatasync(int fd)
{
    (void)fd;
    errno = EIO;
    return is_broken ? -1 : 0;
}

static bool
append(struct spool *spool, const char *payload)
{
    struct record record = { .qos = 1,
                             .topic = "/devices/dev/events",
                             .topic_length = 19,
                             .payload = payload,
                             .payload_length = strlen(payload) };
    const char *reason = NULL;

    return spool_append(spool, &record, &reason);
}

static ino_t
file_of(const char *folder)
{
    char path[128];
    struct stat file = { .st_ino = 0 };

    snprintf(path, sizeof path, "%s/%020d.log", folder, 1);
    CHECK(stat(path, &file) == 0);
    return file.st_ino;
}

static bool
has_next(struct spool *spool, const char *payload)
{
    struct record record;

    return spool_next(spool, &record) == SPOOL_MESSAGE &&
           record.payload_length == strlen(payload) &&
           memcmp(record.payload, payload, record.payload_length) == 0;
}

static void
check_syncs(const char *folder)
{
    struct spool *spool = spool_open(folder, owner, &limits);
    struct record record;
    ino_t before;

    CHECK(spool != NULL && append(spool, "one") && spool_sync(spool));
    before = file_of(folder);
    CHECK(append(spool, "two"));
    is_broken = true;
    CHECK(!spool_sync(spool));
    is_broken = false;
    CHECK(has_next(spool, "one") &&
          spool_next(spool, &record) == SPOOL_NOTHING);
    CHECK(file_of(folder) == before);
    CHECK(spool_sync(spool));
    CHECK(file_of(folder) != before);
    before = file_of(folder);
    CHECK(append(spool, "three") && spool_sync(spool));
    CHECK(file_of(folder) == before);
    CHECK(has_next(spool, "two") && has_next(spool, "three"));
    spool_close(&spool);
    spool = spool_open(folder, owner, &limits);
    CHECK(spool != NULL && has_next(spool, "one") && has_next(spool, "two") &&
          has_next(spool, "three"));
    spool_close(&spool);
}

int
main(void)
{
    char folder[] = "/tmp/spool-sync.XXXXXX";
    char command[64];

    if (!CHECK(mkdtemp(folder) != NULL))
        return 1;
    check_syncs(folder);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK(system(command) == 0);
    return check_end();
}
