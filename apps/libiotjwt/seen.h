/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tokens were signed by which keys, as digests: a signature that was good
 * once is good for ever, whatever becomes of the token and the key.
 */
#ifndef IOTJWT_SEEN_H
#define IOTJWT_SEEN_H

#include "iotjwt.h"

#include <stdbool.h>
#include <stddef.h>

enum { SEEN_DIGEST = 32 };

/* What a token and its key are known by; nothing when it could not be made. */
struct seen_mark {
    bool is_made;
    unsigned char digest[SEEN_DIGEST];
};

/* Is TOKEN, of LENGTH bytes, known to be signed by KEY?  *MARK is for
 * iotjwt_seen_add() if it then turns out to be.  SEEN may be NULL. */
IOTJWT_CHECKED
bool
iotjwt_seen_has(struct iotjwt_seen *seen, const struct iotjwt_key *key,
                const char *token, size_t length, struct seen_mark *mark);

void
iotjwt_seen_add(struct iotjwt_seen *seen, const struct seen_mark *mark);

#endif
