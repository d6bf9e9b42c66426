// SPDX-License-Identifier: Apache-2.0
/*
 * What the calls of section 4.1 say, out of the JSON of their bodies.  Bytes
 * in, structure out: who may say it is for others.
 */
#ifndef HTTPBRIDGE_BODY_H
#define HTTPBRIDGE_BODY_H

#include "base/checked.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>

struct problem;

/* Section 4.2: at most one of the two; both are "" for a device that speaks
 * for itself.  An id or a numeric id, not looked at yet. */
struct body_gateway {
    char gateway[NAMES_ID_MOST + 1];   /* through which the device speaks */
    char delegated[NAMES_ID_MOST + 1]; /* for whom the gateway speaks */
};

struct body {
    unsigned char *data; /* for free() */
    size_t length;
    char subfolder[NAMES_SUBFOLDER_MOST + 1];
    struct body_gateway gateway;
};

/*
 * Reads the body of publishEvent or setState, LENGTH bytes of JSON.  False,
 * with nothing to free, when it is none; *PROBLEM says what is wrong.  Names
 * may be written in either case, base64 in either alphabet, with its padding
 * or without.
 */
CHECKED bool
body_read_event(const char *text, size_t length, struct body *body,
                struct problem *problem);
CHECKED bool
body_read_state(const char *text, size_t length, struct body *body,
                struct problem *problem);

void
body_clear(struct body *body);

/* Sets one of the two from TEXT, which may be NULL for neither. */
CHECKED bool
body_set_gateway(struct body_gateway *into, const char *gateway,
                 const char *delegated, struct problem *problem);

/* SIZE bytes as standard base64, padded, for free(); NULL: out of memory. */
CHECKED char *
body_base64(const void *bytes, size_t size);

#endif
