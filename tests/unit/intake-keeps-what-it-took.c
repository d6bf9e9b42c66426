// SPDX-License-Identifier: Apache-2.0
/*
 * The intake: what it took is in the database, once, in order, however its
 * process ended and whatever became of its files; what it cannot keep it
 * refuses, and it goes on when it can.
 */
#include "base/log.h"
#include "check.h"
#include "registry/entry.h"
#include "registry/intake.h"
#include "registry/topics.h"

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

#define TOPIC "projects/p/topics/telemetry"
#define SUBSCRIPTION "projects/p/subscriptions/all"

enum { MEBIBYTE = 1048576 };

static char folder[] = "/tmp/intake-keeps.XXXXXX";
static char database[64];
static char trays[80];
static char last_line[2048];
static int lines;
static pthread_t main_thread;
static int syncs;         /* by the main thread */
static bool fails;        /* the next of them */
static atomic_bool stays; /* what is to be removed */
static const struct names_path device = { "p", "l", "registry-1", "device-1" };

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

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    lines++;
    snprintf(last_line, sizeof last_line, "%s", text);
}

static bool
said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

static sqlite3 *
open_database(void)
{
    sqlite3 *db = NULL;

    CHECK(sqlite3_open(database, &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

static void
run(sqlite3 *db, const char *sql)
{
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void
change(const char *sql)
{
    sqlite3 *db = open_database();

    run(db, sql);
    sqlite3_close(db);
}

/* A new database with a topic and a subscription, and an empty intake. */
static void
start_afresh(void)
{
    struct traffic_topic topic = { .name = TOPIC, .retention = 3600 };
    struct traffic_subscription all = { .name = SUBSCRIPTION,
                                        .topic = TOPIC,
                                        .deadline = 60 };
    struct traffic *traffic;
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s*", database);
    CHECK(system(command) == 0);
    traffic = traffic_open(database, TRAFFIC_WRITE, TRAFFIC_SURVIVES_KILL);
    CHECK(traffic != NULL && traffic_topic_create(traffic, &topic) &&
          traffic_subscription_create(traffic, &all, true));
    traffic_close(&traffic);
    lines = 0;
}

/* A message whose first bytes are NUMBER. */
static bool
take(struct intake *intake, int number, size_t length)
{
    static unsigned char data[ENTRY_DATA_MOST];
    struct traffic_message message = { .topic = TOPIC,
                                       .data = data,
                                       .length = length,
                                       .device = &device,
                                       .num_id = 7,
                                       .subfolder = "a/b" };

    memcpy(data, &number, sizeof number);
    return intake_message(intake, &message);
}

static struct intake *
open_intake(int64_t most)
{
    struct intake *intake = intake_open(database, TRAFFIC_SURVIVES_KILL, most);

    CHECK(intake != NULL);
    return intake;
}

/* Are just the numbers from FROM to, without, TO there, in order? */
static bool
are_there(int from, int to)
{
    struct traffic *traffic;
    struct traffic_batch *batch = NULL;
    int next = from;
    int number;
    bool ok = true;

    intake_settle(database);
    traffic = traffic_open(database, TRAFFIC_WRITE, TRAFFIC_SURVIVES_KILL);
    if (!CHECK(traffic != NULL))
        return false;
    do {
        traffic_batch_free(&batch);
        ok = traffic_pull(traffic, SUBSCRIPTION, 1000, &batch);
        for (size_t i = 0; ok && i < batch->count; i++) {
            memcpy(&number, batch->items[i].data, sizeof number);
            ok = number == next++;
        }
    } while (ok && batch->count > 0);
    traffic_batch_free(&batch);
    traffic_close(&traffic);
    return CHECK(ok && next == to);
}

static int
count_trays(void)
{
    DIR *directory = opendir(trays);
    const struct dirent *entry;
    int count = 0;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        count += entry->d_name[0] != '.';
    if (directory != NULL)
        closedir(directory);
    return count;
}

/* The bytes of tray NUMBER: WRITE them, from AT on, or else read them. */
static size_t
copy_tray(int number, bool is_write, void *bytes, size_t size, off_t at)
{
    char name[128];
    ssize_t done = -1;
    int fd;

    snprintf(name, sizeof name, "%s/%020d", trays, number);
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

    start_afresh();
    intake = open_intake(0);
    for (int i = 0; i < 1000; i++)
        CHECK(take(intake, i, 100));
    CHECK(intake_state(intake, 7, "on", 2));
    CHECK(intake_state(intake, 7, NULL, 0));
    CHECK(are_there(0, 1000));
    traffic = traffic_open(database, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL);
    CHECK(traffic_device_find(traffic, 7, &got) && got.event > 0 &&
          got.state > 0);
    CHECK(traffic_state_list(traffic, 7, 10, &states) && states->count == 2);
    CHECK(states->items[0].length == 0 && states->items[1].length == 2);
    traffic_states_free(&states);
    traffic_close(&traffic);
    CHECK(take(intake, 1000, ENTRY_DATA_MOST) && take(intake, 1001, 4));
    intake_close(&intake);
    CHECK(count_trays() == 0 && are_there(1000, 1002));
}

/* What a process does not get to move, the next one does. */
static void
take_and_be_killed(int from, int to)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        sqlite3 *db = open_database();
        struct intake *intake = NULL;

        run(db, "BEGIN IMMEDIATE");
        intake = open_intake(0);
        for (int i = from; i < to; i++)
            CHECK(take(intake, i, 100));
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

    start_afresh();
    take_and_be_killed(0, 500);
    size = copy_tray(1, false, before, sizeof before, 0);
    CHECK(size > 500 * 100);
    /* The last one was not whole, and so never acknowledged. */
    copy_tray(1, true, torn, sizeof torn, (off_t)size);
    take_and_be_killed(500, 510);
    CHECK(count_trays() == 2);
    CHECK(are_there(0, 510) && count_trays() == 0);
    CHECK(said("never acknowledged") && lines == 1);
    /* Between the commit and the removal of the tray: nothing comes twice. */
    take_and_be_killed(510, 600);
    size = copy_tray(1, false, before, sizeof before, 0);
    CHECK(are_there(510, 600));
    copy_tray(1, true, before, size, 0);
    intake = open_intake(0);
    CHECK(take(intake, 600, 100));
    intake_close(&intake);
    CHECK(count_trays() == 0 && are_there(600, 601));
    /* While it was made. */
    copy_tray(3, true, before, 5, 0);
    CHECK(are_there(0, 0) && count_trays() == 0);
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

    start_afresh();
    take_and_be_killed(0, 3);
    CHECK(copy_tray(1, false, bytes, sizeof bytes, 0) > 300);
    CHECK(entry_read_file_head(bytes, &id));
    for (int i = 0; i < 3; at += sizes[i++])
        CHECK(entry_read(bytes + at, 4000, id, &entry, &sizes[i]));
    at = ENTRY_FILE_HEAD + sizes[0] - 1;
    bytes[at] ^= 1;
    copy_tray(1, true, bytes + at, 1, (off_t)at);
    CHECK(are_there(1, 3) && said("is damaged"));
    memset(bytes, 'x', 100);
    copy_tray(1, true, bytes, 100, 0);
    CHECK(are_there(0, 0) && count_trays() == 1 && said("is none of ours"));
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

    start_afresh();
    intake = open_intake(4 * MEBIBYTE);
    db = open_database();
    run(db, "BEGIN IMMEDIATE");
    while (taken < 1000 && take(intake, taken, 10000))
        taken++;
    CHECK(taken > 80 && taken < 110 && count_trays() > 3);
    CHECK(said("devices keep them: too many wait"));
    before = lines;
    CHECK(!take(intake, taken, 10000) && lines == before);
    run(db, "ROLLBACK");
    CHECK(are_there(0, taken) && count_trays() == 1);
    CHECK(take(intake, taken, 10000) && are_there(taken, taken + 1));
    sqlite3_close(db);
    intake_close(&intake);
}

/* The database is kept as small as was said, trays included. */
static void
check_size(void)
{
    struct intake *intake;
    struct stat file;

    start_afresh();
    change("UPDATE subscription SET cursor = 1 << 40");
    intake = open_intake(2 * MEBIBYTE);
    for (int i = 0; i < 6000; i++) {
        CHECK(take(intake, i, 1000));
        if (i % 500 == 0)
            CHECK(are_there(0, 0));
    }
    for (int i = 0; i < 50; i++) {
        usleep(100000);
        CHECK(stat(database, &file) == 0);
        change("PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
        if (stat(database, &file) == 0 && file.st_size <= 2 * MEBIBYTE)
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

    start_afresh();
    signal(SIGXFSZ, SIG_IGN);
    intake = open_intake(0);
    change("PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    while (taken < 1000 && take(intake, taken, 5000))
        taken++;
    CHECK(taken > 10 && taken < 25 &&
          said("devices keep them: File too large"));
    CHECK(take(intake, taken, 10));
    limit.rlim_cur = RLIM_INFINITY;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(take(intake, taken + 1, 5000));
    CHECK(are_there(0, taken + 2));
    intake_close(&intake);
}

/* What survives the machine's end is on the disk before it is acknowledged. */
static void
check_power(void)
{
    struct intake *intake;
    int before;

    start_afresh();
    intake = open_intake(0);
    before = syncs;
    CHECK(take(intake, 0, 10) && syncs == before);
    intake_close(&intake);
    intake = intake_open(database, TRAFFIC_SURVIVES_POWER, 0);
    CHECK(intake != NULL && take(intake, 1, 10));
    before = syncs;
    CHECK(take(intake, 2, 10) && syncs == before + 1);
    CHECK(intake_state(intake, 7, "on", 2) && syncs == before + 2);
    fails = true;
    CHECK(!take(intake, 3, 10));
    fails = false;
    CHECK(take(intake, 3, 10));
    intake_close(&intake);
    CHECK(are_there(0, 4));
}

static void
check_others(void)
{
    struct intake *intake;

    start_afresh();
    intake = open_intake(0);
    CHECK(intake_open(database, TRAFFIC_SURVIVES_KILL, 0) == NULL);
    CHECK(said("another process takes in"));
    CHECK(take(intake, 0, 10) && are_there(0, 1));
    intake_close(&intake);
    /* Another database: what is not known to be in it goes there. */
    take_and_be_killed(0, 2);
    change("UPDATE place SET tray = 12345, at = 67");
    CHECK(are_there(0, 2));
}

/* What is moved is not moved again where its file cannot be removed, though
 * the thread looks for more about once a second. */
static void
check_stuck(void)
{
    struct intake *intake;

    start_afresh();
    take_and_be_killed(0, 2);
    atomic_store(&stays, true);
    intake = open_intake(0);
    usleep(1500000);
    CHECK(count_trays() == 1 && are_there(0, 2));
    CHECK(take(intake, 2, 10) && are_there(2, 3));
    intake_close(&intake);
    CHECK(said("cannot remove") && count_trays() == 2 && are_there(3, 3));
    atomic_store(&stays, false);
    intake = open_intake(0);
    CHECK(take(intake, 3, 10) && are_there(3, 4));
    intake_close(&intake);
    CHECK(count_trays() == 0);
}

/* A database of the version before. */
static void
check_migration(void)
{
    struct traffic *traffic;
    struct intake *intake;

    start_afresh();
    change("DROP TABLE place; PRAGMA user_version = 1");
    CHECK(traffic_open(database, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL) ==
          NULL);
    CHECK(said("is of an older iot-tpm (schema 1, now 2)"));
    traffic = traffic_open(database, TRAFFIC_SERVE, TRAFFIC_SURVIVES_KILL);
    CHECK(traffic != NULL);
    traffic_close(&traffic);
    intake = open_intake(0);
    CHECK(take(intake, 0, 10) && are_there(0, 1));
    intake_close(&intake);
    change("PRAGMA user_version = 3");
    CHECK(traffic_open(database, TRAFFIC_WRITE, TRAFFIC_SURVIVES_KILL) == NULL);
    CHECK(said("was written by a newer iot-tpm"));
}

int
main(void)
{
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    main_thread = pthread_self();
    snprintf(database, sizeof database, "%s/traffic.db", folder);
    snprintf(trays, sizeof trays, "%s-intake", database);
    log_open("test", keep_line);
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
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
