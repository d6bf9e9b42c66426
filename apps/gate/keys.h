// SPDX-License-Identifier: Apache-2.0
/*
 * Keys that were read once and are kept ready.  For the files of the gate
 * alone; gate.h says how one gets a store of them.
 */
#ifndef GATE_KEYS_H
#define GATE_KEYS_H

#include "gate.h"

struct iotjwt_key;
struct iotjwt_seen;
struct registry_key;

/* Tells the keys of one device apart (FNV-1a), and is no digest: it need not
 * withstand those who choose the keys. */
uint64_t
gate_key_mark(const struct registry_key *record);

/* For iotjwt_verify_seen(); NULL when KEYS is. */
CHECKED struct iotjwt_seen *
gate_keys_seen(const struct gate_keys *keys);

/* The key of RECORD if it is kept, which it stays; NULL if it is not.  KEYS
 * may be NULL. */
CHECKED const struct iotjwt_key *
gate_keys_find(const struct gate_keys *keys, const struct registry_key *record);

/* Keeps *KEY as that of RECORD and clears it, in another's place only if it was
 * GOOD for somebody; or leaves it to the caller. */
void
gate_keys_keep(struct gate_keys *keys, const struct registry_key *record,
               bool good, struct iotjwt_key **key);

#endif
