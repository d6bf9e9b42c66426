// SPDX-License-Identifier: Apache-2.0
/*
 * The three standard streams of a program: that they are there, and that what
 * was printed has arrived.  What is printed is the program's affair.
 */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

#include "checked.h"

#include <stdbool.h>

/*
 * To be called before anything is opened.  A standard descriptor that is closed
 * is taken, so that no file of ours gets its number and what is printed with
 * it; and when the program ends and stdout could not be written, that is said
 * and the exit code is EXIT_CODE_FAILED.
 */
void
standard_guard(void);

/* Waits so many milliseconds for something to print.  False, at once, when
 * nobody will read it: stdout is a pipe without a reader, or a terminal that is
 * gone. */
CHECKED bool
standard_wait(int milliseconds);

#endif
