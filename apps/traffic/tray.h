// SPDX-License-Identifier: Apache-2.0
/*
 * The files of the intake: a folder beside the traffic's database, and in it
 * trays, numbered in the order in which they were filled.  What is in them is
 * entry.h's, when they are filled and emptied intake.h's.
 */
#ifndef TRAFFIC_TRAY_H
#define TRAFFIC_TRAY_H

#include "base/checked.h"

#include <stdbool.h>
#include <stdint.h>

/* One open file. */
struct tray {
    uint64_t number; /* from 1; 0: there is none */
    uint64_t id;     /* random, of this file alone */
    int fd;
};

/* What there is. */
struct tray_view {
    uint64_t next;  /* the lowest number over AFTER; 0 for none */
    uint64_t last;  /* the highest; 0 for none */
    uint64_t bytes; /* of all */
};

/* The folder of the database PATH, on the heap.  NULL, logged. */
CHECKED char *
tray_folder_name(const char *path);

/* Is FD still what stands at FOLDER? */
CHECKED bool
tray_folder_is_in_place(const char *folder, int fd);

/* Makes the folder of the database PATH, if there is none; for who may write
 * where that is, as a bridge need not.  False, logged. */
CHECKED bool
tray_folder_make(const char *path);

/* Makes FOLDER, if need be, with the rights that a database there has, and
 * opens it as *FD for locking.  False, logged. */
CHECKED bool
tray_folder_open(const char *folder, int *fd);

/* Tries to be the one process that fills or empties the trays, up to TRIES
 * times, 5 ms apart. */
CHECKED bool
tray_folder_lock(int fd, int tries);

/* Looks at all trays; those numbered up to AFTER count, but are not next.
 * False, logged; no FOLDER is an empty one. */
CHECKED bool
tray_look(const char *folder, uint64_t after, struct tray_view *view);

/* Makes the tray NUMBER, with nothing in it, for writing; ON_DISK also against
 * a power cut.  False, with errno set and nothing made. */
CHECKED bool
tray_make(const char *folder, uint64_t number, bool on_disk, struct tray *tray);

/* Opens the tray NUMBER for reading; *IS_WHOLE says whether it begins as it
 * should.  False, with errno set. */
CHECKED bool
tray_open(const char *folder, uint64_t number, struct tray *tray,
          bool *is_whole);

/* How many bytes are in it; 0 when that cannot be told. */
uint64_t
tray_size(const struct tray *tray);

/* False when somebody has removed it. */
CHECKED bool
tray_is_linked(const struct tray *tray);

/* Closes it, if it is open. */
void
tray_close(struct tray *tray);

/* Removes the tray NUMBER, or, when AS_DAMAGED, gives it a name that is none.
 * False, logged, which some may pass over. */
bool
tray_remove(const char *folder, uint64_t number, bool as_damaged);

#endif
