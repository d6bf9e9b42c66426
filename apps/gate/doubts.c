// SPDX-License-Identifier: Apache-2.0
/*
 * A table in which each pair of address and device has one place, and the
 * newest has it.  A place is compared as a whole, so nobody is taken for
 * somebody else; whoever is driven out of his place is only doubted later.
 */
#include "doubts.h"

#include "base/address.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 4096 };

struct place {
    struct in6_addr address;
    uint64_t num_id;
    int64_t second; /* when COUNT was true */
    int64_t count;
};

struct gate_doubts {
    int64_t second;
    int64_t failures; /* in this second */
    struct place places[PLACES];
};

struct gate_doubts *
gate_doubts_new(void)
{
    return calloc(1, sizeof(struct gate_doubts));
}

void
gate_doubts_free(struct gate_doubts **doubts)
{
    free(*doubts);
    *doubts = NULL;
}

/* The place of the pair, whoever has it now; NULL without an address. */
static struct place *
find(const struct gate_visitor *visitor, uint64_t num_id, struct place *wanted)
{
    uint64_t mark;

    memset(wanted, 0, sizeof *wanted);
    if (visitor->doubts == NULL ||
        !address_network(visitor->address, &wanted->address))
        return NULL;
    wanted->num_id = num_id;
    wanted->second = visitor->now;
    mark = bytes_mark(BYTES_MARK ^ num_id, wanted->address.s6_addr,
                      sizeof wanted->address.s6_addr);
    return &visitor->doubts->places[(mark >> 32) % PLACES];
}

static bool
is_same(const struct place *a, const struct place *b)
{
    return a->num_id == b->num_id &&
           memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

/* What is left of a place's count; a clock that was set back forgets all. */
static int64_t
left(const struct place *place, int64_t now)
{
    int64_t gone = now - place->second;

    return gone < 0 || gone > place->count ? 0 : place->count - gone;
}

bool
gate_doubts_ask(const struct gate_visitor *visitor, uint64_t num_id)
{
    const struct gate_doubts *doubts = visitor->doubts;
    struct place wanted;
    const struct place *place = find(visitor, num_id, &wanted);

    return place != NULL && doubts->second == visitor->now &&
           doubts->failures >= DOUBTS_FREE && is_same(place, &wanted) &&
           left(place, visitor->now) >= DOUBTS_EACH;
}

void
gate_doubts_note(const struct gate_visitor *visitor, uint64_t num_id)
{
    struct gate_doubts *doubts = visitor->doubts;
    struct place wanted;
    struct place *place = find(visitor, num_id, &wanted);

    if (place == NULL)
        return;
    if (doubts->second != visitor->now) {
        doubts->second = visitor->now;
        doubts->failures = 0;
    }
    doubts->failures++;
    wanted.count = 1;
    if (is_same(place, &wanted))
        wanted.count += left(place, visitor->now);
    *place = wanted;
}
