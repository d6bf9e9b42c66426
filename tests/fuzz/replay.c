// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzzer without libFuzzer: runs each file of a folder once, so that what was
 * found stays mended in every build, whatever compiler it is made with.
 *
 *     replay FOLDER
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 20000 };

static void
run(const char *folder, const char *name)
{
    static uint8_t data[INPUT_MAX];
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
    (void)LLVMFuzzerTestOneInput(data, size);
}

int
main(int argc, char **argv)
{
    DIR *folder = NULL;
    int count = 0;

    if (argc != 2)
        errx(2, "usage: replay FOLDER");
    folder = opendir(argv[1]);
    if (folder == NULL)
        err(2, "%s", argv[1]);
    (void)LLVMFuzzerInitialize(&argc, &argv);
    for (struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        run(argv[1], entry->d_name);
        count++;
    }
    (void)closedir(folder);
    return count == 0;
}
