// SPDX-License-Identifier: Apache-2.0
/*
 * The intake: what it took is in the database, once, in order, however its
 * process ended; what it cannot keep it refuses, and it goes on when it can.
 */
#include "base/log.h"
#include "check.h"
#include "intake-site.h"
#include "traffic/entry.h"
#include "traffic/intake.h"
#include "traffic/topics.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_t main_thread;
static int syncs;         /* by the main thread */
static bool fails;        /* the next of them */
static atomic_bool stays; /* what is to be removed */

/* Stands in for libc's. */
int
fdatasync(int fd)
{
    if (pthread_equal(pthread_self(), main_thread))
        syncs++;
    if (fails && pthread_equal(pthread_self(), main_thread))
        return -1;
    return (int)syscall(SYS_fdatasync, fd);
}

/* Likewise. */
int
unlink(const char *path)
{
    if (!atomic_load(&stays))
        return unlinkat(AT_FDCWD, path, 0);
    errno = EPERM;
    return -1;
}

/* The bytes of tray NUMBER: WRITE them, from AT on, or else read them. */
static size_t
copy_tray(int number, bool is_write, void *bytes, size_t size, off_t at)
{
    char name[128];
    ssize_t done = -1;
    int fd;

    snprintf(name, sizeof name, "%s/%020d", site_trays, number);
    fd = open(name, is_write ? O_WRONLY | O_CREAT : O_RDONLY, 0600);
    if (CHECK(fd >= 0))
        done =
            is_write ? pwrite(fd, bytes, size, at) : pread(fd, bytes, size, at);
    if (fd >= 0)
        close(fd);
    return CHECK(done >= 0) ? (size_t)done : 0;
}

static void
check_order(void)
{
    struct traffic_device got;
    struct traffic_states *states = NULL;
    struct traffic *traffic;
    struct intake *intake;

    site_start_afresh();
    intake = site_intake(0);
    for (int i = 0; i < 1000; i++)
        CHECK(site_take(intake, i, 100));
    CHECK(intake_state(intake, 7, "on", 2));
    CHECK(intake_state(intake, 7, NULL, 0));
    CHECK(site_has_just(0, 1000));
    traffic =
        traffic_open(site_database, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL);
    CHECK(traffic_device_find(traffic, 7, &got) && got.event > 0 &&
          got.state > 0);
    CHECK(traffic_state_list(traffic, 7, 10, &states) && states->count == 2);
    CHECK(states->items[0].length == 0 && states->items[1].length == 2);
    traffic_states_free(&states);
    traffic_close(&traffic);
    CHECK(site_take(intake, 1000, ENTRY_DATA_MOST) &&
          site_take(intake, 1001, 4));
    intake_close(&intake);
    CHECK(site_count_trays() == 0 && site_has_just(1000, 1002));
}

/* What a process does not get to move, the next one does. */
static void
take_and_be_killed(int from, int to)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        sqlite3 *db = site_sqlite();
        struct intake *intake = NULL;

        site_run(db, "BEGIN IMMEDIATE");
        intake = site_intake(0);
        for (int i = from; i < to; i++)
            CHECK(site_take(intake, i, 100));
        raise(SIGKILL);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

static void
check_kill(void)
{
    static unsigned char before[4 * MEBIBYTE];
    char torn[40] = "iENT";
    size_t size;
    struct intake *intake;

    site_start_afresh();
    take_and_be_killed(0, 500);
    size = copy_tray(1, false, before, sizeof before, 0);
    CHECK(size > 500 * 100);
    /* The last one was not whole, and so never acknowledged. */
    copy_tray(1, true, torn, sizeof torn, (off_t)size);
    take_and_be_killed(500, 510);
    CHECK(site_count_trays() == 2);
    CHECK(site_has_just(0, 510) && site_count_trays() == 0);
    CHECK(site_said("never acknowledged") && site_lines == 1);
    /* Between the commit and the removal of the tray: nothing comes twice. */
    take_and_be_killed(510, 600);
    size = copy_tray(1, false, before, sizeof before, 0);
    CHECK(site_has_just(510, 600));
    copy_tray(1, true, before, size, 0);
    intake = site_intake(0);
    CHECK(site_take(intake, 600, 100));
    intake_close(&intake);
    CHECK(site_count_trays() == 0 && site_has_just(600, 601));
    /* While it was made. */
    copy_tray(3, true, before, 5, 0);
    CHECK(site_has_just(0, 0) && site_count_trays() == 0);
}

/* Damage costs what it hits; what nobody knows is not thrown away. */
static void
check_damage(void)
{
    static unsigned char bytes[4 * MEBIBYTE];
    struct entry entry;
    size_t sizes[3];
    size_t at = ENTRY_FILE_HEAD;
    uint64_t id = 0;

    site_start_afresh();
    take_and_be_killed(0, 3);
    CHECK(copy_tray(1, false, bytes, sizeof bytes, 0) > 300);
    CHECK(entry_read_file_head(bytes, &id));
    for (int i = 0; i < 3; at += sizes[i++])
        CHECK(entry_read(bytes + at, 4000, id, &entry, &sizes[i]));
    at = ENTRY_FILE_HEAD + sizes[0] - 1;
    bytes[at] ^= 1;
    copy_tray(1, true, bytes + at, 1, (off_t)at);
    CHECK(site_has_just(1, 3) && site_said("is damaged"));
    memset(bytes, 'x', 100);
    copy_tray(1, true, bytes, 100, 0);
    CHECK(site_has_just(0, 0) && site_count_trays() == 1 &&
          site_said("is none of ours"));
}

/* While the database is locked, messages wait in several trays, and not
 * without bounds. */
static void
check_bounds(void)
{
    sqlite3 *db;
    struct intake *intake;
    int taken = 0;
    int before;

    site_start_afresh();
    intake = site_intake(4 * MEBIBYTE);
    db = site_sqlite();
    site_run(db, "BEGIN IMMEDIATE");
    while (taken < 1000 && site_take(intake, taken, 10000))
        taken++;
    CHECK(taken > 80 && taken < 110 && site_count_trays() > 3);
    CHECK(site_said("devices keep them: too many wait"));
    before = site_lines;
    CHECK(!site_take(intake, taken, 10000) && site_lines == before);
    site_run(db, "ROLLBACK");
    CHECK(site_has_just(0, taken) && site_count_trays() == 1);
    CHECK(site_take(intake, taken, 10000) && site_has_just(taken, taken + 1));
    sqlite3_close(db);
    intake_close(&intake);
}

/* The database is kept as small as was said, trays included. */
static void
check_size(void)
{
    struct intake *intake;
    struct stat file;

    site_start_afresh();
    site_change("UPDATE subscription SET cursor = 1 << 40");
    intake = site_intake(2 * MEBIBYTE);
    for (int i = 0; i < 6000; i++) {
        CHECK(site_take(intake, i, 1000));
        if (i % 500 == 0)
            CHECK(site_has_just(0, 0));
    }
    for (int i = 0; i < 50; i++) {
        usleep(100000);
        CHECK(stat(site_database, &file) == 0);
        site_change("PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
        if (stat(site_database, &file) == 0 && file.st_size <= 2 * MEBIBYTE)
            break;
    }
    CHECK(file.st_size <= 2 * MEBIBYTE && file.st_size > MEBIBYTE);
    intake_close(&intake);
}

static void
check_full_disk(void)
{
    struct rlimit limit = { 100000, RLIM_INFINITY };
    struct intake *intake;
    int taken = 0;

    site_start_afresh();
    signal(SIGXFSZ, SIG_IGN);
    intake = site_intake(0);
    site_change("PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    while (taken < 1000 && site_take(intake, taken, 5000))
        taken++;
    CHECK(taken > 10 && taken < 25 &&
          site_said("devices keep them: File too large"));
    CHECK(site_take(intake, taken, 10));
    limit.rlim_cur = RLIM_INFINITY;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(site_take(intake, taken + 1, 5000));
    CHECK(site_has_just(0, taken + 2));
    intake_close(&intake);
}

/* What survives the machine's end is on the disk before it is acknowledged. */
static void
check_power(void)
{
    struct intake *intake;
    int before;

    site_start_afresh();
    intake = site_intake(0);
    before = syncs;
    CHECK(site_take(intake, 0, 10) && syncs == before);
    intake_close(&intake);
    intake = intake_open(site_database, TRAFFIC_SURVIVES_POWER, 0);
    CHECK(intake != NULL && site_take(intake, 1, 10));
    before = syncs;
    CHECK(site_take(intake, 2, 10) && syncs == before + 1);
    CHECK(intake_state(intake, 7, "on", 2) && syncs == before + 2);
    fails = true;
    CHECK(!site_take(intake, 3, 10));
    fails = false;
    CHECK(site_take(intake, 3, 10));
    intake_close(&intake);
    CHECK(site_has_just(0, 4));
}

static void
check_others(void)
{
    struct intake *intake;

    site_start_afresh();
    intake = site_intake(0);
    CHECK(intake_open(site_database, TRAFFIC_SURVIVES_KILL, 0) == NULL);
    CHECK(site_said("another process takes in"));
    CHECK(site_take(intake, 0, 10) && site_has_just(0, 1));
    intake_close(&intake);
    /* Another database: what is not known to be in it goes there. */
    take_and_be_killed(0, 2);
    site_change("UPDATE place SET tray = 12345, at = 67");
    CHECK(site_has_just(0, 2));
}

/* What is moved is not moved again where its file cannot be removed, though
 * the thread looks for more about once a second. */
static void
check_stuck(void)
{
    struct intake *intake;

    site_start_afresh();
    take_and_be_killed(0, 2);
    atomic_store(&stays, true);
    intake = site_intake(0);
    usleep(1500000);
    CHECK(site_count_trays() == 1 && site_has_just(0, 2));
    CHECK(site_take(intake, 2, 10) && site_has_just(2, 3));
    intake_close(&intake);
    CHECK(site_said("cannot remove") && site_count_trays() == 2 &&
          site_has_just(3, 3));
    atomic_store(&stays, false);
    intake = site_intake(0);
    CHECK(site_take(intake, 3, 10) && site_has_just(3, 4));
    intake_close(&intake);
    CHECK(site_count_trays() == 0);
}

/* A database of the version before. */
static void
check_migration(void)
{
    struct traffic *traffic;
    struct intake *intake;

    site_start_afresh();
    site_change("DROP TABLE place; DROP TABLE connection;"
                "CREATE INDEX device_connected ON device (connected_since);"
                "PRAGMA user_version = 1");
    CHECK(traffic_open(site_database, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL) ==
          NULL);
    CHECK(site_said("is of an older iot-tpm (schema 1, now 3)"));
    traffic = traffic_open(site_database, TRAFFIC_SERVE, TRAFFIC_SURVIVES_KILL);
    CHECK(traffic != NULL);
    traffic_close(&traffic);
    intake = site_intake(0);
    CHECK(site_take(intake, 0, 10) && site_has_just(0, 1));
    intake_close(&intake);
    site_change("PRAGMA user_version = 4");
    CHECK(traffic_open(site_database, TRAFFIC_WRITE, TRAFFIC_SURVIVES_KILL) ==
          NULL);
    CHECK(site_said("was written by a newer iot-tpm"));
}

int
main(void)
{
    if (!site_open())
        return 1;
    main_thread = pthread_self();
    check_order();
    check_kill();
    check_damage();
    check_bounds();
    check_size();
    check_full_disk();
    check_power();
    check_others();
    check_stuck();
    check_migration();
    return !site_close() || check_end();
}
