// SPDX-License-Identifier: Apache-2.0
/*
 * Files are read whole or refused, and written whole or not at all, also where
 * the file system has no rename that refuses to replace.
 */
#define _GNU_SOURCE /* renameat2 */

#include "base/file.h"
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/files-are-whole-XXXXXX";
static char path[64];

static int renames; /* that refuse to replace were asked for */
static int refusal; /* errno of such a file system, or 0 */

/* In the place of the C library's. */
int
renameat2(int from_folder, const char *from, int to_folder, const char *to,
          unsigned int flags)
{
    (void)from_folder, (void)to_folder, (void)flags;
    renames++;
    if (refusal == 0 && access(to, F_OK) != 0)
        return rename(from, to);
    errno = refusal == 0 ? EEXIST : refusal;
    return -1;
}

static bool
read_back(const char *expected, size_t most)
{
    char *text = NULL;
    size_t length = 0;
    bool same = file_read(path, most, &text, &length) &&
                length == strlen(expected) && strcmp(text, expected) == 0;

    file_free(&text, length);
    return same;
}

int
main(void)
{
    struct stat status;

    if (!CHECK(mkdtemp(folder) != NULL))
        return check_end();
    snprintf(path, sizeof path, "%s/file", folder);
    CHECK(!read_back("", 100));
    CHECK(file_write(path, "secret", 6, 0600, false));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    CHECK(renames == 1);
    CHECK(read_back("secret", 6));
    CHECK(!read_back("secret", 5));
    CHECK(!file_write(path, "other", 5, 0600, false));
    CHECK(read_back("secret", 100));
    CHECK(file_write(path, "other", 5, 0644, true));
    CHECK(read_back("other", 100));
    refusal = EINVAL;
    CHECK(!file_write(path, "new", 3, 0600, false));
    CHECK(read_back("other", 100));
    unlink(path);
    CHECK(file_write(path, "new", 3, 0640, false));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0640);
    CHECK(read_back("new", 100));
    refusal = EROFS;
    unlink(path);
    CHECK(!file_write(path, "new", 3, 0600, false));
    CHECK(access(path, F_OK) != 0 && renames == 5);
    /* Nothing but the file was left: the folder is empty again. */
    CHECK(rmdir(folder) == 0);
    snprintf(path, sizeof path, "%s/file", folder);
    CHECK(!file_write(path, "x", 1, 0600, true));
    snprintf(path, sizeof path, "/");
    CHECK(!read_back("", 100));
    return check_end();
}
