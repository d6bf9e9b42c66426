// SPDX-License-Identifier: Apache-2.0
/*
 * Whole files, bounded when read and atomic when written.  What is in them
 * is the caller's affair.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iovec;

/*
 * Reads a file, or stdin for "-", of at most MOST bytes.  *TEXT gets the
 * bytes and a NUL behind them, to be released with file_free; *LENGTH is
 * their number without it.  False, having logged why: not there, not
 * readable, a folder, longer than MOST.
 */
CHECKED bool
file_read(const char *path, size_t most, char **text, size_t *length);

/*
 * Writes a file so that it is there whole or not at all, also after a power
 * cut: a temporary beside it, fsync, rename.  MODE as for chmod: 0600 for
 * whatever is secret.  With REPLACE false a file that exists is left alone.
 * False, having logged why.
 */
CHECKED bool
file_write(const char *path, const void *bytes, size_t length, unsigned mode,
           bool replace);

/*
 * Brings the name PATH to the disk, by way of the folder that it stands in:
 * what was made or renamed may else be gone after a power cut, whatever was
 * synced of its content.  False, with errno set.
 */
CHECKED bool
file_sync_folder(const char *path);

/*
 * Writes all of the COUNT parts, which are changed, at AT: a disk that fills up
 * takes a part first.  False, with errno set and something written perhaps.
 */
CHECKED bool
file_write_parts(int fd, struct iovec *parts, int count, uint64_t at);

/* Reads exactly LENGTH bytes at AT.  False when there are fewer. */
CHECKED bool
file_read_at(int fd, void *buffer, size_t length, uint64_t at);

/* Wipes and frees what file_read gave; accepts NULL; clears the pointer. */
void
file_free(char **text, size_t length);

#endif
