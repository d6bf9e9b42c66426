// SPDX-License-Identifier: Apache-2.0
/*
 * A folder of inputs, without libFuzzer: one after the other.
 */
#include "corpus.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>

static void
read_and_run(const char *folder, const char *name,
             void (*run)(const uint8_t *data, size_t size))
{
    static uint8_t data[CORPUS_INPUT_MAX];
    char path[4096];
    FILE *in = NULL;
    size_t size = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    in = fopen(path, "rb");
    if (in == NULL)
        err(2, "%s", path);
    size = fread(data, 1, sizeof data, in);
    (void)fclose(in);
    printf("%s\n", name);
    (void)fflush(stdout); /* the last one is the culprit */
    run(data, size);
}

int
corpus_each(const char *path, void (*run)(const uint8_t *data, size_t size))
{
    DIR *folder = opendir(path);
    int count = 0;

    if (folder == NULL)
        err(2, "%s", path);
    for (struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        read_and_run(path, entry->d_name, run);
        count++;
    }
    (void)closedir(folder);
    return count;
}
