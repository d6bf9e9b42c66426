// SPDX-License-Identifier: Apache-2.0
/*
 * The exit codes that every program keeps to; each manual page names them.
 */
#ifndef BASE_EXIT_H
#define BASE_EXIT_H

enum exit_code {
    EXIT_CODE_DONE = 0,    /* all that was asked for was done */
    EXIT_CODE_FAILED = 1,  /* it was not; one line on stderr says why */
    EXIT_CODE_MISUSED = 2, /* the command line makes no sense */
    EXIT_CODE_TPM = 3,     /* the TPM is not there or refused */
    EXIT_CODE_NETWORK = 4, /* the other side is not there or refused */
};

#endif
