// SPDX-License-Identifier: Apache-2.0
/*
 * For those who read the traffic's database and do not take in for it: what
 * they were told is acknowledged shall be there for them.
 */
#include "base/log.h"
#include "intake.h"
#include "mover.h"
#include "station.h"
#include "tray.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 200 }; /* 5 ms apart: one second */

/* What a process has left that is gone. */
static bool
take_over(const char *path, const char *folder)
{
    static const struct mover_limit all = { 0, 0 };
    struct mover *mover = mover_new(path, folder, TRAFFIC_SURVIVES_POWER);
    enum mover_result result = MOVER_FAILED;
    uint64_t freed;

    if (mover == NULL)
        return false;
    do
        result = mover_step(mover, &all, &freed);
    while (result == MOVER_MOVED || result == MOVER_FULL);
    mover_free(&mover);
    return result == MOVER_DONE;
}

/* Has somebody moved TRAY, up to END, or all of it and so removed it? */
static bool
is_moved(struct traffic *traffic, const char *folder, const struct tray *tray,
         uint64_t end)
{
    struct tray_view view;
    uint64_t id;
    uint64_t at;

    if (!station_place_find(traffic, &id, &at) || !tray_look(folder, 0, &view))
        return false;
    if (view.next == 0 || view.next > tray->number)
        return true;
    return (id == tray->id && at >= end) ||
           (view.next == tray->number && end <= ENTRY_FILE_HEAD);
}

static bool
wait_for_mover(const char *path, const char *folder, uint64_t last)
{
    static const struct timespec pause = { 0, 5000000 };
    struct traffic *traffic = NULL;
    struct tray tray;
    bool is_whole;
    bool ok = false;
    uint64_t end;

    if (!tray_open(folder, last, &tray, &is_whole))
        return errno == ENOENT; /* moved, and removed */
    end = tray_size(&tray);
    if (is_whole)
        traffic = traffic_open(path, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL);
    else
        ok = true;
    for (int i = 0; traffic != NULL && !ok && i < LOOKS; i++) {
        ok = is_moved(traffic, folder, &tray, end);
        if (!ok)
            nanosleep(&pause, NULL);
    }
    traffic_close(&traffic);
    tray_close(&tray);
    return ok;
}

void
intake_settle(const char *path)
{
    char *folder = tray_folder_name(path);
    struct tray_view view = { 0 };
    int lock = -1;
    bool ok = true;

    if (folder == NULL || !tray_look(folder, 0, &view) || view.last == 0 ||
        !tray_folder_open(folder, &lock))
        goto out;
    if (tray_folder_lock(lock, 1))
        ok = take_over(path, folder);
    else
        ok = wait_for_mover(path, folder, view.last);
    if (!ok)
        log_warning("the messages that came last are still in %s", folder);
out:
    if (lock >= 0)
        close(lock);
    free(folder);
}
