// SPDX-License-Identifier: Apache-2.0
/*
 * What is told to a device that did not get what it wanted: the error JSON of
 * the cloud-iot-core reference, section 4.3, byte for byte.
 */
#ifndef HTTPBRIDGE_PROBLEM_H
#define HTTPBRIDGE_PROBLEM_H

#include <stdbool.h>

struct http_answer;

/* The canonical codes that we use (google/rpc/code.proto). */
enum problem_code {
    PROBLEM_NONE,
    PROBLEM_INVALID_ARGUMENT,
    PROBLEM_PERMISSION_DENIED,
    PROBLEM_NOT_FOUND,
    PROBLEM_RESOURCE_EXHAUSTED,
    PROBLEM_FAILED_PRECONDITION,
    PROBLEM_OUT_OF_RANGE,
    PROBLEM_UNIMPLEMENTED,
    PROBLEM_INTERNAL,
    PROBLEM_UNAVAILABLE,
    PROBLEM_UNAUTHENTICATED,
};

/* FIELD is "" unless one field of the request is at fault; then it is named
 * once more, in "details". */
struct problem {
    enum problem_code code;
    char field[64];
    char message[1024]; /* UTF-8 */
};

/* Fills *PROBLEM; FORMAT as for printf.  Returns false, for "return". */
bool
problem_set(struct problem *problem, enum problem_code code, const char *field,
            const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The number of a code in google.rpc.Code, 5 for NOT_FOUND. */
int
problem_number(enum problem_code code);

void
problem_answer(const struct problem *problem, struct http_answer *answer);

#endif
