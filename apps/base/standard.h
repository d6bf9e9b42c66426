// SPDX-License-Identifier: Apache-2.0
/*
 * The three standard streams of a program: that they are there, and that what
 * was printed has arrived.  What is printed is the program's affair.
 */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

/*
 * To be called before anything is opened.  A standard descriptor that is closed
 * is taken, so that no file of ours gets its number and what is printed with
 * it; and when the program ends and stdout could not be written, that is said
 * and the exit code is EXIT_CODE_FAILED.
 */
void
standard_guard(void);

#endif
