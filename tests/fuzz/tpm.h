/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TPM for the fuzzers: in the place of tpm2-tss's loader of TCTIs, it answers
 * whatever it is given, one answer a command.
 */
#ifndef TESTS_FUZZ_TPM_H
#define TESTS_FUZZ_TPM_H

#include <stddef.h>
#include <stdint.h>
#include <tss2/tss2_tpm2_types.h>

/* What is answered from now on: each answer has its length in two bytes in
 * front; an empty one is a lost connection, and what comes behind the last is
 * that or, when `is_endless`, the last once more. The size that an answer
 * tells of itself is made right. Not copied. */
void
tpm_answers(const uint8_t *data, size_t size, int is_endless);

/* Instead, this one answer to everything. */
void
tpm_answers_always(const uint8_t *answer, size_t size);

/* Nothing can be connected to, or everything. */
void
tpm_is_absent(int is_absent);

/* What was connected to last, "" for nothing. */
const char *
tpm_tried(void);

/* The good answer to ReadPublic of a key on P-256, as long as *size says. */
const uint8_t *
tpm_public_answer(size_t *size);

/* The public area in it. */
const TPM2B_PUBLIC *
tpm_public_area(void);

#endif
