/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptors that tpm2-tss has opened: what they are on, and how to put
 * something else under them. For connection.c alone.
 */
#ifndef PROVIDER_DESCRIPTOR_H
#define PROVIDER_DESCRIPTOR_H

#include "checked.h"

#include <sys/types.h>
#include <tss2/tss2_tcti.h>

/* What a descriptor is on; zeros when there is none. */
struct descriptor_file {
    dev_t device;
    ino_t inode;
};

void
descriptor_look(TSS2_TCTI_CONTEXT *tcti, struct descriptor_file *file);

/* Whether it is still on what it was. */
int
descriptor_is_on(TSS2_TCTI_CONTEXT *tcti, const struct descriptor_file *file);

/* Waits until there is something to read, or an end; 0: not in that time. At
 * once when it is not known where to look. */
CHECKED int
descriptor_wait(TSS2_TCTI_CONTEXT *tcti, int ms);

/* Lets no read() from a socket take longer. */
void
descriptor_bound(TSS2_TCTI_CONTEXT *tcti, int seconds);

/* The path of the device that it is on; NULL when it is on no device, or that
 * cannot be found out. To be freed. */
CHECKED char *
descriptor_path(TSS2_TCTI_CONTEXT *tcti);

/* Puts an empty file under all of them that nobody else has: a daemon has
 * /dev/null open itself, and perhaps under the same number. */
int
descriptor_turn_away(TSS2_TCTI_CONTEXT *tcti);

/* Puts a device under the first of them again. */
CHECKED int
descriptor_turn_to(TSS2_TCTI_CONTEXT *tcti, const char *path);

#endif
