// SPDX-License-Identifier: Apache-2.0
/*
 * Files are read whole or refused, and written whole or not at all.
 */
#include "base/file.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/files-are-whole-XXXXXX";
static char path[64];

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
    CHECK(read_back("secret", 6));
    CHECK(!read_back("secret", 5));
    CHECK(!file_write(path, "other", 5, 0600, false));
    CHECK(read_back("secret", 100));
    CHECK(file_write(path, "other", 5, 0644, true));
    CHECK(read_back("other", 100));
    unlink(path);
    /* Nothing but the file was left: the folder is empty again. */
    CHECK(rmdir(folder) == 0);
    snprintf(path, sizeof path, "%s/file", folder);
    CHECK(!file_write(path, "x", 1, 0600, true));
    snprintf(path, sizeof path, "/");
    CHECK(!read_back("", 100));
    return check_end();
}
