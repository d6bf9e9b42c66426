// SPDX-License-Identifier: Apache-2.0
/*
 * The spool after accidents: cut at every byte, changed at every byte, killed
 * between any two steps, filled to its bounds.  What was synced is there.
 */
#define _GNU_SOURCE
#include "base/file.h"
#include "base/log.h"
#include "check.h"
#include "mqtt/spool.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char owner[] = "projects/p/locations/l/registries/reg/devices/dev";
static const struct spool_limits limits = { 1 << 20, 1000 };
static const char *const payloads[] = { "one", "", "iMSG", "four\0four", "5" };
static const size_t lengths[] = { 3, 0, 4, 9, 1 };

enum { MESSAGES = sizeof lengths / sizeof *lengths };

/* In memory if that can be: thousands of fsyncs take long on a busy disk. */
static char base[40] = "/dev/shm/spool-test.XXXXXX";
static int warnings;

static void
count_warnings(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
    warnings++;
}

static struct record
message(size_t i)
{
    struct record record = { .qos = 1,
                             .topic = "/devices/dev/events",
                             .topic_length = 19,
                             .payload = payloads[i],
                             .payload_length = lengths[i] };

    return record;
}

static bool
append(struct spool *spool, size_t i)
{
    struct record record = message(i);
    const char *reason = NULL;

    return spool_append(spool, &record, &reason);
}

/* Which of the messages this is; MESSAGES for none of them. */
static size_t
which(const struct record *record)
{
    for (size_t i = 0; i < MESSAGES; i++)
        if (record->payload_length == lengths[i] &&
            memcmp(record->payload, payloads[i], lengths[i]) == 0 &&
            record->topic_length == 19 && record->qos == 1)
            return i;
    return MESSAGES;
}

static char *
in(const char *folder, const char *name)
{
    static char paths[4][PATH_MAX];
    static size_t turn;
    char *path = paths[turn++ % 4];

    snprintf(path, PATH_MAX, "%s/%s%s%s", base, folder,
             name[0] != '\0' ? "/" : "", name);
    return path;
}

static void
clear(const char *folder)
{
    DIR *open = opendir(in(folder, ""));
    struct dirent *entry;

    while (open != NULL && (entry = readdir(open)) != NULL)
        if (entry->d_name[0] != '.')
            unlink(in(folder, entry->d_name));
    if (open != NULL)
        closedir(open);
}

static const char segment_name[] = "00000000000000000001.log";

/* A spool with all messages, as kill -9 leaves it: in a child. */
static void
leave_behind(const char *folder)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct spool *spool = spool_open(in(folder, ""), owner, &limits);
        bool ok = spool != NULL;

        for (size_t i = 0; ok && i < MESSAGES; i++)
            ok = append(spool, i);
        if (ok && spool_sync(spool))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

/* The messages found, one bit each; OTHER is set if there was anything else
 * or the order was wrong. */
enum { OTHER = 1 << MESSAGES, ALL = (1 << MESSAGES) - 1 };

static unsigned
found_in(const char *folder)
{
    struct spool *spool = spool_open(in(folder, ""), owner, &limits);
    struct record record;
    unsigned found = 0;
    size_t count = 0;

    if (!CHECK(spool != NULL))
        return OTHER;
    while (spool_next(spool, &record) == SPOOL_MESSAGE) {
        size_t i = which(&record);

        found |= found >> i != 0 ? OTHER : 1u << i;
        count++;
    }
    if (count != spool_count(spool))
        found |= OTHER;
    spool_close(&spool);
    return found;
}

static void
write_segment(const char *folder, const char *bytes, size_t length)
{
    clear(folder);
    CHECK(file_write(in(folder, segment_name), bytes, length, 0600, true));
}

/* Where each message ends in the file. */
static size_t
end_of(size_t messages)
{
    size_t end = 8 + 2 + strlen(owner) + 4;

    for (size_t i = 0; i < messages; i++)
        end += RECORD_HEAD + 19 + lengths[i];
    return end;
}

static void
check_cut(const char *bytes, size_t length)
{
    for (size_t cut = 0; cut <= length; cut++) {
        unsigned expected = 0;
        bool is_torn = cut != end_of(0);

        for (size_t i = 1; i <= MESSAGES; i++) {
            if (end_of(i) <= cut)
                expected |= 1u << (i - 1);
            if (end_of(i) == cut)
                is_torn = false;
        }
        write_segment("cut", bytes, cut);
        warnings = 0;
        CHECK(found_in("cut") == expected);
        CHECK((warnings > 0) == is_torn);
        CHECK((access(in("cut", "torn"), F_OK) == 0) == is_torn);
        /* Once repaired it is as good as any other. */
        warnings = 0;
        CHECK(found_in("cut") == expected && warnings == 0);
    }
}

/* One changed byte costs one message at most, and never gives a wrong one. */
static void
check_changed(const char *bytes, size_t length)
{
    char *copy = malloc(length);

    if (copy == NULL)
        return;
    for (size_t at = 0; at < length; at++) {
        unsigned lost = 0;

        memcpy(copy, bytes, length);
        copy[at] ^= 0x10;
        for (size_t i = 0; i < MESSAGES; i++)
            if (end_of(i) <= at && at < end_of(i + 1))
                lost = 1u << i;
        write_segment("changed", copy, length);
        warnings = 0;
        CHECK(found_in("changed") == (ALL & ~lost));
        CHECK(warnings > 0);
    }
    free(copy);
}

static void
check_accidents(void)
{
    char *bytes = NULL;
    size_t length = 0;

    CHECK(mkdir(in("cut", ""), 0700) == 0);
    CHECK(mkdir(in("changed", ""), 0700) == 0);
    leave_behind("killed");
    if (!CHECK(file_read(in("killed", segment_name), 1 << 20, &bytes, &length)))
        return;
    CHECK(length == end_of(MESSAGES));
    CHECK(found_in("killed") == ALL);
    check_cut(bytes, length);
    check_changed(bytes, length);
    file_free(&bytes, length);
}

/* Acknowledged in any order, by one process or several. */
static void
check_acknowledging(void)
{
    struct spool *spool = spool_open(in("acks", ""), owner, &limits);
    uint64_t sequences[MESSAGES] = { 0 };
    struct record record;

    if (!CHECK(spool != NULL))
        return;
    for (size_t i = 0; i < MESSAGES; i++)
        CHECK(append(spool, i));
    CHECK(spool_next(spool, &record) == SPOOL_NOTHING); /* not synced yet */
    CHECK(spool_sync(spool));
    for (size_t i = 0; i < MESSAGES; i++) {
        CHECK(spool_next(spool, &record) == SPOOL_MESSAGE);
        CHECK(which(&record) == i);
        sequences[i] = record.sequence;
    }
    CHECK(spool_next(spool, &record) == SPOOL_NOTHING);
    spool_acknowledge(spool, sequences[1]);
    CHECK(spool_count(spool) == MESSAGES); /* the first is still missing */
    spool_acknowledge(spool, sequences[0]);
    CHECK(spool_count(spool) == MESSAGES - 2);
    spool_acknowledge(spool, sequences[0]);
    spool_acknowledge(spool, 12345);
    CHECK(spool_count(spool) == MESSAGES - 2);
    spool_rewind(spool);
    CHECK(spool_next(spool, &record) == SPOOL_MESSAGE && which(&record) == 2);
    spool_close(&spool);
    CHECK(spool == NULL);
    CHECK(found_in("acks") == (ALL & ~3u));
    CHECK(found_in("acks") == (ALL & ~3u));
}

/* Empties a spool; the numbering goes on, so that no later message is taken
 * for one that was acknowledged. */
static void
check_emptying(void)
{
    for (size_t round = 0; round < 3; round++) {
        struct spool *spool = spool_open(in("empty", ""), owner, &limits);
        struct record record;

        if (!CHECK(spool != NULL))
            return;
        CHECK(spool_count(spool) == 0);
        CHECK(append(spool, round) && spool_sync(spool));
        CHECK(spool_next(spool, &record) == SPOOL_MESSAGE);
        CHECK(record.sequence == round + 1 && which(&record) == round);
        spool_acknowledge(spool, record.sequence);
        spool_close(&spool);
        CHECK(access(in("empty", segment_name), F_OK) != 0);
    }
    /* A cursor that is lost or torn repeats; it never forgets. */
    leave_behind("empty");
    CHECK(unlink(in("empty", "cursor")) == 0);
    CHECK(found_in("empty") == ALL);
    CHECK(file_write(in("empty", "cursor"), "torn cursor", 11, 0600, true));
    CHECK(found_in("empty") == ALL);
}

static void
check_bounds(const char *folder)
{
    static const struct spool_limits few = { 1 << 20, 3 };
    static const struct spool_limits small = { 4000, 1000 };
    const char *path = folder != NULL ? in(folder, "") : NULL;
    static const char zeros[3000];
    struct spool *spool = spool_open(path, owner, &few);
    struct record record;
    struct record large = { .topic = "t", .topic_length = 1, .payload = zeros };
    const char *reason = NULL;

    if (!CHECK(spool != NULL))
        return;
    CHECK(append(spool, 0) && append(spool, 1) && append(spool, 2));
    CHECK(!append(spool, 3));
    CHECK(spool_sync(spool));
    CHECK(spool_next(spool, &record) == SPOOL_MESSAGE && which(&record) == 0);
    spool_acknowledge(spool, record.sequence);
    CHECK(append(spool, 3) && spool_sync(spool));
    spool_close(&spool);
    spool = spool_open(folder != NULL ? in("small", "") : NULL, owner, &small);
    if (!CHECK(spool != NULL))
        return;
    large.payload_length = 3000;
    CHECK(!spool_append(spool, &large, &reason));
    large.payload_length = 2000;
    CHECK(spool_append(spool, &large, &reason));
    spool_close(&spool);
}

/* Many segments: what is acknowledged is removed while more comes in. */
static void
check_flow(const char *folder)
{
    static char payload[50000];
    struct record in_record = { .qos = 1,
                                .topic = "/devices/dev/events",
                                .topic_length = 19,
                                .payload = payload,
                                .payload_length = sizeof payload };
    struct spool *spool =
        spool_open(folder != NULL ? in(folder, "") : NULL, owner, &limits);
    struct record out;
    const char *reason;

    if (!CHECK(spool != NULL))
        return;
    for (int i = 0; i < 200; i++) {
        payload[0] = (char)i;
        CHECK(spool_append(spool, &in_record, &reason) && spool_sync(spool));
        if (i < 10)
            continue;
        CHECK(spool_next(spool, &out) == SPOOL_MESSAGE);
        CHECK(*(const char *)out.payload == (char)(i - 10));
        spool_acknowledge(spool, out.sequence);
    }
    CHECK(spool_count(spool) == 10);
    spool_rewind(spool);
    CHECK(spool_next(spool, &out) == SPOOL_MESSAGE);
    CHECK(*(const char *)out.payload == (char)190);
    spool_close(&spool);
}

/* A full disk: RLIMIT_FSIZE lets the file grow to a byte and no further. */
static void
check_full_disk(void)
{
    struct rlimit before, limit;
    const char *reason = NULL;
    struct record record = message(0);
    struct record next;
    struct spool *spool = spool_open(in("full", ""), owner, &limits);

    if (!CHECK(spool != NULL))
        return;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(append(spool, 3));
    limit = before;
    limit.rlim_cur = end_of(0) + RECORD_HEAD + 19 + lengths[3] + 40;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(!spool_append(spool, &record, &reason));
    CHECK(strcmp(reason, "File too large") == 0);
    CHECK(spool_sync(spool));
    /* What is acknowledged gives its room back. */
    CHECK(spool_next(spool, &next) == SPOOL_MESSAGE);
    spool_acknowledge(spool, next.sequence);
    CHECK(spool_append(spool, &record, &reason) && spool_sync(spool));
    CHECK(spool_next(spool, &next) == SPOOL_MESSAGE && which(&next) == 0);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(append(spool, 4) && spool_sync(spool));
    spool_close(&spool);
    warnings = 0;
    CHECK(found_in("full") == (1u << 0 | 1u << 4) && warnings == 0);
}

static void
check_owners(void)
{
    struct spool *spool, *second;

    leave_behind("owned");
    CHECK(spool_open(in("owned", ""), "projects/p/other", &limits) == NULL);
    spool = spool_open(in("owned", ""), owner, &limits);
    CHECK(spool != NULL);
    second = spool_open(in("owned", ""), owner, &limits);
    CHECK(second == NULL); /* locked */
    spool_close(&spool);
    spool = spool_open(in("owned", ""), owner, &limits);
    CHECK(spool != NULL);
    spool_close(&spool);
    CHECK(spool_open("/dev/null", owner, &limits) == NULL);
}

/* In libc's place, for our files too: counts what becomes of base. */
static ino_t base_inode;
static int base_synced;

int
fsync(int fd)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && status.st_ino == base_inode)
        base_synced++;
    return (int)syscall(SYS_fsync, fd);
}

/* A power cut must not take the folder with all that was synced in it. */
static void
check_folder(void)
{
    struct spool *spool;
    struct stat status;

    CHECK(stat(base, &status) == 0);
    base_inode = status.st_ino;
    spool = spool_open(in("made", ""), owner, &limits);
    CHECK(spool != NULL && base_synced == 1);
    spool_close(&spool);
    spool = spool_open(in("made", ""), owner, &limits);
    CHECK(spool != NULL && base_synced == 1);
    spool_close(&spool);
    CHECK(spool_open(in("made", "of/nothing"), owner, &limits) == NULL);

    /* Whoever writes there would be heard as the device. */
    CHECK(chmod(in("made", ""), 0777) == 0);
    CHECK(spool_open(in("made", ""), owner, &limits) == NULL);
    CHECK(chmod(in("made", ""), 0775) == 0);
    spool = spool_open(in("made", ""), owner, &limits);
    CHECK(spool != NULL);
    spool_close(&spool);
    if (geteuid() == 0) {
        CHECK(chown(in("made", ""), 65534, 0) == 0);
        CHECK(spool_open(in("made", ""), owner, &limits) == NULL);
    }
}

int
main(void)
{
    char command[sizeof base + 16];

    if (access("/dev/shm", W_OK) != 0)
        snprintf(base, sizeof base, "/tmp/spool-test.XXXXXX");
    if (mkdtemp(base) == NULL)
        return 1;
    log_open("spool", count_warnings);
    check_accidents();
    check_acknowledging();
    check_emptying();
    check_bounds("bounds");
    check_bounds(NULL);
    check_flow("flow");
    check_flow(NULL);
    check_full_disk();
    check_owners();
    check_folder();
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    if (system(command) != 0)
        return 1;
    return check_end();
}
