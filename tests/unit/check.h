// SPDX-License-Identifier: Apache-2.0
/*
 * The whole of our unit test framework: CHECK counts and names what is not
 * so, check_end gives main its exit code.  One program tests one claim.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <stdbool.h>
#include <stdio.h>

static struct {
    int done;
    int failed;
} check_count;

static inline bool
check_that(bool is_so, const char *what, const char *file, int line)
{
    check_count.done++;
    if (!is_so) {
        check_count.failed++;
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    }
    return is_so;
}

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)

/* A test that checked nothing has failed. */
static inline int
check_end(void)
{
    printf("%d checks, %d failed\n", check_count.done, check_count.failed);
    return check_count.failed > 0 || check_count.done == 0;
}

#endif
