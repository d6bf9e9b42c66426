// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzzer without libFuzzer: runs each file of a folder once, so that what was
 * found stays mended in every build, whatever compiler it is made with.
 *
 *     replay FOLDER
 */
#include "corpus.h"

#include <err.h>

static void
run(const uint8_t *data, size_t size)
{
    (void)LLVMFuzzerTestOneInput(data, size);
}

int
main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: replay FOLDER");
    (void)LLVMFuzzerInitialize(&argc, &argv);
    return corpus_each(argv[1], run) == 0;
}
