// SPDX-License-Identifier: Apache-2.0
/*
 * A folder of inputs, without libFuzzer: one after the other.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls, and every fuzzer has. */
int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CORPUS_INPUT_MAX = 20000 };

/* Calls `run` with each file of the folder `path`, after telling its name; how
 * many there were.  Ends the program when one cannot be read. */
int
corpus_each(const char *path, void (*run)(const uint8_t *data, size_t size));

#endif
