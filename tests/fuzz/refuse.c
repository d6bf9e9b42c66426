// SPDX-License-Identifier: Apache-2.0
/*
 * A recording of a TPM's answers, in which one answer after the other is
 * another: refused with each of some codes, cut in half, or not there. With
 * fuzz-answers.c, which says what has to hold.
 *
 *     refuse FOLDER
 */
#include "corpus.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <tss2/tss2_tpm2_types.h>

enum { HEADER = 10, CUT = 1, LOST = 2 };

/* Of what provider/error.c tells apart, and two of ours. */
static const uint32_t codes[] = {
    CUT,
    LOST,
    TPM2_RC_FAILURE,
    TPM2_RC_RETRY,
    TPM2_RC_LOCKOUT,
    TPM2_RC_OBJECT_MEMORY,
    TPM2_RC_REFERENCE_H0,
    TPM2_RC_HASH | TPM2_RC_P | TPM2_RC_1,
    TPM2_RC_VALUE | TPM2_RC_P | TPM2_RC_1,
    TPM2_RC_HANDLE | TPM2_RC_H | TPM2_RC_1,
    TPM2_RC_BAD_AUTH | TPM2_RC_S | TPM2_RC_1,
    TPM2_RC_AUTH_FAIL | TPM2_RC_S | TPM2_RC_1,
    TPM2_RC_POLICY_FAIL | TPM2_RC_S | TPM2_RC_1,
};

/* What stands in the place of an answer of `len` bytes; its length. */
static size_t
other_answer(uint32_t code, size_t len, uint8_t *answer)
{
    static const uint8_t header[HEADER] = { 0x80, 0x01, 0, 0, 0, HEADER };

    if (code == LOST)
        return 0;
    if (code == CUT) /* the tag and the code stay */
        return len > HEADER ? HEADER + (len - HEADER) / 2 : len;
    memcpy(answer, header, sizeof header);
    for (int i = 0; i < 4; i++)
        answer[6 + i] = (uint8_t)(code >> (8 * (3 - i)));
    return HEADER;
}

/* The recording with its answer at `at` replaced. */
static void
run_with(const uint8_t *data, size_t size, size_t at, uint32_t code)
{
    static uint8_t input[CORPUS_INPUT_MAX + HEADER];
    size_t len = (size_t)data[at] << 8 | data[at + 1];
    size_t other = 0;
    size_t rest = at + 2 + len;

    memcpy(input, data, rest);
    input[1] = 1; /* HMACs are taken for right */
    other = other_answer(code, len, input + at + 2);
    input[at] = (uint8_t)(other >> 8);
    input[at + 1] = (uint8_t)other;
    memcpy(input + at + 2 + other, data + rest, size - rest);
    (void)LLVMFuzzerTestOneInput(input, at + 2 + other + size - rest);
}

static int refused; /* answers, in all recordings */

static void
run(const uint8_t *data, size_t size)
{
    for (size_t at = 2; at + 2 <= size;) {
        size_t len = (size_t)data[at] << 8 | data[at + 1];

        if (at + 2 + len > size)
            break; /* no recording: an input that was found */
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++, refused++)
            run_with(data, size, at, codes[i]);
        at += 2 + len;
    }
}

int
main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: refuse FOLDER");
    (void)LLVMFuzzerInitialize(&argc, &argv);
    (void)corpus_each(argv[1], run);
    printf("%d answers refused\n", refused);
    return refused == 0;
}
