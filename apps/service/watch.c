// SPDX-License-Identifier: Apache-2.0
/*
 * Compares what stat says.  Opening and closing is for others.
 */
#include "watch.h"

#include <string.h>

static bool
is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
is_untouched(const struct stat *a, const struct stat *b)
{
    return is_same(a, b) && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

bool
watch_look(struct watch *watch)
{
    if (stat(watch->path, &watch->now) != 0)
        memset(&watch->now, 0, sizeof watch->now);
    return watch_is_there(watch) && is_same(&watch->now, &watch->tried);
}

bool
watch_is_there(const struct watch *watch)
{
    return watch->now.st_ino != 0;
}

bool
watch_try(struct watch *watch, int64_t second, int64_t again)
{
    if (watch->second != 0 && is_untouched(&watch->now, &watch->tried) &&
        second - watch->second < again)
        return false;
    watch->tried = watch->now;
    watch->second = second;
    return true;
}
