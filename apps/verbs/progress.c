// SPDX-License-Identifier: Apache-2.0
/*
 * Draws the bar: how much of the file, how many items, how fast, how long.
 */
#include "progress.h"

#include "base/clock.h"

#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 30, DRAW_MS = 100 };

void
progress_begin(struct progress *progress, FILE *file)
{
    struct stat about;

    *progress = (struct progress){ .is_shown = isatty(STDERR_FILENO) == 1,
                                   .begun = clock_milliseconds() };
    if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode))
        progress->size = (int64_t)about.st_size;
}

static void
draw(const struct progress *it, size_t items)
{
    static const char bar[] = "##############################";
    int64_t taken = it->drawn - it->begun + 1;
    int part = it->size > 0 ? (int)(it->done * WIDTH / it->size) : 0;
    int64_t left = it->done > 0 ? (it->size - it->done) * taken / it->done : 0;

    if (part > WIDTH)
        part = WIDTH;
    fprintf(stderr, "\r[%-*.*s] %zu, %lld a second", WIDTH, part, bar, items,
            (long long)((int64_t)items * 1000 / taken));
    if (it->size > 0)
        fprintf(stderr, ", %lld s left ", (long long)(left / 1000));
}

void
progress_move(struct progress *progress, size_t bytes, size_t items)
{
    progress->done += (int64_t)bytes;
    if (!progress->is_shown || clock_milliseconds() - progress->drawn < DRAW_MS)
        return;
    progress->drawn = clock_milliseconds();
    draw(progress, items);
}

void
progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fprintf(stderr, "\r%70s\r", "");
}
