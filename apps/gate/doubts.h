// SPDX-License-Identifier: Apache-2.0
/*
 * Who failed lately, for the gate to refuse unread: a wrong token costs as many
 * verifications as the device has keys, and whoever knows a device's id can
 * send as many as he likes.  For the files of the gate alone.
 */
#ifndef GATE_DOUBTS_H
#define GATE_DOUBTS_H

#include "gate.h"

enum {
    DOUBTS_FREE = 20, /* failures a second until anybody is doubted */
    DOUBTS_EACH = 5,  /* of one address and device, of which one a second is
                         forgotten, until they are */
};

/*
 * Is VISITOR to be refused as the device NUM_ID without a look at its token?
 * Only while there are more failures than are for free, and only an address
 * that failed as this very device: others come in from there, and the device
 * from elsewhere.  Not without an address, or when nobody keeps doubts.
 */
CHECKED bool
gate_doubts_ask(const struct gate_visitor *visitor, uint64_t num_id);

/* VISITOR's token was not good for the device NUM_ID. */
void
gate_doubts_note(const struct gate_visitor *visitor, uint64_t num_id);

#endif
