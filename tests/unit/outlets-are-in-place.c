// SPDX-License-Identifier: Apache-2.0
/*
 * The messages' database is replaced at every moment of its being opened: what
 * is open in the end is what people find under its name, and nothing else.
 */
#include "base/log.h"
#include "check.h"
#include "httpbridge/outlet.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DESCRIPTORS = 64, MOMENTS_MOST = 100 };

static char folder[] = "/tmp/outlets-are.XXXXXX";
static char path[64];
static char copy[64];
static int moment; /* how many looks at PATH are left until it is replaced */

/* In the place of libc's, which SQLite calls too. */
int
stat(const char *restrict name, struct stat *restrict file)
{
    if (strcmp(name, path) == 0 && moment > 0 && --moment == 0)
        CHECK(rename(copy, path) == 0);
    return fstatat(AT_FDCWD, name, file, 0);
}

static void
keep_quiet(enum log_level level, const char *text)
{
    (void)level;
    (void)text;
}

static void
make(const char *name)
{
    struct traffic *traffic =
        traffic_open(name, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);

    CHECK(traffic != NULL);
    traffic_close(&traffic);
}

/* Is the file of this name open? */
static bool
is_open(const char *name)
{
    struct stat wanted;
    struct stat file;
    bool found = false;

    if (stat(name, &wanted) != 0)
        return false;
    for (int i = 0; i < DESCRIPTORS && !found; i++)
        found = fstat(i, &file) == 0 && file.st_dev == wanted.st_dev &&
                file.st_ino == wanted.st_ino;
    return found;
}

/* False: it was open before the moment came. */
static bool
check_moment(int when)
{
    struct outlet outlet = { .file = { .path = path },
                             .durability = TRAFFIC_SURVIVES_KILL };
    bool has_come;

    make(path);
    make(copy);
    moment = when;
    (void)outlet_look(&outlet, 1);
    has_come = moment == 0;
    moment = 0;
    CHECK(outlet_look(&outlet, 2) != NULL && is_open(path));
    outlet_close(&outlet);
    CHECK(!is_open(path));
    return has_come;
}

static void
remove_folder(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
}

int
main(void)
{
    int when = 1;

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/traffic.db", folder);
    snprintf(copy, sizeof copy, "%s/copy.db", folder);
    log_open("test", keep_quiet);
    while (when < MOMENTS_MOST && check_moment(when))
        when++;
    CHECK(when > 3 && when < MOMENTS_MOST);
    remove_folder();
    return check_end();
}
